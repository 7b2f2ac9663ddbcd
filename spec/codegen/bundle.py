"""Reads the tree below `spec/` into one document with internal references, and finds what is wrong with it.

Every top-level key of `schemas/*.yaml` is a component schema; path items stand in `paths/<group>.yaml` and
are listed in `openapi.yaml`; all other components stand in `openapi.yaml` itself.
"""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from openapi_spec_validator import OpenAPIV31SpecValidator

from spec.codegen.faults import Fault, Pointer, SpecError, written
from spec.codegen.source import Source, read

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_ROOT = "openapi.yaml"
# Under these keys stand values, not schemas, unless the key is itself a name that an author chose.
_INSTANCES = frozenset(("example", "default", "enum", "const", "value"))
_NAMED = frozenset(
    ("properties", "schemas", "responses", "examples", "parameters", "headers", "links", "mapping")
)


@dataclass
class Bundle:
    """The document, and for each part that came from elsewhere the file and pointer it came from."""

    document: dict[str, Any]
    origins: dict[Pointer, tuple[Source, Pointer]]

    def fault(self, pointer: Pointer, reason: str) -> Fault:
        """A fault at a pointer into the document, placed in the file that was written by hand."""
        for length in range(len(pointer), -1, -1):
            if origin := self.origins.get(pointer[:length]):
                source, place = origin
                return Fault(source.name, source.line((*place, *pointer[length:])), reason)
        raise AssertionError(written(pointer))

    def operations(self) -> Iterator[tuple[str, str, dict[str, Any], Pointer]]:
        """Path, method, operation and its pointer, in the document's order."""
        for path, item in self.document["paths"].items():
            for method in METHODS:
                if isinstance(item, dict) and isinstance(item.get(method), dict):
                    yield path, method, item[method], ("paths", path, method)


def load(folder: Path) -> Bundle:
    """The bundled document; raises `SpecError` with every fault of the first stage that finds any."""
    bundle = _Reader(folder).bundle()
    for stage in (_misplaced, _invalid, _ambiguous):
        if faults := sorted(set(stage(bundle))):
            raise SpecError(*faults)
    return bundle


@dataclass
class _Reader:
    folder: Path
    sources: dict[str, Source] = field(default_factory=dict)
    places: dict[tuple[str, Pointer], Pointer] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def bundle(self) -> Bundle:
        root = self.source(_ROOT)
        files = {kind: sorted(self.folder.glob(f"{kind}/*.yaml")) for kind in ("paths", "schemas")}
        for kind, paths in files.items():
            for path in paths:
                self.source(f"{kind}/{path.name}")
        document = dict(self.mapping(root, root.value, ()))
        document.setdefault("paths", {})
        origins: dict[Pointer, tuple[Source, Pointer]] = {(): (root, ())}
        components = dict(self.mapping(root, document.get("components", {}), ("components",)))
        schemas = self.schemas(components.get("schemas", {}), origins)
        paths_ = self.paths(root, origins)
        self.finish()
        document["paths"] = paths_
        document["components"] = {**components, "schemas": schemas}
        for name in self.sources:
            self.places.setdefault((name, ()), ())
        bundled = self.rewritten(document, (), origins)
        self.finish()
        return Bundle(bundled, origins)

    def finish(self) -> None:
        if self.faults:
            raise SpecError(*sorted(set(self.faults)))

    def source(self, name: str) -> Source:
        if name not in self.sources:
            self.sources[name] = read(self.folder / name, f"{self.folder.name}/{name}")
        return self.sources[name]

    def mapping(self, source: Source, value: Any, pointer: Pointer) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise source.fault(pointer, f"should be a mapping, not {type(value).__name__}")
        return value

    def schemas(
        self, inline: dict[str, Any], origins: dict[Pointer, tuple[Source, Pointer]]
    ) -> dict[str, Any]:
        """Component schemas of all files, by name."""
        found = dict(inline)
        for name, source in self.sources.items():
            if not name.startswith("schemas/") or source.value is None:
                continue
            for key, schema in self.mapping(source, source.value, ()).items():
                if key in found:
                    other = origins.get(("components", "schemas", key), origins[()])[0]
                    self.faults.append(
                        Fault(source.name, source.line((key,)), f"the schema {key} is also in {other.name}")
                    )
                found[key] = schema
                origins["components", "schemas", key] = (source, (key,))
                self.places[name, (key,)] = ("components", "schemas", key)
        return dict(sorted(found.items()))

    def paths(self, root: Source, origins: dict[Pointer, tuple[Source, Pointer]]) -> dict[str, Any]:
        """Path items, each from the file it is listed with."""
        items: dict[str, Any] = {}
        for path, item in self.mapping(root, root.value.get("paths") or {}, ("paths",)).items():
            if not (isinstance(item, dict) and isinstance(item.get("$ref"), str)):
                items[path] = item
                continue
            name, pointer = self.split(_ROOT, item["$ref"])
            found = self.find(name, pointer)
            if found is _NOTHING:
                self.faults.append(root.fault(("paths", path), f"nothing is at {item['$ref']}").faults[0])
                continue
            items[path] = found
            origins["paths", path] = (self.sources[name], pointer)
            self.places[name, pointer] = ("paths", path)
        listed = set(items)
        for name, source in self.sources.items():
            if name.startswith("paths/") and source.value is not None:
                for path in self.mapping(source, source.value, ()):
                    if path.startswith("/") and path not in listed:
                        reason = f"{path} is not listed under paths in {self.folder.name}/{_ROOT}"
                        self.faults.append(Fault(source.name, source.line((path,)), reason))
        return items

    def split(self, base: str, ref: str) -> tuple[str, Pointer]:
        """A reference as file (relative to the folder) and pointer."""
        file, _, fragment = ref.partition("#")
        name = posixpath.normpath(posixpath.join(posixpath.dirname(base), unquote(file))) if file else base
        tokens = unquote(fragment).split("/")[1:]
        return name, tuple(token.replace("~1", "/").replace("~0", "~") for token in tokens)

    def find(self, name: str, pointer: Pointer) -> Any:
        """What a reference points to, or `_NOTHING`."""
        if name not in self.sources:
            return _NOTHING
        value = self.sources[name].value
        for token in pointer:
            if isinstance(value, dict) and token in value:
                value = value[token]
            elif isinstance(value, list) and str(token).isdigit() and int(token) < len(value):
                value = value[int(token)]
            else:
                return _NOTHING
        return value

    def rewritten(self, value: Any, pointer: Pointer, origins: dict[Pointer, tuple[Source, Pointer]]) -> Any:
        """The value with references made internal."""
        return self.rewrite(value, *origins[()], pointer, origins)

    def rewrite(
        self,
        value: Any,
        source: Source,
        place: Pointer,
        pointer: Pointer,
        origins: dict[Pointer, tuple[Source, Pointer]],
    ) -> Any:
        source, place = origins.get(pointer, (source, place))
        if isinstance(value, list):
            return [self.rewrite(v, source, (*place, i), (*pointer, i), origins) for i, v in enumerate(value)]
        if not isinstance(value, dict):
            return value
        result: dict[str, Any] = {}
        for key, inner in value.items():
            below = (*place, key)
            if key == "$ref" and isinstance(inner, str):
                result[key] = self.internal(inner, source, below)
            elif key == "mapping" and place and place[-1] == "discriminator" and isinstance(inner, dict):
                result[key] = {
                    tag: self.internal(ref, source, (*below, tag)) if isinstance(ref, str) else ref
                    for tag, ref in inner.items()
                }
            elif key in _INSTANCES and not (place and place[-1] in _NAMED):
                result[key] = inner
            else:
                result[key] = self.rewrite(inner, source, below, (*pointer, key), origins)
        return result

    def internal(self, ref: str, source: Source, place: Pointer) -> str:
        """The reference as it reads in the bundle."""
        base = source.name.removeprefix(f"{self.folder.name}/")
        if "://" in ref:
            self.faults.append(source.fault(place, f"{ref} is outside spec/").faults[0])
            return ref
        name, pointer = self.split(base, ref)
        if self.find(name, pointer) is _NOTHING:
            self.faults.append(source.fault(place, f"nothing is at {ref}").faults[0])
            return ref
        for length in range(len(pointer), -1, -1):
            target = self.places.get((name, pointer[:length]))
            if target is not None and (target or name == _ROOT):
                return "#" + written((*target, *pointer[length:]))
        self.faults.append(source.fault(place, f"{ref} is neither a component nor a listed path").faults[0])
        return ref


_NOTHING = object()


# What is wrong with a document


def _misplaced(bundle: Bundle) -> Iterator[Fault]:
    """A path's first segment is its group, and its file is named after it."""
    for path in bundle.document["paths"]:
        group = path.split("/")[1] if path.startswith("/") else ""
        pointer = ("paths", path)
        if not group.isidentifier() or not group.islower():
            yield bundle.fault(
                pointer, f"the first segment of {path} names the group: it should be a lower-case identifier"
            )
        elif pointer in bundle.origins and not bundle.origins[pointer][0].name.endswith(f"/{group}.yaml"):
            yield bundle.fault(pointer, f"{path} is of the group {group}: it belongs in paths/{group}.yaml")


def _invalid(bundle: Bundle) -> Iterator[Fault]:
    """What the OpenAPI 3.1 schema and openapi-spec-validator refuse."""
    yield from _duplicates(bundle)
    # The validator reports a duplicate without its place: it was found above, and need not be said twice.
    for error in OpenAPIV31SpecValidator(bundle.document).iter_errors():
        if error.message.startswith("Operation ID") and error.message.endswith("is not unique"):
            continue
        path = tuple(error.absolute_path)
        pointer = (
            _placed(bundle.document, path, error.instance) if path else _mentioned(bundle, error.message)
        )
        yield bundle.fault(pointer, f"not valid OpenAPI 3.1 at {written(pointer)}: {_short(error.message)}")


def _placed(document: dict[str, Any], path: Pointer, instance: Any) -> Pointer:
    """The pointer of an error: the validator gives it from the schema on when a schema is to blame."""
    if _at(document, path) == instance:
        return path
    schemas = [("components", "schemas", name) for name in document["components"]["schemas"]]
    places = (
        start for start in [*schemas, *_schemas(document, ())] if _at(document, (*start, *path)) == instance
    )
    return (*next(places, ()), *path)


def _at(value: Any, pointer: Pointer) -> Any:
    for token in pointer:
        try:
            value = value[token]
        except (KeyError, IndexError, TypeError):
            return _NOTHING
    return value


def _schemas(value: Any, pointer: Pointer) -> Iterator[Pointer]:
    """Where parameters, bodies and answers state a schema."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        if key == "schema":
            yield (*pointer, key)
        yield from _schemas(inner, (*pointer, key))


def _mentioned(bundle: Bundle, message: str) -> Pointer:
    """The operation, or else the path, that a message without a pointer speaks of."""
    paths = [path for path in bundle.document["paths"] if f"'{path}'" in message]
    methods = [p for path, method, _, p in bundle.operations() if path in paths and f"'{method}'" in message]
    return next(iter(methods), ("paths", paths[0]) if paths else ())


def _short(message: str, limit: int = 300) -> str:
    message = message.splitlines()[0] if message else "no reason given"
    return message if len(message) <= limit else f"{message[: limit // 2]} ... {message[-limit // 2 :]}"


def _duplicates(bundle: Bundle) -> Iterator[Fault]:
    first: dict[str, Fault] = {}
    for path, method, operation, pointer in bundle.operations():
        name = operation.get("operationId")
        if name is None:
            yield bundle.fault(pointer, f"{method.upper()} {path} has no operationId")
            continue
        fault = bundle.fault((*pointer, "operationId"), f"the operationId {name} is taken")
        if name in first:
            yield Fault(fault.file, fault.line, f"{fault.reason} at {first[name].file}:{first[name].line}")
        first.setdefault(name, fault)


def _ambiguous(bundle: Bundle) -> Iterator[Fault]:
    """A discriminator needs a mapping: without one, tools take the component's name for the tag."""
    for pointer, schema in _discriminated(bundle.document, ()):
        mapping = schema["discriminator"].get("mapping")
        if not mapping:
            yield bundle.fault(
                (*pointer, "discriminator"), "the discriminator has no mapping: name the schema of each tag"
            )
            continue
        variants = {member.get("$ref") for key in ("oneOf", "anyOf") for member in schema.get(key, ())}
        for tag, ref in mapping.items():
            if variants and ref not in variants:
                place = (*pointer, "discriminator", "mapping", tag)
                yield bundle.fault(place, f"the tag {tag!r} is mapped to {ref}, which is no variant here")


def _discriminated(value: Any, pointer: Pointer) -> Iterator[tuple[Pointer, dict[str, Any]]]:
    if isinstance(value, dict):
        if isinstance(value.get("discriminator"), dict) and ("oneOf" in value or "anyOf" in value):
            yield pointer, value
        for key, inner in value.items():
            yield from _discriminated(inner, (*pointer, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _discriminated(inner, (*pointer, index))
