"""Items of a conversation: what goes in, what comes back, what is refused."""

from typing import Any, Final

from conformance.wire.examination import Examination, Json
from conformance.wire.probes._items import ITEMS, message
from conformance.wire.promises import probe

BATCH: Final = 20
"""Items that one request may carry."""


def path(conversation_id: str, *more: str) -> str:
    """The path of a conversation's items, or of one."""
    return "/".join((f"/conversations/{conversation_id}/items", *more))


@probe(
    operations=["createConversationItems", "getConversationItem"],
    source="schema",
    evidence="/components/schemas/ConversationItem: 28 variants",
    cases=ITEMS,
)
async def item_of_every_type_comes_back_whole(exam: Examination, case: Json) -> None:
    """An item of each type is accepted, and comes back with every member it was sent with.

    An agent that loses a member of its history (`encrypted_content`, above all) goes on from another past.
    """
    conversation = await exam.conversation()
    [stored] = await exam.items(conversation, case)
    read = await exam.ok("GET", path(conversation, stored["id"]))
    exam.valid(read, "ConversationItem")
    for name, value in case.items():
        exam.expect(name in read.json, f"`{name}` is lost", read)
        exam.expect(
            _holds(read.json[name], value), f"`{name}` changed", read, expected=value, got=read.json[name]
        )


def _holds(stored: Any, sent: Any) -> bool:
    """Whether nothing that was sent is missing: members that a server adds are its right."""
    if isinstance(sent, dict):
        return isinstance(stored, dict) and all(
            name in stored and _holds(stored[name], value) for name, value in sent.items()
        )
    if isinstance(sent, list):
        return (
            isinstance(stored, list)
            and len(stored) == len(sent)
            and all(_holds(one, other) for one, other in zip(stored, sent, strict=True))
        )
    return bool(stored == sent)


@probe(
    operations=["createConversationItems"],
    source="schema",
    evidence="/components/schemas/ConversationItemList",
)
async def created_items_are_answered_as_a_list(exam: Examination) -> None:
    """Adding items answers the list of what was added, in order, with ids and the ends' ids."""
    conversation = await exam.conversation()
    made = await exam.ok("POST", path(conversation), json={"items": [message("one"), message("two")]})
    exam.valid(made, "ConversationItemList")
    exam.equal([item["content"][0]["text"] for item in made["data"]], ["one", "two"], "the texts", made)
    ends = [made["data[0].id"], made["data[1].id"]]
    exam.equal([made["first_id"], made["last_id"]], ends, "first_id and last_id", made)


@probe(
    operations=["createConversationItems"],
    source="schema",
    evidence="/components/schemas/Message: content is a list of parts, status and id are required",
    cases={
        "user": ("user", "input_text"),
        "system": ("system", "input_text"),
        "developer": ("developer", "input_text"),
        "assistant": ("assistant", "output_text"),
    },
)
async def message_text_becomes_a_part(exam: Examination, case: tuple[str, str]) -> None:
    """A message given as a string is stored as one part, of the kind that its author's messages have.

    A resource whose `content` is a string is no `Message`; typed clients fail on it.
    """
    role, kind = case
    conversation = await exam.conversation()
    [stored] = await exam.items(conversation, message("hello", role))
    exam.equal([part["type"] for part in stored["content"]], [kind], "the parts")
    exam.equal(stored["content"][0]["text"], "hello", "the text")
    exam.equal(stored["status"], "completed", "the status")


@probe(
    operations=["createConversationItems"],
    source="observed",
    evidence="EasyInputMessage.type is optional; the live API takes a message by its role",
)
async def message_needs_no_type(exam: Examination) -> None:
    """A message without `type` is taken for what it is, and stored with its type."""
    conversation = await exam.conversation()
    [stored] = await exam.items(conversation, {"role": "user", "content": "hello"})
    exam.equal(stored["type"], "message", "the type")


@probe(
    operations=["createConversationItems"],
    source="observed",
    evidence="the live API takes a client's own history: output_text without annotations and logprobs",
)
async def assistant_history_is_taken_as_clients_send_it(exam: Examination) -> None:
    """An assistant's `output_text` without id, status, annotations and logprobs is taken, and completed."""
    conversation = await exam.conversation()
    item = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Hi."}]}
    [stored] = await exam.items(conversation, item)
    exam.equal(stored["content"][0]["annotations"], [], "the annotations")
    exam.equal(stored["content"][0]["text"], "Hi.", "the text")


@probe(
    operations=["createConversationItems"],
    source="observed",
    evidence="the live API takes input_image without detail, and answers detail: auto",
)
async def image_detail_defaults_to_auto(exam: Examination) -> None:
    """An image without `detail` is stored with `detail: auto`."""
    conversation = await exam.conversation()
    part = {"type": "input_image", "image_url": "https://example.com/cat.png"}
    [stored] = await exam.items(conversation, {"type": "message", "role": "user", "content": [part]})
    exam.equal(stored["content"][0]["detail"], "auto", "the detail")


@probe(
    operations=["createConversationItems"],
    source="schema",
    evidence="createConversationItems: items, at most 20",
)
async def twenty_items_are_added_at_once(exam: Examination) -> None:
    """A batch of 20 items is added whole, in order; of 21, none is."""
    conversation = await exam.conversation()
    texts = [exam.text() for _ in range(BATCH)]
    stored = await exam.items(conversation, *(message(text) for text in texts))
    exam.equal([item["content"][0]["text"] for item in stored], texts, "the texts")
    batch = {"items": [message(str(number)) for number in range(BATCH + 1)]}
    await exam.fails("POST", path(conversation), json=batch, code="array_above_max_length", param="items")
    listed = await exam.ok("GET", path(conversation), params={"limit": 100})
    exam.equal(len(listed["data"]), BATCH, "the number of items after the refusal", listed)


@probe(
    operations=["createConversationItems"],
    source="observed",
    evidence="a batch that is refused leaves nothing behind",
)
async def refused_batch_leaves_nothing(exam: Examination) -> None:
    """A batch with one bad item among good ones is refused whole: none of them is stored.

    A client that mends the item and sends the batch again would have the others twice.
    """
    conversation = await exam.conversation()
    bad = {"type": "function_call", "call_id": "call_1"}
    await exam.fails("POST", path(conversation), json={"items": [message("one"), bad]})
    listed = await exam.ok("GET", path(conversation))
    exam.equal(listed["data"], [], "the items", listed)


@probe(
    operations=["createConversationItems"],
    source="observed",
    evidence="error table of clients: codes and `param` like items[0].content[1].text",
    cases={
        "no items": ({}, "missing_required_parameter", "items"),
        "items is null": ({"items": None}, "invalid_type", "items"),
        "items is text": ({"items": "x"}, "invalid_type", "items"),
        "unknown type": ({"items": [{"type": "telepathy"}]}, "invalid_value", "items[0].type"),
        "no content": (
            {"items": [{"type": "message", "role": "user"}]},
            "missing_required_parameter",
            "items[0].content",
        ),
        "unknown role": ({"items": [message("x", "nobody")]}, "invalid_value", "items[0].role"),
        "second item": (
            {"items": [message("x"), {"type": "function_call", "call_id": "c", "name": "f"}]},
            "missing_required_parameter",
            "items[1].arguments",
        ),
        "inside a part": (
            {"items": [{"role": "user", "content": [{"type": "input_text"}]}]},
            "missing_required_parameter",
            "items[0].content[0].text",
        ),
        "wrong type inside": (
            {"items": [{"type": "function_call", "call_id": "c", "name": "f", "arguments": {}}]},
            "invalid_type",
            "items[0].arguments",
        ),
        "file search without id": (
            {"items": [{"type": "file_search_call", "queries": [], "status": "completed"}]},
            "missing_required_parameter",
            "items[0].id",
        ),
    },
)
async def bad_item_names_the_place(exam: Examination, case: tuple[Json, str, str]) -> None:
    """A bad item is 400 with the code and the place of the mistake, down to the part.

    Of 28 variants, only the one that was meant may speak.
    """
    body, code, param = case
    conversation = await exam.conversation()
    await exam.fails("POST", path(conversation), json=body, code=code, param=param)


@probe(
    operations=["createConversationItems"],
    source="observed",
    evidence="the live API: a reasoning item without id gives 400 invalid_item",
)
async def reasoning_without_id_is_refused(exam: Examination) -> None:
    """A reasoning item without an id is 400 `invalid_item`."""
    conversation = await exam.conversation()
    body = {"items": [{"type": "reasoning", "summary": []}]}
    await exam.fails("POST", path(conversation), json=body, code="invalid_item")


@probe(
    operations=["createConversationItems"],
    source="schema",
    evidence="InputItem allows compaction_trigger, which no ConversationItem is",
)
async def what_cannot_be_read_back_is_not_stored(exam: Examination) -> None:
    """A `compaction_trigger` is no item: it is refused, and never found in a list."""
    conversation = await exam.conversation()
    answer = await exam.send("POST", path(conversation), json={"items": [{"type": "compaction_trigger"}]})
    exam.equal(answer.status, 400, "the status", answer)
    listed = await exam.ok("GET", path(conversation))
    exam.equal(listed["data"], [], "the items", listed)


@probe(
    operations=["createConversationItems", "getConversationItem"],
    source="prose",
    evidence="an item's id is its name in the conversation",
)
async def same_item_id_twice_is_refused(exam: Examination) -> None:
    """An id that the conversation has already, or that a batch has twice, is 400.

    With two items of one name, neither reading nor paging means anything.
    """
    conversation = await exam.conversation()
    one = message("one") | {"id": "msg_" + exam.text()}
    await exam.items(conversation, one)
    await exam.fails("POST", path(conversation), json={"items": [one]})
    two = message("two") | {"id": "msg_" + exam.text()}
    await exam.fails("POST", path(conversation), json={"items": [two, two]})
    listed = await exam.ok("GET", path(conversation))
    exam.equal(len(listed["data"]), 1, "the number of items", listed)


@probe(
    operations=["createConversationItems"],
    source="observed",
    evidence="a turn's items carry the ids of the model's answer; each conversation has its own",
)
async def same_item_id_may_live_in_two_conversations(exam: Examination) -> None:
    """The same item, id included, can be added to two conversations; each keeps its own."""
    item = message("one") | {"id": "msg_" + exam.text()}
    first, second = await exam.conversation(), await exam.conversation()
    await exam.items(first, item)
    await exam.items(second, item)
    await exam.ok("DELETE", path(first, item["id"]))
    await exam.ok("GET", path(second, item["id"]))


@probe(
    operations=["createConversationItems"],
    source="schema",
    evidence="/components/schemas/ItemReferenceParam: type is optional",
    cases={"with type": {"type": "item_reference"}, "id alone": {}},
)
async def item_reference_is_resolved(exam: Examination, case: Json) -> None:
    """A reference to an item elsewhere in the project adds that item, under its id.

    A reference stored as it is could not be read back: no conversation item is one.
    """
    first, second = await exam.conversation(), await exam.conversation()
    [item] = await exam.items(first, message("one"))
    await exam.items(second, {**case, "id": item["id"]})
    read = await exam.ok("GET", path(second, item["id"]))
    exam.equal(read.json, item, "the item", read)


@probe(
    operations=["createConversationItems"],
    source="observed",
    evidence="a reference to nothing cannot be resolved",
)
async def unknown_item_reference_is_not_found(exam: Examination) -> None:
    """A reference to an item that does not exist is 404, and nothing of its batch is stored."""
    conversation = await exam.conversation()
    reference = {"type": "item_reference", "id": exam.absent("item")}
    await exam.fails("POST", path(conversation), json={"items": [message("x"), reference]}, status=404)
    listed = await exam.ok("GET", path(conversation))
    exam.equal(listed["data"], [], "the items", listed)


@probe(
    operations=["createConversationItems", "getConversationItem"],
    source="observed",
    evidence="JSON text is Unicode; RFC 8259 section 8.1",
    cases={
        "emoji": "👩‍👩‍👧‍👦",
        "right to left": "שלום",
        "line ends": "a\nb\r\nc\u2028d",
        "quotes": '"\\/',
        "long": "x" * 100_000,
        "combining": "e\u0301",
    },
)
async def text_comes_back_to_the_letter(exam: Examination, case: str) -> None:
    """Any text comes back as it was sent: nothing is normalised, cut or escaped twice."""
    conversation = await exam.conversation()
    [stored] = await exam.items(conversation, message(case))
    read = await exam.ok("GET", path(conversation, stored["id"]))
    exam.equal(read["content[0].text"], case, "the text", read)


@probe(
    operations=["createConversationItems"],
    source="observed",
    evidence="NUL is text in JSON; databases differ",
)
async def nul_is_kept_or_refused(exam: Examination) -> None:
    """Text with NUL comes back as it was, or is 400; it is no fault of the server's and never cut."""
    conversation = await exam.conversation()
    text = "before\x00after"
    answer = await exam.send("POST", path(conversation), json={"items": [message(text)]})
    exam.expect(answer.status in {200, 400}, "the status", answer, expected="200 or 400", got=answer.status)
    if answer.status == 200:  # noqa: PLR2004 - kept
        exam.equal(answer["data[0].content[0].text"], text, "the text", answer)


@probe(
    operations=["deleteConversationItem", "getConversationItem", "listConversationItems"],
    source="schema",
    evidence="deleteConversationItem answers /components/schemas/ConversationResource",
)
async def deleted_item_is_gone(exam: Examination) -> None:
    """Deleting an item answers its conversation; the item is 404 ever after and in no list."""
    conversation = await exam.conversation()
    one, two = await exam.items(conversation, message("one"), message("two"))
    gone = await exam.ok("DELETE", path(conversation, one["id"]))
    exam.valid(gone, "ConversationResource")
    exam.equal(gone["id"], conversation, "the conversation", gone)
    await exam.fails("GET", path(conversation, one["id"]), status=404)
    await exam.fails("DELETE", path(conversation, one["id"]), status=404)
    listed = await exam.ok("GET", path(conversation))
    exam.equal([item["id"] for item in listed["data"]], [two["id"]], "what is left", listed)


@probe(
    operations=[
        "getConversationItem",
        "deleteConversationItem",
        "createConversationItems",
        "listConversationItems",
    ],
    source="schema",
    evidence="/components/schemas/ErrorResponse",
)
async def items_of_nothing_are_not_found(exam: Examination) -> None:
    """Items of a conversation that does not exist, and items that do not exist, are 404."""
    conversation, nowhere = await exam.conversation(), exam.absent("conversation")
    await exam.fails("GET", path(conversation, exam.absent("item")), status=404)
    await exam.fails("DELETE", path(conversation, exam.absent("item")), status=404)
    await exam.fails("GET", path(nowhere), status=404)
    await exam.fails("POST", path(nowhere), json={"items": [message("x")]}, status=404)
    await exam.fails("GET", path(nowhere, exam.absent("item")), status=404)


@probe(
    operations=["getConversationItem", "deleteConversationItem"],
    source="prose",
    evidence="an item belongs to its conversation",
)
async def item_is_reached_through_its_own_conversation_only(exam: Examination) -> None:
    """An item's id under another conversation of the same project is 404, and nothing is deleted."""
    first, second = await exam.conversation(), await exam.conversation()
    [item] = await exam.items(first, message("one"))
    await exam.fails("GET", path(second, item["id"]), status=404)
    await exam.fails("DELETE", path(second, item["id"]), status=404)
    await exam.ok("GET", path(first, item["id"]))
