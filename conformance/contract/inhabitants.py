"""Tells of most schemas at a glance that some value fits them."""

from typing import Any

from conformance.contract.unions import branches, keyword_of
from conformance.contract.views import ANNOTATIONS, View, Views

# Among these keywords a value is found by taking each at its word; any other needs a search.
_VALUES = frozenset({"type", "enum", "const", "format"})
_OBJECT = frozenset({"type", "nullable", "properties", "required", "additionalProperties", "format"})
_ARRAY = frozenset({"type", "nullable", "items", "minItems", "maxItems", "format"})
_SCALAR = frozenset({"type", "nullable", "minLength", "maxLength", "format"})
_DEEPEST = 12


def obviously(view: View, views: Views, depth: int = 0) -> bool:
    """Whether some value fits a schema for certain; False only says that one has to search."""
    said = {key for key in view.flat if key not in ANNOTATIONS and not key.startswith("x-")}
    if depth > _DEEPEST or not view.types:
        return False
    if keyword_of(view):
        return _union(view, views, depth)
    if said & {"enum", "const"}:
        return said <= _VALUES and any(_of_type(value, view.types) for value in view.enum or ())
    if view.types == {"object"}:
        return said <= _OBJECT and _object(view, views, depth)
    if view.types == {"array"}:
        return said <= _ARRAY and _array(view, views, depth)
    return said <= _SCALAR and _ordered(view.flat, "minLength", "maxLength")


def _union(view: View, views: Views, depth: int) -> bool:
    """One alternative will do, and of a `oneOf` one that no other shares a value with."""
    parts = branches(view, view.flat, views)
    exclusive = keyword_of(view) == "oneOf"
    return any(
        obviously(part.view, views, depth + 1)
        and (not exclusive or all(part is other or part.apart(other) for other in parts))
        for part in parts
    )


def _of_type(value: Any, types: frozenset[str]) -> bool:
    """Whether a listed value is of an admitted type; strings stand for what tags mostly are."""
    return isinstance(value, str) and "string" in types


def _object(view: View, views: Views, depth: int) -> bool:
    properties = view.names("properties")
    return all(
        name in properties
        and obviously(views.of(properties[name], view.where("properties", name)), views, depth + 1)
        for name in view.required
    )


def _array(view: View, views: Views, depth: int) -> bool:
    if view.flat.get("minItems", 0) == 0:
        return True
    items = views.of(view.flat.get("items", {}), view.where("items"))
    return _ordered(view.flat, "minItems", "maxItems") and obviously(items, views, depth + 1)


def _ordered(flat: dict[str, Any], low: str, high: str) -> bool:
    least, most = flat.get(low, 0), flat.get(high)
    return most is None or least <= most
