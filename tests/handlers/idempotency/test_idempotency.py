"""A request with a key is carried out once, whoever retries it, when, and where."""

import asyncio
import json
import re
from hashlib import sha256
from types import SimpleNamespace

import httpx
import pytest

from handlers.app import build
from handlers.auth import new_key
from handlers.errors import BadGatewayError
from handlers.idempotency import keys
from handlers.providers.echo import Echo
from handlers.settings import Settings
from handlers.stores import KeptAnswer, Reservation
from handlers.stores.sql.answers import MARK
from tests.conformance.wire.within import Streaming
from tests.conftest import API_KEY
from tests.handlers.idempotency.conftest import Held

CHAT = {"model": "echo", "messages": [{"role": "user", "content": "Say something that takes a while."}]}
RESPONSE = {"model": "echo", "input": "Say something that takes a while."}
ITEM = {"items": [{"role": "user", "content": "x"}]}


async def conversation(api):
    return (await api.post("/conversations", json={})).json()["id"]


async def count_items(api, conversation_id):
    return len((await api.get(f"/conversations/{conversation_id}/items?limit=100")).json()["data"])


async def conversations(api):
    return len((await api.get("/conversations?limit=100")).json()["data"])


def replayed(answer):
    assert answer.headers.get("idempotency-replayed") in (None, "true")
    return answer.headers.get("idempotency-replayed") == "true"


async def outcomes(api):
    """What the metrics say became of requests with a key."""
    page = await api.get("http://lockstep.test/metrics", headers={"host": "localhost"})
    found = re.findall(r'lockstep_idempotency_outcomes_total\{outcome="(\w+)"\} (\d+)', page.text)
    return {outcome: int(count) for outcome, count in found if int(count)}


# --- the first answer, again ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/conversations", {"metadata": {"a": "b"}, "items": ITEM["items"]}),
        ("/chat/completions", CHAT),
        ("/chat/completions", CHAT | {"store": True}),
        ("/chat/completions", CHAT | {"stream": True}),
        ("/chat/completions", CHAT | {"stream": True, "store": True}),
        ("/responses", RESPONSE),
        ("/responses", RESPONSE | {"store": False}),
        ("/responses", RESPONSE | {"stream": True}),
        ("/responses", RESPONSE | {"stream": True, "store": False}),
        ("/responses", RESPONSE | {"background": True}),
        ("/responses", RESPONSE | {"background": True, "stream": True}),
        ("/responses/input_tokens", RESPONSE),
        ("/responses/compact", RESPONSE),
    ],
)
async def test_a_retry_gets_the_first_answer_byte_for_byte(api, key, path, body):
    headers = key()
    first = await api.post(path, json=body, headers=headers)
    again = await api.post(path, json=body, headers=headers)
    other = await api.post(path, json=body, headers=key())
    assert (first.status_code, replayed(first)) == (200, False)
    assert (again.status_code, replayed(again)) == (200, True)
    assert again.content == first.content
    assert again.headers["content-type"] == first.headers["content-type"]
    assert again.headers["x-request-id"] != first.headers["x-request-id"]
    assert not replayed(other)
    if path != "/responses/input_tokens":
        assert other.content != first.content


async def test_items_are_added_once(api, key):
    there, headers = await conversation(api), key()
    answers = [await api.post(f"/conversations/{there}/items", json=ITEM, headers=headers) for _ in range(3)]
    assert len({answer.content for answer in answers}) == 1
    assert await count_items(api, there) == 1


async def test_a_turn_lands_once(api, key):
    there, headers = await conversation(api), key()
    for stream in (False, True):
        body = RESPONSE | {"conversation": there, "stream": stream}
        one = await api.post(
            "/responses", json=body, headers=key(f"turn-{stream}") | headers | key(f"t{stream}")
        )
        two = await api.post("/responses", json=body, headers=key(f"t{stream}"))
        assert (one.status_code, one.content) == (200, two.content)
    assert await count_items(api, there) == 4


async def test_changes_are_answered_as_they_were_made(api, key):
    """A retry that comes late does not undo what was changed since."""
    there, headers = await conversation(api), key()
    first = await api.post(f"/conversations/{there}", json={"metadata": {"n": "1"}}, headers=headers)
    await api.post(f"/conversations/{there}", json={"metadata": {"n": "2"}})
    again = await api.post(f"/conversations/{there}", json={"metadata": {"n": "1"}}, headers=headers)
    assert again.content == first.content
    assert (await api.get(f"/conversations/{there}")).json()["metadata"] == {"n": "2"}


async def test_cancelling_has_no_body_and_takes_a_key(api, key):
    made = (await api.post("/responses", json=RESPONSE | {"model": "echo/slow", "background": True})).json()
    headers = key()
    one = await api.post(f"/responses/{made['id']}/cancel", headers=headers)
    two = await api.post(f"/responses/{made['id']}/cancel", headers=headers)
    assert (one.json()["status"], one.content, replayed(two)) == ("cancelled", two.content, True)


async def test_without_a_key_nothing_is_kept(api):
    await api.post("/conversations", json={})
    await api.post("/conversations", json={}, headers={"x-idempotency-key": "no"})
    assert await conversations(api) == 2
    found = await api.server.services.store.driver.read(
        lambda: (yield ("SELECT COUNT(*) FROM kept_answer", ())), project="default"
    )
    assert found == [(0,)]


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_other_methods_ignore_the_key(api, key, method):
    """Even one that no POST could have."""
    there = await conversation(api)
    for headers in (key("k"), key("k"), key("x" * 300)):
        answer = await api.request(method, f"/conversations/{there}", headers=headers)
        assert not replayed(answer)
    assert answer.status_code == (200 if method == "GET" else 404)


# --- another request under the same key -------------------------------------------------------


def refused(answer, code):
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == code
    assert answer.json()["error"]["param"] == "Idempotency-Key"
    assert answer.headers["x-should-retry"] == "false"
    return True


@pytest.mark.parametrize("body", [b'{"metadata":{"a":"c"}}', b'{"metadata":{"a": "b"}}', b"", b"{}"])
async def test_another_body_is_a_conflict_byte_by_byte(api, key, body):
    headers = key() | {"content-type": "application/json"}
    first = b'{"metadata":{"a":"b"}}'
    assert (await api.post("/conversations", content=first, headers=headers)).status_code == 200
    assert refused(await api.post("/conversations", content=body, headers=headers), "idempotency_key_reused")
    assert replayed(await api.post("/conversations", content=first, headers=headers))
    assert await conversations(api) == 1


async def test_another_path_or_query_is_a_conflict(api, key):
    one, two, headers = await conversation(api), await conversation(api), key()
    await api.post(f"/conversations/{one}/items", json=ITEM, headers=headers)
    for path in (
        f"/conversations/{two}/items",
        f"/conversations/{one}/items?include[]=reasoning.encrypted_content",
    ):
        assert refused(await api.post(path, json=ITEM, headers=headers), "idempotency_key_reused")
    assert await count_items(api, two) == 0


async def test_a_conflict_is_told_while_the_first_still_runs(make_api, held, key):
    api, headers = await make_api(provider=held), key()
    first = asyncio.create_task(api.post("/chat/completions", json=CHAT, headers=headers))
    await held.asked.acquire()
    other = await api.post("/chat/completions", json=CHAT | {"n": 1}, headers=headers)
    assert refused(other, "idempotency_key_reused")
    held.go.set()
    assert (await first).status_code == 200


async def test_projects_do_not_share_keys(api, key):
    headers = key()
    await api.server.services.store.keys.add(new_key("sk-other", project="other", name="", now=1))
    one = await api.post("/conversations", json={}, headers=headers)
    two = await api.post("/conversations", json={}, headers=headers | {"authorization": "Bearer sk-other"})
    assert not replayed(two)
    assert one.json()["id"] != two.json()["id"]


async def test_keys_of_one_project_share(api, key):
    await api.server.services.store.keys.add(new_key("sk-also", project="default", name="", now=1))
    headers = key()
    one = await api.post("/conversations", json={}, headers=headers)
    two = await api.post("/conversations", json={}, headers=headers | {"authorization": "Bearer sk-also"})
    assert two.content == one.content


@pytest.mark.parametrize(
    "value",
    [b"", b"x" * 256, "schl\u00fcssel".encode(), b"a\tb", b"a\x7fb"],
    ids=["empty", "long", "utf8", "tab", "del"],
)
async def test_keys_that_are_none_are_400(api, value):
    answer = await api.post("/conversations", json={}, headers=[(b"idempotency-key", value)])
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "invalid_idempotency_key"
    assert answer.json()["error"]["param"] == "Idempotency-Key"
    assert await conversations(api) == 0


async def test_two_keys_are_400(api):
    headers = [(b"idempotency-key", b"a"), (b"idempotency-key", b"b")]
    answer = await api.post("/conversations", json={}, headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_idempotency_key")


@pytest.mark.parametrize("value", ["x", "x" * 255, '"8e03978e-40d5-43e8-bc93-6894a57f9324"', "a b", "~!"])
async def test_keys_are_printable_ascii_of_some_length(api, key, value):
    answers = [await api.post("/conversations", json={}, headers=key(value)) for _ in range(2)]
    assert answers[0].content == answers[1].content


# --- failures are not kept --------------------------------------------------------------------


async def test_what_the_model_failed_at_is_asked_again(make_api, key):
    class Shaky(Echo):
        calls = 0

        async def complete(self, body):
            self.calls += 1
            if self.calls == 1:
                raise BadGatewayError("down")
            return await super().complete(body)

    api, headers = await make_api(provider=Shaky()), key()
    first = await api.post("/chat/completions", json=CHAT, headers=headers)
    again = await api.post("/chat/completions", json=CHAT, headers=headers)
    assert (first.status_code, replayed(first)) == (502, False)
    assert (again.status_code, replayed(again)) == (200, False)
    assert replayed(await api.post("/chat/completions", json=CHAT, headers=headers))


@pytest.mark.parametrize(("path", "body"), [("/chat/completions", CHAT), ("/responses", RESPONSE)])
async def test_a_stream_that_ends_in_failure_is_made_again(api, key, path, body):
    body, headers = body | {"model": "echo/broken", "stream": True}, key()
    first = await api.post(path, json=body, headers=headers)
    again = await api.post(path, json=body, headers=headers)
    assert (first.status_code, again.status_code) == (200, 200)
    assert not replayed(again)
    assert b"error" in first.content
    assert first.content != again.content


async def test_a_failed_stream_is_kept_where_what_failed_is_stored(api, key):
    body = RESPONSE | {"model": "echo/broken", "stream": True, "background": True}
    headers = key()
    first = await api.post("/responses", json=body, headers=headers)
    assert b"response.failed" in first.content
    again = await api.post("/responses", json=body, headers=headers)
    assert (again.status_code, replayed(again), again.content) == (200, True, first.content)
    assert await outcomes(api) == {"kept": 1, "replayed": 1}


async def test_refusals_are_judged_anew(api, key):
    """What was refused wrote nothing: the reason may be gone, and the key is free for a corrected request."""
    headers = key()
    nowhere = f"/conversations/conv_{'0' * 48}/items"
    for _ in range(2):
        answer = await api.post(nowhere, json=ITEM, headers=headers)
        assert (answer.status_code, replayed(answer)) == (404, False)
    wrong = await api.post("/conversations", json={"items": 5}, headers=headers)
    right = await api.post("/conversations", json={}, headers=headers)
    assert (wrong.status_code, right.status_code) == (400, 200)


async def test_an_answer_beyond_the_limit_is_not_made_twice(make_api, key):
    api = await make_api(idempotency_max_bytes=1024)
    for path, body in (
        ("/conversations", {"metadata": {f"k{n}": "v" * 500 for n in range(4)}}),
        ("/chat/completions", CHAT | {"messages": [{"role": "user", "content": "word " * 1000}]}),
        ("/responses", RESPONSE | {"stream": True}),
    ):
        headers = key()
        assert (await api.post(path, json=body, headers=headers)).status_code == 200
        again = await api.post(path, json=body, headers=headers)
        assert refused(again, "idempotency_answer_too_large")
    assert await conversations(api) == 1


async def test_after_its_time_an_answer_is_forgotten(make_api, key):
    api, headers = await make_api(idempotency_seconds=1), key()
    first = await api.post("/conversations", json={}, headers=headers)
    assert (await api.post("/conversations", json={}, headers=headers)).content == first.content
    await asyncio.sleep(1.1)
    again = await api.post("/conversations", json={"metadata": {}}, headers=headers)
    assert (again.status_code, replayed(again)) == (200, False)


# --- while the first still runs ---------------------------------------------------------------


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(("path", "body"), [("/chat/completions", CHAT), ("/responses", RESPONSE)])
async def test_who_retries_too_early_waits_and_hears_the_same(make_api, key, path, body, stream):
    held = Held()
    api, headers = await make_api(provider=held), key()
    body = body | {"stream": stream, "store": True}
    calls = [asyncio.create_task(api.post(path, json=body, headers=headers)) for _ in range(8)]
    await held.asked.acquire()
    await asyncio.sleep(0.05)
    assert not any(call.done() for call in calls)
    held.go.set()
    answers = await asyncio.gather(*calls)
    assert len({answer.content for answer in answers}) == 1
    assert sorted(replayed(answer) for answer in answers) == [False] + [True] * 7
    assert held.calls == 1


async def test_all_who_wait_hear_of_a_failure(make_api, key):
    api, headers = await make_api(), key()
    body = CHAT | {"model": "echo/broken"}
    answers = await asyncio.gather(
        *(api.post("/chat/completions", json=body, headers=headers) for _ in range(5))
    )
    assert {answer.status_code for answer in answers} == {502}
    assert not any(replayed(answer) for answer in answers)


@pytest.mark.parametrize(
    ("path", "body"), [("/chat/completions", CHAT | {"store": True}), ("/responses", RESPONSE)]
)
async def test_who_left_in_the_middle_of_a_stream_gets_all_of_it(leaving, held, key, path, body):
    client, headers = await leaving(provider=held), key()
    body = body | {"stream": True}
    async with client.stream("POST", path, json=body, headers=headers) as first:
        pieces = first.aiter_bytes()
        early = await anext(pieces)
        await held.asked.acquire()
    async with client.stream("POST", path, json=body, headers=headers) as again:
        assert replayed(again)
        pieces = again.aiter_bytes()
        heard = await anext(pieces)
        assert heard.startswith(early)
        held.go.set()
        async for piece in pieces:
            heard += piece
    kept = await client.post(path, json=body, headers=headers)
    assert (kept.content, held.calls, held.left) == (heard, 1, 0)
    assert b"cancelled" not in heard


@pytest.mark.parametrize("stream", [False, True])
async def test_the_work_goes_on_for_a_client_who_left_and_lands_once(leaving, held, key, stream):
    client, headers = await leaving(provider=held), key()
    there = await conversation(client)
    body = RESPONSE | {"conversation": there, "stream": stream}
    call = asyncio.create_task(client.post("/responses", json=body, headers=headers))
    await held.asked.acquire()
    call.cancel()
    await asyncio.wait([call])
    held.go.set()
    answer = await client.post("/responses", json=body, headers=headers)
    assert (answer.status_code, replayed(answer), held.calls, held.left) == (200, True, 1, 0)
    assert await count_items(client, there) == 2


async def test_without_a_key_a_client_who_leaves_still_ends_the_work(leaving, held):
    client = await leaving(provider=held)
    call = asyncio.create_task(client.post("/chat/completions", json=CHAT | {"stream": True}))
    await held.asked.acquire()
    call.cancel()
    await asyncio.wait([call])
    await asyncio.sleep(0.05)
    assert held.left == 1


# --- other processes --------------------------------------------------------------------------


async def test_another_process_answers_what_the_first_kept(make_api, shared, key):
    here, there = await make_api(**shared), await make_api(**shared)
    for path, body in (("/conversations", {}), ("/responses", RESPONSE | {"stream": True})):
        headers = key()
        one = await here.post(path, json=body, headers=headers)
        two = await there.post(path, json=body, headers=headers)
        assert (two.content, replayed(two)) == (one.content, True)
        assert refused(
            await there.post(path, json=body | {"metadata": {}}, headers=headers), "idempotency_key_reused"
        )


@pytest.mark.parametrize("stream", [False, True])
async def test_another_process_waits_for_the_first(make_api, shared, held, key, stream):
    here, there = await make_api(**shared, provider=held), await make_api(**shared, provider=held)
    headers, body = key(), RESPONSE | {"stream": stream}
    one = asyncio.create_task(here.post("/responses", json=body, headers=headers))
    await held.asked.acquire()
    two = asyncio.create_task(there.post("/responses", json=body, headers=headers))
    await asyncio.sleep(0.2)
    assert not two.done()
    assert refused(
        await there.post("/responses", json=body | {"user": "u"}, headers=headers), "idempotency_key_reused"
    )
    held.go.set()
    assert (await one).content == (await two).content
    assert (replayed(await one), replayed(await two), held.calls) == (False, True, 1)


async def test_another_process_carries_out_what_failed_at_the_first(make_api, shared, held, key):
    here, there = await make_api(**shared, provider=held), await make_api(**shared)
    headers, body = key(), CHAT | {"model": "echo/broken"}
    one = asyncio.create_task(here.post("/chat/completions", json=body, headers=headers))
    await held.asked.acquire()
    two = asyncio.create_task(there.post("/chat/completions", json=body, headers=headers))
    await asyncio.sleep(0.1)
    held.go.set()
    assert [(await one).status_code, (await two).status_code] == [502, 502]
    assert (await there.server.services.store.answers.look("default", digest(headers))) is None


def digest(headers):
    return sha256(headers["idempotency-key"].encode()).digest()


def fingerprint(path, content):
    scope = {"method": "POST", "path": path, "query_string": b""}
    return keys.fingerprint(SimpleNamespace(scope=scope, digest=sha256(content)))


async def left_behind(server, headers, path, body, *, wrote=False, lease=0.3):
    """What a process leaves that died in the middle of a request; it is waited for `lease` seconds."""
    content = json.dumps(body).encode()
    owner = Reservation("default", digest(headers), fingerprint(path, content), "token", "hold_dead")
    answers = server.services.store.answers
    assert await answers.reserve(owner, lease=lease, keep=60) is None
    if wrote:
        await server.services.store.driver.write(
            lambda: (yield (MARK, ("default", owner.digest, owner.token))), project="default"
        )
    return owner, content


async def test_who_waits_for_a_process_that_dies_carries_the_request_out(make_api, shared, key):
    api, headers = await make_api(**shared), key() | {"content-type": "application/json"}
    owner, content = await left_behind(api.server, headers, "/v1/conversations", {"metadata": {"a": "b"}})
    began = asyncio.get_running_loop().time()
    answer = await api.post("/conversations", content=content, headers=headers)
    assert (answer.status_code, replayed(answer)) == (200, False)
    assert asyncio.get_running_loop().time() - began > 0.2
    # The dead would not get through any more, were they alive.
    assert not await api.server.services.store.answers.keep(
        owner, KeptAnswer(200, streamed=False, body=b""), keep=1
    )
    assert replayed(await api.post("/conversations", content=content, headers=headers))


async def test_what_a_dead_process_did_is_not_done_again(make_api, shared, key):
    api, headers = await make_api(**shared), key() | {"content-type": "application/json"}
    _, content = await left_behind(api.server, headers, "/v1/conversations", {"metadata": {}}, wrote=True)
    answer = await api.post("/conversations", content=content, headers=headers)
    assert refused(answer, "idempotency_answer_lost")
    assert await conversations(api) == 0


async def test_the_key_of_a_process_that_died_is_free_for_another_request(make_api, key):
    api, headers = await make_api(), key()
    await left_behind(api.server, headers, "/v1/conversations", {"metadata": {"a": "b"}}, lease=0.0)
    assert (await api.post("/conversations", json={}, headers=headers)).status_code == 200


async def test_who_gives_up_waiting_for_another_process_leaves_nothing_behind(leaving, key):
    client, headers = await leaving(metrics="open"), key() | {"content-type": "application/json"}
    owner, content = await left_behind(client.server, headers, "/v1/conversations", {}, lease=60)
    for _ in range(2):
        call = asyncio.create_task(client.post("/conversations", content=content, headers=headers))
        await asyncio.sleep(0.2)
        call.cancel()
        await asyncio.wait([call])
    await asyncio.sleep(0.1)
    page = await client.get("http://lockstep.test/metrics")
    assert "lockstep_idempotency_running 0.0" in page.text
    assert (await client.server.services.store.answers.look("default", owner.digest)).holder == "hold_dead"


async def test_a_server_that_stops_gives_its_keys_back(make_api, tmp_path, held, key):
    """Work that is not done in time is cut off, and the next process need not wait for a lease to end."""
    shared = {"data_dir": tmp_path / "shared", "shutdown_seconds": 0, "lease_seconds": 600}
    headers = key() | {"authorization": f"Bearer {API_KEY}"}
    stopping = build(Settings(**shared, api_key=API_KEY, _env_file=None), provider=held)
    async with stopping.lifespan():
        transport = Streaming(stopping.app)
        client = httpx.AsyncClient(transport=transport, base_url="http://lockstep.test/v1", headers=headers)
        call = asyncio.create_task(client.post("/responses", json=RESPONSE))
        await held.asked.acquire()
    assert (await call).status_code == 503
    assert held.left == 1
    api = await make_api(**shared)
    answer = await asyncio.wait_for(api.post("/responses", json=RESPONSE, headers=headers), 5)
    assert (answer.status_code, replayed(answer)) == (200, False)


async def test_the_metrics_tell_what_became_of_requests(make_api, key):
    api, headers = await make_api(metrics="open"), key()
    for body in ({}, {}, {}, {"metadata": {}}):
        await api.post("/conversations", json=body, headers=headers)
    await api.post(f"/conversations/conv_{'0' * 48}/items", json=ITEM, headers=key())
    assert await outcomes(api) == {"kept": 1, "replayed": 2, "conflict": 1, "not_kept": 1}


@pytest.mark.parametrize("stream", [False, True])
async def test_what_goes_on_for_a_client_who_left_still_takes_its_place(leaving, held, key, stream):
    """Or else whoever leaves and comes with a new key could have any number of models work at once."""
    client = await leaving(provider=held, concurrent_requests=1)
    body = CHAT | {"stream": stream}
    call = asyncio.create_task(client.post("/chat/completions", json=body, headers=key()))
    await held.asked.acquire()
    call.cancel()
    await asyncio.sleep(0.05)
    assert (await client.post("/chat/completions", json=body, headers=key())).status_code == 503
    held.go.set()
    await asyncio.wait([call])
    await asyncio.sleep(0.05)
    assert (await client.post("/chat/completions", json=body, headers=key())).status_code == 200
