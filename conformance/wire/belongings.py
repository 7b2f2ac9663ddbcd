"""What the examination made on the server and has to take away again; nothing else is ever touched."""

import json
import re
from typing import Any, Final
from urllib.parse import unquote

from conformance.wire.client import Client, Request, segment
from conformance.wire.exchanges import Exchange

_MADE_BY: Final = {
    "createConversation": "/conversations/{}",
    "createChatCompletion": "/chat/completions/{}",
    "createResponse": "/responses/{}",
}
"""Operations that make something that lasts, and the path under which it is deleted."""
_DELETES: Final = frozenset({"deleteConversation", "deleteChatCompletion", "deleteResponse"})
_GONE: Final = frozenset({200, 202, 204, 404, 405, 410, 501})
_IDS: Final = re.compile(rb'"id":\s*"([^"\\]+)"')
_GOOD: Final = range(200, 300)


class Belongings:
    """Reads off every exchange what was made and what was deleted."""

    def __init__(self) -> None:
        self._made: dict[str, str] = {}
        self._there: dict[tuple[str, str], str] = {}
        self.left: list[str] = []
        """Paths of what could not be deleted."""

    def watch(self, exchange: Exchange) -> None:
        """Note what an exchange made or took away."""
        if exchange.operation is None or exchange.status not in _GOOD:
            return
        if exchange.method == "DELETE":
            self._gone(exchange.path)
        # A stream tells the id at its beginning, and may fail before anything is kept.
        if exchange.method == "POST" and not exchange.events and _lasts(exchange):
            for one in _IDS.findall(exchange.answer):
                self._there[exchange.path, one.decode("utf-8", "replace")] = exchange.key
        if exchange.operation.id in _DELETES:
            self._made.pop(exchange.path, None)
            return
        path = _MADE_BY.get(exchange.operation.id)
        if path is None or not _lasts(exchange):
            return
        made = _id(exchange)
        if made:
            self._made[path.format(segment(made))] = exchange.key

    def has(self, exchange: Exchange) -> bool:
        """Tell whether what a request's path names was made, as the server said, and not deleted since."""
        whole = unquote(exchange.path)
        # `/conversations/{id}/items` asks about the conversation, `/conversations/{id}` as well.
        alone = exchange.operation is not None and exchange.operation.path.endswith("}")
        parent, _, name = (whole if alone else whole.rpartition("/")[0]).rpartition("/")
        return self._there.get((parent, name)) == exchange.key

    def _gone(self, path: str) -> None:
        parent, _, name = unquote(path).rpartition("/")
        self._there.pop((parent, name), None)
        inside = f"{unquote(path)}/"
        for held in [held for held in self._there if held[0].startswith(inside)]:
            del self._there[held]

    async def clear(self, client: Client) -> None:
        """Delete everything, the latest first."""
        while self._made:
            path, key = self._made.popitem()
            answer = await client.send(Request("DELETE", path, key=key, free=True))
            if answer.status not in _GONE:
                self.left.append(path)


def _lasts(exchange: Exchange) -> bool:
    """Tell whether a completion was to be stored; a response is, unless told not to be."""
    try:
        asked = json.loads(exchange.body or b"{}")
    except (ValueError, RecursionError):
        return True
    stored = asked.get("store") if isinstance(asked, dict) else None
    needed = exchange.operation is not None and exchange.operation.id == "createChatCompletion"
    return bool(stored) if needed else stored is not False


def _id(exchange: Exchange) -> str:
    value = exchange.events[0].json if exchange.events else _read(exchange.answer)
    if isinstance(value, dict) and isinstance(value.get("response"), dict):
        value = value["response"]
    found = value.get("id") if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""


def _read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
