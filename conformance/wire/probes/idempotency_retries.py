"""Requests that are sent again under one idempotency key, where the server's document says it takes them."""

import asyncio
from typing import Any, Final

from conformance.wire.examination import Answer, Examination, Json
from conformance.wire.launching import Reply
from conformance.wire.promises import probe

HEADER: Final = "Idempotency-Key"
DRAFT: Final = "draft-ietf-httpapi-idempotency-key-header-07, section 2; the server's own document"
ITEM: Final[Json] = {"items": [{"role": "user", "content": "Which rivers meet at Koblenz?"}]}
SAID: Final = "Say one short sentence about rivers."
OK, CONFLICT, UNPROCESSABLE, SLOW_DOWN = 200, 409, 422, 429


class Retried:
    """One request, ready to be sent as often as one likes."""

    def __init__(self, exam: Examination, operation: str, path: str, body: Json) -> None:
        self.exam = exam
        self.operation = operation
        self.path = path
        self.body = body
        self.headers = {HEADER: exam.fresh()}

    def say(self, text: str) -> None:
        """Have the model be told this."""
        said = [{"role": "user", "content": text}]
        self.body |= {"messages": said} if "messages" in self.body else {"input": text}

    @property
    def request(self) -> dict[str, Any]:
        """What `send` and its kind take."""
        return {"json": self.body, "headers": self.headers}

    async def ok(self) -> Answer:
        """Send it, expecting success."""
        return await self.exam.ok("POST", self.path, **self.request)

    async def send(self) -> Answer:
        """Send it, whatever comes."""
        return await self.exam.send("POST", self.path, patient=False, **self.request)


async def retried(exam: Examination, case: str, **more: Any) -> Retried:
    """A request of a kind, once it is known that the server takes a key there."""
    operation = OPERATIONS[case]
    await exam.advertised(operation, HEADER)
    if case == "conversation":
        return Retried(exam, operation, "/conversations", {"metadata": {"mark": exam.text()}})
    if case == "items":
        return Retried(exam, operation, f"/conversations/{await exam.conversation()}/items", ITEM)
    if case == "completion":
        body = {"model": exam.model, "messages": [{"role": "user", "content": SAID}], **more}
        return Retried(exam, operation, "/chat/completions", body)
    return Retried(exam, operation, "/responses", {"model": exam.model, "input": SAID, **more})


OPERATIONS: Final = {
    "conversation": "createConversation",
    "items": "createConversationItems",
    "completion": "createChatCompletion",
    "response": "createResponse",
}


async def stored(exam: Examination, one: Retried) -> int:
    """How many items there are where they were added."""
    return sum(map(len, await exam.pages(one.path, limit=100)))


@probe(
    operations=["createChatCompletion", "createResponse"],
    source="prose",
    evidence=DRAFT,
    cases=["completion", "response"],
)
async def retry_of_a_stream_gets_the_same_events(exam: Examination, case: str) -> None:
    """A stream that is asked for again under the same key has the events of the first, all of them.

    A client whose connection broke midway would otherwise pay for another answer, and read two.
    """
    one = await retried(exam, case, stream=True)
    first = await exam.events("POST", one.path, **one.request)
    again = await exam.events("POST", one.path, **one.request)
    exam.equal([event.data for event in again], [event.data for event in first], "the events")


@probe(
    operations=["createChatCompletion", "createResponse"],
    source="prose",
    evidence=DRAFT,
    cases=["completion", "response"],
    needs=["launch"],
)
async def stream_that_a_client_left_is_there_for_its_retry(exam: Examination, case: str) -> None:
    """Who loses a stream in its middle, and asks again under the same key, gets it from its beginning.

    The model is asked once, and the events that come while nobody listens are not lost.
    """
    one = await retried(exam, case, stream=True)
    marker, gate = exam.text(), asyncio.Event()
    one.say(marker)
    exam.launched.model.script(marker, Reply(f"Held: {marker} " * 20, gate=gate))
    async with exam.open("POST", one.path, **one.request) as opened:
        async for _ in opened.events():
            break
    async with exam.open("POST", one.path, timeout=20, **one.request) as opened:
        async for _ in opened.events():
            gate.set()
    exam.equal(len(exam.launched.model.told(marker)), 1, "the number of times the model was asked")
    early, late = (exchange.events for exchange in exam.record.exchanges[-2:])
    heard = [event.data for event in late]
    exam.expect(len(heard) > len(early), "the retry has no more events than the client that left")
    exam.equal(heard[: len(early)], [event.data for event in early], "the first events of the retry")


@probe(
    operations=["createConversation", "createResponse"],
    source="observed",
    evidence=f"{DRAFT}; the official SDKs retry 409 unless `x-should-retry` is false (2026-11-21)",
    cases=["conversation", "response"],
)
async def key_of_another_request_is_not_retried(exam: Examination, case: str) -> None:
    """A key that was used with another body is refused: 409 with `x-should-retry: false`, or 422.

    Answering the first request's answer would be wrong, and so would sending the same again and again.
    """
    one = await retried(exam, case)
    await one.ok()
    one.body |= {"metadata": {"mark": exam.text()}}
    refused = await exam.fails("POST", one.path, status=(CONFLICT, UNPROCESSABLE), **one.request)
    if refused.status == CONFLICT:
        exam.equal(refused.headers.get("x-should-retry"), "false", "x-should-retry", refused)


@probe(
    operations=["createChatCompletion", "createResponse"],
    source="prose",
    evidence=DRAFT,
    cases=["completion", "response"],
    needs=["launch"],
)
async def slow_down_is_not_kept_for_the_retry(exam: Examination, case: str) -> None:
    """A request that was answered 429 is carried out when it is sent again under the same key.

    It is what the status asks for, and what the SDKs do.
    """
    one = await retried(exam, case)
    marker = exam.text()
    one.say(marker)
    busy = {"message": "Slow down.", "type": "requests", "param": None, "code": "rate_limit_exceeded"}
    exam.launched.model.script(marker, Reply(status=SLOW_DOWN, error={"error": busy}))
    first = await one.send()
    if first.status != SLOW_DOWN:
        exam.inconclusive(f"the model's 429 came out as {first.status}")
    exam.launched.model.script(marker, Reply("There you are."))
    again = await one.send()
    exam.equal(again.status, OK, "the status of the retry", again)


@probe(
    operations=["createConversation", "createConversationItems"],
    source="prose",
    evidence=DRAFT,
    cases=["conversation", "items"],
    needs=["launch"],
)
async def keys_outlive_a_kill(exam: Examination, case: str) -> None:
    """What was answered before `kill -9` is answered again after a restart, and not carried out twice.

    A crash is when clients retry most.
    """
    one = await retried(exam, case)
    first = await one.ok()
    await exam.launched.restart()
    again = await one.ok()
    exam.equal(again.json, first.json, "the answer after the restart", again)
    if case == "items":
        exam.equal(await stored(exam, one), 1, "the number of items stored")
