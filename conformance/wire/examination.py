"""What a probe is handed: one case's view of the server, which records, checks, and cleans up."""

import asyncio
import copy
import random
import re
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

from conformance.wire.bodies import Bodies
from conformance.wire.client import Client, Opened, Params, Request, segment
from conformance.wire.contract import EVENTS, Contract
from conformance.wire.events import Event
from conformance.wire.exchanges import Exchange, parsed
from conformance.wire.launching import Launched, Reply
from conformance.wire.outcomes import NOTHING, FailedError, InconclusiveError, SkippedError
from conformance.wire.published import published, takes_header

Json = dict[str, Any]
ANY: Final[Any] = object()
"""Whatever it is: a check that is not made."""

_LETTERS: Final = "0123456789abcdef"
_PREFIXES: Final = {"conversation": "conv_", "item": "msg_", "completion": "chatcmpl-", "response": "resp_"}
_SHOWN: Final = 300


class Answer:
    """What came back. Asking for `json` or a member of a body that has none fails the probe."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange

    @property
    def status(self) -> int:
        """The status code."""
        return self.exchange.status

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers, names in lower case."""
        return self.exchange.answer_headers

    @property
    def text(self) -> str:
        """The body as text."""
        return self.exchange.answer.decode("utf-8", "replace")

    @property
    def events(self) -> list[Event]:
        """The events of a stream."""
        return self.exchange.events

    @property
    def json(self) -> Any:
        """The body as JSON."""
        try:
            return parsed(self.exchange.answer)
        except ValueError:
            shown = self.text[:80] or "nothing"
            raise FailedError(f"the body is no JSON but {shown!r}", exchanges=[self.exchange]) from None

    def __getitem__(self, path: str) -> Any:
        """Return a member by its path, `data[0].id`; fail the probe where there is none."""
        value = self.json
        for part in re.findall(r"[^.\[\]]+", path):
            try:
                value = value[int(part)] if isinstance(value, list) else value[part]
            except (KeyError, IndexError, TypeError, ValueError):
                message = f"the answer to {self.title} has no {path}"
                raise FailedError(message, got=value, exchanges=[self.exchange]) from None
        return value

    @property
    def title(self) -> str:
        """The request, for a person."""
        return f"{self.exchange.method} {self.exchange.path}"


@dataclass(slots=True)
class Record:
    """What the views of one case share: its exchanges, in order."""

    exchanges: list[Exchange] = field(default_factory=list)


@dataclass(slots=True)
class Surroundings:
    """What all cases share."""

    client: Client
    contract: Contract
    bodies: Bodies
    model: str | None
    seed: int
    launched: Launched | None = None
    document: Json | None = None
    """What the server publishes of itself, once somebody has asked."""


class Examination:
    """One case. Whatever sends fails the probe when no answer comes; `ok` and `fails` look at the status."""

    def __init__(self, around: Surroundings, name: str) -> None:
        self.around = around
        self.record = Record()
        self.random = random.Random(f"{around.seed}:{name}")  # noqa: S311 - no secrets, but the same again
        self._name = name
        self._key = "first"

    # What the server is asked

    async def send(
        self,
        method: str,
        path: str,
        *,
        json: Any = NOTHING,
        content: bytes | str | None = None,
        params: Params = (),
        headers: Mapping[str, str] | None = None,
        patient: bool = True,
        timeout: float | None = None,  # noqa: ASYNC109 - the client's own, which says what it waited for
    ) -> Answer:
        """Send a request, whatever the answer may be.

        Args:
            method: GET, POST or DELETE.
            path: relative to the base URL (which ends in `/v1`), without query.
            json: the body; None sends `null`.
            content: the body as it is, instead.
            params: the query: a mapping, pairs, or a string sent as it is.
            headers: more headers, or others.
            patient: wait and ask again on 429.
            timeout: seconds between two pieces of the answer; by default the examination's.
        """
        request = Request(method, path, params, headers or {}, json, content, self._key, patient, timeout)
        exchange = await self.around.client.send(request)
        self.record.exchanges.append(exchange)
        if exchange.trouble:
            raise FailedError(f"{method} {path}: {exchange.trouble}", exchanges=[exchange])
        return Answer(exchange)

    async def ok(self, method: str, path: str, *, status: int = 200, **more: Any) -> Answer:
        """Send a request that has to succeed. Takes what `send` takes."""
        answer = await self.send(method, path, **more)
        if answer.status != status:
            message = f"{answer.title} answered {answer.status}, not {status}"
            raise FailedError(message, expected=status, got=answer.status, exchanges=[answer.exchange])
        return answer

    async def fails(
        self,
        method: str,
        path: str,
        *,
        status: int | tuple[int, ...] = 400,
        code: Any = ANY,
        param: Any = ANY,
        type: Any = ANY,  # noqa: A002 - the member's name
        **more: Any,
    ) -> Answer:
        """Send a request that has to be refused, in the one error shape. Takes what `send` takes as well."""
        answer = await self.send(method, path, **more)
        allowed = (status,) if isinstance(status, int) else status
        if answer.status not in allowed:
            wanted = " or ".join(map(str, allowed))
            message = f"{answer.title} answered {answer.status}, not {wanted}"
            raise FailedError(message, expected=list(allowed), got=answer.status, exchanges=[answer.exchange])
        self.valid(answer, "ErrorResponse")
        for name, wanted in {"code": code, "param": param, "type": type}.items():
            if wanted is not ANY:
                self.equal(answer.json["error"][name], wanted, f"error.{name}", answer)
        return answer

    @asynccontextmanager
    async def open(
        self,
        method: str,
        path: str,
        *,
        json: Any = NOTHING,
        params: Params = (),
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - as above
    ) -> AsyncIterator[Opened]:
        """Send a request and read its events while they come: `async for event in opened.events()`.

        Leaving the block closes the connection, as a client does that goes away.
        """
        request = Request(method, path, params, headers or {}, json, key=self._key, timeout=timeout)
        async with self.around.client.open(request) as opened:
            self.record.exchanges.append(opened.exchange)
            yield opened

    async def events(self, method: str, path: str, **more: Any) -> list[Event]:
        """Send a request that has to be answered with a stream; return its events, `[DONE]` among them."""
        answer = await self.ok(method, path, **more)
        if answer.exchange.media != EVENTS:
            message = f"{answer.title} answered {answer.exchange.media or 'no media type'}, not {EVENTS}"
            raise FailedError(message, exchanges=[answer.exchange])
        return answer.events

    async def together(self, *calls: Any) -> list[Any]:
        """Await several calls at once; the first failure counts."""
        return list(await asyncio.gather(*calls))

    # What is there to ask about

    async def conversation(self, items: list[Json] | None = None, **body: Any) -> str:
        """Make a conversation, deleted when the case is over; return its id."""
        given = body if items is None else {"items": items, **body}
        return str((await self.ok("POST", "/conversations", json=given))["id"])

    async def items(self, conversation_id: str, *items: Json) -> list[Json]:
        """Append items (at most 20) to a conversation; return them as stored."""
        path = f"/conversations/{segment(conversation_id)}/items"
        return list((await self.ok("POST", path, json={"items": list(items)}))["data"])

    async def completion(self, text: str = "Say a word.", **body: Any) -> Answer:
        """Make a chat completion; with `store=True` it is deleted when the case is over."""
        given = {"model": self.model, "messages": [{"role": "user", "content": text}], **body}
        return await self.ok("POST", "/chat/completions", json=given)

    async def response(self, input: Any = "Say a word.", **body: Any) -> Answer:  # noqa: A002 - the member's name
        """Make a response, deleted when the case is over."""
        return await self.ok("POST", "/responses", json={"model": self.model, "input": input, **body})

    async def pages(self, path: str, **params: Any) -> list[list[Json]]:
        """Follow a list by its cursors and return the pages; a list without end fails the probe."""
        found: list[list[Json]] = []
        while True:
            answer = await self.ok("GET", path, params=params)
            found.append(list(answer["data"]))
            if not answer["has_more"]:
                return found
            if len(found) >= _MOST_PAGES or not found[-1] or answer["last_id"] == params.get("after"):
                raise FailedError(f"the list {path} has no end: page {len(found)} leads nowhere new")
            params["after"] = answer["last_id"]

    @property
    def model(self) -> str:
        """A model that answers; without one the probe is skipped."""
        if self.around.model is None:
            raise SkippedError("the server lists no model that answers (--model)")
        return self.around.model

    async def advertised(self, operation: str, header: str) -> None:
        """Skip the probe unless the server's own document declares a header for an operation."""
        around = self.around
        if around.document is None:
            around.document = await published(around.client)
        if not takes_header(around.document, around.contract[operation], header):
            why = "declares no such header" if around.document else "cannot be found (openapi.json)"
            raise SkippedError(f"{header} of {operation} is not advertised: the server's document {why}")

    def absent(self, kind: str) -> str:
        """Return an id that nothing has: of a conversation, item, completion or response."""
        return _PREFIXES[kind] + self.text(48)

    def text(self, length: int = 12) -> str:
        """Return letters that nobody else uses, the same on every run with one seed."""
        return "".join(self.random.choices(_LETTERS, k=length))

    def fresh(self) -> str:
        """Return letters that no run used before, for what a server remembers, such as an idempotency key."""
        return uuid.uuid4().hex

    # Others who ask

    @property
    def second(self) -> "Examination":
        """The same with the second key; without one the probe is skipped."""
        if not self.around.client.has("second"):
            raise SkippedError("there is no second key (--second-key)")
        return self._as("second")

    @property
    def anonymous(self) -> "Examination":
        """The same without a key. Where the first key is none either, the probe is skipped."""
        if not self.around.client.has("first"):
            raise SkippedError("there is no key to leave out (--api-key)")
        return self._as("none")

    def _as(self, key: str) -> "Examination":
        other = copy.copy(self)
        other._key = key  # noqa: SLF001 - a copy of its own kind
        return other

    @property
    def launched(self) -> Launched:
        """The server's process and the fake model beside it; without --launch the probe is skipped."""
        if self.around.launched is None:
            raise SkippedError("the server was not launched from here (--launch)")
        return self.around.launched

    def held(self, marker: str) -> bool:
        """Have the model hold its answers to requests with this marker, after a first piece.

        So an answer is surely not over yet when the client leaves or cancels. False where the server was not
        launched from here: then the answer comes as fast as it comes, and the probe may be inconclusive.
        """
        launched = self.around.launched
        if launched is not None:
            launched.model.script(marker, Reply(f"Held: {marker} " * 20, gate=asyncio.Event()))
        return launched is not None

    # What is said of it

    def expect(
        self,
        condition: object,
        message: str,
        answer: Answer | None = None,
        *,
        pointer: str = "",
        expected: Any = NOTHING,
        got: Any = NOTHING,
    ) -> None:
        """Fail the probe unless something is so. `message` says what is wrong, for a maintainer."""
        if not condition:
            self.fail(message, answer, pointer=pointer, expected=expected, got=got)

    def equal(
        self, got: Any, expected: Any, what: str, answer: Answer | None = None, *, pointer: str = ""
    ) -> None:
        """Fail the probe unless two JSON values are the same; `1`, `1.0` and `true` are three."""
        if not same(got, expected):
            message = f"{what} is {_shown(got)}, not {_shown(expected)}"
            self.fail(message, answer, pointer=pointer, expected=expected, got=got)

    def fail(
        self,
        message: str,
        answer: Answer | None = None,
        *,
        pointer: str = "",
        expected: Any = NOTHING,
        got: Any = NOTHING,
    ) -> NoReturn:
        """Fail the probe."""
        shown = [answer.exchange] if answer else []
        raise FailedError(message, pointer=pointer, expected=expected, got=got, exchanges=shown)

    def valid(self, answer: Answer, schema: str, value: Any = NOTHING) -> None:
        """Fail the probe unless the body (or a value from it) satisfies a schema of the contract, by name."""
        whole = answer.json if value is NOTHING else value
        found = self.around.bodies.mismatch(f"/components/schemas/{schema}", whole)
        if found:
            message = f"{answer.title} answered {answer.status} with what is no {schema}: {found.message}"
            self.fail(message, answer, pointer=found.pointer, got=whole)

    def skip(self, reason: str) -> NoReturn:
        """End the case: the promise cannot apply here."""
        raise SkippedError(reason)

    def inconclusive(self, reason: str) -> NoReturn:
        """End the case: the model did not do what the probe needs."""
        raise InconclusiveError(reason)


_MOST_PAGES: Final = 500


def same(one: Any, other: Any) -> bool:
    """Tell whether two values are the same JSON."""
    if isinstance(one, bool) or isinstance(other, bool) or type(one) is not type(other):
        return one is other
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
