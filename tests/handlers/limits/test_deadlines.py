"""One timer looks after all requests, and rests while there are none."""

import asyncio
from time import perf_counter

import pytest

from handlers.errors import GatewayTimeoutError, RequestTimeoutError, ServiceUnavailableError
from handlers.limits.deadlines import Deadlines, ended


class Request:
    """As the shell has them."""

    def __init__(self, *, bodiless=True, endless=False):
        self.started = perf_counter()
        self.whole = 0.0
        self.task = None
        self.expired = None
        self.bodiless = bodiless
        self.endless = endless


async def serve(deadlines, request, seconds):
    """Serve it as the shell does; how it ended."""
    deadlines.begin(request)
    try:
        await asyncio.sleep(seconds)
    except asyncio.CancelledError as error:
        return ended(request) or error
    finally:
        deadlines.running.discard(request)


async def test_each_request_has_the_limit_of_what_it_waits_for():
    deadlines = Deadlines(most=10, body=0.2, request=0.4)
    begun = perf_counter()
    requests = [Request(), Request(bodiless=False), Request(endless=True)]
    found = await asyncio.gather(*(serve(deadlines, request, 0.8) for request in requests))
    assert [type(each) for each in found] == [GatewayTimeoutError, RequestTimeoutError, type(None)]
    assert perf_counter() - begun < 2
    assert not deadlines.running


async def test_who_is_cancelled_by_others_is_no_matter_of_time():
    deadlines = Deadlines(most=10, body=5, request=5)
    task = asyncio.create_task(serve(deadlines, Request(), 60))
    await asyncio.sleep(0)
    task.cancel()
    assert isinstance(await task, asyncio.CancelledError)


async def test_a_task_goes_on_after_its_request_was_given_up():
    deadlines = Deadlines(most=10, body=0.1, request=0.1)

    async def connection():
        found = [type(await serve(deadlines, Request(), 5)) for _ in range(2)]
        await asyncio.sleep(0)
        return found, asyncio.current_task().cancelling()

    assert await asyncio.create_task(connection()) == ([GatewayTimeoutError] * 2, 0)


async def test_so_many_at_once_and_no_more():
    deadlines = Deadlines(most=2, body=5, request=5)
    running = [asyncio.create_task(serve(deadlines, Request(), 0.05)) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(ServiceUnavailableError) as refused:
        deadlines.begin(Request())
    assert refused.value.headers["retry-after"] == "1"
    await asyncio.gather(*running)
    deadlines.begin(Request())
