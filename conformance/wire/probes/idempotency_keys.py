"""What an idempotency key is for: one effect however often a request arrives, and nobody else's."""

from typing import Any, Final

from conformance.wire.examination import Answer, Examination, Json
from conformance.wire.probes._items import message
from conformance.wire.promises import probe

_CREATE: Final = "/conversations"
_HEADER: Final = "Idempotency-Key"
_GOOD: Final = 200


async def _twice(exam: Examination, operation: str, path: str, body: Json) -> tuple[Answer, Answer]:
    """Send a request and send it again, where the server's document says that it takes a key there."""
    await exam.advertised(operation, _HEADER)
    headers = {_HEADER: exam.fresh()}
    first = await exam.ok("POST", path, json=body, headers=headers)
    return first, await exam.ok("POST", path, json=body, headers=headers)


@probe(
    operations=["createConversation", "createChatCompletion", "createResponse"],
    source="observed",
    evidence="official SDKs send Idempotency-Key where they are told to, and retry after a broken connection",
    cases={
        "conversation": ("createConversation", _CREATE, {}),
        "completion": (
            "createChatCompletion",
            "/chat/completions",
            {"store": True, "messages": [{"role": "user", "content": "Hi."}]},
        ),
        "response": ("createResponse", "/responses", {"input": "Say a word."}),
    },
)
async def retried_request_is_answered_as_before(exam: Examination, case: tuple[str, str, Json]) -> None:
    """A request that is sent again under its idempotency key gets the same answer: nothing is made twice."""
    operation, path, body = case
    if path != _CREATE:
        body = body | {"model": exam.model}
    first, again = await _twice(exam, operation, path, body)
    exam.equal(again.json, first.json, "the answer to the retry", again)


@probe(
    operations=["createConversationItems", "listConversationItems"],
    source="observed",
    evidence="a client that lost its connection cannot know whether its items were added",
)
async def retried_items_are_added_once(exam: Examination) -> None:
    """Items that are sent again under their idempotency key stand in the conversation once."""
    path = f"{_CREATE}/{await exam.conversation()}/items"
    first, again = await _twice(exam, "createConversationItems", path, {"items": [message("once")]})
    exam.equal(again.json, first.json, "the answer to the retry", again)
    listed = await exam.ok("GET", path)
    exam.equal([one["id"] for one in listed["data"]], [first["data[0].id"]], "the items", listed)


@probe(
    operations=["createConversation"],
    source="observed",
    evidence="a retry after a time-out arrives while the first request still runs",
)
async def retries_at_once_make_one(exam: Examination) -> None:
    """Of the same request sent several times at once under one key, all that succeed name one object."""
    await exam.advertised("createConversation", _HEADER)
    sent: dict[str, Any] = {"json": {}, "headers": {_HEADER: exam.fresh()}}
    answers = await exam.together(*(exam.send("POST", _CREATE, **sent) for _ in range(4)))
    made = {answer["id"] for answer in answers if answer.status == _GOOD}
    exam.equal(len(made), 1, "the number of conversations made", answers[-1])


@probe(
    operations=["createConversation"],
    source="observed",
    evidence="keys of two projects have nothing to do with each other",
    needs=["second-key"],
)
async def idempotency_key_is_the_projects_own(exam: Examination) -> None:
    """A key that another project has used is as good as new: its answer is nobody else's."""
    await exam.advertised("createConversation", _HEADER)
    headers = {_HEADER: exam.fresh()}
    first = await exam.ok("POST", _CREATE, json={}, headers=headers)
    other = await exam.second.ok("POST", _CREATE, json={}, headers=headers)
    exam.expect(other["id"] != first["id"], "the other project is shown this one's conversation", other)
    await exam.fails("GET", f"{_CREATE}/{other['id']}", status=404)
