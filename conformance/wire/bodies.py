"""Holds every body that a server sends to upstream's contract, and counts by operation."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import jsonschema_rs

from conformance.wire.contract import ERROR, EVENTS, JSON, Contract, Operation
from conformance.wire.events import Event
from conformance.wire.exchanges import Exchange, parsed

_NAME: Final = "urn:contract"
_INDEX: Final = re.compile(r"\[\d+\]")
_KEPT: Final = 3
"""Exchanges that are kept for one finding."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Where a value breaks its schema. `pointer` leads to the contract's line, `place` into the value."""

    message: str
    pointer: str
    place: str


@dataclass(slots=True)
class Finding:
    """One way in which bodies of an operation are wrong, however often it was seen."""

    operation: str
    status: int
    media: str
    event: str
    mismatch: Mismatch
    count: int = 0
    exchanges: list[Exchange] = field(default_factory=list)


@dataclass(slots=True)
class Tally:
    """What one operation sent."""

    valid: int = 0
    invalid: int = 0
    errors_in_shape: int = 0
    errors_out_of_shape: int = 0
    server_errors: int = 0
    succeeded: int = 0
    missed: int = 0
    """Answers 404, 405 and 501."""
    absent: int = 0
    """Those of them that say that there is no such operation, since what was asked about was there."""
    asked: int = 0


class Bodies:
    """Judges exchanges. Events of a stream count as bodies of their own."""

    def __init__(self, contract: Contract, there: Callable[[Exchange], bool] = lambda _: False) -> None:
        self._there = there
        self._registry = jsonschema_rs.Registry([(_NAME, contract.root)])
        self._validators: dict[str, Any] = {}
        self._found: dict[tuple[str, ...], Finding] = {}
        self.tallies: dict[str, Tally] = {operation.id: Tally() for operation in contract.operations}

    @property
    def findings(self) -> list[Finding]:
        """What is wrong, in a fixed order."""
        return [self._found[key] for key in sorted(self._found)]

    def mismatch(self, pointer: str, value: Any) -> Mismatch | None:
        """Hold a value to the schema at a pointer; return the first thing wrong with it."""
        if pointer not in self._validators:
            reference = {"$ref": f"{_NAME}#{_escaped(pointer)}"}
            self._validators[pointer] = jsonschema_rs.Draft202012Validator(
                reference, registry=self._registry, validate_formats=False
            )
        validator = self._validators[pointer]
        if validator.is_valid(value):
            return None
        error = _sharpest(next(validator.iter_errors(value)))
        path = "/".join(str(part).replace("~", "~0").replace("/", "~1") for part in error.schema_path)
        return Mismatch(_worded(error), f"/{path}", _place(error.instance_path))

    def judge(self, exchange: Exchange) -> list[Mismatch]:
        """Count an exchange and return what is wrong with its body."""
        operation = exchange.operation
        if operation is None or not exchange.status:
            return []
        tally = self.tallies[operation.id]
        wrong = list(self._wrong(operation, exchange))
        _count(tally, exchange, [mismatch for _, mismatch in wrong])
        tally.absent += self._says_absent(operation, exchange)
        for event, mismatch in wrong:
            self._note(operation, exchange, event, mismatch)
        return [mismatch for _, mismatch in wrong]

    def _says_absent(self, operation: Operation, exchange: Exchange) -> bool:
        if exchange.status != _NOT_FOUND:
            return exchange.status in _ABSENT
        # Where the path names something, 404 may mean just that; not if it is there for who asks.
        if _about_the_body(exchange):
            return False
        return "{" not in operation.path or self._there(exchange)

    def _wrong(self, operation: Operation, exchange: Exchange) -> Iterator[tuple[str, Mismatch]]:
        if exchange.media == EVENTS and exchange.status < _BAD:
            yield from self._wrong_events(operation, exchange)
            return
        if exchange.trouble or (not exchange.answer and exchange.method == "HEAD"):
            return
        if exchange.status < _BAD and not operation.declares(exchange.status, exchange.media):
            yield "", _undeclared(operation, exchange)
            return
        pointer = operation.schema(exchange.status, exchange.media)
        if pointer is None:
            return
        try:
            value = parsed(exchange.answer)
        except ValueError as error:
            shown = exchange.answer[:80].decode("utf-8", "replace")
            yield "", Mismatch(f"the body is no JSON ({error}): {shown!r}", pointer, "")
            return
        found = self._mismatch_of(operation, exchange, pointer, value)
        if found:
            yield "", found

    def _mismatch_of(
        self, operation: Operation, exchange: Exchange, pointer: str, value: Any
    ) -> Mismatch | None:
        found = self.mismatch(pointer, value)
        stated = operation.answers.get((str(exchange.status), JSON))
        # Two operations state a bare Error for 404; whoever follows them to the letter is not wrong.
        if found and pointer == ERROR and stated and not self.mismatch(stated, value):
            return None
        return found

    def _wrong_events(self, operation: Operation, exchange: Exchange) -> Iterator[tuple[str, Mismatch]]:
        pointer = operation.schema(exchange.status, EVENTS)
        if pointer is None:
            yield "", _undeclared(operation, exchange)
            return
        for event in exchange.events:
            found = None if event.done else self._event(pointer, event)
            if found:
                yield _event_name(event), found

    def _event(self, pointer: str, event: Event) -> Mismatch | None:
        try:
            value = parsed(event.data.encode())
        except ValueError as error:
            return Mismatch(f"the event's data is no JSON ({error}): {event.data[:80]!r}", pointer, "")
        # A failure midway has the shape of any failure, unless the stream has an event of its own for it.
        if isinstance(value, dict) and set(value) == {"error"}:
            return self.mismatch(ERROR, value)
        return self.mismatch(pointer, value)

    def _note(self, operation: Operation, exchange: Exchange, event: str, mismatch: Mismatch) -> None:
        where = _INDEX.sub("[]", mismatch.place)
        key = (operation.id, str(exchange.status), exchange.media, event, mismatch.pointer, where)
        found = self._found.setdefault(
            key, Finding(operation.id, exchange.status, exchange.media, event, mismatch)
        )
        found.count += 1
        if len(found.exchanges) < _KEPT:
            found.exchanges.append(exchange)


_BAD: Final = 400
_FAULT: Final = 500
_ABSENT: Final = frozenset({405, 501})
_NOT_FOUND: Final = 404


def _about_the_body(exchange: Exchange) -> bool:
    """Tell whether 404 speaks of what the request's body names: a model, a conversation, an item."""
    try:
        error = parsed(exchange.answer)["error"]
        said = error["param"] is not None or error["code"] == "model_not_found"
    except (ValueError, LookupError, TypeError):
        return False
    return said or bool(_NAMES.search(exchange.body))


_NAMES: Final = re.compile(rb'"(conversation|previous_response_id|item_reference)"')


def _count(tally: Tally, exchange: Exchange, wrong: list[Mismatch]) -> None:
    tally.asked += 1
    if exchange.status < _BAD:
        tally.succeeded += 1
        bodies = sum(not event.done for event in exchange.events) if exchange.media == EVENTS else 1
        tally.invalid += len(wrong)
        tally.valid += max(bodies - len(wrong), 0)
        return
    tally.errors_out_of_shape += bool(wrong)
    tally.errors_in_shape += not wrong
    tally.server_errors += exchange.status >= _FAULT and exchange.status not in _ABSENT
    tally.missed += exchange.status in _ABSENT or exchange.status == _NOT_FOUND


def _undeclared(operation: Operation, exchange: Exchange) -> Mismatch:
    kinds = " or ".join(sorted({f"{status} {media}" for status, media in operation.answers})) or "200"
    got = f"{exchange.status} {exchange.media or 'without a content type'}"
    return Mismatch(f"answered {got} where {kinds} is foreseen", f"{operation.pointer}/responses", "")


def _event_name(event: Event) -> str:
    value = event.json
    return str(value.get("type", "")) if isinstance(value, dict) else ""


def _escaped(pointer: str) -> str:
    # In a URI fragment a JSON pointer is percent-encoded (RFC 6901, section 6), and braces are not allowed.
    return pointer.replace("%", "%25").replace("{", "%7B").replace("}", "%7D")


def _sharpest(error: Any) -> Any:
    """Go down into the alternative of a union that was meant: the right tag, then the fewest faults."""
    branches = [branch for branch in getattr(error.kind, "context", None) or () if branch]
    depth = len(error.instance_path)
    meant = [branch for branch in branches if not any(_about_kind(each, depth) for each in branch)]
    if not meant:
        return error
    return _sharpest(min(meant, key=len)[0])


_TAGS: Final = frozenset({"type", "object"})


def _about_kind(error: Any, depth: int) -> bool:
    """Tell whether an alternative is refused for its very kind: another type, or another tag."""
    path = list(error.instance_path)[depth:]
    return (error.kind.name == "type" and not path) or (
        error.kind.name in {"enum", "const"} and len(path) == 1 and path[0] in _TAGS
    )


def _worded(error: Any) -> str:
    message = error.message if len(error.message) <= _WORDS else f"{error.message[:_WORDS]}…"
    place = _place(error.instance_path)
    # Where a message quotes the whole value, the place says more than the quotation.
    return f"{place}: {message}" if place else message


_WORDS: Final = 300


def _place(path: list[str | int]) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def size(value: Any) -> int:
    """Return the bytes of a value as compact JSON."""
    return len(json.dumps(value, separators=(",", ":")).encode())
