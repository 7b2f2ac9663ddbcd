"""Pairs what belongs together in two documents: operations, parameters, bodies, responses, headers."""

import dataclasses
import datetime as dt
import re
from collections.abc import Iterator
from typing import Any, Literal

from conformance.contract.documents import escape
from conformance.contract.refs import Refs

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
_TEMPLATE = re.compile(r"\{[^{}]*\}")

Kind = Literal["operation", "webhook", "callback"]


@dataclasses.dataclass(frozen=True, eq=False)
class Side:
    """One thing in one document."""

    value: dict[str, Any]
    pointer: str
    refs: Refs

    def child(self, *keys: str) -> "Side | None":
        """Return the mapping at some keys below, references followed; None where there is none."""
        node: Any = self.value
        pointer = self.pointer
        for key in keys:
            if not isinstance(node, dict) or key not in node:
                return None
            node, pointer = self.refs.follow(node[key], f"{pointer}/{escape(key)}")
        return Side(node, pointer, self.refs) if isinstance(node, dict) else None

    def children(self, *keys: str, names: bool = False) -> dict[str, "Side"]:
        """Return the mappings in a mapping by key; extensions are none of them, unless keys are names."""
        parent = self.child(*keys) if keys else self
        if parent is None:
            return {}
        keep = [key for key in parent.value if names or not str(key).startswith("x-")]
        found = {str(key): parent.child(key) for key in keep}
        return {key: side for key, side in found.items() if side is not None}

    def get(self, key: str, default: Any = None) -> Any:
        """Return a plain value of this thing."""
        return self.value.get(key, default)


@dataclasses.dataclass(frozen=True, eq=False)
class Operation:
    """One operation in both documents, or in one of them.

    `today` is the day of the comparison, `notice` how many days a deprecation has to come before its sunset.
    """

    method: str
    path: str
    kind: Kind
    base: Side | None
    revision: Side | None
    base_item: Side | None = None
    revision_item: Side | None = None
    inverted: bool = False
    base_path: str = ""
    revision_path: str = ""
    whole_path: bool = False
    today: dt.date = dt.date.min
    notice: int = 0

    @property
    def there(self) -> Side:
        """The operation on whichever side has it, the revision first."""
        found = self.revision or self.base
        if found is None:
            raise ValueError(self.path)
        return found


@dataclasses.dataclass(frozen=True, eq=False)
class Thing:
    """A part of an operation in both documents, or in one: parameter, body, media type, response, header."""

    subject: str
    name: str
    base: Side | None
    revision: Side | None
    operation: Operation
    direction: Literal["request", "response"]
    status: str = ""
    media_type: str = ""
    base_name: str = ""
    place: str = ""


def normal_path(path: str) -> str:
    """Write a path template so that only the positions of its parameters count."""
    return _TEMPLATE.sub("{}", path)


def names_in(path: str) -> list[str]:
    """Return the names of the parameters in a path template, in order."""
    return [found[1:-1] for found in _TEMPLATE.findall(path)]


def _stripped(path: str, prefix: str) -> str:
    if prefix and path.startswith(prefix):
        rest = path[len(prefix) :]
        return rest if rest.startswith("/") else f"/{rest}"
    return path


_Paths = dict[str, list[tuple[str, Side]]]


def _paths(root: Side | None, prefix: str) -> _Paths:
    """Group the path items of a document by normalised path."""
    found: _Paths = {}
    if root is not None:
        for path, item in root.children().items():
            found.setdefault(normal_path(_stripped(path, prefix)), []).append((path, item))
    return found


def _methods(items: list[tuple[str, Side]]) -> dict[tuple[str, str], tuple[str, Side, Side]]:
    """Return the operations of path items that share a template, by method; equal templates merge."""
    found: dict[tuple[str, str], tuple[str, Side, Side]] = {}
    for path, item in items:
        more = item.child("additionalOperations")
        named = {**({m: item.child(m) for m in METHODS}), **(more.children() if more else {})}
        for method, operation in named.items():
            if operation is not None:
                found.setdefault((method.upper(), ""), (path, item, operation))
    return found


def operations(
    base: Side, revision: Side, strip_base: str = "", strip_revision: str = ""
) -> Iterator[Operation]:
    """Yield every operation, webhook and callback of two documents, paired by position of path parameters."""
    one, two = _paths(base.child("paths"), strip_base), _paths(revision.child("paths"), strip_revision)
    yield from _paired(one, two, "operation", inverted=False)
    one, two = _paths(base.child("webhooks"), ""), _paths(revision.child("webhooks"), "")
    yield from _paired(one, two, "webhook", inverted=True)


def _paired(one: _Paths, two: _Paths, kind: Kind, *, inverted: bool) -> Iterator[Operation]:
    for key in dict.fromkeys([*one, *two]):
        before, after = _methods(one.get(key, [])), _methods(two.get(key, []))
        for name in dict.fromkeys([*before, *after]):
            b, r = before.get(name), after.get(name)
            path = r[0] if r else b[0] if b else key
            paired = Operation(
                name[0],
                path,
                kind,
                b[2] if b else None,
                r[2] if r else None,
                b[1] if b else None,
                r[1] if r else None,
                inverted,
                b[0] if b else path,
                r[0] if r else path,
                whole_path=not before or not after,
            )
            yield paired
            if b and r:
                yield from _callbacks(paired)


def _callbacks(operation: Operation) -> Iterator[Operation]:
    """Yield the callbacks of an operation; who sends is who received."""
    base = operation.base.children("callbacks") if operation.base else {}
    revision = operation.revision.children("callbacks") if operation.revision else {}
    for name in dict.fromkeys([*base, *revision]):
        one, two = _expressions(base.get(name)), _expressions(revision.get(name))
        for found in _paired(one, two, "callback", inverted=not operation.inverted):
            yield dataclasses.replace(found, path=f"{operation.path} {name} {found.path}")


def _expressions(callback: Side | None) -> _Paths:
    """Return the path items of a callback by expression: where to call is no name of a parameter."""
    return {key: [(key, item)] for key, item in callback.children().items()} if callback else {}


def _flow(operation: Operation, direction: Literal["request", "response"]) -> Literal["request", "response"]:
    """Tell which way a message goes as the client sees it: a webhook's request is sent to the client."""
    if not operation.inverted:
        return direction
    return "response" if direction == "request" else "request"


def _parameters(side: Side | None, item: Side | None, path: str) -> dict[str, Side]:
    """Return an operation's parameters, its path item's too, by place and name; path ones by position."""
    found: dict[str, Side] = {}
    positions = {name: str(index) for index, name in enumerate(names_in(path))}
    for owner in (item, side):
        listed = owner.get("parameters") if owner else None
        for index, entry in enumerate(listed if isinstance(listed, list) else []):
            assert owner is not None  # noqa: S101  # an owner had the list
            node, pointer = owner.refs.mapping(entry, f"{owner.pointer}/parameters/{index}")
            place, name = str(node.get("in", "")), str(node.get("name", ""))
            if place == "header":
                if name.lower() in ("accept", "content-type", "authorization"):
                    continue
                name = name.lower()
            key = (
                f"path {{{positions[name]}}}" if place == "path" and name in positions else f"{place} {name}"
            )
            found[key] = Side(node, pointer, owner.refs)
    return found


def parameters(operation: Operation) -> Iterator[Thing]:
    """Yield the parameters of an operation."""
    base = _parameters(operation.base, operation.base_item, operation.base_path)
    revision = _parameters(operation.revision, operation.revision_item, operation.revision_path)
    for key in dict.fromkeys([*base, *revision]):
        one, two = base.get(key), revision.get(key)
        name = str((two or one or Side({}, "", operation.there.refs)).get("name", ""))
        base_name = str(one.get("name", "")) if one else ""
        direction = _flow(operation, "request")
        yield Thing(
            "parameter", name, one, two, operation, direction, base_name=base_name, place=key.split(" ", 1)[0]
        )


_STYLE = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}


def written(side: Side, place: str) -> tuple[str, bool]:
    """Return a parameter's style and explode, with the defaults of its place (OpenAPI, Parameter Object)."""
    style = str(side.get("style") or _STYLE.get(place, "form"))
    explode = side.get("explode")
    return style, explode if isinstance(explode, bool) else style == "form"


def body(operation: Operation) -> Thing | None:
    """Return the request body of an operation, if either side has one."""
    one = operation.base.child("requestBody") if operation.base else None
    two = operation.revision.child("requestBody") if operation.revision else None
    if one is None and two is None:
        return None
    return Thing("body", "", one, two, operation, _flow(operation, "request"))


def normal_media(media_type: str) -> tuple[str, tuple[str, ...]]:
    """Split a media type into its lower-case type and its parameters in order (RFC 9110, 8.3.1)."""
    name, *parameters = (part.strip() for part in media_type.split(";"))
    # RFC 8259 gives JSON no charset: writing one changes nothing.
    kept = [p for p in parameters if p and p.lower().replace('"', "") != "charset=utf-8"]
    return name.lower(), tuple(sorted(kept))


def covers(wide: str, narrow: str) -> bool:
    """Whether a media type takes in another: a range, one less special, `json` for `+json` (RFC 6839)."""
    (a, a_parameters), (b, b_parameters) = normal_media(wide), normal_media(narrow)
    if a_parameters and a_parameters != b_parameters:
        return False
    kind, _, rest = a.partition("/")
    if a == b or a in ("*", "*/*") or (rest == "*" and b.startswith(f"{kind}/")):
        return True
    return kind == "application" and "+" in b and b.rsplit("+", 1)[1] == rest


def media_types(thing: Thing) -> Iterator[Thing]:
    """Yield the media types of a message, parameter or header, paired by name, else by range or kin."""
    base = thing.base.children("content") if thing.base else {}
    revision = thing.revision.children("content") if thing.revision else {}
    left = dict(revision)
    made = dataclasses.replace(thing, subject="media")
    partners = {name: _pick(left, name) for name in base}
    for other in partners.values():
        left.pop(other or "", None)
    for name, one in base.items():
        other = partners[name]
        if other is None:
            other = next((n for n in [*left, *revision] if covers(n, name) or covers(name, n)), None)
            left.pop(other or "", None)
        shown = other or name
        two = revision[other] if other else None
        yield dataclasses.replace(made, name=shown, base_name=name, media_type=shown, base=one, revision=two)
    for name, two in left.items():
        covering = next((n for n in base if covers(n, name)), "")
        one_side = base.get(covering)
        yield dataclasses.replace(
            made, name=name, base_name=covering, media_type=name, base=one_side, revision=two
        )


def _pick(known: dict[str, Side], name: str) -> str | None:
    """Find the same media type under whatever spelling."""
    if name in known:
        return name
    wanted = normal_media(name)
    return next((other for other in known if normal_media(other) == wanted), None)


def _covering(known: dict[str, Side], status: str) -> str | None:
    """Find the range or default that speaks for an unlisted status (OpenAPI, Responses Object).

    Authors mean errors by `default`: a success it does not speak for.
    """
    ranges = {key.upper(): key for key in known}
    other = None if status[:1] in "23" else ranges.get("DEFAULT")
    return ranges.get(f"{status[:1]}XX") or other


def responses(operation: Operation) -> Iterator[Thing]:
    """Yield the responses of an operation; a status without a partner meets the range or default over it."""
    base = operation.base.children("responses") if operation.base else {}
    revision = operation.revision.children("responses") if operation.revision else {}
    known = {key.upper(): key for key in revision}
    direction = _flow(operation, "response")

    def made(status: str, one: Side | None, two: Side | None, base_name: str) -> Thing:
        return Thing("response", status, one, two, operation, direction, status=status, base_name=base_name)

    for status, one in base.items():
        exact = known.get(status.upper()) or _covering(revision, status)
        yield made(exact or status, one, revision[exact] if exact else None, status)
    partners = {key.upper() for key in base}
    for status, two in revision.items():
        if status.upper() not in partners:
            over = _covering(base, status)
            yield made(status, base[over] if over else None, two, over or "")


def headers(thing: Thing) -> Iterator[Thing]:
    """Yield the headers of a response, paired without regard to case."""
    base = _lower(thing.base.children("headers", names=True)) if thing.base else {}
    revision = _lower(thing.revision.children("headers", names=True)) if thing.revision else {}
    for name in dict.fromkeys([*base, *revision]):
        if name != "content-type":
            yield dataclasses.replace(
                thing,
                subject="header",
                name=name,
                base=base.get(name),
                revision=revision.get(name),
                place="header",
            )


def _lower(sides: dict[str, Side]) -> dict[str, Side]:
    return {name.lower(): side for name, side in sides.items()}
