"""How a run ends: each outcome with its reason, everything cleaned up, nothing else touched."""

import asyncio
import types

import httpx
import pytest

from conformance.wire.examine import Plan, UnreachableError, examine, verdicts
from conformance.wire.promises import gathered, probe, selected
from conformance.wire.results import value

BASE = "http://lockstep.test/v1"


def probes(*checks, **more):
    """Make probes of functions, as the folder would hold them."""
    made = types.ModuleType("conformance.wire.probes.models_made")
    for check in checks:
        check.__module__ = made.__name__
        check.__doc__ = "The promise."
        given = {"operations": ["listModels"], "source": "prose", "evidence": "a page", **more}
        setattr(made, check.__name__, probe(**given)(check))
    return gathered(made)


def plan(api, **more):
    return Plan(BASE, api_key=api.headers["authorization"].removeprefix("Bearer "), model="echo", **more)


async def run(api, found, **more):
    return await examine(plan(api, **more), found, transport=httpx.ASGITransport(app=api.server.app))


async def test_outcomes_and_their_reasons(api):
    async def passes(exam):
        await exam.ok("GET", "/models")

    async def fails(exam):
        await exam.ok("GET", "/models", params={"x": 1}, status=201)

    async def stumbles(exam):
        (await exam.ok("GET", "/models")).json["data"]["nothing"]

    async def misses(exam):
        (await exam.ok("GET", "/models"))["data[99].id"]

    async def skips(exam):
        exam.skip("not here")

    async def concludes_nothing(exam):
        exam.inconclusive("the model is shy")

    async def needs_another_key(exam):
        await exam.second.ok("GET", "/models")

    examined = await run(
        api, probes(passes, fails, stumbles, misses, skips, concludes_nothing, needs_another_key)
    )
    found = {result.probe.id: (result.outcome, result.reason) for result in examined.probes}
    assert found["passes"] == ("passed", "")
    assert found["fails"] == ("failed", "GET /models answered 200, not 201")
    assert found["stumbles"][0] == "failed"
    assert "TypeError" in found["stumbles"][1]
    assert found["misses"] == ("failed", "the answer to GET /models has no data[99].id")
    assert found["skips"] == ("skipped", "not here")
    assert found["concludes-nothing"] == ("inconclusive", "the model is shy")
    assert found["needs-another-key"] == ("skipped", "there is no second key (--second-key)")
    assert examined.failed
    case = next(one for one in value(examined)["probes"] if one["id"] == "fails")["cases"][0]
    assert case["expected"] == 201
    assert case["contract"]["pointer"] == "/paths/~1models/get"
    assert case["curl"].startswith("curl -sS -i 'http://lockstep.test/v1/models?x=1'")


async def test_what_takes_too_long_fails_and_the_rest_goes_on(api):
    async def hangs(exam):
        await asyncio.sleep(60)

    async def passes(exam):
        await exam.ok("GET", "/models")

    examined = await run(api, probes(hangs, passes, seconds=0.2))
    assert verdicts(examined) == {"hangs": "failed", "passes": "passed"}


async def test_cases_make_one_probe(api):
    async def depends(exam, case):
        exam.expect(case != 2, "two is wrong")
        if case == 3:
            exam.skip("three is not for us")

    examined = await run(api, probes(depends, cases={"one": 1, "two": 2, "three": 3}))
    [result] = examined.probes
    assert (result.outcome, result.reason) == ("failed", "two is wrong")
    assert [(case.name, case.outcome) for case in result.cases] == [
        ("one", "passed"), ("two", "failed"), ("three", "skipped"),
    ]  # fmt: skip


async def test_everything_made_is_taken_away_and_nothing_else(api):
    mine = (await api.post("/conversations", json={})).json()["id"]
    made = []

    async def makes(exam):
        made.append(await exam.conversation())
        made.append((await exam.completion(store=True))["id"])
        made.append((await exam.response())["id"])
        gone = await exam.conversation()
        await exam.ok("DELETE", f"/conversations/{gone}")
        exam.fail("even then")

    examined = await run(api, probes(makes))
    assert examined.left == []
    conversation, completion, response = made
    for path in (
        f"/conversations/{conversation}",
        f"/chat/completions/{completion}",
        f"/responses/{response}",
    ):
        assert (await api.get(path)).status_code == 404
    assert (await api.get(f"/conversations/{mine}")).status_code == 200


async def test_one_seed_gives_the_same_texts_and_another_others(api):
    said = []

    async def says(exam):
        said.append((exam.text(), exam.absent("item"), exam.random.random()))
        said.append(exam.fresh())

    for seed in (1, 1, 2):
        await run(api, probes(says), seed=seed)
    assert said[0] == said[2] != said[4]
    assert len({said[1], said[3], said[5]}) == 3


async def test_a_spent_budget_skips_the_rest(api):
    async def asks(exam, case):
        await exam.ok("GET", "/models")

    examined = await run(api, probes(asks, cases=["a", "b", "c"], alone=True), max_requests=2)
    assert [case.outcome for case in examined.probes[0].cases] == ["passed", "skipped", "skipped"]


async def test_an_operation_that_is_not_served_is_said_once():
    def answer(request):
        if request.url.path == "/v1/models":
            return httpx.Response(200, json={"object": "list", "data": []})
        return httpx.Response(404, json={"detail": "Not Found"})

    examined = await examine(
        Plan("http://x/v1", only=("conversations",)),
        selected(["conversations"]),
        transport=httpx.MockTransport(answer),
    )
    assert examined.absent == {"createConversation"}
    assert examined.failed
    report = value(examined)
    [create] = [one for one in report["operations"] if one["id"] == "createConversation"]
    assert (create["implemented"], create["score"]) == (False, 0.0)
    outcomes = {one["outcome"] for one in report["probes"] if "createConversation" in one["operations"]}
    assert outcomes == {"skipped"}
    reasons = {one["reason"] for one in report["probes"] if one["id"] == "conversation-is-made-of-nothing"}
    assert reasons == {"POST /conversations: not served here"}
    # Whatever needs a conversation is out of reach.
    assert {one["score"] for one in report["operations"]} == {0.0}


async def test_nobody_there_and_no_key_are_said():
    def refuse(_):
        raise httpx.ConnectError("refused")

    with pytest.raises(UnreachableError, match="refused"):
        await examine(Plan("http://x/v1"), [], transport=httpx.MockTransport(refuse))
    with pytest.raises(UnreachableError, match="--api-key"):
        await examine(Plan("http://x/v1"), [], transport=httpx.MockTransport(lambda _: httpx.Response(401)))


async def test_a_model_that_answers_is_found():
    def answer(request):
        if request.url.path == "/v1/models":
            names = ["text-embedding-3", "broken", "speaks"]
            return httpx.Response(200, json={"data": [{"id": name} for name in names]})
        assert b"embedding" not in request.content
        return httpx.Response(200 if b"speaks" in request.content else 502, json={})

    examined = await examine(Plan("http://x/v1"), [], transport=httpx.MockTransport(answer))
    assert examined.model == "speaks"
