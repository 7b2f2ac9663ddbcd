"""What processes tell each other about responses, so that nobody has to look every moment.

By the store's bell, which may fail: whoever waits looks all the same, only rarely. Responses are named by a
digest, which says nothing to others who listen on the same database.

- `watch R`: somebody follows the stream of R. Its holder answers `news R`, now and whenever there are some.
- `news R`: the store has new events of R, or its end.
- `ended R`: somebody else than its holder has ended R. The holder stops, who follows looks.
- `queue`: work waits that nobody holds.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import blake2b
from typing import Any

from handlers.stores import Bell

RARE, OFTEN = 2.0, 0.25
"""Seconds between two looks at a response of another process: where a bell rings, and where none does."""
RENEW = 20.0
"""Seconds after which a watcher says again that it is there."""
ATTENTION = 60.0
"""Seconds for which a holder takes a watcher to be there."""

Key = tuple[str, str]


def name(key: Key) -> str:
    """A response's name among processes."""
    return blake2b(f"{key[0]}\0{key[1]}".encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


class Follower:
    """Somebody who follows a response of another process. What comes between two waits is not missed."""

    def __init__(self, bell: Bell, called: str) -> None:
        self._bell = bell
        self._called = called
        self._told = 0.0
        self.news = asyncio.Event()

    async def wait(self) -> None:
        """Until there may be something new."""
        if _now() > self._told:
            self._told = _now() + RENEW
            self._bell.ring(f"watch {self._called}")
        with suppress(TimeoutError):
            await asyncio.wait_for(self.news.wait(), RARE if self._bell.reliable else OFTEN)
        self.news.clear()


class Wakeups:
    """One per process."""

    def __init__(self, bell: Bell, running: Mapping[Key, Any]) -> None:
        self._bell = bell
        self._running = running
        self._watched: dict[str, float] = {}
        """Responses of ours that others follow, and until when."""
        self._followers: dict[str, set[Follower]] = {}
        """Who follows responses of others here."""
        self.ended: Callable[[Key], None] = _nothing
        """Called with a response of this process that another one has ended."""
        self.queued: Callable[[], None] = _nothing
        """Called when work waits."""
        bell.listen(self._hear)

    @contextmanager
    def following(self, key: Key) -> Iterator[Follower]:
        """Follow a response, as long as somebody may work on it elsewhere."""
        called = name(key)
        follower = Follower(self._bell, called)
        self._followers.setdefault(called, set()).add(follower)
        try:
            yield follower
        finally:
            others = self._followers[called]
            others.discard(follower)
            if not others:
                del self._followers[called]

    def stored(self, key: Key) -> None:
        """The store has something new of a response of this process."""
        if self._watched:
            called = name(key)
            if self._watched.get(called, 0.0) > _now():
                self._bell.ring(f"news {called}")

    def tell_ended(self, key: Key) -> None:
        """This process has ended a response of another."""
        self._bell.ring(f"ended {name(key)}")

    def tell_queued(self) -> None:
        """There is work that nobody holds."""
        self._bell.ring("queue")

    def _hear(self, text: str) -> None:
        what, _, called = text.partition(" ")
        if what == "queue":
            self.queued()
        if what in {"news", "ended"}:
            for follower in self._followers.get(called, ()):
                follower.news.set()
        if what in {"watch", "ended"}:
            key = next((key for key in self._running if name(key) == called), None)
            if key is not None and what == "ended":
                self.ended(key)
            elif key is not None:
                self._watched[called] = _now() + ATTENTION
                self._bell.ring(f"news {called}")

    def gone(self, key: Key) -> None:
        """A response of this process has ended here."""
        self.stored(key)
        self._watched.pop(name(key), None)


def _now() -> float:
    return asyncio.get_running_loop().time()


def _nothing(*_: object) -> None:
    """Until somebody wants to know."""
