"""Stored chat completions: what is kept, listed, changed and deleted."""

from typing import Any, Final

from conformance.wire.examination import Examination, Json
from conformance.wire.promises import probe

PATH: Final = "/chat/completions"


def ids(rows: list[Json]) -> list[str]:
    """The ids of a page."""
    return [str(row["id"]) for row in rows]


@probe(
    operations=["createChatCompletion", "getChatCompletion"],
    source="prose",
    evidence="store: whether or not to store the output of this chat completion request",
)
async def stored_completion_is_read_at_once(exam: Examination) -> None:
    """A completion made with `store: true` can be retrieved as soon as it was answered.

    A server that writes later answers 404 to a client that reads its own write.
    """
    made = await exam.completion(store=True, metadata={"topic": "tea"})
    read = await exam.ok("GET", f"{PATH}/{made['id']}")
    exam.valid(read, "CreateChatCompletionResponse")
    exam.equal(read["choices"], made["choices"], "the choices", read)
    exam.equal(read["usage"], made["usage"], "the usage", read)
    exam.equal(read["metadata"], {"topic": "tea"}, "the metadata", read)


@probe(
    operations=["createChatCompletion", "getChatCompletion"],
    source="prose",
    evidence="store: defaults to false; what is not stored cannot be retrieved",
    cases={"store false": {"store": False}, "store absent": {}, "store null": {"store": None}},
)
async def unstored_completion_is_not_kept(exam: Examination, case: Json) -> None:
    """A completion that was not to be stored is not there afterwards.

    Who says `store: false` may have promised it to somebody.
    """
    body = {"model": exam.model, "messages": [{"role": "user", "content": "Do not keep this."}], **case}
    made = await exam.ok("POST", PATH, json=body)
    await exam.fails("GET", f"{PATH}/{made['id']}", status=404)


@probe(operations=["getChatCompletion"], source="schema", evidence="/components/schemas/ErrorResponse")
async def missing_completion_is_404(exam: Examination) -> None:
    """A completion that does not exist is 404 in the one error shape, not 400."""
    await exam.fails("GET", f"{PATH}/{exam.absent('completion')}", status=404)


@probe(
    operations=["deleteChatCompletion", "getChatCompletion"],
    source="schema",
    evidence="/components/schemas/ChatCompletionDeleted",
)
async def deleted_completion_is_gone(exam: Examination) -> None:
    """A deleted completion answers `deleted: true` once, and 404 ever after, its messages too."""
    made = await exam.completion(store=True)
    gone = await exam.ok("DELETE", f"{PATH}/{made['id']}")
    exam.valid(gone, "ChatCompletionDeleted")
    exam.equal(gone["deleted"], expected=True, what="deleted", answer=gone)
    await exam.fails("GET", f"{PATH}/{made['id']}", status=404)
    await exam.fails("GET", f"{PATH}/{made['id']}/messages", status=404)
    await exam.fails("DELETE", f"{PATH}/{made['id']}", status=404)


@probe(
    operations=["updateChatCompletion", "getChatCompletion"],
    source="prose",
    evidence="updateChatCompletion: the only supported modification is to update the metadata field",
)
async def updated_completion_metadata_is_replaced(exam: Examination) -> None:
    """An update replaces the metadata as a whole; everything else stays."""
    made = await exam.completion(store=True, metadata={"a": "1", "b": "2"})
    changed = await exam.ok("POST", f"{PATH}/{made['id']}", json={"metadata": {"b": "3"}})
    exam.equal(changed["metadata"], {"b": "3"}, "the metadata", changed)
    read = await exam.ok("GET", f"{PATH}/{made['id']}")
    exam.equal(read["metadata"], {"b": "3"}, "the metadata read", read)
    exam.equal(read["choices"], made["choices"], "the choices", read)


@probe(
    operations=["updateChatCompletion"],
    source="schema",
    evidence="updateChatCompletion: metadata is required",
)
async def completion_update_without_metadata_is_refused(exam: Examination) -> None:
    """An update without metadata is 400 `missing_required_parameter`."""
    made = await exam.completion(store=True)
    await exam.fails(
        "POST", f"{PATH}/{made['id']}", json={}, code="missing_required_parameter", param="metadata"
    )


@probe(
    operations=["listChatCompletions"],
    source="schema",
    evidence="/components/schemas/ChatCompletionList",
)
async def completion_list_has_its_shape(exam: Examination) -> None:
    """The list says `object`, `data`, `first_id`, `last_id` and `has_more`, the ids of its ends included."""
    mark = exam.text()
    made = [(await exam.completion(store=True, metadata={"mark": mark}))["id"] for _ in range(2)]
    page = await exam.ok("GET", PATH, params={"metadata[mark]": mark})
    exam.valid(page, "ChatCompletionList")
    exam.equal(ids(page["data"]), made, "the completions, oldest first by default", page)
    exam.equal([page["first_id"], page["last_id"]], [made[0], made[-1]], "first_id and last_id", page)
    exam.equal(page["has_more"], expected=False, what="has_more", answer=page)


@probe(
    operations=["listChatCompletions"],
    source="schema",
    evidence="ChatCompletionList requires string first_id and last_id",
)
async def empty_completion_list_keeps_its_shape(exam: Examination) -> None:
    """An empty list has no rows, `has_more: false`, and ids that are strings.

    Typed clients fail on null where the contract says string.
    """
    page = await exam.ok("GET", PATH, params={"metadata[mark]": exam.text()})
    exam.equal(page["data"], [], "data", page)
    exam.equal(page["has_more"], expected=False, what="has_more", answer=page)
    exam.valid(page, "ChatCompletionList")


@probe(
    operations=["listChatCompletions"],
    source="prose",
    evidence="listChatCompletions: metadata filter, e.g. metadata[key1]=value1",
)
async def completion_list_is_filtered_by_metadata(exam: Examination) -> None:
    """Metadata pairs filter the list, and all of them have to match."""
    mark = exam.text()
    one = await exam.completion(store=True, metadata={"mark": mark, "colour": "red"})
    await exam.completion(store=True, metadata={"mark": mark, "colour": "blue"})
    page = await exam.ok("GET", PATH, params={"metadata[mark]": mark, "metadata[colour]": "red"})
    exam.equal(ids(page["data"]), [one["id"]], "the completions found", page)


@probe(
    operations=["listChatCompletions"],
    source="prose",
    evidence="listChatCompletions: the model used to generate the chat completions",
)
async def completion_list_is_filtered_by_model(exam: Examination) -> None:
    """`model` filters the list, and a model of no completion finds none."""
    mark = exam.text()
    made = await exam.completion(store=True, metadata={"mark": mark})
    found = await exam.ok("GET", PATH, params={"metadata[mark]": mark, "model": made["model"]})
    exam.equal(ids(found["data"]), [made["id"]], "with its model", found)
    none = await exam.ok("GET", PATH, params={"metadata[mark]": mark, "model": "another-" + mark})
    exam.equal(none["data"], [], "with another model", none)


@probe(
    operations=["listChatCompletions"],
    source="prose",
    evidence="limit, order and after of listChatCompletions",
    cases=["asc", "desc"],
)
async def completion_pages_hold_each_once(exam: Examination, case: str) -> None:
    """Following `after` page by page gives every completion once, in order, whatever the page size."""
    mark = exam.text()
    made = [str((await exam.completion(store=True, metadata={"mark": mark}))["id"]) for _ in range(5)]
    expected = made if case == "asc" else made[::-1]
    for limit in (1, 2, 5):
        pages = await exam.pages(PATH, limit=limit, order=case, **{"metadata[mark]": mark})
        exam.equal([one for page in pages for one in ids(page)], expected, f"pages of {limit}")


@probe(
    operations=["listChatCompletions"],
    source="schema",
    evidence="order of listChatCompletions is asc or desc; limit is an integer",
    cases={
        "order": ("order", "sideways", "invalid_value"),
        "limit as text": ("limit", "many", "invalid_type"),
        "negative limit": ("limit", "-1", "integer_below_min_value"),
    },
)
async def bad_completion_list_parameter_is_refused(exam: Examination, case: tuple[str, str, str]) -> None:
    """A list parameter that makes no sense is 400, naming it; it is not passed over."""
    name, value, code = case
    await exam.fails("GET", PATH, params={name: value}, code=code, param=name)


@probe(
    operations=["listChatCompletions", "getChatCompletionMessages"],
    source="observed",
    evidence="a cursor that was never in the list cannot mark a place",
)
async def unknown_completion_cursor_is_refused(exam: Examination) -> None:
    """A cursor that names nothing in the list, or something of another list, is 400 at `after`.

    A server that starts from the beginning instead makes a client loop for ever.
    """
    await exam.fails("GET", PATH, params={"after": exam.absent("completion")}, param="after")
    one, other = await exam.completion(store=True), await exam.completion(store=True)
    elsewhere = await exam.ok("GET", f"{PATH}/{other['id']}/messages")
    for cursor in ("no-such-id", elsewhere["data[0].id"]):
        await exam.fails("GET", f"{PATH}/{one['id']}/messages", params={"after": cursor}, param="after")


@probe(
    operations=["getChatCompletionMessages"],
    source="prose",
    evidence="getChatCompletionMessages: the messages in a stored chat completion; only those with store",
)
async def stored_messages_are_input_and_output(exam: Examination) -> None:
    """The messages of a stored completion are those that were sent and the one that came back, in order.

    The schema knows assistant messages only; the operation is there to read the input back.
    """
    made = await exam.ok(
        "POST",
        PATH,
        json={
            "model": exam.model,
            "store": True,
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "name": "ada", "content": "Say a word."},
            ],
        },
    )
    page = await exam.ok("GET", f"{PATH}/{made['id']}/messages")
    roles = [message["role"] for message in page["data"]]
    exam.equal(roles, ["system", "user", "assistant"], "the authors", page)
    exam.equal(page["data[1].content"], "Say a word.", "the user's text", page)
    exam.equal(page["data[1]"].get("name"), "ada", "the user's name", page)
    exam.equal(page["data[2].content"], made["choices[0].message.content"], "the answer", page)


@probe(
    operations=["getChatCompletionMessages"],
    source="schema",
    evidence="ChatCompletionMessageList: each message has the id of the chat message",
)
async def stored_message_ids_are_cursors(exam: Examination) -> None:
    """Messages have ids of their own, which page the list: each message once, whatever the page size."""
    made = await exam.completion(store=True)
    path = f"{PATH}/{made['id']}/messages"
    whole = await exam.ok("GET", path)
    found = ids(whole["data"])
    exam.equal(len(set(found)), len(found), "ids that are unique", whole)
    for order in ("asc", "desc"):
        pages = await exam.pages(path, limit=1, order=order)
        expected = found if order == "asc" else found[::-1]
        exam.equal([one for page in pages for one in ids(page)], expected, f"pages in order {order}")


@probe(
    operations=["getChatCompletion", "listChatCompletions", "deleteChatCompletion", "updateChatCompletion"],
    source="prose",
    evidence="objects belong to the project of the key that made them",
    needs=["second-key"],
)
async def stored_completion_is_the_projects_own(exam: Examination) -> None:
    """Another project's key finds no completion of this one: not by id, not in lists, not as a cursor."""
    mark = exam.text()
    made = await exam.completion(store=True, metadata={"mark": mark})
    path = f"{PATH}/{made['id']}"
    calls: list[tuple[str, str, Any]] = [
        ("GET", path, {}),
        ("GET", f"{path}/messages", {}),
        ("DELETE", path, {}),
        ("POST", path, {"json": {"metadata": {}}}),
    ]
    for method, where, more in calls:
        await exam.second.fails(method, where, status=404, **more)
    listed = await exam.second.ok("GET", PATH, params={"metadata[mark]": mark})
    exam.equal(listed["data"], [], "what the other project lists", listed)
    await exam.second.fails("GET", PATH, params={"after": made["id"]}, param="after")
    await exam.ok("GET", path)
