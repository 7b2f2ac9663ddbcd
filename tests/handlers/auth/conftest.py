"""A key store in a list, and clocks that stand still."""

import asyncio
from dataclasses import replace

import pytest

from tests.issuer import LoopbackIssuer


class Memory:
    """What the gate asks of a store of keys."""

    def __init__(self):
        self.keys = []
        self.asked = 0
        self.written = []
        self.wrote = asyncio.Event()
        self.answers = asyncio.Event()
        self.answers.set()
        self.failure = None
        self.takes = None

    async def add(self, key):
        self.keys.append(key)

    async def find(self, digest):
        await self.answers.wait()
        self.asked += 1
        if self.failure is not None:
            raise self.failure
        found = next((key for key in self.keys if key.digest == digest), None)
        if self.takes is not None:
            self.takes()
        return found

    async def list(self, project):
        return [key for key in self.keys if project in (None, key.project)]

    async def used(self, uses, apart):
        self.written.append(dict(uses))
        self.wrote.set()

    def change(self, index, **fields):
        """As another process would."""
        self.keys[index] = replace(self.keys[index], **fields)


class Clock:
    """Time that passes when it is told to."""

    def __init__(self, at=1_800_000_000.0):
        self.at = at

    def __call__(self):
        return self.at


@pytest.fixture
def memory():
    return Memory()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def issuer():
    running = LoopbackIssuer()
    yield running
    running.close()
