"""Requests that are sent again under their idempotency key, where a server knows such keys."""

from typing import Any, Final

from conformance.wire.examination import Answer, Examination, Json
from conformance.wire.probes._items import message
from conformance.wire.promises import probe

_CREATE: Final = "/conversations"
_REPLAYED: Final = ("idempotency-replayed", "idempotent-replayed")
"""Headers that mark an answer as one made for an earlier request."""
_GOOD: Final = 200


def _key(value: str) -> dict[str, str]:
    return {"idempotency-key": value}


def _replayed(answer: Answer) -> bool:
    return any(answer.headers.get(name) == "true" for name in _REPLAYED)


async def _advertised(exam: Examination) -> None:
    """Skip where a retry is not marked as one: the API at large promises nothing of these keys."""
    headers = _key(exam.fresh())
    for last in (False, True):
        answer = await exam.ok("POST", _CREATE, json={}, headers=headers)
        if last and not _replayed(answer):
            exam.skip("the server marks no retry as replayed: it advertises no idempotency keys")


async def _twice(exam: Examination, path: str, body: Json) -> tuple[Answer, Answer]:
    await _advertised(exam)
    headers = _key(exam.fresh())
    first = await exam.ok("POST", path, json=body, headers=headers)
    return first, await exam.ok("POST", path, json=body, headers=headers)


@probe(
    operations=["createConversation", "createChatCompletion", "createResponse"],
    source="observed",
    evidence="official SDKs send Idempotency-Key where they are told to, and retry after a broken connection",
    cases={
        "conversation": (_CREATE, {}),
        "completion": (
            "/chat/completions",
            {"store": True, "messages": [{"role": "user", "content": "Hi."}]},
        ),
        "response": ("/responses", {"input": "Say a word."}),
    },
)
async def retried_request_is_answered_as_before(exam: Examination, case: tuple[str, Json]) -> None:
    """A request that is sent again under its idempotency key gets the same answer: nothing is made twice."""
    path, body = case
    if path != _CREATE:
        body = body | {"model": exam.model}
    first, again = await _twice(exam, path, body)
    exam.equal(again.json, first.json, "the answer to the retry", again)
    exam.expect(_replayed(again), "the answer is not marked as replayed", again)


@probe(
    operations=["createConversationItems", "listConversationItems"],
    source="observed",
    evidence="a client that lost its connection cannot know whether its items were added",
)
async def retried_items_are_added_once(exam: Examination) -> None:
    """Items that are sent again under their idempotency key stand in the conversation once."""
    path = f"{_CREATE}/{await exam.conversation()}/items"
    first, again = await _twice(exam, path, {"items": [message("once")]})
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
    await _advertised(exam)
    sent: dict[str, Any] = {"json": {}, "headers": _key(exam.fresh())}
    answers = await exam.together(*(exam.send("POST", _CREATE, **sent) for _ in range(4)))
    made = {answer["id"] for answer in answers if answer.status == _GOOD}
    exam.equal(len(made), 1, "the number of conversations made", answers[-1])


@probe(
    operations=["createConversation"],
    source="observed",
    evidence="an answer to another request would be taken for one's own",
)
async def idempotency_key_of_another_request_is_refused(exam: Examination) -> None:
    """Another request under a key that was used is refused, and not answered with what was made before."""
    await _advertised(exam)
    headers = _key(exam.fresh())
    await exam.ok("POST", _CREATE, json={"metadata": {"a": "1"}}, headers=headers)
    other = {"metadata": {"a": "2"}}
    await exam.fails("POST", _CREATE, status=(400, 409, 422), json=other, headers=headers)


@probe(
    operations=["createConversation"],
    source="observed",
    evidence="keys of two projects have nothing to do with each other",
    needs=["second-key"],
)
async def idempotency_key_is_the_projects_own(exam: Examination) -> None:
    """A key that another project has used is as good as new: its answer is nobody else's."""
    await _advertised(exam)
    headers = _key(exam.fresh())
    first = await exam.ok("POST", _CREATE, json={}, headers=headers)
    other = await exam.second.ok("POST", _CREATE, json={}, headers=headers)
    exam.expect(other["id"] != first["id"], "the other project is shown this one's conversation", other)
    await exam.fails("GET", f"{_CREATE}/{other['id']}", status=404)
