"""Path and query parameters: from the wire to the keyword arguments of a handler's method."""

import re
import types
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from urllib.parse import unquote_plus

from pydantic import BaseModel, ValidationError
from typing_extensions import TypeAliasType

from handlers.errors import BadRequestError
from handlers.shell import validation
from handlers.shell.unknown import unknown

_INTEGER = re.compile(r"-?[0-9]{1,19}")
_NUMBER = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?")
_BOOLEANS = {"true": True, "false": False}
_BRACKETS = re.compile(r"([^\[\]]+)\[([^\[\]]*)\]")

Convert = Callable[[str], Any]


def _integer(text: str) -> Any:
    return int(text) if _INTEGER.fullmatch(text) else text


def _number(text: str) -> Any:
    return float(text) if _NUMBER.fullmatch(text) else text


def _boolean(text: str) -> Any:
    return _BOOLEANS.get(text, text)


_CONVERT: Mapping[type, Convert] = {bool: _boolean, int: _integer, float: _number}


class ParameterReader:
    """Reads the parameters of one operation.

    Arrays come as `name=a&name=b` or `name[]=a` (official SDKs), objects as `name[key]=value`.
    """

    def __init__(self, model: type[BaseModel], *, strict: bool) -> None:
        self._validator = model.__pydantic_validator__
        self._strict = strict
        self._shapes: dict[str, type] = {}
        self._converts: dict[str, Convert] = {}
        self._wire = {name: field.alias or name for name, field in model.model_fields.items()}
        for name, field in model.model_fields.items():
            self._learn(self._wire[name], field.annotation)
        self._names = tuple(model.model_fields)

    def _learn(self, name: str, annotation: Any) -> None:
        leaves = set(_leaves(annotation))
        self._shapes[name] = next((shape for shape in (list, dict) if shape in leaves), str)
        convert = (
            None if str in leaves else next((_CONVERT[kind] for kind in _CONVERT if kind in leaves), None)
        )
        if convert is not None:
            self._converts[name] = convert

    def read(self, path: dict[str, str], query: bytes) -> dict[str, Any]:
        """Validated values by their names in Python; absent ones have their defaults."""
        given: dict[str, Any] = dict(path)
        if query:
            self._read_query(query.decode("utf-8", "replace"), given)
        try:
            model = self._validator.validate_python(given, strict=True)
        except ValidationError as error:
            raise validation.parameter_error(error, given) from None
        values = model.__dict__
        return {name: values[name] for name in self._names}

    def _read_query(self, query: str, given: dict[str, Any]) -> None:
        path = frozenset(given)
        for pair in query.split("&"):
            if pair:
                name, _, value = pair.partition("=")
                self._take(unquote_plus(name), unquote_plus(value), given, path)

    def _take(self, name: str, value: str, given: dict[str, Any], path: frozenset[str]) -> None:
        name, key = _split(name)
        shape = self._shapes.get(name) if name not in path else None
        if shape is None or (key and shape is not dict):
            if self._strict:
                raise unknown(f"{name}[{key}]" if key else name)
            return
        if shape is list:
            given.setdefault(name, []).append(self._convert(name, value))
        elif shape is dict and key is not None and isinstance(given.setdefault(name, {}), dict):
            given[name][key] = value
        elif name in given:
            raise BadRequestError(
                f"Invalid {validation.quote(name)}: given more than once. Expected a single value.",
                param=name,
                code="invalid_value",
            )
        else:
            given[name] = self._convert(name, value)

    def _convert(self, name: str, value: str) -> Any:
        convert = self._converts.get(name)
        return value if convert is None else convert(value)


def _split(name: str) -> tuple[str, str | None]:
    """`metadata[topic]` is ("metadata", "topic"), `include[]` ("include", ""), `limit` ("limit", None)."""
    match = _BRACKETS.fullmatch(name)
    return (match[1], match[2]) if match else (name, None)


def _leaves(annotation: Any) -> list[type]:
    """The plain types an annotation is made of, containers included."""
    while isinstance(annotation, TypeAliasType) or get_origin(annotation) is Annotated:
        annotation = (
            annotation.__value__ if isinstance(annotation, TypeAliasType) else get_args(annotation)[0]
        )
    origin, members = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return [type(value) for value in members]
    if origin is dict:
        return [dict]
    if origin in (list, Union, types.UnionType):
        inner = [leaf for member in members for leaf in _leaves(member)]
        return [list, *inner] if origin is list else inner
    return [annotation] if isinstance(annotation, type) else []
