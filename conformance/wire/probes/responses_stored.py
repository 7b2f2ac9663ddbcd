"""Stored responses: read, list their input, delete, and whose they are; and those made in the background."""

from typing import Any, Final

from conformance.wire.examination import Examination, Json
from conformance.wire.probes._endings import ended
from conformance.wire.probes._items import message
from conformance.wire.promises import probe

PATH: Final = "/responses"


@probe(operations=["createResponse", "getResponse"], source="prose", evidence="store: defaults to true")
async def response_is_read_as_it_was_made(exam: Examination) -> None:
    """A response is stored unless refused, and read at once with the same members."""
    made = await exam.response(metadata={"topic": "tea"})
    read = await exam.ok("GET", f"{PATH}/{made['id']}")
    exam.valid(read, "Response")
    for name in ("id", "created_at", "status", "output", "usage", "metadata", "model"):
        exam.equal(read[name], made[name], name, read)


@probe(operations=["createResponse", "getResponse"], source="prose", evidence="store: false keeps nothing")
async def unstored_response_is_not_kept(exam: Examination) -> None:
    """With `store: false` the response is unknown afterwards: to reading, listing, and as predecessor."""
    made = await exam.ok("POST", PATH, json={"model": exam.model, "input": "x", "store": False})
    await exam.fails("GET", f"{PATH}/{made['id']}", status=404)
    await exam.fails("GET", f"{PATH}/{made['id']}/input_items", status=404)
    body = {"model": exam.model, "input": "x", "previous_response_id": made["id"]}
    await exam.fails("POST", PATH, json=body, code="previous_response_not_found")


@probe(
    operations=["getResponse", "deleteResponse", "cancelResponse", "listInputItems"],
    source="schema",
    evidence="/components/schemas/ErrorResponse",
)
async def missing_response_is_404(exam: Examination) -> None:
    """A response that does not exist is 404 in the one error shape, whatever is asked of it."""
    path = f"{PATH}/{exam.absent('response')}"
    await exam.fails("GET", path, status=404)
    await exam.fails("DELETE", path, status=404)
    await exam.fails("GET", f"{path}/input_items", status=404)
    await exam.fails("POST", f"{path}/cancel", status=404)


@probe(operations=["deleteResponse", "getResponse"], source="prose", evidence="deleteResponse")
async def deleted_response_is_gone(exam: Examination) -> None:
    """A deleted response is 404 ever after, its input too, and no predecessor of another."""
    made = await exam.response()
    await exam.ok("DELETE", f"{PATH}/{made['id']}")
    await exam.fails("GET", f"{PATH}/{made['id']}", status=404)
    await exam.fails("GET", f"{PATH}/{made['id']}/input_items", status=404)
    await exam.fails("DELETE", f"{PATH}/{made['id']}", status=404)
    body = {"model": exam.model, "input": "x", "previous_response_id": made["id"]}
    await exam.fails("POST", PATH, json=body, code="previous_response_not_found")


@probe(operations=["listInputItems"], source="schema", evidence="/components/schemas/ResponseItemList")
async def input_items_have_ids_and_shape(exam: Examination) -> None:
    """The input of a response is listed as items with ids, text as parts, newest first by default.

    A peer lists them with null ids: no cursor, no reference.
    """
    made = await exam.response([message("one"), message("two")])
    page = await exam.ok("GET", f"{PATH}/{made['id']}/input_items")
    exam.valid(page, "ResponseItemList")
    texts = [item["content"][0]["text"] for item in page["data"]]
    exam.equal(texts, ["two", "one"], "the texts, newest first", page)
    exam.expect(all(item["id"] for item in page["data"]), "an item has no id", page)


@probe(
    operations=["listInputItems"],
    source="prose",
    evidence="after, limit and order of listInputItems",
    cases=["asc", "desc"],
)
async def input_item_pages_hold_each_once(exam: Examination, case: str) -> None:
    """Following `after` gives every input item once, in order, whatever the page size."""
    texts = [str(number) for number in range(7)]
    made = await exam.response([message(text) for text in texts])
    for limit in (1, 3, 100):
        pages = await exam.pages(f"{PATH}/{made['id']}/input_items", limit=limit, order=case)
        found = [item["content"][0]["text"] for page in pages for item in page]
        exam.equal(found, texts if case == "asc" else texts[::-1], f"pages of {limit}")


@probe(
    operations=["listInputItems"],
    source="prose",
    evidence="limit: between 1 and 100",
    cases={
        "zero": ("limit", "0"),
        "above": ("limit", "101"),
        "order": ("order", "sideways"),
        "after": ("after", "x"),
    },
)
async def bad_input_item_parameter_is_refused(exam: Examination, case: tuple[str, str]) -> None:
    """A limit out of bounds, an unknown order or an unknown cursor is 400, naming it."""
    name, value = case
    made = await exam.response()
    await exam.fails("GET", f"{PATH}/{made['id']}/input_items", params={name: value}, param=name)


@probe(
    operations=["createResponse", "getResponse"],
    source="prose",
    evidence="background: whether to run the model response in the background",
)
async def background_response_ends_by_itself(exam: Examination) -> None:
    """A background response is answered at once, not yet over, and completes without its client."""
    made = await exam.response(background=True)
    exam.expect(
        made["status"] in {"queued", "in_progress", "completed"}, "the status", made, got=made["status"]
    )
    exam.equal(made["background"], expected=True, what="background", answer=made)
    read = await ended(exam, made["id"])
    exam.equal(read["status"], "completed", "the status at the end", read)
    exam.expect(bool(read["output"]), "there is no output", read)


@probe(
    operations=["createResponse"],
    source="prose",
    evidence="background requires store",
)
async def background_without_store_is_refused(exam: Examination) -> None:
    """`background: true` with `store: false` is 400: nothing could be read back."""
    body = {"model": exam.model, "input": "x", "background": True, "store": False}
    await exam.fails("POST", PATH, json=body)


@probe(
    operations=["cancelResponse", "getResponse"],
    source="prose",
    evidence="cancelResponse: only responses created with background set to true",
)
async def background_response_can_be_cancelled(exam: Examination) -> None:
    """Cancelling a background response ends it, twice is no error, and it stays as it ended."""
    mark = exam.text()
    exam.held(mark)
    made = await exam.response(f"{mark}: count to a thousand in words, slowly. " * 20, background=True)
    first = await exam.ok("POST", f"{PATH}/{made['id']}/cancel")
    second = await exam.ok("POST", f"{PATH}/{made['id']}/cancel")
    exam.valid(first, "Response")
    read = await ended(exam, made["id"])
    exam.equal(second["status"], read["status"], "the status, later", read)
    if read["status"] == "completed":
        exam.inconclusive("the response was over before it could be cancelled")
    exam.equal(read["status"], "cancelled", "the status", read)


@probe(
    operations=["cancelResponse"],
    source="prose",
    evidence="cancelResponse: only responses created with background set to true",
)
async def foreground_response_cannot_be_cancelled(exam: Examination) -> None:
    """Cancelling a response that was not made in the background is 400."""
    made = await exam.response()
    await exam.fails("POST", f"{PATH}/{made['id']}/cancel")


@probe(
    operations=["getResponse", "deleteResponse", "listInputItems", "cancelResponse", "createResponse"],
    source="prose",
    evidence="objects belong to the project of the key that made them",
    needs=["second-key"],
)
async def response_is_the_projects_own(exam: Examination) -> None:
    """Another project's key finds neither the response nor its input, and cannot go on from it."""
    made = await exam.response(background=True)
    await ended(exam, made["id"])
    path = f"{PATH}/{made['id']}"
    calls: list[tuple[str, str, Any]] = [
        ("GET", path, {}),
        ("GET", f"{path}/input_items", {}),
        ("POST", f"{path}/cancel", {}),
        ("DELETE", path, {}),
    ]
    for method, where, more in calls:
        await exam.second.fails(method, where, status=404, **more)
    body = {"model": exam.model, "input": "x", "previous_response_id": made["id"]}
    await exam.second.fails("POST", PATH, json=body, code="previous_response_not_found")
    conversation = await exam.conversation()
    named: Json = {"model": exam.model, "input": "x", "conversation": conversation}
    await exam.second.fails("POST", PATH, json=named, status=404)
    await exam.ok("GET", path)
