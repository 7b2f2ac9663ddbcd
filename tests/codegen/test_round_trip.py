"""What a model took comes back as it was: every member, unknown ones too, any integer, any text."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from generated import schemas
from tests.codegen.sampler import Sampler

ROOT = Path(__file__).parents[2]
DOCUMENT = json.loads((ROOT / "generated" / "openapi.json").read_text())["components"]["schemas"]
UNIONS = ("ConversationItem", "InputItem", "ChatCompletionRequestMessage", "Tool")
EXTRA = {"\u0000": 2**200, "deep": [{"\U0001f600\u2028": -(2**70)}, 1e300, None, "\u0000"], "": False}


def variants(union: str) -> list[tuple[str, str]]:
    mapping = DOCUMENT[union]["discriminator"]["mapping"]
    return [(union, ref.rpartition("/")[2]) for ref in dict.fromkeys(mapping.values())]


CASES = [case for union in UNIONS for case in variants(union)]


def exact(value: Any) -> Any:
    """A form that tells 1 from 1.0 and from true."""
    if isinstance(value, dict):
        return {key: exact(inner) for key, inner in value.items()}
    return [exact(inner) for inner in value] if isinstance(value, list) else (type(value), value)


def holds(more: Any, less: Any) -> bool:
    if isinstance(less, dict):
        return more.keys() >= less.keys() and all(holds(more[key], less[key]) for key in less)
    if isinstance(less, list):
        return len(more) == len(less) and all(map(holds, more, less))
    return exact(more) == exact(less)


@pytest.mark.parametrize(("union", "variant"), CASES, ids=lambda name: name)
def test_variant_comes_back_whole(union: str, variant: str) -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(getattr(schemas, union))
    model = getattr(schemas, variant)
    sampler = Sampler(DOCUMENT, seed=len(variant))
    kept = 0
    for _ in range(40):
        value = sampler.component(variant)
        if DOCUMENT[variant].get("additionalProperties") is not False:
            value |= EXTRA
        text = json.dumps(value)
        try:
            read = adapter.validator.validate_python(from_json(text, allow_inf_nan=False))
        except ValidationError:
            continue  # the sampler does not know every keyword; the differential test judges refusals
        assert type(read) is model
        for written in (
            model.__pydantic_serializer__.to_json(read, exclude_unset=True),
            adapter.dump_json(read, exclude_unset=True),
        ):
            assert exact(json.loads(written)) == exact(value)
        # Written out with the contract's defaults, it holds at least what came in.
        assert holds(json.loads(model.__pydantic_serializer__.to_json(read)), value)
        kept += 1
    assert kept >= 10


@pytest.mark.parametrize(
    ("union", "variant"),
    [case for case in CASES if len(DOCUMENT[case[1]]["properties"]) > 1],
    ids=lambda name: name,
)
def test_failure_speaks_of_the_variant_meant(union: str, variant: str) -> None:
    """Every error lies behind the label of the one variant that the tag names."""
    adapter: TypeAdapter[Any] = TypeAdapter(getattr(schemas, union))
    discriminator = DOCUMENT[union]["discriminator"]
    tags = [tag for tag, ref in discriminator["mapping"].items() if ref.endswith(f"/{variant}")]
    for tag in tags:
        spoiled = dict.fromkeys(DOCUMENT[variant]["properties"], 5.5) | {discriminator["propertyName"]: tag}
        with pytest.raises(ValidationError) as refused:
            adapter.validator.validate_python(spoiled)
        assert {error["loc"][0] for error in refused.value.errors()} == {f"<{tags[0]}>"}


@pytest.mark.parametrize("union", UNIONS)
def test_union_knows_every_tag(union: str) -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(getattr(schemas, union)).validate_python({})
    (error,) = refused.value.errors()
    assert set(error["ctx"]["tags"]) == set(DOCUMENT[union]["discriminator"]["mapping"])


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "1e400", '"5"', "true"])
def test_what_is_no_number_is_refused(text: str) -> None:
    read = schemas.CreateChatCompletionRequest.__pydantic_validator__.validate_python
    body = '{"model": "m", "messages": [{"role": "user", "content": "x"}], "temperature": %s}'
    assert read(from_json(body % "1", allow_inf_nan=False)).temperature == 1
    with pytest.raises(ValueError, match=r"temperature|expected value|invalid number"):
        read(from_json(body % text, allow_inf_nan=False))
