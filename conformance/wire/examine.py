"""The whole examination of one server, from its address to what was found."""

import asyncio
import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import httpx

from conformance.wire.belongings import Belongings
from conformance.wire.bodies import Bodies
from conformance.wire.client import Budget, Client, Request
from conformance.wire.contract import GROUPS, upstream
from conformance.wire.examination import Surroundings
from conformance.wire.exchanges import Exchange, parsed
from conformance.wire.launching import Launched
from conformance.wire.promises import Probe
from conformance.wire.results import Examined, Fuzz, groups_of
from conformance.wire.running import AT_ONCE, ProbeResult, Progress, absent, run, to_the_end

if TYPE_CHECKING:
    from conformance.wire.fuzz import Fuzzed

_UNAUTHORIZED: Final = 401
_NOT_FOUND: Final = 404
_NO_CHAT: Final = (
    "embed",
    "whisper",
    "tts",
    "dall-e",
    "moderation",
    "rerank",
    "transcribe",
    "realtime",
    "image",
    "ft:",
)


class UnreachableError(Exception):
    """Nothing answers at the address; the text says what was tried."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a server is examined.

    Attributes:
        base_url: where its API begins; usually ends in `/v1`.
        api_key: sent as a bearer token; None sends none.
        second_key: of another tenant.
        model: that answers; by default the first listed that answers.
        only: what was asked for, for the scope of the score.
        seed: of everything random.
        max_requests: the budget.
        max_tokens: the budget, as the server counts.
        timeout: seconds between two pieces of an answer.
        at_once: how many cases run at the same time.
        fuzz_seconds: how long to fuzz afterwards; 0 does not.
        fuzz_examples: how many requests to make of each operation, in place of a time; 0 does not.
        fuzz_document: an OpenAPI document to fuzz from in place of upstream's, such as the server's own.
    """

    base_url: str
    api_key: str | None = None
    second_key: str | None = None
    model: str | None = None
    only: Collection[str] = ()
    seed: int = 0
    max_requests: int = 20_000
    max_tokens: int = 1_000_000
    timeout: float = 30.0
    at_once: int = AT_ONCE
    fuzz_seconds: int = 0
    fuzz_examples: int = 0
    fuzz_document: dict[str, Any] | None = None


async def examine(
    plan: Plan,
    probes: Sequence[Probe],
    *,
    progress: Progress = lambda _, __: None,
    tell: Callable[[str], object] = lambda _: None,
    launched: Launched | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> Examined:
    """Examine a server.

    Args:
        plan: how.
        probes: which promises.
        progress: told of every case that ended.
        tell: told in words how far fuzzing is.
        launched: the server's process, where it was started here.
        transport: another way to the server than the network, such as `httpx.ASGITransport`.

    Raises:
        UnreachableError: no HTTP answer comes from the address.
    """
    began = time.monotonic()
    contract = upstream()
    belongings = Belongings()
    bodies = Bodies(contract, belongings.has)
    budget = Budget(plan.max_requests, plan.max_tokens)
    keys = {name: key for name, key in (("first", plan.api_key), ("second", plan.second_key)) if key}
    client = Client(plan.base_url, keys, contract, budget, timeout=plan.timeout, transport=transport)
    client.watch(belongings.watch)
    try:
        # Looking for a model that answers comes first: one that does not is no fault, and not judged.
        model = await _model(client, plan)
        client.watch(bodies.judge)
        around = Surroundings(client, contract, bodies, model, plan.seed, launched)
        results = await run(probes, around, belongings, progress=progress, at_once=plan.at_once)
        fuzzed = plan.fuzz_seconds or plan.fuzz_examples
        fuzz = await _fuzz(plan, around, belongings, results, tell) if fuzzed else None
    finally:
        await client.close()
    examined = _examined(plan, around, results, belongings.left, time.monotonic() - began)
    examined.fuzz = fuzz
    return examined


async def _fuzz(
    plan: Plan,
    around: Surroundings,
    belongings: Belongings,
    results: list[ProbeResult],
    tell: Callable[[str], object],
) -> Fuzz:
    from conformance.wire import fuzz_document  # noqa: PLC0415 - only where there is something to fuzz
    from conformance.wire.fuzz import FuzzPlan, fuzz  # noqa: PLC0415

    groups = groups_of(plan.only, results, GROUPS)
    asked = FuzzPlan(
        plan.base_url,
        plan.fuzz_document or fuzz_document.document(around.contract, plan.base_url, around.model, groups),
        plan.api_key,
        plan.fuzz_seconds,
        plan.seed,
        plan.timeout,
    )
    if plan.fuzz_examples:
        asked = replace(asked, examples=plan.fuzz_examples, bounds=False)
    stopped = threading.Event()
    tell("fuzzing")

    def enough(exchange: Exchange) -> bool:
        belongings.watch(exchange)
        tell(f"fuzzing, {around.client.budget.spent_requests:,} requests")
        return around.client.budget.spend(exchange) or stopped.is_set()

    work = asyncio.create_task(asyncio.to_thread(fuzz, asked, around.contract, enough=enough))
    try:
        done = await asyncio.shield(work)
    except asyncio.CancelledError:
        # A thread cannot be interrupted, but told; what it made goes as well.
        stopped.set()
        await to_the_end(_finished(work, belongings, around.client))
        raise
    for exchange in done.exchanges:
        around.bodies.judge(exchange)
    await belongings.clear(around.client)
    return done.fuzz()


async def _finished(work: "asyncio.Task[Fuzzed]", belongings: Belongings, client: Client) -> None:
    await asyncio.wait([work])
    await belongings.clear(client)


def _examined(
    plan: Plan, around: Surroundings, results: list[ProbeResult], left: list[str], seconds: float
) -> Examined:
    budget = around.client.budget
    return Examined(
        base_url=plan.base_url,
        model=around.model,
        seed=plan.seed,
        contract=around.contract,
        groups=groups_of(plan.only, results, GROUPS),
        probes=results,
        tallies=around.bodies.tallies,
        bodies=around.bodies.findings,
        absent=absent(around),
        requests=budget.spent_requests,
        tokens=budget.spent_tokens,
        seconds=seconds,
        left=sorted(left),
        launched=around.launched is not None,
    )


async def _model(client: Client, plan: Plan) -> str | None:
    """Return the model to ask: the one that is wanted, or the first that is listed and answers."""
    answer = await client.send(Request("GET", "/models"))
    if not answer.status:
        raise UnreachableError(f"{client.base_url}/models: {answer.trouble}")
    if answer.status == _UNAUTHORIZED:
        what = "the key of --api-key is refused" if plan.api_key else "give a key with --api-key"
        raise UnreachableError(f"{client.base_url}/models answers 401: {what}")
    if answer.status == _NOT_FOUND and await _begins_further_down(client):
        raise UnreachableError(
            f"{client.base_url}/models answers 404, {client.base_url}/v1/models does not: the base URL is"
            f" {client.base_url}/v1"
        )
    if plan.model:
        return plan.model
    able = [name for name in _listed(answer.answer) if not any(word in name.lower() for word in _NO_CHAT)]
    for name in able[:_TRIED]:
        if await _talks(client, name):
            return name
    return None


async def _begins_further_down(client: Client) -> bool:
    return (await client.send(Request("GET", "/v1/models"))).status in {_GOOD, _UNAUTHORIZED}


_TRIED: Final = 4
_GOOD: Final = 200


def _listed(body: bytes) -> list[str]:
    try:
        return [str(model["id"]) for model in parsed(body)["data"]]
    except (ValueError, LookupError, TypeError):
        return []


async def _talks(client: Client, model: str) -> bool:
    """Tell whether a model answers at all, by chat or else by a response; nothing is stored."""
    said = [{"role": "user", "content": "Say a word."}]
    chat = Request("POST", "/chat/completions", json={"model": model, "messages": said})
    if (await client.send(chat)).status == _GOOD:
        return True
    response = Request("POST", "/responses", json={"model": model, "input": said, "store": False})
    return (await client.send(response)).status == _GOOD


def verdicts(examined: Examined) -> dict[str, Any]:
    """Return probe ids and outcomes only: what two runs with one seed agree on."""
    return {result.probe.id: result.outcome for result in examined.probes}
