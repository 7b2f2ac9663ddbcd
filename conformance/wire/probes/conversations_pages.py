"""Lists of items: laws that every page keeps."""

from typing import Final

from conformance.wire.examination import Examination, Json
from conformance.wire.probes._items import message
from conformance.wire.promises import probe

MANY: Final = 25


def items_of(conversation_id: str) -> str:
    """The path of the list."""
    return f"/conversations/{conversation_id}/items"


async def filled(exam: Examination, count: int) -> tuple[str, list[str]]:
    """Make a conversation with that many messages; return its id and theirs, oldest first."""
    conversation = await exam.conversation()
    ids: list[str] = []
    for start in range(0, count, 20):
        batch = [message(str(number)) for number in range(start, min(count, start + 20))]
        ids += [str(item["id"]) for item in await exam.items(conversation, *batch)]
    return conversation, ids


def ids(pages: list[list[Json]]) -> list[str]:
    """The ids of all pages, in order."""
    return [str(item["id"]) for page in pages for item in page]


@probe(
    operations=["listConversationItems"],
    source="schema",
    evidence="/components/schemas/ConversationItemList",
)
async def item_list_has_its_shape(exam: Examination) -> None:
    """The list says `object: list`, its rows, the ids of its ends and whether there is more."""
    conversation, made = await filled(exam, 3)
    page = await exam.ok("GET", items_of(conversation), params={"limit": 2, "order": "asc"})
    exam.valid(page, "ConversationItemList")
    exam.equal([page["first_id"], page["last_id"]], made[:2], "first_id and last_id", page)
    exam.equal(page["has_more"], expected=True, what="has_more", answer=page)


@probe(
    operations=["listConversationItems"],
    source="schema",
    evidence="ConversationItemList requires string first_id and last_id, also when empty",
)
async def empty_item_list_keeps_its_shape(exam: Examination) -> None:
    """An empty list has string ids for its ends and no more to come."""
    page = await exam.ok("GET", items_of(await exam.conversation()))
    exam.valid(page, "ConversationItemList")
    exam.equal([page["data"], page["has_more"]], [[], False], "data and has_more", page)


@probe(
    operations=["listConversationItems"],
    source="prose",
    evidence="listConversationItems.order: the default is desc",
)
async def items_are_listed_newest_first_by_default(exam: Examination) -> None:
    """Without `order` the newest item comes first; `asc` turns the list around."""
    conversation, made = await filled(exam, 3)
    page = await exam.ok("GET", items_of(conversation))
    exam.equal(ids([page["data"]]), made[::-1], "the default order", page)
    page = await exam.ok("GET", items_of(conversation), params={"order": "asc"})
    exam.equal(ids([page["data"]]), made, "ascending order", page)


@probe(
    operations=["listConversationItems"],
    source="prose",
    evidence="listConversationItems.limit: the default is 20",
)
async def item_page_holds_20_by_default(exam: Examination) -> None:
    """Without `limit` a page has 20 items, and says that there are more."""
    conversation, _ = await filled(exam, MANY)
    page = await exam.ok("GET", items_of(conversation))
    exam.equal(len(page["data"]), 20, "the number of rows", page)
    exam.equal(page["has_more"], expected=True, what="has_more", answer=page)


@probe(
    operations=["listConversationItems"],
    source="prose",
    evidence="listConversationItems.limit: between 1 and 100",
    cases={
        "zero": ("0", "integer_below_min_value"),
        "negative": ("-1", "integer_below_min_value"),
        "above": ("101", "integer_above_max_value"),
        "text": ("many", "invalid_type"),
    },
)
async def item_limit_out_of_bounds_is_refused(exam: Examination, case: tuple[str, str]) -> None:
    """A limit below 1, above 100 or that is no number is 400 at `limit`."""
    value, code = case
    conversation = await exam.conversation()
    await exam.fails("GET", items_of(conversation), params={"limit": value}, code=code, param="limit")


@probe(
    operations=["listConversationItems"],
    source="prose",
    evidence="limit: between 1 and 100",
    cases={"1": 1, "100": 100},
)
async def item_limit_at_its_bounds_is_kept(exam: Examination, case: int) -> None:
    """Limits of 1 and 100 are accepted, and the page is no longer than that."""
    conversation, made = await filled(exam, MANY)
    page = await exam.ok("GET", items_of(conversation), params={"limit": case})
    exam.equal(len(page["data"]), min(case, len(made)), "the number of rows", page)


@probe(operations=["listConversationItems"], source="schema", evidence="order is asc or desc")
async def unknown_item_order_is_refused(exam: Examination) -> None:
    """An order that is neither `asc` nor `desc` is 400 at `order`."""
    conversation = await exam.conversation()
    await exam.fails(
        "GET", items_of(conversation), params={"order": "sideways"}, code="invalid_value", param="order"
    )


@probe(operations=["listConversationItems"], source="schema", evidence="/components/schemas/IncludeEnum")
async def unknown_item_include_is_refused(exam: Examination) -> None:
    """A value of `include` that the contract does not know is 400."""
    conversation = await exam.conversation()
    await exam.fails("GET", items_of(conversation), params={"include": "everything"}, code="invalid_value")


@probe(
    operations=["listConversationItems"],
    source="observed",
    evidence="official SDKs send include[]=a; the document declares no style",
    cases={"plain": "include", "brackets": "include[]"},
)
async def include_is_taken_in_both_spellings(exam: Examination, case: str) -> None:
    """`include=` and `include[]=` are both accepted, once or several times."""
    conversation, made = await filled(exam, 1)
    params = [(case, "reasoning.encrypted_content"), (case, "message.output_text.logprobs")]
    page = await exam.ok("GET", items_of(conversation), params=params)
    exam.equal(ids([page["data"]]), made, "the items", page)


@probe(
    operations=["listConversationItems"],
    source="prose",
    evidence="after, limit and order of listConversationItems",
    cases=["asc", "desc"],
)
async def item_pages_hold_each_item_once(exam: Examination, case: str) -> None:
    """Following `after` gives every item once, in order, whatever the page size."""
    conversation, made = await filled(exam, MANY)
    expected = made if case == "asc" else made[::-1]
    for limit in (1, 7, 25, 100):
        pages = await exam.pages(items_of(conversation), limit=limit, order=case)
        exam.equal(ids(pages), expected, f"pages of {limit}")


@probe(
    operations=["listConversationItems", "createConversationItems"],
    source="observed",
    evidence="a peer gives duplicate positions to parallel appends",
)
async def items_added_at_once_are_each_listed_once(exam: Examination) -> None:
    """Items added by many clients at the same time are all there, once each, batches unbroken.

    Positions that collide lose items between pages.
    """
    conversation = await exam.conversation()
    batches = [[message(f"{number} {part}") for part in range(3)] for number in range(12)]
    made = await exam.together(*(exam.items(conversation, *batch) for batch in batches))
    pages = await exam.pages(items_of(conversation), limit=5, order="asc")
    listed = ids(pages)
    exam.equal(sorted(listed), sorted(item["id"] for batch in made for item in batch), "the items listed")
    for batch in made:
        start = listed.index(batch[0]["id"])
        exam.equal(listed[start : start + 3], [item["id"] for item in batch], "a batch, side by side")


@probe(
    operations=["listConversationItems", "createConversationItems"],
    source="observed",
    evidence="a cursor marks a place, whatever is added behind it",
)
async def items_added_while_paging_disturb_nothing(exam: Examination) -> None:
    """Items that arrive while a client pages neither repeat nor hide those that were there."""
    conversation, made = await filled(exam, 6)
    first = await exam.ok("GET", items_of(conversation), params={"limit": 3, "order": "desc"})
    await exam.items(conversation, message("late"))
    after = {"limit": 3, "order": "desc", "after": first["last_id"]}
    rest = await exam.ok("GET", items_of(conversation), params=after)
    exam.equal(ids([first["data"], rest["data"]]), made[::-1], "the items of both pages", rest)


@probe(
    operations=["listConversationItems", "createConversationItems"],
    source="observed",
    evidence="agents append while others read; positions that are given out late let a reader pass by",
    cases={"pages of 1": 1, "pages of 4": 4},
)
async def reader_among_writers_passes_nothing_by(exam: Examination, case: int) -> None:
    """A client that pages upwards while others append sees each item once, and passes none by."""
    conversation, made = await filled(exam, 6)
    batches = [[message(f"{number} {part}") for part in range(2)] for number in range(8)]
    read = exam.pages(items_of(conversation), limit=case, order="asc")
    pages, *_ = await exam.together(read, *(exam.items(conversation, *batch) for batch in batches))
    seen = ids(pages)
    whole = ids(await exam.pages(items_of(conversation), limit=100, order="asc"))
    exam.equal(seen, whole[: len(seen)], "what was read meanwhile, in the order that all have now")
    exam.equal(whole[: len(made)], made, "what was there before")


@probe(
    operations=["listConversationItems", "deleteConversationItem"],
    source="observed",
    evidence="a client deletes what it has read, and goes on from there",
)
async def cursor_of_a_deleted_item_keeps_its_place(exam: Examination) -> None:
    """After its item was deleted, a cursor still marks the place; it never starts the list again."""
    conversation, made = await filled(exam, 5)
    await exam.ok("DELETE", f"{items_of(conversation)}/{made[2]}")
    answer = await exam.send("GET", items_of(conversation), params={"order": "asc", "after": made[2]})
    if answer.status != 400:  # noqa: PLR2004 - refusing it is honest too; beginning anew is not
        exam.equal(ids([answer["data"]]), made[3:], "what follows the deleted item", answer)


@probe(
    operations=["listConversationItems"],
    source="observed",
    evidence="a cursor of another list marks no place in this one",
)
async def foreign_item_cursor_is_refused(exam: Examination) -> None:
    """A cursor that was never in this list, unknown or of another conversation, is 400 at `after`."""
    conversation, _ = await filled(exam, 2)
    _, others = await filled(exam, 1)
    for cursor in (exam.absent("item"), others[0]):
        await exam.fails("GET", items_of(conversation), params={"after": cursor}, param="after")


@probe(
    operations=["listConversationItems"],
    source="observed",
    evidence="has_more is false on the last page, also when it is full",
)
async def full_last_page_says_there_is_no_more(exam: Examination) -> None:
    """A last page that is exactly full has `has_more: false`."""
    conversation, made = await filled(exam, 4)
    page = await exam.ok("GET", items_of(conversation), params={"limit": len(made)})
    exam.equal(page["has_more"], expected=False, what="has_more", answer=page)
    page = await exam.ok(
        "GET", items_of(conversation), params={"limit": 4, "after": made[0], "order": "desc"}
    )
    exam.equal([page["data"], page["has_more"]], [[], False], "what follows the last", page)
