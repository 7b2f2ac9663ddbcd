"""The whole examination of one server, from its address to what was found."""

import asyncio
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

import httpx

from conformance.wire.belongings import Belongings
from conformance.wire.bodies import Bodies
from conformance.wire.client import Budget, Client, Request
from conformance.wire.contract import GROUPS, upstream
from conformance.wire.examination import Surroundings
from conformance.wire.exchanges import parsed
from conformance.wire.launching import Launched
from conformance.wire.promises import Probe
from conformance.wire.results import Examined, Fuzz, groups_of
from conformance.wire.running import AT_ONCE, ProbeResult, Progress, absent, run

_UNAUTHORIZED: Final = 401
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
    fuzz_document: dict[str, Any] | None = None


async def examine(
    plan: Plan,
    probes: Sequence[Probe],
    *,
    progress: Progress = lambda _, __: None,
    launched: Launched | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> Examined:
    """Examine a server.

    Args:
        plan: how.
        probes: which promises.
        progress: told of every case that ended.
        launched: the server's process, where it was started here.
        transport: another way to the server than the network, such as `httpx.ASGITransport`.

    Raises:
        UnreachableError: no HTTP answer comes from the address.
    """
    began = time.monotonic()
    contract = upstream()
    belongings = Belongings()
    bodies = Bodies(contract, belongings.knows)
    budget = Budget(plan.max_requests, plan.max_tokens)
    keys = {name: key for name, key in (("first", plan.api_key), ("second", plan.second_key)) if key}
    client = Client(plan.base_url, keys, contract, budget, timeout=plan.timeout, transport=transport)
    client.watch(belongings.watch)
    try:
        # Looking for a model that answers comes first: one that does not is no fault, and not judged.
        model = await _model(client, plan.model)
        client.watch(bodies.judge)
        around = Surroundings(client, contract, bodies, model, plan.seed, launched)
        results = await run(probes, around, belongings, progress=progress, at_once=plan.at_once)
        fuzz = await _fuzz(plan, around, belongings, results) if plan.fuzz_seconds else None
    finally:
        await client.close()
    examined = _examined(plan, around, results, belongings.left, time.monotonic() - began)
    examined.fuzz = fuzz
    return examined


async def _fuzz(plan: Plan, around: Surroundings, belongings: Belongings, results: list[ProbeResult]) -> Fuzz:
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
    done = await asyncio.to_thread(fuzz, asked, around.contract, enough=around.client.budget.spend)
    for exchange in done.exchanges:
        belongings.watch(exchange)
        around.bodies.judge(exchange)
    await belongings.clear(around.client)
    return done.fuzz()


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


async def _model(client: Client, wanted: str | None) -> str | None:
    """Return the model to ask: the one that is wanted, or the first that is listed and answers."""
    answer = await client.send(Request("GET", "/models"))
    if not answer.status:
        raise UnreachableError(f"{client.base_url}/models: {answer.trouble}")
    if answer.status == _UNAUTHORIZED:
        raise UnreachableError(f"{client.base_url}/models answers 401: give a key with --api-key")
    if wanted:
        return wanted
    able = [name for name in _listed(answer.answer) if not any(word in name.lower() for word in _NO_CHAT)]
    for name in able[:_TRIED]:
        if await _talks(client, name):
            return name
    return None


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
