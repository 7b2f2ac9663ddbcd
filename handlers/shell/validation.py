"""From pydantic's ValidationError to the one error a client reads: code, place, and what would be right."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from handlers.errors import BadRequestError
from handlers.shell.messages import Fault, Problem, describe, named
from handlers.shell.places import Located, Path, dotted, locate, relevant

__all__ = ["body_error", "dotted", "not_json", "parameter_error", "quote"]

_PARAMETER = re.compile(r"[.\[]")
_VARIANT_KEYS = ("type", "role")


def quote(text: object) -> str:
    """A value as messages show it: quoted, on one line, never more than about a hundred characters."""
    return named(text)


def not_json(error: ValueError) -> BadRequestError:
    """The error for a body that is no JSON; the parser says where."""
    return BadRequestError(f"Invalid JSON in the request body: {named(error, '')}.", code="invalid_json")


def body_error(error: ValidationError, value: Any) -> BadRequestError:
    """The error for a JSON body that its model refused."""
    return _explain(error.errors(include_url=False), value)


def parameter_error(error: ValidationError, given: Mapping[str, Any]) -> BadRequestError:
    """The error for path and query parameters."""
    found = _explain(error.errors(include_url=False), dict(given), as_text=True)
    return BadRequestError(
        found.message, param=_PARAMETER.split(found.param or "")[0] or None, code=found.code
    )


def _explain(errors: Sequence[Any], value: Any, *, as_text: bool = False) -> BadRequestError:
    """The first error that matters: of a union's branches, those of the one that was meant."""
    chosen = relevant([locate(error, value) for error in errors])
    first = chosen[0]
    fault = Fault(
        place=dotted(first.path),
        kind=first.kind,
        input=first.input,
        context=first.context,
        message=first.message,
        as_text=as_text,
        kinds=tuple(dict.fromkeys(other.kind for other in chosen)),
        expected=tuple(dict.fromkeys(_expected(other) for other in chosen if _expected(other))),
    )
    problem: Problem = describe(fault)
    param = dotted((*first.path, problem.below)) if problem.below else fault.place
    message = problem.message
    variant = _variant(first.path, value)
    if variant is not None:
        message = f"{message} {variant}"
    return BadRequestError(message, param=param or None, code=problem.code)


def _expected(located: Located) -> str:
    return str(located.context.get("expected", ""))


def _variant(path: Path, value: Any) -> str | None:
    """What the nearest object with a `type` or `role` was read as: the variant of a union that was meant."""
    found = None
    for depth, part in enumerate(path):
        if depth and isinstance(value, dict):
            key = next((key for key in _VARIANT_KEYS if isinstance(value.get(key), str)), None)
            if key is not None and part != key:
                found = f"({named(dotted(path[:depth]))} was read with {key} {named(value[key])}.)"
        try:
            value = value[part]
        except (LookupError, TypeError):
            break
    return found
