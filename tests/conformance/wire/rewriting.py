"""A proxy that spoils traffic: what a fault in `faults/*.yaml` says is done to requests and to answers.

`when` says to which exchanges: `method`, `path` (a pattern, without `/v1`), `query` and `body` (a member),
`sent` and `asks` (patterns in the body and in the query string), `key` (first, second, none), `starts` (the
server was started that often), `nth` (from that one on); and of the answer `status`, `media` and `text`.
`ask` changes the request, `do` the answer, one step after the other.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.conformance.wire import within as inside

FOLDER = Path(__file__).parent / "faults"
KEYS = {f"Bearer {inside.KEY}": "first", f"Bearer {inside.SECOND_KEY}": "second"}


@dataclass
class Fault:
    """One way to be wrong, and the probes that have to notice it."""

    name: str
    what: str
    when: dict[str, Any]
    catches: list[str]
    beside: list[str] = field(default_factory=list)
    """Probes that run as well, since an operation that never succeeds counts as absent."""
    ask: list[dict[str, Any]] = field(default_factory=list)
    do: list[dict[str, Any]] = field(default_factory=list)


def faults(category: str) -> list[Fault]:
    """The faults that probes of a category are to notice."""
    entries = yaml.safe_load((FOLDER / f"{category}.yaml").read_text(encoding="utf-8"))
    return [Fault(**({"name": entry.pop("fault"), "when": {}} | entry)) for entry in entries]


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


@dataclass
class Asked:
    """A request that may be changed on its way."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    content: bytes

    @property
    def key(self) -> str:
        return KEYS.get(self.headers.get("authorization", ""), "none")

    @property
    def json(self) -> Any:
        return _json(self.content)

    def request(self) -> httpx.Request:
        url = httpx.URL(inside.BASE_URL + self.path, params=self.query or None)
        headers = {name: value for name, value in self.headers.items() if name != "content-length"}
        return httpx.Request(self.method, url, headers=headers, content=self.content)


@dataclass
class Answered:
    """An answer that may be changed on its way back."""

    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        return _json(self.content)

    def set(self, value: Any) -> None:
        self.content = json.dumps(value, ensure_ascii=False).encode()


class Spoiling(httpx.AsyncBaseTransport):
    """The proxy: one fault, in front of one server."""

    def __init__(self, server: inside.Within, fault: Fault) -> None:
        self._server, self._fault = server, fault
        self._remembered: dict[str, Answered] = {}
        self.hits = self._met = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        asked = _asked(request, await request.aread())
        outside = not request.url.path.startswith("/v1/")  # such as the server's document
        if outside or not self._concerns(asked):
            return await self._server.transport.handle_async_request(request)
        if not any(name in self._fault.when for name in ("status", "media", "text")):
            self.hits += 1
        for step in self._fault.ask:
            ((name, given),) = step.items()
            found = ASK[name](asked, given, self._remembered)
            if isinstance(found, Answered):
                return _response(found)
        for step in self._fault.ask:
            if "before" in step:
                early = Asked(asked.method, asked.path, asked.query, asked.headers, asked.content)
                ASK["cut"](early, step["before"], {})
                await _whole(await self._server.transport.handle_async_request(early.request()))
        response = await self._server.transport.handle_async_request(asked.request())
        if not self._fault.do and not any("stale" in step for step in self._fault.ask):
            return response
        return await self._spoilt(asked, response)

    async def _spoilt(self, asked: Asked, response: httpx.Response) -> httpx.Response:
        answer = await _whole(response)
        when = self._fault.when
        if not (
            ("status" not in when or answer.status in _listed(when["status"]))
            and re.search(when.get("media", ""), answer.headers.get("content-type", ""))
            and re.search(when.get("text", ""), answer.content.decode("utf-8", "replace"))
        ):
            return _response(answer)
        self.hits += 1
        self._remembered.setdefault(_name(asked), Answered(answer.status, answer.headers, answer.content))
        for step in self._fault.do:
            ((name, given),) = step.items()
            DO[name](answer, given, self.hits)
        return _response(answer)

    def _concerns(self, asked: Asked) -> bool:
        when, body = self._fault.when, asked.json
        return bool(
            asked.method in _listed(when.get("method", asked.method))
            and re.fullmatch(when.get("path", ".*"), asked.path)
            and ("query" not in when or any(name == when["query"] for name, _ in asked.query))
            and ("body" not in when or (isinstance(body, dict) and when["body"] in body))
            and re.search(when.get("sent", ""), asked.content.decode("utf-8", "replace"))
            and re.search(when.get("asks", ""), "&".join(f"{name}={value}" for name, value in asked.query))
            and when.get("key", asked.key) == asked.key
            and self._server.starts >= when.get("starts", 1)
            and self._nth(when.get("nth", 1))
        )

    def _nth(self, first: int) -> bool:
        self._met += 1
        return self._met >= first


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _asked(request: httpx.Request, content: bytes) -> Asked:
    path = request.url.raw_path.decode().partition("?")[0].removeprefix("/v1")
    return Asked(
        request.method, path, list(request.url.params.multi_items()), dict(request.headers.items()), content
    )


def _name(asked: Asked) -> str:
    return f"{asked.key} {asked.method} {asked.path}?{asked.query}"


async def _whole(response: httpx.Response) -> Answered:
    content = await response.aread()
    return Answered(response.status_code, dict(response.headers.items()), content)


def _response(answer: Answered) -> httpx.Response:
    dropped = {"content-length", "transfer-encoding"}
    headers = {name: value for name, value in answer.headers.items() if name not in dropped}
    return httpx.Response(answer.status, headers=headers, content=answer.content)


# Members of JSON by their paths: `data[].id`, `choices[0].message`


def _places(value: Any, path: str) -> Iterator[tuple[Any, Any]]:
    """Each container that the path leads to, with the key or index that is meant in it."""
    *before, last = re.findall(r"[^.\[\]]+|\[\]|\[\d+\]", path)
    holders = [value]
    for part in before:
        holders = [inner for holder in holders for inner in _inner(holder, part)]
    for holder in holders:
        for key in _keys(holder, last):
            yield holder, key


def _keys(holder: Any, part: str) -> list[Any]:
    if isinstance(holder, list):
        wanted = part.strip("[]")
        return list(range(len(holder))) if not wanted else [int(wanted)] if int(wanted) < len(holder) else []
    return [part] if isinstance(holder, dict) else []


def _inner(holder: Any, part: str) -> list[Any]:
    found = _keys(holder, part)
    return [holder[key] for key in found if isinstance(holder, list) or key in holder]


def _edit(value: Any, edits: dict[str, Any]) -> None:
    for path, new in edits.get("set", {}).items():
        for holder, key in list(_places(value, path)):
            holder[key] = new
    for path in edits.get("drop", ()):
        for holder, key in list(_places(value, path)):
            if isinstance(holder, list) or key in holder:
                del holder[key]


# What may be done to an answer


def _on_json(change: Callable[[Any, Any], None]) -> Callable[[Answered, Any, int], None]:
    def done(answer: Answered, given: Any, _hits: int) -> None:
        value = answer.json
        if value is not None:
            change(value, given)
            answer.set(value)

    return done


def _at_list(change: Callable[[list[Any]], None]) -> Callable[[Answered, Any, int], None]:
    def changed(value: Any, path: str) -> None:
        for holder, key in _places(value, path):
            if holder.get(key):
                change(holder[key])

    return _on_json(changed)


def _multiplied(value: Any, given: dict[str, float]) -> None:
    for path, factor in given.items():
        for holder, key in _places(value, path):
            holder[key] = holder[key] * factor


def _copied(value: Any, given: dict[str, str]) -> None:
    for path, source in given.items():
        found = [holder[key] for holder, key in _places(value, source)]
        for holder, key in _places(value, path):
            holder[key] = found[0]


def _status(answer: Answered, given: int, _hits: int) -> None:
    answer.status = given


def _body(answer: Answered, given: Any, _hits: int) -> None:
    answer.headers["content-type"] = "application/json"
    answer.set(given)


def _raw(answer: Answered, given: str, _hits: int) -> None:
    answer.content = given.encode()


def _header(answer: Answered, given: dict[str, Any], _hits: int) -> None:
    for name, value in given.items():
        answer.headers.pop(name, None)
        if value is not None:
            answer.headers[name] = value


def _replace(answer: Answered, given: dict[str, str], _hits: int) -> None:
    text = answer.content.decode()
    for pattern, new in given.items():
        text = re.sub(pattern, new, text)
    answer.content = text.encode()


def _count(answer: Answered, given: str, hits: int) -> None:
    value = answer.json
    for holder, key in _places(value, given):
        holder[key] = f"{str(holder[key])[:5]}{hits:016d}"
    answer.set(value)


def _events(answer: Answered, given: dict[str, Any], _hits: int) -> None:
    """Spoil the events that `match` is found in (`last`: the last only): `skip`, `twice` ...."""
    blocks = [block for block in answer.content.decode().split("\n\n") if block.strip()]
    matching = [at for at, block in enumerate(blocks) if re.search(given.get("match", ""), block)]
    if given.get("last"):
        matching = matching[-1:]
    spoilt = [
        new
        for at, block in enumerate(blocks)
        for new in (_event(block, given) if at in matching else [block])
    ]
    answer.content = "".join(f"{block}\n\n" for block in spoilt).encode()


def _event(block: str, given: dict[str, Any]) -> list[str]:
    if given.get("skip"):
        return []
    lines = block.split("\n")
    if given.get("nameless"):
        lines = [line for line in lines if not line.startswith("event:")]
    if "set" in given or "drop" in given:
        lines = [_data(line, given) if line.startswith("data: {") else line for line in lines]
    return ["\n".join(lines)] * (2 if given.get("twice") else 1)


def _data(line: str, given: dict[str, Any]) -> str:
    value = json.loads(line.removeprefix("data: "))
    _edit(value, given)
    return "data: " + json.dumps(value, ensure_ascii=False)


def _append(answer: Answered, given: str, _hits: int) -> None:
    answer.content += given.encode()


def _long(answer: Answered, given: dict[str, int], _hits: int) -> None:
    value = answer.json
    _edit(value, {"set": {path: "x" * length for path, length in given.items()}})
    answer.set(value)


DO: dict[str, Callable[[Answered, Any, int], None]] = {
    "status": _status,
    "body": _body,
    "raw": _raw,
    "header": _header,
    "replace": _replace,
    "set": _on_json(lambda value, given: _edit(value, {"set": given})),
    "drop": _on_json(lambda value, given: _edit(value, {"drop": given})),
    "times": _on_json(_multiplied),
    "copy": _on_json(_copied),
    "reverse": _at_list(lambda rows: rows.reverse()),
    "double": _at_list(lambda rows: rows.append(rows[0])),
    "short": _at_list(lambda rows: rows.pop()),
    "count": _count,
    "long": _long,
    "events": _events,
    "append": _append,
}


# What may be done to a request


def _drop_query(asked: Asked, given: list[str], _: Any) -> None:
    asked.query = [(name, value) for name, value in asked.query if name.split("[")[0] not in given]


def _set_query(asked: Asked, given: dict[str, str], _: Any) -> None:
    _drop_query(asked, list(given), None)
    asked.query += [(name, str(value)) for name, value in given.items()]


def _edit_body(asked: Asked, given: dict[str, Any], _: Any) -> None:
    value = asked.json
    if value is not None:
        _edit(value, given)
        asked.content = json.dumps(value).encode()


def _cut(asked: Asked, given: dict[str, int], _: Any) -> None:
    value = asked.json
    for path, most in given.items():
        for holder, key in _places(value, path):
            if isinstance(holder.get(key), list):
                holder[key] = holder[key][:most]
    asked.content = json.dumps(value).encode()


def _as(asked: Asked, given: str, _: Any) -> None:
    asked.headers["authorization"] = next(value for value, name in KEYS.items() if name == given)


def _send(asked: Asked, given: dict[str, Any], _: Any) -> None:
    """Another request altogether: `method`, `path` (a replacement for the pattern's groups), `body`."""
    asked.method = given.get("method", asked.method)
    asked.path = re.sub(*given["path"], asked.path) if "path" in given else asked.path
    if "body" in given:
        asked.content = json.dumps(given["body"]).encode() if given["body"] is not None else b""
        asked.headers["content-type"] = "application/json"


def _ask_header(asked: Asked, given: dict[str, Any], _: Any) -> None:
    for name, value in given.items():
        asked.headers.pop(name, None)
        if value is not None:
            asked.headers[name] = value


def _instead(_asked: Asked, given: dict[str, Any], _: Any) -> Answered:
    headers = {"content-type": "application/json", "x-request-id": "req_instead"} | given.get("headers", {})
    return Answered(given.get("status", 200), headers, json.dumps(given.get("body", {})).encode())


def _stale(asked: Asked, _given: Any, remembered: dict[str, Answered]) -> Answered | None:
    return remembered.get(_name(asked))


def _nothing(_asked: Asked, _given: Any, _: Any) -> None:
    return None


ASK: dict[str, Callable[[Asked, Any, dict[str, Answered]], Answered | None]] = {
    "drop-query": _drop_query,
    "set-query": _set_query,
    "body": _edit_body,
    "header": _ask_header,
    "cut": _cut,
    "as": _as,
    "send": _send,
    "instead": _instead,
    "stale": _stale,
    "before": _nothing,  # another request, cut short, is sent first: see the proxy
}
