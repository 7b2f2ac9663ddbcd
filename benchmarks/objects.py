"""Objects made beforehand, over HTTP, many at a time."""

import asyncio
import itertools
from collections.abc import Sequence
from typing import Any

import aiohttp

from benchmarks.scenarios import CONVERSATIONS, MESSAGE, SCENARIOS

AT_ONCE = 32


async def _make(base: str, key: str, count: int, items: int, *, at_once: bool) -> list[str]:
    headers = {"authorization": f"Bearer {key}"}
    ids: list[str] = []
    numbers = itertools.count()
    first = {"items": [MESSAGE] * items} if at_once and items else {}
    async with aiohttp.ClientSession(base, headers=headers, raise_for_status=True) as session:

        async def post(path: str, body: Any) -> Any:
            async with session.post(f"/v1{path}", json=body) as answer:
                return await answer.json()

        async def work() -> None:
            while next(numbers) < count:
                made = str((await post("/conversations", first))["id"])
                if items and not at_once:
                    await post(f"/conversations/{made}/items", {"items": [MESSAGE] * items})
                ids.append(made)

        await asyncio.gather(*(work() for _ in range(min(AT_ONCE, count))))
    return ids


def conversations(
    base: str, key: str, *, count: int = CONVERSATIONS, items: int, at_once: bool = True
) -> list[str]:
    """Ids of new conversations; items are given `at_once`, or in a request of their own."""
    return asyncio.run(_make(base, key, count, items, at_once=at_once))


async def _ask(base: str, key: str, ids: Sequence[str]) -> dict[str, str]:
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    answers = {}
    async with aiohttp.ClientSession(base, headers=headers, raise_for_status=True) as session:
        for scenario in SCENARIOS:
            requests = scenario.requests(ids)
            body = requests.bodies[0] if requests.bodies else None
            async with session.request(requests.method, requests.paths[0], data=body) as answer:
                answers[scenario.name] = await answer.text()
    return answers


def answers(base: str, key: str, ids: Sequence[str]) -> dict[str, str]:
    """The server's own answer to every scenario."""
    return asyncio.run(_ask(base, key, ids))
