"""Collects the figures of all workers for the one who was asked for them."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from handlers.workers.line import Message
from handlers.workers.process import Process

PATIENCE = 2.0
"""Seconds to wait for a worker's figures; the page is made without those who take longer."""


@dataclass(slots=True)
class Question:
    """Who asked, under which number, whom it is about, and what they said so far."""

    asker: Process
    number: int
    missing: set[int]
    shown: dict[str, Any] = field(default_factory=dict)


class Gathering:
    """The questions that are being answered."""

    def __init__(self, workers: Mapping[int, Process]) -> None:
        self._workers = workers
        self._numbers = count()
        self._open: dict[int, Question] = {}

    def hear(self, worker: Process, message: Message) -> None:
        """Take a worker's question, or its answer to one."""
        if message["is"] == "ask":
            self._ask(worker, message["number"])
        elif (question := self._open.get(message["number"])) is not None:
            question.missing.discard(worker.number)
            question.shown[str(worker.number)] = message["shown"]
            if not question.missing:
                self._tell(message["number"])

    def _ask(self, asker: Process, number: int) -> None:
        others = [each for each in self._workers.values() if each.serving and each.number != asker.number]
        own = next(self._numbers)
        self._open[own] = Question(asker, number, {each.number for each in others})
        for other in others:
            other.tell("tell", number=own)
        if others:
            asyncio.get_running_loop().call_later(PATIENCE, self._tell, own)
        else:
            self._tell(own)

    def _tell(self, own: int) -> None:
        question = self._open.pop(own, None)
        if question is not None:
            question.asker.tell("told", number=question.number, shown=question.shown)
