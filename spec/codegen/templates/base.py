"""What every generated model shares: its settings, numbers that stay what they were, unions that choose by looking."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Discriminator, Tag, ValidationError, WrapValidator
from typing_extensions import TypeAliasType, override

_PYTHON: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "number": (float, int),
    "integer": (int,),
    "array": (list, tuple),
}


T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True)
class _FirstFailure:
    """Stop at a container's first bad member: of a body with a million of them, nobody reads the other errors.

    Without this, two megabytes of `[1,1,1,...]` cost a second and 700 MB. (pydantic's FailFast has no hash,
    which unions need, and is for sequences only.)
    """

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], Any]) -> Any:
        return handler(source) | {"fail_fast": True}


Listed = Annotated[list[T], _FirstFailure()]
Mapped = Annotated[dict[K, V], _FirstFailure()]


class JsonObject(BaseModel):
    """A JSON object. Unknown members are kept; nothing is converted; NaN and the infinities are no JSON."""

    model_config = ConfigDict(
        extra="allow", strict=True, allow_inf_nan=False, serialize_by_alias=True, protected_namespaces=()
    )


class ParameterSet(BaseModel):
    """Path and query parameters: strings are read as what they stand for, unknown ones are left out."""

    model_config = ConfigDict(extra="ignore", allow_inf_nan=False, protected_namespaces=())


def complete(module: Mapping[str, Any]) -> None:
    """Finish the classes that speak of later ones now, rather than in the first request."""
    for kind in module.values():
        if isinstance(kind, type) and issubclass(kind, BaseModel) and not kind.__pydantic_complete__:
            kind.model_rebuild()


class _Chooser(Discriminator):
    """A discriminator that may stand in a union with None: unions hash what they hold, and a context has no hash."""

    __slots__ = ()

    @override
    def __hash__(self) -> int:
        return id(self)


def chosen_by(
    tag: str | None,
    *,
    models: Mapping[str, str] | None = None,
    tags: Mapping[str, str] | None = None,
    kinds: tuple[str, ...] = (),
    absent: str | Mapping[str, str] | None = None,
    unknown: str | None = None,
) -> Discriminator:
    """Choose a union's variant by a look at the value.

    `tag`: the property that names the variant. `models`: the variant of each class, called by its first tag (`*` and `?` are no tags). `tags`:
    further tags. `kinds`: JSON types that are variants. `absent`: the variant where the tag is missing or null, or the
    variant by the first property that is there. `unknown`: the variant for any other tag. A value that fits none is an
    error of type `union`, with `tag`, `tags` and `kinds` (the JSON types that fit) as context.
    """
    classes = {model: f"<{variant}>" for model, variant in (models or {}).items()}
    known = {variant: f"<{variant}>" for variant in (models or {}).values() if tag and variant not in {"*", "?"}}
    known |= {value: f"<{variant}>" for value, variant in (tags or {}).items()}
    types = {python: f"<{kind}>" for kind in kinds for python in _PYTHON[kind]}
    lone = f"<{absent}>" if isinstance(absent, str) else None
    rules = tuple((key, f"<{variant}>") for key, variant in absent.items()) if isinstance(absent, Mapping) else ()
    other = f"<{unknown}>" if unknown else None

    def choose(value: Any) -> str | None:
        kind = type(value)
        if kind is dict:
            if tag is None:
                return other
            named = value.get(tag)
            if named is None:
                return next((label for key, label in rules if key in value), lone)
            return known.get(named, other) if type(named) is str else other
        return types.get(kind) or classes.get(kind.__name__)

    objects = ["object"] if known or absent or unknown else []
    context: dict[str, Any] = {"tag": tag, "tags": list(known), "kinds": [*objects, *kinds]}
    return _Chooser(
        choose,
        custom_error_type="union",
        custom_error_message="Input should be one of the variants",
        custom_error_context=context,
    )


def nearest(candidates: Callable[[], tuple[type[BaseModel], ...]]) -> WrapValidator:
    """Where no variant fits an object, report the errors of the one that came nearest: they lie deepest, and are few."""

    def validate(value: Any, handler: Callable[[Any], Any]) -> Any:
        try:
            return handler(value)
        except ValidationError:
            if type(value) is not dict:
                raise
            failures = [failure for model in candidates() if (failure := _failure(model, value))]
            raise min(failures, key=_distance) from None

    return WrapValidator(validate)


def _failure(model: type[BaseModel], value: Any) -> ValidationError | None:
    try:
        model.__pydantic_validator__.validate_python(value)
    except ValidationError as error:
        return error
    return None


def _distance(error: ValidationError) -> tuple[int, int]:
    errors = error.errors(include_url=False, include_context=False, include_input=False)
    depths = [sum(not str(step).startswith("<") for step in each["loc"]) for each in errors]
    return -min(depths), len(errors)


def _number(value: Any) -> str:
    return "<integer>" if type(value) is int else "<number>"


Number = TypeAliasType(
    "Number", Annotated[Annotated[int, Tag("<integer>")] | Annotated[float, Tag("<number>")], Discriminator(_number)]
)
"""A JSON number: 1 stays an integer of any size, 1.0 stays a float."""
