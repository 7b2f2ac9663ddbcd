"""Conversations from change to deletion, and whose they are."""

from itertools import pairwise
from typing import Any, Final

from conformance.wire.examination import Examination, Json
from conformance.wire.outcomes import NOTHING
from conformance.wire.probes._items import message
from conformance.wire.promises import probe

THIS_CENTURY: Final = range(1_500_000_000, 4_200_000_000)
"""Unix seconds from 2017 to 2103."""


@probe(
    operations=["updateConversation", "getConversation"],
    source="prose",
    evidence="updateConversation: metadata to set",
)
async def updated_conversation_metadata_is_replaced(exam: Examination) -> None:
    """An update replaces the metadata as a whole; the rest stays."""
    conversation = await exam.conversation(metadata={"a": "1", "b": "2"})
    before = await exam.ok("GET", f"/conversations/{conversation}")
    changed = await exam.ok("POST", f"/conversations/{conversation}", json={"metadata": {"b": "3"}})
    exam.valid(changed, "ConversationResource")
    exam.equal(changed["metadata"], {"b": "3"}, "the metadata", changed)
    read = await exam.ok("GET", f"/conversations/{conversation}")
    exam.equal(read.json, before.json | {"metadata": {"b": "3"}}, "what is read", read)


@probe(
    operations=["updateConversation"],
    source="observed",
    evidence="the live API: no body or {} gives missing_required_parameter, null gives invalid_type",
    cases={
        "no body": (NOTHING, "missing_required_parameter"),
        "empty object": ({}, "missing_required_parameter"),
        "null": ({"metadata": None}, "invalid_type"),
        "text": ({"metadata": "x"}, "invalid_type"),
    },
)
async def update_without_metadata_is_refused(exam: Examination, case: tuple[Json, str]) -> None:
    """An update without metadata, or with null, is 400: it would otherwise erase what is there."""
    body, code = case
    conversation = await exam.conversation(metadata={"a": "1"})
    await exam.fails("POST", f"/conversations/{conversation}", json=body, code=code)
    read = await exam.ok("GET", f"/conversations/{conversation}")
    exam.equal(read["metadata"], {"a": "1"}, "the metadata after the refusal", read)


@probe(
    operations=["updateConversation"],
    source="prose",
    evidence="Metadata: 16 pairs, keys of up to 64 characters, values of up to 512",
    cases={
        "17 pairs": {f"k{n}": "v" for n in range(17)},
        "key of 65": {"k" * 65: "v"},
        "value of 513": {"k": "v" * 513},
    },
)
async def update_above_metadata_limits_is_refused(exam: Examination, case: dict[str, str]) -> None:
    """Metadata above the limits is refused on update as it is on creation."""
    conversation = await exam.conversation()
    await exam.fails("POST", f"/conversations/{conversation}", json={"metadata": case})


@probe(
    operations=["deleteConversation", "getConversation"],
    source="schema",
    evidence="/components/schemas/DeletedConversationResource",
)
async def deleted_conversation_is_gone(exam: Examination) -> None:
    """A deleted conversation answers `deleted: true` once, and 404 ever after, its items too."""
    conversation = await exam.conversation([message("one")])
    [item] = (await exam.ok("GET", f"/conversations/{conversation}/items"))["data"]
    gone = await exam.ok("DELETE", f"/conversations/{conversation}")
    exam.valid(gone, "DeletedConversationResource")
    exam.equal([gone["id"], gone["deleted"]], [conversation, True], "id and deleted", gone)
    for method, path in (
        ("GET", ""),
        ("DELETE", ""),
        ("GET", "/items"),
        ("GET", f"/items/{item['id']}"),
        ("DELETE", f"/items/{item['id']}"),
    ):
        await exam.fails(method, f"/conversations/{conversation}{path}", status=404)


@probe(
    operations=["deleteConversation", "createConversationItems"],
    source="observed",
    evidence="a peer keeps a deleted conversation's transcript",
)
async def deleted_conversation_is_no_source_of_items(exam: Examination) -> None:
    """Items of a deleted conversation cannot be referred to from another: they are gone."""
    conversation = await exam.conversation([message("secret")])
    [item] = (await exam.ok("GET", f"/conversations/{conversation}/items"))["data"]
    await exam.ok("DELETE", f"/conversations/{conversation}")
    other = await exam.conversation()
    reference = {"items": [{"type": "item_reference", "id": item["id"]}]}
    await exam.fails("POST", f"/conversations/{other}/items", json=reference, status=404)


@probe(
    operations=["getConversation", "updateConversation", "deleteConversation"],
    source="schema",
    evidence="/components/schemas/ErrorResponse",
)
async def missing_conversation_is_404(exam: Examination) -> None:
    """A conversation that does not exist is 404 in the one error shape, whatever is asked of it."""
    path = f"/conversations/{exam.absent('conversation')}"
    await exam.fails("GET", path, status=404)
    await exam.fails("DELETE", path, status=404)
    await exam.fails("POST", path, json={"metadata": {}}, status=404)


@probe(
    operations=["createConversation"],
    source="schema",
    evidence="ConversationResource.created_at: Unix time in seconds",
)
async def created_at_is_the_time_in_seconds(exam: Examination) -> None:
    """`created_at` is an integer of Unix seconds, near the answer's own `date`.

    Milliseconds put a conversation into the year 57000.
    """
    made = await exam.ok("POST", "/conversations", json={})
    created = made["created_at"]
    exam.expect(isinstance(created, int), "created_at is no integer", made, got=created)
    exam.expect(created in THIS_CENTURY, "created_at is not in seconds", made, got=created)


_APART: Final = 10
"""Characters: of 64 random bits, written as hexadecimal, hardly ever fewer differ."""


@probe(
    operations=["createConversation"],
    source="observed",
    evidence="upstream's ids begin with conv_ and cannot be guessed",
)
async def conversation_ids_cannot_be_guessed(exam: Examination) -> None:
    """Ids of conversations begin with `conv_`, are long, and differ in more than a counter."""
    made = [await exam.conversation() for _ in range(3)]
    exam.equal([one for one in made if not one.startswith("conv_")], [], "ids without the prefix")
    exam.expect(min(len(one) for one in made) >= 21, "the ids are short", got=made)  # noqa: PLR2004 - 96 bits in base64
    # They may begin with the time; what follows has to differ in far more places than a counter's.
    pairs = pairwise(made)
    apart = min(sum(a != b for a, b in zip(one, other, strict=False)) for one, other in pairs)
    exam.expect(apart >= _APART, "the ids differ in too few places", expected=_APART, got=made)


@probe(
    operations=[
        "getConversation",
        "updateConversation",
        "deleteConversation",
        "listConversationItems",
        "createConversationItems",
        "getConversationItem",
        "deleteConversationItem",
    ],
    source="prose",
    evidence="objects belong to the project of the key that made them",
    needs=["second-key"],
)
async def conversation_is_the_projects_own(exam: Examination) -> None:
    """Another project's key gets 404 for a conversation, whatever it asks, and changes nothing."""
    conversation = await exam.conversation([message("secret")], metadata={"a": "1"})
    [item] = (await exam.ok("GET", f"/conversations/{conversation}/items"))["data"]
    path = f"/conversations/{conversation}"
    calls: list[tuple[str, str, Any]] = [
        ("GET", path, {}),
        ("POST", path, {"json": {"metadata": {"a": "2"}}}),
        ("DELETE", path, {}),
        ("GET", f"{path}/items", {}),
        ("POST", f"{path}/items", {"json": {"items": [message("x")]}}),
        ("GET", f"{path}/items/{item['id']}", {}),
        ("DELETE", f"{path}/items/{item['id']}", {}),
    ]
    for method, where, more in calls:
        await exam.second.fails(method, where, status=404, **more)
    read = await exam.ok("GET", path)
    exam.equal(read["metadata"], {"a": "1"}, "the metadata afterwards", read)


@probe(
    operations=["createConversationItems", "listConversationItems"],
    source="prose",
    evidence="references and cursors are names too",
    needs=["second-key"],
)
async def foreign_items_are_out_of_reach(exam: Examination) -> None:
    """Another project's item can be neither referred to nor used as a cursor."""
    conversation = await exam.conversation([message("secret")])
    [item] = (await exam.ok("GET", f"/conversations/{conversation}/items"))["data"]
    theirs = await exam.second.conversation([message("own")])
    reference = {"items": [{"type": "item_reference", "id": item["id"]}]}
    await exam.second.fails("POST", f"/conversations/{theirs}/items", json=reference, status=404)
    await exam.second.fails(
        "GET", f"/conversations/{theirs}/items", params={"after": item["id"]}, param="after"
    )


@probe(
    operations=["getConversation"],
    source="observed",
    evidence="a body that differs tells a stranger what exists",
    needs=["second-key"],
)
async def foreign_id_answers_as_one_that_never_was(exam: Examination) -> None:
    """A foreign id is answered like an id that never was: same status, type, code and wording.

    A difference would tell a stranger which ids exist.
    """
    conversation = await exam.conversation()
    never = exam.absent("conversation")
    foreign = await exam.second.fails("GET", f"/conversations/{conversation}", status=404)
    unknown = await exam.second.fails("GET", f"/conversations/{never}", status=404)
    exam.equal(
        foreign.text.replace(conversation, "ID"),
        unknown.text.replace(never, "ID"),
        "the two answers",
        foreign,
    )
