"""Fills a store through its driver, hundreds of rows in a statement and thousands in a transaction."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import orjson

from benchmarks.store import BODY, PROJECT
from handlers.services import ordered_hex
from handlers.stores.sql.driver import WHOLE
from handlers.stores.sql.items import INSERT
from handlers.stores.sql.listing import metadata_terms
from handlers.stores.sql.statements import Operation, Row, insert
from handlers.stores.sql.store import SqlStore

CONVERSATION = "INSERT INTO conversation (project, id, created_at, next_position, metadata)"
TERM = "INSERT INTO conversation_term (project, owner, term)"
BATCH = 2_000
"""Conversations in a transaction."""
ITEMS = 2
"""Items in each of them."""
TOPICS = 1_000
PAID = 10
"""One in so many pays."""


@dataclass(frozen=True, slots=True)
class New:
    """A conversation that comes into being."""

    id: str
    metadata: bytes


def conversations(count: int) -> Iterator[New]:
    """Each about one of a thousand topics; one in ten is paid for."""
    for number in range(count):
        pairs = {"topic": f"topic-{number % TOPICS}", "tier": "free" if number % PAID else "paid"}
        yield New(f"conv_{ordered_hex()}", orjson.dumps(pairs))


def put(batch: Sequence[New]) -> Operation[None]:
    """Store them with their terms and items."""
    rows: list[Row] = [(PROJECT, new.id, 1_790_000_000, ITEMS, new.metadata) for new in batch]
    made = yield from insert(CONVERSATION, rows, "RETURNING id, seq")
    numbers: dict[str, int] = {str(name): int(seq) for name, seq in made}
    terms: list[Row] = [
        (PROJECT, numbers[new.id], term) for new in batch for term in metadata_terms(new.metadata)
    ]
    yield from insert(TERM, terms)
    items: list[Row] = [
        (PROJECT, numbers[new.id], position, f"msg_{ordered_hex()}", "message", BODY)
        for new in batch
        for position in range(ITEMS)
    ]
    yield from insert(INSERT, items)


async def fill(store: SqlStore, count: int) -> list[str]:
    """That many conversations; answers their ids, oldest first."""
    ids = []
    source = conversations(count)
    while batch := list(itertools.islice(source, BATCH)):
        await store.driver.write(partial(put, batch), project=PROJECT, size=WHOLE, lists=True)
        ids += [new.id for new in batch]
    return ids
