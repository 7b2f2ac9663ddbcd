"""Replicas on one PostgreSQL while they come and go: told at once, drained in order, replaced under load."""

import asyncio
import collections
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

import httpx
import pytest

from tests.postgresql import databases
from tests.system.test_postgresql import kill, replica
from tests.system.test_responses import ENDED

__all__ = ["databases", "replica"]
LONG = "word " * 2000
DEFAULT = {"LOCKSTEP_LEASE_SECONDS": "12"}
"""As an operator has it."""


def until(seen, seconds=20):
    ends = time.monotonic() + seconds
    while not (found := seen()):
        assert time.monotonic() < ends, f"not seen within {seconds} s"
        time.sleep(0.01)
    return found


def working(client):
    """How many background responses a replica works on."""
    page = httpx.get(client.server.base_url.removesuffix("/v1") + "/metrics", timeout=10).text
    lines = [line for line in page.splitlines() if line.startswith("lockstep_background_responses{")]
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if "working" in line)


@pytest.mark.parametrize("stream", [False, True])
def test_a_cancel_elsewhere_stops_the_work_at_once(replica, stream):
    one, two = replica(**DEFAULT), replica(**DEFAULT)
    if stream:
        made = one.first_events(4, background=True, input=LONG)[0]["response"]["id"]
    else:
        made = one.make(model="echo/slow", background=True, input=LONG)["id"]
    until(lambda: working(one) == 1)
    assert two.http.post(f"/responses/{made}/cancel").json()["status"] == "cancelled"
    until(lambda: working(one) == 0, seconds=1.5)  # the next beat of the lease may be 4 s away


def test_a_stream_followed_elsewhere_is_told_soon(replica):
    """A log is stored every 0.2 s; looking now and then adds to it. A busy machine has three tries."""
    one, two = replica(**DEFAULT), replica(**DEFAULT)
    assert any(lateness(one, two) < 0.2 for _ in range(3))


def lateness(one, two):
    """Seconds by which an event in the middle is heard later at `two`, whose stream it is not."""
    said, heard = {}, {}
    begun = threading.Event()

    def follow(client, times, request):
        with client.http.stream(*request[0], **request[1]) as answer:
            for line in answer.iter_lines():
                if line.startswith("data: "):
                    event = json.loads(line[6:])
                    times.setdefault(event["sequence_number"], time.monotonic())
                    times.setdefault("id", event.get("response", {}).get("id"))
                    begun.set()

    body = {"model": "echo/slow", "input": "word " * 60, "stream": True, "background": True}
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(follow, one, said, (("POST", "/responses"), {"json": body}))
        assert begun.wait(10)
        params = {"stream": "true"}
        follow(two, heard, (("GET", f"/responses/{said['id']}"), {"params": params}))
        first.result(30)
    assert set(heard) == set(said)
    late = sorted(heard[number] - said[number] for number in list(said)[10:] if number != "id")
    return late[len(late) // 2]


def test_a_replica_that_ends_in_order_hands_its_queue_on_at_once(replica):
    """Before its own streams have come to their end, and long before its lease would."""
    one = replica(LOCKSTEP_BACKGROUND_JOBS="1", **DEFAULT)
    two = replica(**DEFAULT)
    one.make(model="echo/slow", background=True, input=LONG)
    until(lambda: working(one) == 1)
    conversation = one.conversation()
    queued = [
        one.make(background=True, input="queued", conversation=conversation)["id"],
        *[one.make(background=True, input=f"queued {number}")["id"] for number in range(20)],
        one.first_events(1, model="echo", background=True, input="queued too")[0]["response"]["id"],
    ]
    one.server.process.terminate()
    told = time.monotonic()
    for each in queued:
        assert two.until(each, ENDED, seconds=10)["status"] == "completed"
    assert time.monotonic() - told < 6
    assert one.server.process.poll() is None  # it still has what it works on
    assert two.texts(conversation) == ["queued", "Echo (no model behind this): queued"]
    events = two.events(queued[-1])
    assert [event["sequence_number"] for event in events] == list(range(len(events)))


def test_work_given_to_a_replica_that_is_leaving_is_done_by_another(replica):
    one, two = replica(LOCKSTEP_DRAIN_SECONDS="4", **DEFAULT), replica(**DEFAULT)
    one.server.process.terminate()
    ready = one.server.base_url.removesuffix("/v1") + "/readyz"
    until(lambda: httpx.get(ready).status_code == 503)
    made = one.make(background=True, input="late")["id"]
    assert two.until(made, ENDED, seconds=3)["status"] == "completed"


def test_a_killed_replicas_work_is_taken_up_within_thirty_seconds(replica):
    """Default leases, as an operator has them."""
    one, two = replica(LOCKSTEP_BACKGROUND_JOBS="1", **DEFAULT), replica(**DEFAULT)
    begun = one.make(model="echo/slow", background=True, input=LONG)["id"]
    until(lambda: working(one) == 1)
    one.until(begun, {"in_progress"})
    queued = one.make(background=True, input="queued")["id"]
    kill(one)
    killed = time.monotonic()
    assert two.until(queued, ENDED, seconds=30)["status"] == "completed"
    assert two.until(begun, ENDED, seconds=30)["status"] in {"failed", "completed"}
    assert time.monotonic() - killed < 30


class Balancer:
    """Passes connections on to backends that say they are ready; tries another where one does not connect."""

    def __init__(self, *backends):
        self.backends = [urlsplit(each) for each in backends]
        self.ready: list = []
        self.refused = 0

    async def watch(self):
        async with httpx.AsyncClient(timeout=2) as http:
            while True:
                checks = await asyncio.gather(*[self._check(http, each) for each in self.backends])
                self.ready = [each for each, ready in zip(self.backends, checks, strict=False) if ready]
                await asyncio.sleep(0.1)

    async def _check(self, http, backend):
        try:
            return (await http.get(f"http://{backend.netloc}/readyz")).status_code == 200
        except httpx.HTTPError:
            return False

    async def serve(self, reader, writer):
        for backend in [*self.ready[1:], *self.ready[:1]]:
            try:
                there = await asyncio.open_connection(backend.hostname, backend.port)
            except OSError:
                self.refused += 1
                continue
            self.ready = [*[each for each in self.ready if each != backend], backend]
            await asyncio.gather(_pump(reader, there[1]), _pump(there[0], writer))
            return
        writer.close()


async def _pump(reader, writer):
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    with suppress(OSError):
        writer.close()


@contextmanager
def balanced(balancer):
    """Serve it in a thread; yields its base URL."""
    loop, box, up = asyncio.new_event_loop(), {}, threading.Event()

    async def main():
        box["end"] = asyncio.Event()
        server = await asyncio.start_server(balancer.serve, "127.0.0.1", 0, backlog=256)
        box["port"] = server.sockets[0].getsockname()[1]
        watching = asyncio.create_task(balancer.watch())
        while not balancer.ready:  # noqa: ASYNC110 - it is another task that looks
            await asyncio.sleep(0.01)
        up.set()
        await box["end"].wait()
        watching.cancel()
        server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        await asyncio.sleep(0.05)

    thread = threading.Thread(target=loop.run_until_complete, args=(main(),))
    thread.start()
    assert up.wait(20)
    try:
        yield f"http://127.0.0.1:{box['port']}/v1"
    finally:
        loop.call_soon_threadsafe(box["end"].set)
        thread.join(20)
        loop.close()


@pytest.mark.timeout(240)
def test_replicas_are_replaced_under_load_without_a_failed_request(replica):
    """A client that never retries, behind a balancer that asks /readyz. Streams end with their last event."""
    env = {**DEFAULT, "LOCKSTEP_DRAIN_SECONDS": "1"}
    serving = [replica(**env), replica(**env)]
    headers = dict(serving[0].http.headers)
    balancer = Balancer(*[each.server.base_url for each in serving])
    came, background, going = collections.Counter(), [], [True]
    with balanced(balancer) as url:

        def ask(number):
            count = 0
            while going[0]:
                count += 1
                try:
                    came[one_request(url, headers, (number + count) % 4, background)] += 1
                except httpx.HTTPError as error:
                    came[repr(error)] += 1

        with ThreadPoolExecutor(6) as pool, ThreadPoolExecutor(1) as extra:
            asking = [pool.submit(ask, number) for number in range(6)]
            try:
                time.sleep(1)
                for number in range(2):
                    serving.append(replica(**env))
                    balancer.backends = [urlsplit(each.server.base_url) for each in serving[number:]]
                    until(lambda: len(balancer.ready) == 3)
                    leaving = serving[number].server
                    last = extra.submit(one_request, leaving.base_url, headers, 2, [])
                    time.sleep(0.3)
                    leaving.process.terminate()
                    assert last.result(30) == "stream"
                    assert leaving.process.wait(60) == 0
                    balancer.backends = balancer.backends[1:]
                    time.sleep(0.5)
            finally:
                going[0] = False
                for each in asking:
                    each.result(60)
    assert set(came) == {"conversation", "items", "stream", "background"}, came
    assert sum(came.values()) > 30
    statuses = {serving[-1].until(each, ENDED, seconds=20)["status"] for each in background}
    assert statuses == {"completed"}


def one_request(url, headers, kind, background):
    with httpx.Client(base_url=url, headers=headers, timeout=30) as http:
        if kind == 0:
            http.post("/conversations", json={}).raise_for_status()
            return "conversation"
        if kind == 1:
            made = http.post("/conversations", json={}).raise_for_status().json()["id"]
            item = {"type": "message", "role": "user", "content": "hello"}
            http.post(f"/conversations/{made}/items", json={"items": [item]}).raise_for_status()
            return "items"
        if kind == 2:
            body = {"model": "echo/slow", "input": "word " * 30, "stream": True}
            text = http.post("/responses", json=body).raise_for_status().text
            return "stream" if "event: response.completed" in text else text[-200:]
        made = http.post("/responses", json={"model": "echo", "input": "x", "background": True})
        background.append(made.raise_for_status().json()["id"])
        return "background"
