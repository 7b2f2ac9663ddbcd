"""One attempt at a request that must not be carried out twice, as the store's writes see it.

A request with an idempotency key runs with its attempt in `CURRENT`. The write that makes its effect lasting
(a turn, a conversation, a stored completion) marks the attempt in the same transaction, and fails if the
attempt is no longer the one that counts. Where the answer is known by then (`answering`), the transaction
keeps it as well.
"""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

Render = Callable[[Any], bytes]
"""From what the store's operation answers to the body that the client gets."""


class Attempt:
    """Who attempts what. `token` is nobody else's; `limit` is the size of the largest answer kept."""

    __slots__ = ("digest", "kept", "limit", "over", "project", "render", "status", "token")

    def __init__(self, project: str, digest: bytes, token: str, *, status: int, limit: int) -> None:
        self.project = project
        self.digest = digest
        self.token = token
        self.status = status
        self.limit = limit
        self.render: Render | None = None
        self.kept = False
        """Whether the write that lasted kept its answer."""
        self.over = False
        """Whatever the request left running may go on writing without it."""

    def rendering(self) -> Render | None:
        """What the next lasting write keeps as the answer; asked once."""
        render, self.render = self.render, None
        return render


CURRENT: ContextVar[Attempt | None] = ContextVar("attempt", default=None)


def answering(render: Render) -> None:
    """Say how the next lasting write is answered. Without an idempotency key nothing happens."""
    attempt = CURRENT.get()
    if attempt is not None:
        attempt.render = render
