"""Idempotency keys where they matter: connections that break, processes that die, unmodified SDKs."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import httpx2
import openai
import pytest

from tests.cutting import cutting
from tests.postgresql import databases

__all__ = ["databases"]
NODE = Path(__file__).parents[1] / "node"


def user(text):
    return {"type": "message", "role": "user", "content": text}


def key(name):
    return {"Idempotency-Key": f"{name}-{time.time_ns()}"}


# --- the official SDKs ----------------------------------------------------------------------------


@pytest.fixture
def proxy(server):
    with cutting(server.base_url) as proxy:
        yield proxy


@pytest.fixture
def client(server, proxy):
    with openai.OpenAI(base_url=proxy.url, api_key=server.api_key, max_retries=2) as client:
        yield client


def texts(client, conversation):
    return [item.content[0].text for item in client.conversations.items.list(conversation, order="asc")]


@pytest.mark.parametrize(("headers", "times"), [({}, 2), (key("items"), 1)], ids=["without", "with"])
def test_the_sdk_retries_a_lost_answer_and_items_are_added_once(client, proxy, headers, times):
    """Without a key the SDK's own retry adds them twice: that is what keys are for."""
    there = client.conversations.create().id
    proxy.lose(0)
    added = client.conversations.items.create(there, items=[user("once")], extra_headers=headers)
    assert texts(client, there) == ["once"] * times
    listed = client.conversations.items.list(there, order="desc")
    assert listed.data[0].id == added.data[0].id
    assert sum("POST" in line and "/items" in line for line in proxy.requests) == 2


@pytest.mark.parametrize(("headers", "turns"), [({}, 2), (key("turn"), 1)], ids=["without", "with"])
def test_the_sdk_retries_a_lost_answer_and_the_turn_lands_once(client, proxy, headers, turns):
    there = client.conversations.create().id
    proxy.lose(0)
    client.responses.create(model="echo", input="hello", conversation=there, extra_headers=headers)
    assert len(texts(client, there)) == 2 * turns


def test_a_connection_that_breaks_again_and_again_changes_nothing(client, proxy):
    there = client.conversations.create().id
    proxy.lose(0, 30)
    client.conversations.items.create(there, items=[user("once")], extra_headers=key("again"))
    assert texts(client, there) == ["once"]


def test_the_sdk_does_not_retry_a_key_that_was_used(client, proxy):
    headers = key("used")
    client.conversations.create(metadata={"a": "1"}, extra_headers=headers)
    before = len(proxy.requests)
    with pytest.raises(openai.ConflictError) as refused:
        client.conversations.create(metadata={"a": "2"}, extra_headers=headers)
    assert refused.value.code == "idempotency_key_reused"
    assert len(proxy.requests) == before + 1


def heard(events, into):
    for event in events:
        into.append(event)


@pytest.mark.parametrize("after", [1500, 3000, 5000])
def test_a_stream_that_broke_is_read_again_from_its_beginning(client, proxy, after):
    headers, asked = key(f"stream-{after}"), {"model": "echo", "input": "a word " * 20, "stream": True}
    proxy.lose(after)
    early = []
    with pytest.raises((openai.APIConnectionError, httpx2.HTTPError)):
        heard(client.responses.create(**asked, extra_headers=headers), early)
    late = list(client.responses.create(**asked, extra_headers=headers))
    assert late[: len(early)] == early
    assert late[-1].type == "response.completed"
    assert client.responses.retrieve(late[-1].response.id).status == "completed"


def test_the_sdk_can_be_told_to_send_a_key_with_every_post(client, proxy):
    """It makes keys for its retries and keeps them to itself until it knows a header for them."""
    client._idempotency_header = "Idempotency-Key"
    there = client.conversations.create().id
    proxy.lose(0)
    client.conversations.items.create(there, items=[user("once")])
    client.conversations.items.create(there, items=[user("twice")])
    assert texts(client, there) == ["once", "twice"]


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
@pytest.mark.skipif(
    not (NODE / "node_modules" / "openai").is_dir(), reason="run `make node` first: the SDK is absent"
)
def test_the_node_sdk_retries_under_the_key_that_it_is_given(server, proxy):
    proxy.lose(0)
    run = subprocess.run(
        ["node", "retries.mjs"],
        cwd=NODE,
        env=os.environ | {"OPENAI_BASE_URL": proxy.url, "OPENAI_API_KEY": server.api_key},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.count("ok ") == 2


# --- processes that die ---------------------------------------------------------------------------


@pytest.fixture(params=["sqlite", "postgresql"])
def start(request, start_server, tmp_path):
    """Start servers that share a store and give each other up after a second."""
    env = {"LOCKSTEP_LEASE_SECONDS": "1"}
    if request.param == "postgresql":
        env["LOCKSTEP_DATABASE_URL"] = request.getfixturevalue("databases").empty()
    clients = []

    def made():
        server = start_server(data_dir=tmp_path / "data", env=env)
        headers = {"authorization": f"Bearer {server.api_key}"}
        client = httpx.Client(base_url=server.base_url, headers=headers, timeout=30)
        client.process = server.process
        clients.append(client)
        return client

    yield made
    for client in clients:
        client.close()


def kill(client):
    client.process.send_signal(signal.SIGKILL)
    client.process.wait(10)


def bodies(client, there):
    listed = client.get(f"/conversations/{there}/items", params={"limit": 100}).json()
    assert not listed["has_more"]
    return [item["content"][0]["text"] for item in listed["data"]]


def test_a_kill_amid_writes_loses_no_answer_and_doubles_no_effect(start):
    """An item and the answer to whoever added it are one transaction, so there is no moment between them."""
    numbers, answers = range(60), {}
    here = start()
    there = here.post("/conversations", json={}).json()["id"]
    path = f"/conversations/{there}/items"

    def add(client, number):
        headers = {"idempotency-key": f"kill-{number}"}
        return client.post(path, json={"items": [user(f"number {number}")]}, headers=headers)

    def attempt(number):
        with contextlib.suppress(httpx.HTTPError):
            answers[number] = add(here, number).content
            if len(answers) == 20:
                here.process.send_signal(signal.SIGKILL)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(attempt, numbers))
    kill(here)
    assert 20 <= len(answers) < len(numbers)
    again = start()
    for number in numbers:
        answer = add(again, number)
        assert answer.status_code == 200, answer.text
        assert answers.get(number, answer.content) == answer.content
    assert sorted(bodies(again, there)) == sorted(f"number {number}" for number in numbers)


@pytest.mark.parametrize("stream", [False, True])
def test_another_process_takes_up_what_a_dead_one_was_at(start, stream):
    here, other = start(), start()
    there = here.post("/conversations", json={}).json()["id"]
    body = {"model": "echo/slow", "input": "say it slowly " * 20, "stream": stream, "conversation": there}
    headers = {"idempotency-key": "dead"}
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(here.post, "/responses", json=body, headers=headers)
        time.sleep(0.4)
        second = pool.submit(other.post, "/responses", json=body, headers=headers)
        time.sleep(0.2)
        kill(here)
        with pytest.raises(httpx.HTTPError):
            first.result()
        answer = second.result()
    assert (answer.status_code, "idempotency-replayed" in answer.headers) == (200, False)
    again = other.post("/responses", json=body, headers=headers)
    assert (again.content, again.headers["idempotency-replayed"]) == (answer.content, "true")
    assert len(other.get(f"/conversations/{there}/items").json()["data"]) == 2


def test_two_processes_answer_many_equal_requests_with_one_effect(start):
    clients = [start(), start()]
    there = clients[0].post("/conversations", json={}).json()["id"]
    path, headers = f"/conversations/{there}/items", {"idempotency-key": "many"}

    def add(number):
        return clients[number % 2].post(path, json={"items": [user("once")]}, headers=headers)

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(add, range(32)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotency-replayed" not in answer.headers for answer in answers) == 1
    assert bodies(clients[1], there) == ["once"]
