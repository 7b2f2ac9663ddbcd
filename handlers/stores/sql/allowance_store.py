"""The protocol of allowances over a driver that runs operations."""

import time
from functools import partial

from typing_extensions import override

from handlers import stores
from handlers.stores import Drawn
from handlers.stores.sql import allowances
from handlers.stores.sql.driver import Driver

FORGET_EVERY = 1000
"""Draws of this process after which it drops what says nothing."""


class Allowances(stores.Allowances):
    """Buckets that all processes draw from."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._draws = 0

    @override
    async def draw(self, project: str, name: str, *, spent: int, least: int, most: int, limit: int) -> Drawn:
        now = time.time_ns() // 1000
        start = partial(allowances.draw, project, name, now, spent=spent, least=least, most=most, limit=limit)
        drawn = await self._driver.write(start, project=project, key=name)
        self._draws += 1
        if self._draws % FORGET_EVERY == 0:
            await self._driver.write(partial(allowances.forget, project, now), project=project)
        return drawn
