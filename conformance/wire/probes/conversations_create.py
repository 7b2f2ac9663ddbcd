"""Making conversations."""

from typing import Final

from conformance.wire.examination import Examination, Json
from conformance.wire.outcomes import NOTHING
from conformance.wire.promises import probe

METADATA: Final = "/components/schemas/ConversationResource/properties/metadata"


@probe(
    operations=["createConversation"],
    source="observed",
    evidence="the live API, as its users report: no body, `{}` or nulls give 200 and `metadata: {}`",
    cases={"no body": NOTHING, "empty object": {}, "nulls": {"items": None, "metadata": None}},
)
async def conversation_is_made_of_nothing(exam: Examination, case: Json) -> None:
    """A conversation can be made with no body, `{}` or nulls, and has empty metadata.

    The SDK's `client.conversations.create()` sends `{}`; other clients send nothing, or null for what they
    have not.
    """
    made = await exam.ok("POST", "/conversations", json=case)
    exam.equal(made["metadata"], {}, "metadata", made, pointer=METADATA)


@probe(
    operations=["createConversation", "getConversation"],
    source="schema",
    evidence="/components/schemas/ConversationResource",
)
async def conversation_is_read_as_it_was_made(exam: Examination) -> None:
    """A conversation that was acknowledged is there at once, with the same members.

    A client keeps nothing but the id; whatever it reads later has to be what it was told first.
    """
    made = await exam.ok("POST", "/conversations", json={"metadata": {"topic": "tea", "é": ""}})
    read = await exam.ok("GET", f"/conversations/{made['id']}")
    exam.valid(read, "ConversationResource")
    exam.equal(read.json, made.json, "what is read", read)


@probe(
    operations=["createConversation"],
    source="prose",
    evidence="CreateConversationBody: initial items, up to 20 at a time",
)
async def initial_items_are_stored_in_order(exam: Examination) -> None:
    """Items given at creation are in the conversation, all of them, in the order they were given.

    A server that drops them answers 200 and has the model begin without its history.
    """
    texts = [exam.text() for _ in range(20)]
    items = [{"type": "message", "role": "user", "content": text} for text in texts]
    made = await exam.conversation(items)
    pages = await exam.pages(f"/conversations/{made}/items", order="asc", limit=100)
    stored = [item["content"][0]["text"] for page in pages for item in page]
    exam.equal(stored, texts, "the texts of the items")


@probe(
    operations=["createConversation"],
    source="prose",
    evidence="CreateConversationBody: initial items, up to 20 at a time",
)
async def more_than_20_initial_items_are_refused(exam: Examination) -> None:
    """21 items at creation are refused with 400 `array_above_max_length` at `items`."""
    items = [{"type": "message", "role": "user", "content": str(number)} for number in range(21)]
    await exam.fails(
        "POST", "/conversations", json={"items": items}, code="array_above_max_length", param="items"
    )


@probe(
    operations=["createConversation"],
    source="prose",
    evidence="Metadata: 16 pairs, keys of up to 64 characters, values of up to 512",
    cases={
        "16 pairs": {f"key {number}": "value" for number in range(16)},
        "key of 64": {"k" * 64: "value"},
        "value of 512": {"key": "v" * 512},
        "empty value": {"key": ""},
    },
)
async def metadata_at_its_limits_is_kept(exam: Examination, case: dict[str, str]) -> None:
    """Metadata at the stated limits is accepted and comes back unchanged.

    The limits count characters, not bytes.
    """
    made = await exam.ok("POST", "/conversations", json={"metadata": case})
    exam.equal(made["metadata"], case, "metadata", made, pointer=METADATA)


@probe(
    operations=["createConversation"],
    source="prose",
    evidence="Metadata: 16 pairs, keys of up to 64 characters, values of up to 512",
    cases={
        "17 pairs": {f"key {number}": "value" for number in range(17)},
        "key of 65": {"k" * 65: "value"},
        "value of 513": {"key": "v" * 513},
        "value that is a number": {"key": 1},
        "value that is null": {"key": None},
    },
)
async def metadata_above_its_limits_is_refused(exam: Examination, case: Json) -> None:
    """Metadata above the stated limits, or with values that are no strings, is refused with 400."""
    await exam.fails("POST", "/conversations", json={"metadata": case}, type="invalid_request_error")
