"""What is there after the crash: asked of the server as a client would, and read from its database."""

import json
import secrets
import sqlite3
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.postgresql import run
from tests.proof.crash.journal import Journal, members

STUCK_AFTER = 30.0
"""Seconds after which whatever has not come to its end, or is still locked, counts as stuck."""

POSITIONS = """
SELECT c.id, i.position, i.id, c.next_position FROM item i
JOIN conversation c ON c.project = i.project AND c.seq = i.conversation ORDER BY i.position"""
IDS = " UNION ALL ".join(f"SELECT id FROM {table}" for table in ("conversation", "completion", "response"))
STATUSES = "SELECT id, status FROM response"
HALF = """
SELECT DISTINCT r.id FROM response r
JOIN conversation c ON c.project = r.project AND c.seq = r.conversation
JOIN response_item p ON p.project = r.project AND p.response = r.seq
LEFT JOIN item i ON i.project = r.project AND i.conversation = c.seq AND i.id = p.id
WHERE r.status = 'completed' AND i.id IS NULL"""
"""Completed responses with an item that their conversation lacks."""


@dataclass(slots=True)
class Found:
    """Texts byte for byte; None where the server says 404."""

    answers: dict[str, str | None] = field(default_factory=dict)
    items: dict[str, list[str]] = field(default_factory=dict)
    """By conversation, in the order of positions, as a list shows them."""
    positions: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    """By conversation, as the database has them: position and item, tombstones included."""
    next_positions: dict[str, int] = field(default_factory=dict)
    listed: dict[str, list[str]] = field(default_factory=dict)
    """The ids of a list by its path, oldest first."""
    tags: dict[str, list[str]] = field(default_factory=dict)
    """What stands in the metadata of a list's objects, by its path: each create has a tag of its own."""
    twice: list[str] = field(default_factory=list)
    """Ids of several objects."""
    half: list[str] = field(default_factory=list)
    """Responses that the database has in part only."""
    unfinished: list[str] = field(default_factory=list)
    """Responses that nobody has ended in time."""
    locked: list[str] = field(default_factory=list)
    """Conversations in which nobody could write in time."""
    corrupt: list[str] = field(default_factory=list)
    """What the database's own examination says."""
    settled_after: float = 0.0
    """Seconds from the mending until nothing ran any more."""


class SqliteFile:
    """The database of a data folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Read beside the servers."""
        connection = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=10)
        try:
            return connection.execute(statement).fetchall()
        finally:
            connection.close()

    def examine(self) -> list[str]:
        """SQLite's own judgement of the file."""
        verdict = [row[0] for row in self.rows("PRAGMA integrity_check") if row[0] != "ok"]
        return verdict + [f"dangling reference: {row}" for row in self.rows("PRAGMA foreign_key_check")]


class PostgresqlDatabase:
    """A database, read by a superuser, whom row-level security does not bind."""

    def __init__(self, url: str) -> None:
        self.url = url

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Read beside the servers."""
        return run(self.url, statement)

    def examine(self) -> list[str]:
        """Each index against its table, each table page by page, as amcheck does it."""
        try:
            run(self.url, "CREATE EXTENSION IF NOT EXISTS amcheck", "SELECT 1")
            run(
                self.url,
                "SELECT bt_index_check(c.oid, true) FROM pg_class c JOIN pg_am a ON a.oid = c.relam "
                "JOIN pg_namespace n ON n.oid = c.relnamespace "
                "WHERE a.amname = 'btree' AND c.relkind = 'i' AND n.nspname = 'public'",
            )
            found = run(
                self.url,
                "SELECT c.relname, v.msg FROM pg_class c, verify_heapam(c.oid) v "
                "WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace",
            )
        except Exception as error:  # noqa: BLE001 - whatever it finds, it raises
            return [f"amcheck: {error}"]
        return [f"{table}: {message}" for table, message in found]


Database = SqliteFile | PostgresqlDatabase


def collect(journal: Journal, address: str, key: str, database: Database) -> Found:
    """Wait until everything has settled, at most so long; then read all that the journal speaks of."""
    found = Found()
    began = time.monotonic()
    with (
        httpx.Client(base_url=address, headers={"authorization": f"Bearer {key}"}, timeout=60) as client,
        ThreadPoolExecutor(4) as pool,
    ):
        settle(found, database, began)
        for path in ("/conversations", "/chat/completions"):
            listed = walk(client, path)
            recognise(journal, path, listed)
            found.listed[path] = [json.loads(one)["id"] for one in listed]
            metadata = [json.loads(one)["metadata"] for one in listed]
            found.tags[path] = [one["tag"] for one in metadata if "tag" in one]
        paths = {one.path for one in (*journal.writes, *journal.sights) if one.path}
        paths = {path.removesuffix("/items") for path in paths}
        for path, answer in zip(paths, pool.map(lambda each: read(client, each), paths), strict=True):
            found.answers[path] = answer
        chats = [path for path in paths if path.startswith("/chat/") and found.answers[path] is not None]
        messages = pool.map(lambda each: read(client, each + "/messages"), chats)
        found.answers.update({f"{path}/messages": text for path, text in zip(chats, messages, strict=True)})
        alive = [
            path for path in paths if path.startswith("/conversations/") and found.answers[path] is not None
        ]
        walks = pool.map(lambda each: walk(client, each + "/items"), alive)
        found.items = {path.split("/")[2]: each for path, each in zip(alive, walks, strict=True)}
        from_database(found, database)
        unlock(found, client, {write.conversation for write in journal.writes if write.kind == "turn"}, began)
    return found


def recognise(journal: Journal, path: str, listed: list[str]) -> None:
    """What was created without an acknowledgement is known by its metadata, which no other write has."""
    kind = "create" if path == "/conversations" else "chat"
    unknown = {each.metadata["tag"]: each for each in journal.writes if each.kind == kind and not each.path}
    for one in map(json.loads, listed):
        if write := unknown.get(one["metadata"].get("tag", "")):
            write.path = f"{path}/{one['id']}"
            write.conversation = one["id"] if kind == "create" else ""


def settle(found: Found, database: Database, began: float) -> None:
    """Wait until no response goes on."""
    while True:
        running = [row[0] for row in database.rows(STATUSES) if row[1] in {"queued", "in_progress"}]
        found.settled_after = time.monotonic() - began
        if not running or found.settled_after > STUCK_AFTER:
            found.unfinished = running
            return
        time.sleep(0.1)


def from_database(found: Found, database: Database) -> None:
    """Places, ids and turns as they are stored, and whether the database is sound."""
    for conversation, position, item, following in database.rows(POSITIONS):
        found.positions.setdefault(conversation, []).append((position, item))
        found.next_positions[conversation] = following
    ids = Counter(row[0] for row in database.rows(IDS))
    found.twice = [one for one, times in ids.items() if times > 1]
    found.half = [row[0] for row in database.rows(HALF)]
    found.corrupt = database.examine()


def unlock(found: Found, client: httpx.Client, conversations: set[str], began: float) -> None:
    """Write to every conversation that had turns: no lock outlives its holder for long."""
    for conversation in sorted(conversations & found.items.keys()):
        message = {"type": "message", "role": "user", "content": f"after the crash {secrets.token_hex(8)}"}
        path = f"/conversations/{conversation}/items"
        while client.post(path, json={"items": [message]}).status_code != 200:
            if time.monotonic() - began > STUCK_AFTER:
                found.locked.append(conversation)
                break
            time.sleep(0.1)


def read(client: httpx.Client, path: str) -> str | None:
    """The answer, or None for 404."""
    answer = client.get(path)
    if answer.status_code == 404:
        return None
    return answer.raise_for_status().text


def walk(client: httpx.Client, path: str) -> list[str]:
    """Every element of a list, oldest first, byte for byte."""
    every: list[str] = []
    params = {"order": "asc", "limit": "100"}
    while True:
        page = client.get(path, params=params).raise_for_status().text
        every += members(page)
        facts = json.loads(page)
        if not facts["has_more"]:
            return every
        params["after"] = facts["last_id"]
