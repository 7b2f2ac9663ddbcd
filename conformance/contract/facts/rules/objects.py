"""Facts about objects: properties, names, how many, and which need which."""

from collections.abc import Iterator
from typing import Any

from conformance.contract.facts import Fact, Pair, Part, rule
from conformance.contract.facts.bounds import appeared, differs, fell, rose, vanished
from conformance.contract.views import View, same_value


@rule("narrowed", "minProperties", mirror="min-properties-decreased")
def min_properties_increased(pair: Pair) -> Iterator[Fact]:
    """The minimum number of properties went up.

    Requests that kept the old bound may now be refused; responses stay within what was promised.
    """
    yield from rose(pair, "minProperties")


@rule("widened", "minProperties", mirror="min-properties-increased")
def min_properties_decreased(pair: Pair) -> Iterator[Fact]:
    """The minimum number of properties went down.

    Responses may now hold values a client never had to expect; requests that were fine stay fine.
    """
    yield from fell(pair, "minProperties")


@rule("narrowed", "minProperties", mirror="min-properties-removed")
def min_properties_added(pair: Pair) -> Iterator[Fact]:
    """The minimum number of properties has a bound where it had none.

    Requests beyond the new bound are now refused; a bound in a response only promises more.
    """
    yield from appeared(pair, "minProperties")


@rule("widened", "minProperties", mirror="min-properties-added")
def min_properties_removed(pair: Pair) -> Iterator[Fact]:
    """The minimum number of properties has no bound any more.

    Responses may now go beyond the old bound; requests are freer than before.
    """
    yield from vanished(pair, "minProperties")


@rule("widened", "maxProperties", mirror="max-properties-decreased")
def max_properties_increased(pair: Pair) -> Iterator[Fact]:
    """The maximum number of properties went up.

    Responses may now hold values a client never had to expect; requests that were fine stay fine.
    """
    yield from rose(pair, "maxProperties")


@rule("narrowed", "maxProperties", mirror="max-properties-increased")
def max_properties_decreased(pair: Pair) -> Iterator[Fact]:
    """The maximum number of properties went down.

    Requests that kept the old bound may now be refused; responses stay within what was promised.
    """
    yield from fell(pair, "maxProperties")


@rule("narrowed", "maxProperties", mirror="max-properties-removed")
def max_properties_added(pair: Pair) -> Iterator[Fact]:
    """The maximum number of properties has a bound where it had none.

    Requests beyond the new bound are now refused; a bound in a response only promises more.
    """
    yield from appeared(pair, "maxProperties")


@rule("widened", "maxProperties", mirror="max-properties-added")
def max_properties_removed(pair: Pair) -> Iterator[Fact]:
    """The maximum number of properties has no bound any more.

    Responses may now go beyond the old bound; requests are freer than before.
    """
    yield from vanished(pair, "maxProperties")


@rule("narrowed", "propertyNames", mirror="property-names-removed")
def property_names_added(pair: Pair) -> Iterator[Fact]:
    """The schema of property names was added.

    Requests that ignore it are now refused; a response only promises more.
    """
    yield from appeared(pair, "propertyNames")


@rule("widened", "propertyNames", mirror="property-names-added")
def property_names_removed(pair: Pair) -> Iterator[Fact]:
    """The schema of property names was removed.

    Responses may now break it; requests are freer than before.
    """
    yield from vanished(pair, "propertyNames")


@rule("changed", "propertyNames", no_mirror="changing back is the same fact")
def property_names_changed(pair: Pair) -> Iterator[Fact]:
    """The schema of property names was changed.

    Whether the new one is stricter, laxer or neither is for containment to say.
    """
    yield from differs(pair, "propertyNames")


@rule("narrowed", "unevaluatedProperties", mirror="unevaluated-properties-removed")
def unevaluated_properties_added(pair: Pair) -> Iterator[Fact]:
    """The rule for properties nothing else speaks of was added.

    Requests that ignore it are now refused; a response only promises more.
    """
    yield from appeared(pair, "unevaluatedProperties")


@rule("widened", "unevaluatedProperties", mirror="unevaluated-properties-added")
def unevaluated_properties_removed(pair: Pair) -> Iterator[Fact]:
    """The rule for properties nothing else speaks of was removed.

    Responses may now break it; requests are freer than before.
    """
    yield from vanished(pair, "unevaluatedProperties")


@rule("changed", "unevaluatedProperties", no_mirror="changing back is the same fact")
def unevaluated_properties_changed(pair: Pair) -> Iterator[Fact]:
    """The rule for properties nothing else speaks of was changed.

    Whether the new one is stricter, laxer or neither is for containment to say.
    """
    yield from differs(pair, "unevaluatedProperties")


def _named_part(name: str) -> Part:
    """Take what a schema says of one property: the schema it falls under, and whether it must be there."""

    def take(wanted: View, _: View) -> dict[str, Any]:
        required = {"required": [name]} if name in wanted.required else {}
        properties, patterns = wanted.names("properties"), wanted.names("patternProperties")
        if name in properties:
            return {"properties": {name: properties[name]}, **required}
        further = wanted.flat.get("additionalProperties", wanted.flat.get("unevaluatedProperties", True))
        if not patterns:
            return {"properties": {name: further}, **required}
        # Whether a pattern matches the name is for the engine: every other name is let through.
        alone = {"patternProperties": patterns, "additionalProperties": further}
        others = {"not": {"required": [name]}}
        return {"anyOf": [others, alone], **required}

    return take


def _requires(name: str) -> Part:
    """Take whether a property must be there, unless messages of the direction leave it out."""

    def take(wanted: View, _: View) -> dict[str, Any]:
        if name not in wanted.required:
            return {}
        marks = wanted.one_way(name)
        return {"required": [name], **({"properties": {name: marks}} if marks else {})}

    return take


def _tags(view: View, name: str) -> tuple[str, ...]:
    closed = view.flat.get("additionalProperties") is False or view.flat.get("unevaluatedProperties") is False
    return ("required" if name in view.required else "optional", "closed" if closed else "open")


@rule("changed", "properties", mirror="property-removed")
def property_added(pair: Pair) -> Iterator[Fact]:
    """An object has a property it did not have.

    A required one breaks every request that lacks it. An optional one breaks the request that happened to
    send another value under that name to an open object, and the reader of a closed object that now finds it.
    """
    known = pair.base.names("properties")
    for name in pair.revision.names("properties"):
        if name not in known:
            kind = "required" if name in pair.revision.required else "optional"
            yield Fact(
                f"the {kind} property {name!r} was added",
                pair.base.pointer,
                pair.revision.where("properties", name),
                name,
                part=_named_part(name),
                tags=_tags(pair.revision, name),
            )


@rule("changed", "properties", mirror="property-added")
def property_removed(pair: Pair) -> Iterator[Fact]:
    """An object has lost a property it had.

    A reader may rely on it; a writer may still send it to an object that is now closed.
    """
    known = pair.revision.names("properties")
    for name in pair.base.names("properties"):
        if name not in known:
            tags = _tags(pair.base, name)
            yield Fact(
                f"the {tags[0]} property {name!r} was removed",
                pair.base.where("properties", name),
                pair.revision.pointer,
                name,
                part=_named_part(name),
                tags=tags,
            )


@rule("narrowed", "required", "properties", mirror="property-became-optional")
def property_became_required(pair: Pair) -> Iterator[Fact]:
    """A property that could be left out must now be there.

    Requests without it are now refused; readers of responses may rely on more.
    """
    there = pair.base.names("properties")
    added = pair.revision.names("properties").keys() - there.keys()
    for name in pair.revision.required:
        if name not in pair.base.required and name not in added:
            yield Fact(
                f"the property {name!r} became required",
                pair.base.where("properties", name) if name in there else pair.base.pointer,
                pair.revision.where("properties", name) if name in there else pair.revision.where("required"),
                name,
                part=_requires(name),
            )


@rule("widened", "required", "properties", mirror="property-became-required")
def property_became_optional(pair: Pair) -> Iterator[Fact]:
    """A property that was always there may now be left out.

    A reader that relied on it fails on the first response without it.
    """
    there = pair.revision.names("properties")
    removed = pair.base.names("properties").keys() - there.keys()
    for name in pair.base.required:
        if name not in pair.revision.required and name not in removed:
            yield Fact(
                f"the property {name!r} became optional",
                pair.base.where("properties", name) if name in there else pair.base.where("required"),
                pair.revision.where("properties", name) if name in there else pair.revision.pointer,
                name,
                part=_requires(name),
            )


def _additional(view: View) -> str:
    value = view.flat.get("additionalProperties", True)
    return (
        {True: "open", False: "closed"}.get(value, "typed")
        if isinstance(value, bool)
        else "typed"
        if value
        else "open"
    )


def _further(wanted: View, other: View) -> dict[str, Any]:
    """Take what a schema says of further properties, those that either side names aside."""
    names = {**wanted.names("properties"), **other.names("properties")}
    patterns = {**wanted.names("patternProperties"), **other.names("patternProperties")}
    further = wanted.flat.get("additionalProperties", True)
    return {
        "properties": dict.fromkeys(names, True),
        "patternProperties": dict.fromkeys(patterns, True),
        "additionalProperties": further,
    }


def _entry(keyword: str, name: str) -> Part:
    """Take one name's entry of a keyword."""

    def take(wanted: View, _: View) -> dict[str, Any]:
        entries = wanted.names(keyword)
        if name in entries:
            return {keyword: {name: entries[name]}}
        if keyword != "patternProperties" or "additionalProperties" not in wanted.flat:
            return {}
        keys = ("properties", "patternProperties", "additionalProperties")
        return {key: wanted.flat[key] for key in keys if key in wanted.flat}

    return take


def _turned(pair: Pair, froms: str, tos: str, message: str) -> Iterator[Fact]:
    if _additional(pair.base) in froms.split() and _additional(pair.revision) in tos.split():
        key = "additionalProperties"
        yield Fact(message, pair.base.where(key), pair.revision.where(key), part=_further)


@rule("narrowed", "additionalProperties", mirror="object-opened")
def object_closed(pair: Pair) -> Iterator[Fact]:
    """An object takes no further properties, though it did.

    Requests with a field nobody declared are now refused; a response only promises more.
    """
    yield from _turned(pair, "open typed", "closed", "the object was closed to further properties")


@rule("widened", "additionalProperties", mirror="object-closed")
def object_opened(pair: Pair) -> Iterator[Fact]:
    """An object takes further properties, though it did not.

    A strict reader of a response may refuse fields it does not know.
    """
    yield from _turned(pair, "closed", "open typed", "the object was opened to further properties")


@rule("narrowed", "additionalProperties", mirror="additional-properties-freed")
def additional_properties_typed(pair: Pair) -> Iterator[Fact]:
    """Further properties of an object now follow a schema.

    Requests with other values under free names are now refused.
    """
    yield from _turned(pair, "open", "typed", "further properties now follow a schema")


@rule("widened", "additionalProperties", mirror="additional-properties-typed")
def additional_properties_freed(pair: Pair) -> Iterator[Fact]:
    """Further properties of an object no longer follow a schema.

    A reader of a map may now find values of any kind in it.
    """
    yield from _turned(pair, "typed", "open", "further properties no longer follow a schema")


def _named(pair: Pair, keyword: str, *, gone: bool) -> Iterator[Fact]:
    """State each name that stands under a keyword on one side only."""
    one, two = (pair.base, pair.revision) if gone else (pair.revision, pair.base)
    other = two.names(keyword)
    for name in one.names(keyword):
        if name not in other:
            where = (one.where(keyword, name), two.pointer)
            base, revision = where if gone else where[::-1]
            verb = "removed" if gone else "added"
            yield Fact(
                f"`{keyword}` for {name!r} was {verb}", base, revision, name, part=_entry(keyword, name)
            )


@rule("changed", "patternProperties", mirror="pattern-property-removed")
def pattern_property_added(pair: Pair) -> Iterator[Fact]:
    """Properties whose names match a pattern now follow a schema of their own.

    They were free before, or forbidden in a closed object: containment says which.
    """
    yield from _named(pair, "patternProperties", gone=False)


@rule("changed", "patternProperties", mirror="pattern-property-added")
def pattern_property_removed(pair: Pair) -> Iterator[Fact]:
    """Properties whose names match a pattern no longer follow a schema of their own.

    They are free now, or forbidden in a closed object: containment says which.
    """
    yield from _named(pair, "patternProperties", gone=True)


@rule("narrowed", "dependentRequired", mirror="dependent-required-removed")
def dependent_required_added(pair: Pair) -> Iterator[Fact]:
    """A property now needs others beside it.

    Requests that send it alone are now refused.
    """
    yield from _named(pair, "dependentRequired", gone=False)


@rule("widened", "dependentRequired", mirror="dependent-required-added")
def dependent_required_removed(pair: Pair) -> Iterator[Fact]:
    """A property no longer needs others beside it.

    A reader may find it alone in a response.
    """
    yield from _named(pair, "dependentRequired", gone=True)


def _altered(pair: Pair, keyword: str) -> Iterator[Fact]:
    base, revision = pair.base.names(keyword), pair.revision.names(keyword)
    for name in base:
        if name in revision and not same_value(base[name], revision[name]):
            where = (pair.base.where(keyword, name), pair.revision.where(keyword, name))
            yield Fact(f"`{keyword}` for {name!r} was changed", *where, name, part=_entry(keyword, name))


@rule("changed", "dependentRequired", no_mirror="changing back is the same fact")
def dependent_required_changed(pair: Pair) -> Iterator[Fact]:
    """A property needs other properties beside it than it did.

    Requests that sent what was needed may now be refused, and responses may lack what was promised.
    """
    yield from _altered(pair, "dependentRequired")


@rule("narrowed", "dependentSchemas", mirror="dependent-schema-removed")
def dependent_schema_added(pair: Pair) -> Iterator[Fact]:
    """The presence of a property now puts a further schema on its object.

    Requests with that property may now be refused.
    """
    yield from _named(pair, "dependentSchemas", gone=False)


@rule("widened", "dependentSchemas", mirror="dependent-schema-added")
def dependent_schema_removed(pair: Pair) -> Iterator[Fact]:
    """The presence of a property no longer puts a further schema on its object.

    A reader may find objects in a response that were impossible before.
    """
    yield from _named(pair, "dependentSchemas", gone=True)


@rule("changed", "dependentSchemas", no_mirror="changing back is the same fact")
def dependent_schema_changed(pair: Pair) -> Iterator[Fact]:
    """The schema that the presence of a property puts on its object was changed.

    Whether the new one is stricter, laxer or neither is for containment to say.
    """
    yield from _altered(pair, "dependentSchemas")
