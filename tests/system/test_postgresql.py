"""Replicas on one PostgreSQL database, as real server processes: killed, started together, asked in turn."""

import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import httpx
import pytest

from tests.postgresql import databases, run
from tests.system.test_kill import write
from tests.system.test_responses import ENDED, LEASE, Client

__all__ = ["databases"]


@pytest.fixture
def replica(databases, start_server, tmp_path):
    """Start replicas on one database, each with its own data folder: `replica()` is a client of a new one."""
    url = databases.empty()
    made = 0
    with ExitStack() as stack:

        def start(**env):
            nonlocal made
            made += 1
            env = {"LOCKSTEP_DATABASE_URL": url, **LEASE, **env}
            server = start_server(data_dir=tmp_path / f"data-{made}", env=env)
            client = Client(server)
            client.server = server
            stack.enter_context(client.http)
            stack.callback(lambda: [each.close() for each in client.open])
            return client

        start.url = url
        yield start


def kill(client):
    client.server.process.send_signal(signal.SIGKILL)
    client.server.process.wait(10)


def test_two_hundred_acknowledged_writes_are_all_there_after_kill_9(replica):
    first = replica()
    with ThreadPoolExecutor(16) as pool:
        paths = list(pool.map(lambda number: write(first.http, number), range(200)))
    kill(first)
    second = replica()
    assert [second.http.get(path).status_code for path in paths] == [200] * 200


def test_what_one_replica_acknowledged_any_other_answers(replica):
    with ThreadPoolExecutor(2) as pool:  # together, on a database without any table
        one, two = pool.map(lambda _: replica(), range(2))
    assert one.http.get("/health").json()["store"] == "postgresql"
    for number in range(40):
        writer, reader = ((one, two), (two, one))[number % 2]
        path = write(writer.http, number)
        assert reader.http.get(path).status_code == 200
        assert reader.http.delete(path).status_code == 200
        assert writer.http.get(path).status_code == 404


def test_background_work_of_a_killed_replica_is_taken_over(replica):
    one = replica(LOCKSTEP_BACKGROUND_JOBS="1")
    two = replica()
    conversation = one.conversation()
    begun = one.make(model="echo/slow", input="word " * 400, background=True)
    one.until(begun["id"], {"in_progress"})
    queued = one.make(background=True, input="queued", conversation=conversation)
    assert two.get(queued["id"])["status"] == "queued"
    kill(one)
    killed = time.monotonic()
    assert two.until(queued["id"], ENDED, seconds=20)["status"] == "completed"
    assert two.until(begun["id"], ENDED, seconds=20)["status"] == "failed"
    assert time.monotonic() - killed < 20
    assert two.texts(conversation) == ["queued", "Echo (no model behind this): queued"]


def test_replicas_share_locks_cancels_and_streams(replica):
    one, two = replica(), replica()
    conversation = one.conversation()
    made = one.make(model="echo/slow", input="word " * 200, background=True, conversation=conversation)
    answer = two.http.post("/responses", json={"model": "echo", "input": "b", "conversation": conversation})
    assert answer.json()["error"]["code"] == "conversation_locked"
    assert two.http.post(f"/responses/{made['id']}/cancel").json()["status"] == "cancelled"
    events = one.first_events(4, background=True, stream_options={"include_obfuscation": False})
    rest = two.events(events[0]["response"]["id"], after=3)
    assert events + rest == one.events(events[0]["response"]["id"])
    with ThreadPoolExecutor(16) as pool:
        body = {"model": "echo", "input": "turn", "conversation": conversation}
        answers = list(
            pool.map(lambda number: (one, two)[number % 2].http.post("/responses", json=body), range(50))
        )
    accepted = [answer for answer in answers if answer.status_code == 200]
    assert accepted
    assert {answer.json()["error"]["code"] for answer in answers if answer not in accepted} <= {
        "conversation_locked"
    }
    page = two.http.get(f"/conversations/{conversation}/items", params={"order": "asc", "limit": 100}).json()
    texts = [item["content"][0]["text"] for item in page["data"]]
    assert texts == ["turn", "Echo (no model behind this): turn"] * len(accepted)


def test_a_server_answers_503_while_its_database_ends_sessions_and_goes_on_after(replica, databases):
    client = replica()
    database = replica.url.partition("?")[0].rpartition("/")[2]
    path = write(client.http, 0)
    run(databases.admin, f"ALTER DATABASE {database} ALLOW_CONNECTIONS false")
    try:
        ends = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'"
        run(databases.admin, ends)
        answers = [
            client.http.get(path),
            client.http.get("/health"),
            client.http.post("/conversations", json={}),
        ]
        assert [answer.status_code for answer in answers] == [503] * 3
        assert all(answer.json()["error"]["type"] == "server_error" for answer in answers)
    finally:
        run(databases.admin, f"ALTER DATABASE {database} ALLOW_CONNECTIONS true")
    assert client.http.get(path).status_code == 200
    assert httpx.get(client.server.base_url + "/health", timeout=10).status_code == 200
    write(client.http, 1)


def test_a_wrong_url_is_told_in_a_line(start_server):
    with pytest.raises(AssertionError, match="LOCKSTEP_DATABASE_URL: expected postgresql://") as failed:
        start_server(env={"LOCKSTEP_DATABASE_URL": "mysql://someone:hunter2@localhost/lockstep"})
    assert "hunter2" not in str(failed.value)
    assert "Traceback" not in str(failed.value)
