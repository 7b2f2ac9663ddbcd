"""Connections through the door: each arrives once, also where there is no room; the end is heard."""

import asyncio
import socket

from handlers.workers.door import Door, hand_over


async def test_connections_arrive_with_what_was_sent_on_them():
    ours, theirs = socket.socketpair()
    arrived, ended = [], asyncio.Event()

    async def welcome(connection):
        arrived.append(await asyncio.get_running_loop().sock_recv(connection, 100))
        connection.close()

    Door(theirs, welcome, ended.set).open()
    for number in range(200):
        client, server = socket.socketpair()
        client.sendall(b"%d" % number)
        assert hand_over(ours, server)
        assert server.fileno() == -1
        client.close()
    ours.close()
    await asyncio.wait_for(ended.wait(), 5)
    await asyncio.sleep(0)
    assert sorted(map(int, arrived)) == list(range(200))


async def test_a_full_door_gives_nothing_away():
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    clients, given = [], 0
    for _ in range(2000):
        client, server = socket.socketpair()
        clients.append(client)
        if not hand_over(ours, server):
            break
        given += 1
    assert 0 < given < 2000
    assert server.fileno() != -1
    arrived, ended = [], asyncio.Event()

    async def welcome(connection):
        arrived.append(connection)

    Door(theirs, welcome, ended.set).open()
    while len(arrived) < given:  # noqa: ASYNC110 - the door tells nobody
        await asyncio.sleep(0.01)
    assert hand_over(ours, server)  # now there is room
    ours.close()
    await asyncio.wait_for(ended.wait(), 5)
    for connection in [*arrived, *clients]:
        connection.close()


def test_nobody_is_there_to_take_it():
    ours, theirs = socket.socketpair()
    theirs.close()
    client, server = socket.socketpair()
    assert not hand_over(ours, server)
    for each in (ours, client, server):
        each.close()
