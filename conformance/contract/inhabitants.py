"""Tells of most schemas at a glance that some value fits them."""

from conformance.contract.views import ANNOTATIONS, View, Views

# Among these keywords a value is found by taking each at its word; any other needs a search.
_PLAIN = frozenset(
    {"type", "nullable", "enum", "const", "properties", "required", "additionalProperties", "items", "format"}
)
_UNIONS = frozenset({"anyOf", "nullable"})
_DEEPEST = 12


def obviously(view: View, views: Views, depth: int = 0) -> bool:
    """Whether some value fits a schema for certain; False only says that one has to search."""
    flat = view.flat
    said = {key for key in flat if key not in ANNOTATIONS and not key.startswith("x-")}
    if depth > _DEEPEST:
        return False
    if said <= _UNIONS and isinstance(flat.get("anyOf"), list):
        return any(obviously(views.of(part, view.pointer), views, depth + 1) for part in flat["anyOf"])
    if not said <= _PLAIN or not view.types:
        return False
    if "const" in flat or "enum" in flat:
        return said <= {"type", "enum", "const", "format"} and _listed(view)
    if view.types != {"object"}:
        return True
    properties = view.names("properties")
    return all(
        name in properties and obviously(views.of(properties[name], view.pointer), views, depth + 1)
        for name in view.required
    )


def _listed(view: View) -> bool:
    """Whether a listed value is of an admitted type, strings standing for what tags mostly are."""
    values = view.enum or []
    return any(isinstance(value, str) for value in values) and "string" in view.types
