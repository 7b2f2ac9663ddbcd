"""One turn: the model is asked, its calls of server tools are run, and it is asked again until it is done."""

from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing
from typing import Any

import structlog

from handlers.catalog import Catalog
from handlers.errors import ApiError, InternalServerError
from handlers.mending import Facts
from handlers.responses import prompting
from handlers.responses.answer_format import Format
from handlers.responses.assembly import Assembly, HiddenCall, Shown
from handlers.responses.calls import ChatCall, plain_text
from handlers.responses.content import Part
from handlers.responses.messages import Unit, answers, units
from handlers.responses.model import Model
from handlers.responses.output import Event, Output
from handlers.responses.reading import Vault
from handlers.responses.request import Item, TurnRequest
from handlers.responses.steps import Steps
from handlers.responses.tools import Finished, Refused, ServerTool, Step, load
from handlers.services import Call, Services

__all__ = ["Turn", "TurnRequest"]

ROUNDS = 64
"""How often the model is asked in one turn; the last time it is offered no server tool any more."""
SPENT = "This tool was not called: the response has reached its limit of tool calls."
INCOMPLETE = {"length": "max_output_tokens", "content_filter": "content_filter"}
ERROR_CODES = {429: "rate_limit_exceeded"}
"""What a failed response says of an error's status; other client errors are `invalid_prompt`."""
log = structlog.get_logger("lockstep")


class Turn:
    """`open` may be awaited first, so that early failures are raised; `events` opens by itself otherwise."""

    def __init__(
        self,
        services: Services,
        call: Call,
        request: TurnRequest,
        *,
        first_sequence: int = 0,
        catalog: Catalog | None = None,
    ) -> None:
        """`first_sequence` is the number of the first event; a shared catalog keeps its list of models."""
        self._services = services
        self._call = call
        self._body = request.body
        self._request = request
        self._output = Output(first_sequence, self._new_id)
        self._steps = Steps(self._output)
        self._response = dict(request.response)
        facts = Facts(self._response["id"], 0, self._response["model"], lambda: self._new_id("call_"))
        self._model = Model(services, request.body, catalog or Catalog(services), facts)
        self._vault = Vault(services, call.project)
        self._tools: list[ServerTool] = []
        self._opening: list[Step] = []
        self._pending: list[AsyncGenerator[Step, None]] = []
        self._units: list[Unit] = []
        self._assembly: Assembly | None = None
        self._results: list[tuple[ChatCall, list[Part] | None]] = []
        most = request.body.get("max_tool_calls")
        self._left: int | None = None if most is None else max(0, most)
        self._opened = False
        self.failure: ApiError | None = None
        """What is behind a `response.failed`, for those who answer without a stream."""
        self.closing: list[Event] = []
        """The ends of what was open when `events` was closed, for those who keep the stream."""

    @property
    def response(self) -> dict[str, Any]:
        """The `Response` that the events so far describe; at the end the final one."""
        return {**self._response, "output": self._output.items()}

    async def open(self) -> None:
        """Resolve the model, open server tools, ask the model and wait for its first chunk. Raises ApiError.

        Calls that this request approves are run by `events`, and then the model is asked by it too.
        """
        self._opened = True
        try:
            await self._open()
        except BaseException:
            await self.aclose()
            raise

    async def events(self) -> AsyncGenerator[Event, None]:
        """`ResponseStreamEvent`s; `response.completed`, `incomplete` or `failed` is the last.

        Closing the generator (or cancelling whoever waits for it) ends the model call; items that were
        open are `incomplete` in `response` from then on. The status of the response is the caller's to set.
        """
        try:
            yield self._told("response.created")
            yield self._told("response.in_progress")
            try:
                for part in (self._before, self._rounds):
                    async with aclosing(part()) as events:
                        async for event in events:
                            yield event
            except ApiError as error:
                self.failure = error
            except Exception as error:  # noqa: BLE001 - a stream, or a background job, must end with an event
                self.failure = self._crashed(error)
            if self.failure is not None:
                for event in self._abandoned():
                    yield event
            yield self._finished()
        finally:
            self._output.open_status = "incomplete"
            self.closing = list(self._abandoned())
            await self.aclose()

    async def aclose(self) -> None:
        """Release what `open` opened, where `events` is never begun; closing twice is fine."""
        pending, self._pending = self._pending, []
        tools, self._tools = self._tools, []
        for generator in pending:
            await generator.aclose()
        await self._model.aclose()
        for tool in tools:
            await tool.aclose()

    # --- before the first chunk -------------------------------------------------------------------

    async def _open(self) -> None:
        self._format = Format((self._body.get("text") or {}).get("format") or {})
        await self._model.open()
        if prompting.SEALED in (self._body.get("include") or ()):
            self._vault.open()
        self._tools = load(self._services, self._call, self._request)
        for tool in self._tools:
            self._opening += await tool.open()
            self._pending.append(tool.pending())
        items = [*self._request.context, *self._request.input]
        self._namespaces = prompting.namespaces(self._body, items)
        self._offer = prompting.offer(self._body, items, self._tools)
        if self._left == 0:
            self._offer = self._offer.without(self._tools)
        self._units = self._read(())
        if not prompting.approves(self._request.input):
            await self._ask()

    def _read(self, done: Sequence[Item]) -> list[Unit]:
        """What the model is told: all items, and what was `done` since."""
        reading = self._vault.reading(self._body)
        return units(self._request.context, self._request.input, reading, done)

    async def _ask(self) -> None:
        await self._model.ask(self._units, self._offer)

    # --- the loop ---------------------------------------------------------------------------------

    async def _before(self) -> AsyncGenerator[Event, None]:
        """What tools have to tell or to do before the model answers."""
        if not self._opened:
            await self.open()
        for step in self._opening:
            for event in self._steps.events(step):
                yield event
        told = len(self._steps.finished)
        for pending in self._pending:
            async for step in pending:
                for event in self._steps.events(step):
                    yield event
        if not self._model.asked:
            self._units = self._read(self._steps.finished[told:])
            await self._ask()

    async def _rounds(self) -> AsyncGenerator[Event, None]:
        """Everything that the model says and does."""
        for left in range(ROUNDS - 1, -1, -1):
            async for event in self._round():
                yield event
            if not left or not self._goes_on():
                break
            self._units.append(self._exchange())
            self._offer = self._offer.free()
            if left == 1 or self._left == 0:
                self._left = 0
                self._offer = self._offer.without(self._tools)
            await self._ask()
        self._check()

    async def _round(self) -> AsyncGenerator[Event, None]:
        """One answer of the model, and the calls in it that are ours to run."""
        assembly = self._assembly = Assembly(self._output, self._shown(), self._owned)
        async with aclosing(self._model.events(assembly)) as events:
            async for event in events:
                yield event
        if assembly.service_tier:
            self._response["service_tier"] = assembly.service_tier
        for event in assembly.end("completed" if self._cut_off() is None else "incomplete"):
            yield event
        self._results = []
        for call in assembly.hidden_calls() if self._cut_off() is None else ():
            async for event in self._run(call):
                yield event

    async def _run(self, call: HiddenCall) -> AsyncGenerator[Event, None]:
        """One call of a server tool; its answer goes to the results."""
        answer: list[Part] | None = None
        if self._left == 0:
            answer = plain_text(SPENT)
        else:
            self._left = None if self._left is None else self._left - 1
            tool = next(tool for tool in self._tools if tool.owns(call.name))
            async with aclosing(tool.call(call.id, call.name, call.arguments)) as steps:
                async for step in steps:
                    for event in self._steps.events(step):
                        yield event
                    if isinstance(step, Finished | Refused):
                        answer = _parts(step.output)
        self._results.append((ChatCall(call.id, call.name, call.arguments), answer))

    def _goes_on(self) -> bool:
        """Whether the model is to be asked again: all its calls were ours, and each has its answer."""
        return (
            bool(self._results)
            and not self._answer.visible_calls
            and all(answer is not None for _call, answer in self._results)
        )

    def _exchange(self) -> Unit:
        """The round that is over, as the next one is told of it."""
        return Unit([self._answer.message(), *answers(self._results)])

    def _check(self) -> None:
        """Raises BadGatewayError for a last answer without the form that was asked for."""
        ended = not self._results and not self._answer.visible_calls
        if ended and self._cut_off() is None and not self._answer.refused:
            self._format.check(self._answer.text)

    @property
    def _answer(self) -> Assembly:
        if self._assembly is None:
            raise AssertionError("the model was not asked yet")
        return self._assembly

    def _cut_off(self) -> str | None:
        """Why the last answer is not whole, in the words of `incomplete_details`."""
        return INCOMPLETE.get(self._assembly.finish_reason or "") if self._assembly else None

    def _owned(self, name: str) -> bool:
        return any(tool.owns(name) for tool in self._tools)

    # --- what is told -----------------------------------------------------------------------------

    def _told(self, kind: str) -> Event:
        """An event that carries the whole response."""
        return self._output.event(kind, response=self.response)

    def _abandoned(self) -> Iterator[Event]:
        """The ends of whatever is still open."""
        if self._assembly is not None:
            yield from self._assembly.end("incomplete")
        yield from self._steps.abandon()

    def _finished(self) -> Event:
        """The last event, and the response's last state."""
        status: str = "completed"
        facts: dict[str, Any] = {"completed_at": int(self._services.now())}
        if self.failure is not None:
            status, facts = "failed", {"error": _response_error(self.failure)}
        elif reason := self._cut_off():
            status, facts = "incomplete", {"incomplete_details": {"reason": reason}}
        self._response |= {"status": status, **facts}
        if usage := self._model.usage.render():
            self._response["usage"] = usage
        return self._told(f"response.{status}")

    def _crashed(self, error: Exception) -> ApiError:
        log.error("turn_crashed", request_id=self._call.request_id, exc_info=error)
        return InternalServerError(
            "The server had an error while it made this response. "
            f"Its log tells more under the request id {self._call.request_id}."
        )

    def _shown(self) -> Shown:
        include = self._body.get("include") or ()
        return Shown(
            logprobs=prompting.LOGPROBS in include,
            summaries=bool(_summary(self._body.get("reasoning") or {})),
            namespaces=self._namespaces,
            seal=self._vault.seal if prompting.SEALED in include else None,
            annotate=lambda text: [note for tool in self._tools for note in tool.annotations(text)],
        )

    def _new_id(self, prefix: str) -> str:
        return prefix + self._services.hex()


def _parts(output: str | Sequence[Mapping[str, Any]] | None) -> list[Part] | None:
    """A tool's output as content parts."""
    if output is None:
        return None
    return plain_text(output) if isinstance(output, str) else [dict(part) for part in output]


def _summary(reasoning: Mapping[str, Any]) -> Any:
    return reasoning.get("summary") or reasoning.get("generate_summary")


def _response_error(error: ApiError) -> dict[str, str]:
    """A failure as a response tells it: the contract has few codes."""
    server = error.status >= 500  # noqa: PLR2004 - the class of status codes
    code = ERROR_CODES.get(error.status, "server_error" if server else "invalid_prompt")
    return {"code": code, "message": error.message}
