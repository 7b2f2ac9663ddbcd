"""The compiled router: a dictionary for plain paths, one regular expression a group for the rest."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import unquote

T = TypeVar("T")

IMPLICIT = ("HEAD", "OPTIONS")
"""Methods that every path answers without the document naming them (RFC 9110, sections 9.3.2 and 9.3.7)."""

_TEMPLATE = re.compile(r"\{([^{}]+)\}")
SWALLOWS = ":path"
"""Ends the name of a parameter whose values hold slashes (`meta-llama/Llama-3`)."""


@dataclass(frozen=True, slots=True)
class Resource(Generic[T]):
    """A path with its methods. `allow` is the value of the Allow header, complete."""

    path: str
    names: tuple[str, ...]
    methods: Mapping[str, T]
    allow: str


@dataclass(frozen=True, slots=True)
class _Templates(Generic[T]):
    """All templated paths below one first segment, as alternatives of one expression."""

    pattern: re.Pattern[str]
    by_group: Mapping[int, Resource[T]]


class Router(Generic[T]):
    """Finds the resource of a path. Built once from (method, path, target); paths carry the base path."""

    def __init__(self, routes: Iterable[tuple[str, str, T]]) -> None:
        targets: defaultdict[str, dict[str, T]] = defaultdict(dict)
        for method, path, target in routes:
            targets[path][method.upper()] = target
        resources = [_resource(path, methods) for path, methods in targets.items()]
        self._plain = {resource.path: resource for resource in resources if not resource.names}
        self._templated = _compile(resource for resource in resources if resource.names)

    def find(self, path: str, raw_path: bytes | None = None) -> tuple[Resource[T], dict[str, str]] | None:
        """The resource and its path parameters, decoded. An encoded slash never ends a segment."""
        plain = self._plain.get(path)
        if plain is not None:
            return plain, {}
        encoded = raw_path is not None and b"%" in raw_path
        if raw_path is not None and encoded:
            path = raw_path.decode("latin-1").partition("?")[0]
        templates = self._templated.get(_bucket(path))
        match = templates.pattern.fullmatch(path) if templates else None
        if templates is None or match is None or match.lastindex is None:
            return None
        resource = templates.by_group[match.lastindex]
        first = match.lastindex - len(resource.names)
        values = [match[first + index] for index in range(len(resource.names))]
        if encoded:
            values = [unquote(value) for value in values]
        return resource, dict(zip(resource.names, values, strict=True))


def _resource(path: str, methods: dict[str, T]) -> Resource[T]:
    names = set(methods) | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())
    if "GET" in methods:
        methods = {"HEAD": methods["GET"], **methods}
    return Resource(path, _names(path), methods, ", ".join(sorted(names)))


def _names(path: str) -> tuple[str, ...]:
    return tuple(name.removesuffix(SWALLOWS) for name in _TEMPLATE.findall(path))


def _bucket(path: str) -> str:
    """The first two segments: base path and group."""
    return "/".join(path.split("/", 3)[1:3])


def _compile(resources: Iterable[Resource[T]]) -> dict[str, _Templates[T]]:
    buckets: defaultdict[str, list[Resource[T]]] = defaultdict(list)
    for resource in resources:
        buckets[_bucket(resource.path)].append(resource)
    return {name: _alternatives(members) for name, members in buckets.items()}


def _alternatives(resources: list[Resource[T]]) -> _Templates[T]:
    """An empty group ends each alternative, so that `lastindex` tells which one matched."""
    alternatives, by_group, group = [], {}, 0
    for resource in sorted(resources, key=_specificity):
        group += len(resource.names) + 1
        by_group[group] = resource
        alternatives.append(_expression(resource.path) + "()")
    return _Templates(re.compile("|".join(alternatives)), by_group)


def _specificity(resource: Resource[T]) -> tuple[bool, int, list[bool], str]:
    """Plain segments win over parameters, these over what swallows slashes: there the longest goes first."""
    segments = [segment.startswith("{") for segment in resource.path.split("/")]
    swallows = SWALLOWS in resource.path
    return swallows, -len(segments) if swallows else 0, segments, resource.path


def _expression(path: str) -> str:
    parts = _TEMPLATE.split(path)
    plain, names = parts[::2], parts[1::2]
    pieces = [re.escape(plain[0])]
    for name, text in zip(names, plain[1:], strict=True):
        pieces += ["(.+)" if name.endswith(SWALLOWS) else "([^/]+)", re.escape(text)]
    return "".join(pieces)
