"""The supervisor with workers that do nothing but live and die: what it does about either."""

import asyncio
import os
import signal
import time
from contextlib import asynccontextmanager

import pytest

from handlers.listening import ServeError, listen
from handlers.settings import Settings
from handlers.workers import process, supervisor
from handlers.workers.supervisor import Supervisor

WORKER = """
import json, os, socket, sys, time
given = json.loads(sys.argv[1])
line, door = socket.socket(fileno=given["line"]), socket.socket(fileno=given["door"])
say = lambda **message: line.sendall(json.dumps(message).encode() + b"\\n")
mode = open(os.environ["WORKER_MODE"]).read()
if mode == "broken":
    say(**{"is": "failed", "why": "It is broken."})
    sys.exit(1)
if mode == "mute":
    os._exit(3)
if mode == "slow":
    time.sleep(60)
say(**{"is": "ready", "banner": f"worker {given['number']}"})
import threading
def answer():
    for _ in line.makefile():
        say(**{"is": "pong"})
threading.Thread(target=answer, daemon=True).start()
while door.recv(1):
    pass
"""


@pytest.fixture
def mode(tmp_path, monkeypatch):
    """Says how the next workers are: good, broken, mute, slow."""
    path = tmp_path / "mode"
    path.write_text("good")
    monkeypatch.setenv("WORKER_MODE", str(path))
    monkeypatch.setattr(process, "BOOT", WORKER)
    monkeypatch.setattr(supervisor, "PAUSES", (0.0, 0.05))
    return path.write_text


@asynccontextmanager
async def supervised(workers=2):
    """A supervisor at work: itself, its task, and what it told when it was ready."""
    listener = listen("127.0.0.1", 0)
    settings = Settings(_env_file=None, workers=workers, shutdown_seconds=1)
    one, told = Supervisor(settings, listener, {}), []
    task = asyncio.create_task(one.run(lambda url, greeting: told.append((url, greeting))))
    try:
        yield one, task, told
    finally:
        one._end.set()
        await asyncio.wait([task])
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.remove_signal_handler(number)
        assert not any(alive(worker.pid) for worker in one._workers.values())


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def until(seen, seconds=15):
    async with asyncio.timeout(seconds):
        while not seen():  # noqa: ASYNC110 - what is waited for are processes
            await asyncio.sleep(0.01)


def pids(one):
    return {worker.pid for worker in one._workers.values() if worker.serving}


@pytest.mark.parametrize(
    ("how", "told"),
    [("broken", "It is broken."), ("mute", "Worker 1 ended with exit code 3 before it was ready.")],
)
async def test_who_cannot_start_says_why_and_ends(mode, how, told):
    mode(how)
    async with supervised() as (_, task, ready):
        await asyncio.wait([task], timeout=15)
        with pytest.raises(ServeError) as failed:
            task.result()
        assert str(failed.value) == told
        assert ready == []


async def test_all_are_ready_before_anybody_is_told(mode):
    async with supervised(3) as (one, _, ready):
        await until(lambda: ready)
        assert len(pids(one)) == 3
        assert [greeting for _, greeting in ready] == ["worker 1"]


async def test_the_dead_are_replaced_each_in_its_place(mode):
    async with supervised() as (one, _, ready):
        await until(lambda: ready)
        for _ in range(3):
            before = pids(one)
            for pid in before:
                os.kill(pid, signal.SIGKILL)
            await until(lambda: len(pids(one)) == 2 and not pids(one) & before)  # noqa: B023 - awaited here
        assert sorted(one._workers) == [1, 2]


async def test_short_lives_are_followed_by_pauses(mode, monkeypatch):
    monkeypatch.setattr(supervisor, "PAUSES", (0.0, 0.6))
    async with supervised(1) as (one, _, ready):
        await until(lambda: ready)
        took = []
        for _ in range(2):
            (pid,) = pids(one)
            began = time.monotonic()
            os.kill(pid, signal.SIGKILL)
            await until(lambda: pids(one) - {pid})  # noqa: B023 - awaited here
            took.append(time.monotonic() - began)
        assert took[1] > 0.6


async def test_it_gives_up_when_nobody_starts_any_more(mode):
    async with supervised() as (one, task, ready):
        await until(lambda: ready)
        mode("broken")
        for pid in pids(one):
            os.kill(pid, signal.SIGKILL)
        await asyncio.wait([task], timeout=20)
        with pytest.raises(ServeError, match=r"No worker starts any more: It is broken\."):
            task.result()


async def test_it_does_not_give_up_while_one_serves(mode):
    async with supervised() as (one, task, ready):
        await until(lambda: ready)
        mode("broken")
        os.kill(min(pids(one)), signal.SIGKILL)
        await until(lambda: one._failures > supervisor.HOPELESS)
        assert not task.done()
        mode("good")
        await until(lambda: len(pids(one)) == 2)
        assert one._failures == 0


async def test_a_worker_that_hangs_is_replaced(mode, monkeypatch):
    monkeypatch.setattr(supervisor, "PING_SECONDS", 0.1)
    monkeypatch.setattr(supervisor, "DEAF_SECONDS", 2.0)  # a busy machine may keep who is well waiting
    async with supervised() as (one, _, ready):
        await until(lambda: ready)
        await asyncio.sleep(2.5)
        before = pids(one)
        hanging = min(before)
        os.kill(hanging, signal.SIGSTOP)
        await until(lambda: len(pids(one)) == 2 and hanging not in pids(one))
        assert len(before & pids(one)) == 1  # who answers stays


async def test_a_signal_ends_a_start_that_takes_long(mode):
    mode("slow")
    async with supervised() as (one, task, ready):
        await until(lambda: one._workers)
        one._signalled(signal.SIGTERM)
        await asyncio.wait([task], timeout=10)
        assert task.result() is None
        assert ready == []


async def test_a_renewal_that_fails_leaves_the_old_workers(mode):
    async with supervised() as (one, _, ready):
        await until(lambda: ready)
        before = pids(one)
        mode("broken")
        await one._renew()
        assert pids(one) == before
        mode("good")
        await one._renew()
        assert len(pids(one)) == 2
        assert not pids(one) & before
