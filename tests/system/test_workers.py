"""Several workers behind one port: shared evenly, counted together, replaced and ended without loss."""

import asyncio
import collections
import json
import os
import re
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.conftest import API_KEY

AUTH = {"authorization": f"Bearer {API_KEY}"}
WORDS = " ".join(f"w{number}" for number in range(60))
CHAT = {"model": "echo/slow", "messages": [{"role": "user", "content": WORDS}], "stream": True}


@pytest.fixture
def start(start_server):
    """Start a server with workers."""

    def begin(count=2, **more):
        return start_server(args=("--workers", str(count)), **more)

    return begin


def origin(running):
    return running.base_url.removesuffix("/v1")


def samples(running):
    page = httpx.get(origin(running) + "/metrics", timeout=10).raise_for_status().text
    return [sample for family in text_string_to_metric_families(page) for sample in family.samples]


def served(running, operation="listModels"):
    """Requests of an operation by worker."""
    found = collections.Counter()
    for sample in samples(running):
        if sample.name == "lockstep_requests_total" and sample.labels["operation"] == operation:
            found[sample.labels["worker"]] += int(sample.value)
    return found


def serving(running):
    """The workers that tell of themselves."""
    return {each.labels["worker"] for each in samples(running) if each.name == "lockstep_build_info"}


def workers(running):
    """The worker processes, by their pids."""
    pid = running.process.pid
    return {int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}


def until(seen, seconds=20):
    ends = time.monotonic() + seconds
    while not (found := seen()):
        assert time.monotonic() < ends, f"not seen within {seconds} s"
        time.sleep(0.02)
    return found


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@contextmanager
def load(running, path="/models", clients=4):
    """Requests, each on a connection of its own and none sent twice; yields what came of them so far."""
    came, going = collections.Counter(), [True]
    where = urlsplit(running.base_url)

    def ask():
        while going[0]:
            connection = HTTPConnection(where.hostname, where.port, timeout=30)
            try:
                connection.request("GET", "/v1" + path, headers=AUTH)
                came[connection.getresponse().status] += 1
            except (OSError, HTTPException) as error:
                came[type(error).__name__] += 1
            finally:
                connection.close()
            time.sleep(0.01)

    with ThreadPoolExecutor(clients) as pool:
        asking = [pool.submit(ask) for _ in range(clients)]
        try:
            yield came
        finally:
            going[0] = False
            for each in asking:
                each.result(30)


async def connect(where):
    return await asyncio.open_connection(where.hostname, where.port)


async def ask(reader, writer):
    writer.write(
        b"GET /v1/models HTTP/1.1\r\nhost: x\r\nauthorization: %b\r\n\r\n" % AUTH["authorization"].encode()
    )
    head = await reader.readuntil(b"\r\n\r\n")
    await reader.readexactly(int(re.search(rb"content-length: (\d+)", head)[1]))
    return head


@pytest.mark.parametrize(("count", "clients"), [(2, 32), (3, 32), (4, 8)])
async def test_a_burst_of_connections_is_shared_evenly(start, count, clients):
    running = await asyncio.to_thread(start, count)
    where = urlsplit(running.base_url)
    opened = await asyncio.gather(*[connect(where) for _ in range(clients)])
    await asyncio.gather(*[ask(*each) for each in opened])
    shares = served(running)
    assert sum(shares.values()) == clients
    assert len(shares) == count
    assert max(shares.values()) - min(shares.values()) <= 2
    for _, writer in opened:
        writer.close()


def test_metrics_show_all_workers_whichever_is_asked(start):
    running = start(3)
    for _ in range(30):
        httpx.get(running.base_url + "/models", headers=AUTH).raise_for_status()
    pages = [served(running) for _ in range(6)]
    assert all(page == pages[0] for page in pages)
    assert sum(pages[0].values()) == 30
    assert set(pages[0]) == {"1", "2", "3"}
    starts = [sample.labels for sample in samples(running) if sample.name == "process_start_time_seconds"]
    assert starts == [{"worker": "1"}, {"worker": "2"}, {"worker": "3"}]


def test_one_first_key_is_made_and_shown_once(start):
    running = start(3, api_key=None)
    shown = re.findall(r"API key +(\S+)  \(shown this once", running.output.read_text())
    assert len(shown) == 1
    for _ in range(6):
        headers = {"authorization": f"Bearer {shown[0]}"}
        assert httpx.get(running.base_url + "/models", headers=headers).status_code == 200


def test_a_worker_that_dies_is_started_again_while_others_serve(start):
    running = start(2)
    before = workers(running)
    assert len(before) == 2
    victim = min(before)
    os.kill(victim, signal.SIGKILL)
    until(lambda: not alive(victim))
    for _ in range(20):
        assert httpx.get(running.base_url + "/models", headers=AUTH).status_code == 200
    until(lambda: len(workers(running) - {victim}) == 2 and serving(running) == {"1", "2"})
    assert "by signal SIGKILL" in running.output.read_text()
    assert running.stop() == 0


def test_connections_wait_for_the_next_worker_if_all_died(start):
    running = start(2)
    for pid in workers(running):
        os.kill(pid, signal.SIGKILL)
    assert httpx.get(running.base_url + "/models", headers=AUTH, timeout=30).status_code == 200


def test_no_worker_outlives_its_supervisor(start):
    running = start(2)
    left = workers(running)
    running.process.kill()
    running.process.wait(10)
    until(lambda: not any(alive(pid) for pid in left), seconds=15)


def test_port_is_free_at_once_when_the_supervisor_was_killed(start):
    running = start(2, env={"LOCKSTEP_SHUTDOWN_SECONDS": "5"})
    where = urlsplit(running.base_url)
    with httpx.stream("POST", f"{running.base_url}/chat/completions", json=CHAT, headers=AUTH) as answer:
        assert answer.status_code == 200
        left = workers(running)
        running.process.kill()
        running.process.wait(10)
        until(lambda: _bindable(where))
        assert [line for line in answer.iter_lines() if line][-1] == "data: [DONE]"
    until(lambda: not any(alive(pid) for pid in left), seconds=15)


def _bindable(where):
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((where.hostname, where.port))
        except OSError:
            return False
        return True


def test_what_hinders_a_start_is_told_in_a_line(start, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "lockstep.db").write_bytes(b"no database " * 1000)
    with pytest.raises(AssertionError, match=r"lockstep: The store .* cannot be opened") as failed:
        start(2, data_dir=tmp_path / "data")
    assert "Traceback" not in str(failed.value)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_streams_come_to_their_end(start, number):
    running = start(2)

    def stream():
        with httpx.stream("POST", f"{running.base_url}/chat/completions", json=CHAT, headers=AUTH) as answer:
            for line in answer.iter_lines():
                if line:
                    last = line
            return last

    with ThreadPoolExecutor(4) as pool:
        streams = [pool.submit(stream) for _ in range(4)]
        until(
            lambda: sum(each.value for each in samples(running) if each.name == "lockstep_streams_live") == 4
        )
        running.process.send_signal(number)
        assert [each.result(30) for each in streams] == ["data: [DONE]"] * 4
    assert running.process.wait(15) == 0


def test_draining_says_no_to_balancers_and_yes_to_clients_until_a_second_signal(start):
    running = start(2, env={"LOCKSTEP_DRAIN_SECONDS": "30"})
    ready = origin(running) + "/readyz"
    assert [httpx.get(ready).status_code for _ in range(4)] == [200] * 4
    running.process.terminate()
    until(lambda: all(httpx.get(ready).status_code == 503 for _ in range(4)))
    answers = [httpx.get(running.base_url + "/models", headers=AUTH) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200] * 4
    assert {answer.headers["connection"] for answer in answers} == {"close"}
    running.process.terminate()
    assert running.process.wait(15) == 0


def test_hang_up_replaces_every_worker_without_a_failed_request(start):
    running = start(2)
    before = workers(running)
    with load(running) as came:
        until(lambda: came[200] > 20)
        running.process.send_signal(signal.SIGHUP)
        until(lambda: "workers_renewed" in running.output.read_text(), seconds=60)
        renewed = came[200]
        until(lambda: came[200] > renewed + 20)
    assert set(came) == {200}
    assert len(workers(running)) == 2
    assert not workers(running) & before


@pytest.mark.parametrize("count", [1, 2])
def test_who_was_let_in_before_a_signal_is_answered(start_server, count):
    """Under load: later connections are refused, and none is let in and then dropped."""
    running = start_server(args=("--workers", str(count)))
    with load(running) as came:
        until(lambda: came[200] > 50)
        running.process.terminate()
        assert running.process.wait(15) == 0
        until(lambda: came["ConnectionRefusedError"])
    # Between the last look and the closed socket the kernel may let somebody in: microseconds.
    assert came.pop("ConnectionResetError", 0) <= 1
    assert set(came) == {200, "ConnectionRefusedError"}


def test_a_cancel_by_another_worker_stops_the_work_at_once(start):
    running = start(2)  # on SQLite, with the default lease: without being told, it is seen after up to 4 s

    def working():
        name = "lockstep_background_responses"
        found = [each for each in samples(running) if each.name == name and each.labels["state"] == "working"]
        return {each.labels["worker"] for each in found if each.value}

    body = {"model": "echo/slow", "input": WORDS * 40, "background": True}
    with ExitStack() as stack:
        at = {}
        while len(at) < 2:  # a connection to each
            http = stack.enter_context(httpx.Client(base_url=running.base_url, headers=AUTH))
            before = served(running)
            http.get("/models").raise_for_status()
            (worker,) = served(running) - before
            at[worker] = http
        made = at["1"].post("/responses", json=body).raise_for_status().json()["id"]
        assert until(working) == {"1"}
        answer = at["2"].post(f"/responses/{made}/cancel").raise_for_status()
        assert answer.json()["status"] == "cancelled"
        until(lambda: not working(), seconds=1.5)


def test_a_worker_told_to_end_ends_without_a_failed_request(start):
    running = start(2)
    victim = min(workers(running))
    with load(running) as came:
        until(lambda: came[200] > 20)
        os.kill(victim, signal.SIGTERM)
        until(lambda: not alive(victim))
        until(lambda: len(workers(running)) == 2 and serving(running) == {"1", "2"})
    assert set(came) == {200}


def test_the_ready_file_names_who_takes_signals(start, tmp_path):
    running = start(2)
    found = json.loads((tmp_path / "server-0" / "ready.json").read_text())
    assert found["pid"] == running.process.pid
