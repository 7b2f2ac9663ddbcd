"""The protocol of kept answers over a driver that runs operations."""

from functools import partial

from typing_extensions import override

from handlers import stores
from handlers.stores import Attempted, KeptAnswer, Reservation
from handlers.stores.sql import answers
from handlers.stores.sql.driver import PAGE, Driver, milliseconds


class Answers(stores.Answers):
    """Answers that are kept for retries."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    @override
    async def reserve(self, wanted: Reservation, *, lease: float | None, keep: float) -> Attempted | None:
        now = milliseconds()
        until = None if lease is None else now + int(lease * 1000)
        start = partial(answers.reserve, wanted, now, until, now + int(keep * 1000))
        return await self._driver.write(start, project=wanted.project, key=wanted.digest.hex())

    @override
    async def look(self, project: str, digest: bytes) -> Attempted | None:
        start = partial(answers.look, project, digest, milliseconds())
        return await self._driver.read(start, project=project)

    @override
    async def keep(self, owner: Reservation, answer: KeptAnswer, *, keep: float) -> bool:
        start = partial(answers.keep, owner, answer, milliseconds() + int(keep * 1000))
        pages = len(answer.body or b"") // PAGE
        return await self._driver.write(start, project=owner.project, key=owner.digest.hex(), size=1 + pages)

    @override
    async def free(self, owner: Reservation) -> None:
        await self._driver.write(partial(answers.free, owner), project=owner.project, key=owner.digest.hex())

    @override
    async def sweep(self, limit: int) -> int:
        start = partial(answers.sweep, milliseconds(), limit)
        return await self._driver.write(start, project=None, size=limit)
