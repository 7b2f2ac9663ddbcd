"""The reception: who came while no worker could take him is not forgotten when one can."""

import asyncio
import socket
from types import SimpleNamespace

import pytest

from handlers.workers.reception import Reception


class Worker(SimpleNamespace):
    """One that takes connections when it may."""

    def take(self, connection):
        if self.room:
            self.taken.append(connection)
        return self.room


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as made:
        yield made


@pytest.mark.parametrize("died", [False, True])
async def test_the_last_to_come_is_served_though_nobody_comes_after_him(listener, died):
    worker = Worker(serving=True, connections=0, room=False, taken=[])
    reception = Reception(listener, {1: worker})
    reception.open()
    with socket.create_connection(listener.getsockname()):
        await asyncio.sleep(0.05)
        assert worker.taken == []
        if died:
            worker.serving = False
            await asyncio.sleep(0.05)
            worker.serving = True
        worker.room = True
        reception.resume()
        async with asyncio.timeout(5):
            while not worker.taken:  # noqa: ASYNC110 - it is the reception's pace that is waited for
                await asyncio.sleep(0.01)
    reception.close()
    worker.taken[0].close()
