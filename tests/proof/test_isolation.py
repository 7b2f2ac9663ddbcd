"""No project sees another: every operation is asked for another's things, as for things that never were."""

import asyncio
import json
import re
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from generated.routes import ROUTES
from handlers.app import build
from handlers.auth import new_key
from handlers.settings import Settings
from tests.postgresql import databases
from tests.proof.isolation import cases as table
from tests.proof.isolation.asking import Request, ask
from tests.proof.isolation.cases import cases, operations, parameters, references
from tests.proof.isolation.walk import Clock, betrayed, compare, pairs
from tests.proof.isolation.world import BUSY, LIVING, make, never

__all__ = ["databases"]

KEYS = {name: f"sk-isolation-{name}-4f8a12c97d3e" for name in ("one", "two")}
ROUNDS = {"sqlite": 9, "postgresql": 5}
STORES = ["sqlite", "postgresql"]


@asynccontextmanager
async def tenants(url, folder):
    """A server with two projects that have the same things; asks with their keys."""
    settings = Settings(
        data_dir=folder, database_url=url, api_key="sk-isolation-operator", _env_file=None, shutdown_seconds=0
    )
    server = build(settings)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(server.lifespan())
        for name, secret in KEYS.items():
            await server.services.store.keys.add(new_key(secret, project=name, name=name, now=1))
            for scope in ("read", "write"):
                narrow = new_key(
                    f"{secret}-{scope}", project=name, name=scope, now=1, scopes=frozenset({scope})
                )
                await server.services.store.keys.add(narrow)
        worlds = {name: await world(server, name) for name in KEYS}
        yield server, worlds


def world(server, name, mark=""):
    return make(lambda request: ask(server.app, KEYS[name], request), f"mark-of-{name}{mark}")


@pytest.fixture(params=STORES)
async def place(request, tmp_path):
    """Server and worlds, on each store. On PostgreSQL the role is bound by row-level security."""
    url = request.getfixturevalue("databases").new() if request.param == "postgresql" else None
    async with tenants(url, tmp_path / "data") as (server, worlds):
        yield request.param, server, worlds


def both_ways(worlds):
    one, two = worlds.values()
    return ((KEYS["two"], two, one), (KEYS["one"], one, two))


# --- nothing is left out --------------------------------------------------------------------------


def test_every_operation_is_served():
    assert {one["operationId"] for *_, one in operations()} == {route.operation_id for route in ROUTES}


def test_every_parameter_is_known():
    """A new one fails here until the tables of `isolation/cases.py` say what it names."""
    paths, queries, used = set(), set(), set()
    for _, path, operation in operations():
        paths |= set(parameters(path, operation, "path"))
        names = set(parameters(path, operation, "query"))
        if "after" in names:
            used.add(operation["operationId"])
        queries |= names - {"after"}
        assert set(re.findall(r"{(\w+)}", path)) == set(parameters(path, operation, "path"))
    assert paths == table.NAMES.keys() | table.SHARED.keys()
    assert queries <= table.PLAIN.keys()
    assert used == table.CURSORS.keys()


def test_every_reference_in_a_body_is_known():
    """A new one fails here until it is walked, or the table says why it names nothing of a project's."""
    walked = {label.partition(" ")[0] for label, *_ in table.REFERENCES}
    found = set()
    for _, _, operation in operations():
        if "requestBody" in operation:
            assert operation["operationId"] in table.BODIES
            found |= references(operation)
    assert found == walked | table.NEUTRAL.keys()


# --- the walk -------------------------------------------------------------------------------------


async def everything(app, key, own):
    """All that a project can read of its living things, by its own key."""
    seen = {}
    for method, path, operation in operations():
        names = parameters(path, operation, "path")
        if method == "get" and names and not set(names) & table.SHARED.keys():
            request = Request("get", table.filled(own, path, {}))
            answer = await ask(app, key, request)
            assert answer.status == 200, answer.text
            seen[str(request)] = answer.text
    return seen


async def test_what_is_anothers_is_as_what_never_was(place):
    name, server, worlds = place
    found, asked = [], 0
    for key, own, theirs in both_ways(worlds):
        owner = KEYS["one"] if key == KEYS["two"] else KEYS["two"]
        before = await everything(server.app, owner, theirs)
        for secret, allowed in ((key, {404}), (f"{key}-read", {403, 404}), (f"{key}-write", {403, 404})):
            for pair in pairs(cases(own), theirs):
                found += await compare(server.app, secret, pair, theirs.everything(), allowed)
                asked += 1
        assert await everything(server.app, owner, theirs) == before
        busy = await ask(server.app, owner, Request("get", f"/responses/{theirs.ids['response'][BUSY]}"))
        assert busy.parsed()["status"] in {"in_progress", "completed"}
    assert not found, "\n".join(found)
    assert asked > 500
    print(f"{name}: {asked} requests for another project's things, as many for things that never were")


async def test_lists_have_nothing_of_anothers(place):
    _, server, worlds = place
    for key, own, theirs in both_ways(worlds):
        for _, path, operation in operations():
            names = parameters(path, operation, "query")
            if parameters(path, operation, "path") or "after" not in names:
                continue
            filters = [(), (("metadata[owner]", own.mark),), (("metadata[owner]", theirs.mark),)]
            filters += [(("model", "echo"),)] if "model" in names else []
            for query in filters:
                seen = await walked(server.app, key, path, query, theirs.everything())
                assert bool(seen) == (theirs.mark not in str(query)), (path, query)


async def walked(app, key, path, query, secrets):
    """Every id of a list, in both orders, one object a page; nothing of it may betray anything."""
    seen = set()
    for order in ("asc", "desc"):
        after = ()
        while True:
            request = Request("get", path, (*query, ("order", order), ("limit", "1"), *after))
            answer = await ask(app, key, request)
            assert answer.status == 200, answer.text
            assert betrayed(answer, request, secrets) == set()
            page = answer.parsed()
            seen |= {one["id"] for one in page["data"]}
            if not page["has_more"]:
                break
            after = (("after", page["last_id"]),)
    return seen


async def test_a_clock_does_not_tell_them_apart(place):
    """The fastest of calls in turn. A pair that looks different is asked more often, up to ten times so."""
    name, server, worlds = place
    found, ratios = [], []
    for key, own, theirs in both_ways(worlds):
        for pair in pairs(cases(own), theirs):
            clock = Clock()
            for _ in range(10):
                await clock.run(server.app, key, pair, ROUNDS[name])
                if not clock.tells():
                    break
            else:
                found.append(f"{pair}: {clock}")
            ratios.append(clock.theirs / clock.nobodys)
    assert not found, "\n".join(found)
    middle = sorted(ratios)[len(ratios) // 2]
    assert 1 / 1.5 < middle < 1.5
    print(f"{name}: {len(ratios)} pairs, ratios {min(ratios):.2f} to {max(ratios):.2f}, median {middle:.3f}")


async def test_a_sealed_text_of_anothers_stays_sealed_where_it_is_opened_later(place):
    _, server, worlds = place

    async def post(key, path, body):
        return await ask(server.app, key, Request("post", path, body=body))

    async def in_a_conversation(key, item):
        made = await post(key, "/conversations", {"items": [item]})
        answer = await post(
            key, "/responses", {"model": "echo", "input": "hello", "conversation": made.parsed()["id"]}
        )
        assert answer.status == 400
        return re.sub(r"cmp_\w+", "cmp", answer.text)

    async def in_the_background(key, item):
        made = await post(key, "/responses", {"model": "echo", "input": [item], "background": True})
        request = Request("get", f"/responses/{made.parsed()['id']}")
        for _ in range(1000):
            found = (await ask(server.app, key, request)).parsed()
            if found["status"] == "failed":
                break
            await asyncio.sleep(0.01)
        return found["error"]["message"]

    for key, _, theirs in both_ways(worlds):
        sealed = theirs.own("sealed")
        items = [{"type": "compaction", "encrypted_content": text} for text in (sealed, never(sealed))]
        for where in (in_a_conversation, in_the_background):
            assert await where(key, items[0]) == await where(key, items[1])


async def test_an_idempotency_key_is_its_projects_own(place):
    _, server, _ = place
    request = Request("post", "/conversations", body={}, headers={"idempotency-key": "the-same"})
    one, two = [(await ask(server.app, key, request)).parsed()["id"] for key in KEYS.values()]
    assert one != two


# --- the walk can find fault ----------------------------------------------------------------------


REFUSED_TO_ITS_OWNER = {
    "createConversation: item_reference to what a response was given",
    "createConversationItems: item_reference to what a response was given",
}
"""Conversations take over items of conversations only."""


async def test_every_case_notices_a_server_without_walls(tmp_path):
    """Asked with the owner's own key, as if there were one project: each case must find something."""
    async with tenants(None, tmp_path / "data") as (server, worlds):
        silent = []
        for case in cases(worlds["two"]):
            theirs = await world(server, "one", "-again") if case.destroys else worlds["one"]
            # The parts of the path that are one's own would be another's to the owner.
            for pair in pairs([twin(case, theirs)], theirs):
                if pair.state.split(" and ")[0] != LIVING or str(case) in REFUSED_TO_ITS_OWNER:
                    continue
                if not await compare(server.app, KEYS["one"], pair, theirs.everything()):
                    silent.append(str(pair))
        assert not silent, "\n".join(silent)


def twin(case, own):
    """The same case for a project that has other things of its own."""
    return next(each for each in cases(own) if str(each) == str(case))


async def test_a_slow_answer_is_noticed(tmp_path):
    async with tenants(None, tmp_path / "data") as (server, worlds):
        pair = next(pairs(cases(worlds["two"]), worlds["one"]))

        async def slow(scope, receive, send):
            if worlds["one"].own("conversation") in f"{scope['path']}{scope['query_string']}":
                sum(range(200_000))
            await server.app(scope, receive, send)

        clock = Clock()
        await clock.run(slow, KEYS["two"], pair, 9)
        assert clock.tells()


def test_a_betrayal_is_noticed():
    class Told:
        text = json.dumps({"error": "conv_1 is another's"})

    assert betrayed(Told, Request("get", "/conversations/conv_2"), {"conv_1"}) == {"conv_1"}
    assert betrayed(Told, Request("get", "/conversations/conv_1"), {"conv_1"}) == set()
