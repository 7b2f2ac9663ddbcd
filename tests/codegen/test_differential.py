"""Generated models and jsonschema-rs, two readers of one document, agree but for a listed rest."""

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonschema_rs
import pytest
import yaml
from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

import generated.schemas
from tests.codegen.sampler import Sampler

ROOT = Path(__file__).parents[2]
REMAINDER = yaml.safe_load((Path(__file__).parent / "fixtures" / "remainder.yaml").read_text())

Judge = Callable[[Any], bool]


def components(document: str) -> dict[str, Any]:
    schemas: dict[str, Any] = json.loads(document)["components"]["schemas"]
    return schemas


def judges(schemas: dict[str, Any], models: ModuleType, name: str) -> tuple[Judge, Judge]:
    """What the document says of a value, and what the model says."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": schemas}}
    contract = jsonschema_rs.Draft202012Validator(schema)
    kind = getattr(models, name)
    adapter: TypeAdapter[Any] = TypeAdapter(kind)
    # Classes are strict in themselves; an alias of a scalar has no settings of its own.
    strict = None if isinstance(kind, type) else True

    def model(value: Any) -> bool:
        try:
            adapter.validator.validate_python(value, strict=strict)
        except ValidationError:
            return False
        return True

    return contract.is_valid, model


def parts(value: Any) -> list[Any]:
    """The value and everything in it."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [value, *(part for each in inner for part in parts(each))]


def excused(schemas: dict[str, Any], models: ModuleType, value: Any) -> bool:
    """Whether a part of the value, judged apart, is a listed difference."""
    return any(_listed(schemas, models, entry, part) for entry in REMAINDER for part in parts(value))


def _listed(schemas: dict[str, Any], models: ModuleType, entry: dict[str, Any], part: Any) -> bool:
    if "integral" in entry:
        return isinstance(part, float) and part.is_integer()
    if entry["component"] not in schemas or not isinstance(part, dict) or part.get("type") is not None:
        return False
    contract, model = judges(schemas, models, entry["component"])
    return contract(part) and not model(part) and any(key in part for key in entry["having"])


def disagreements(schemas: dict[str, Any], models: ModuleType, rounds: int) -> tuple[list[str], int, int]:
    """What the two judge differently, how many values both took, how many both refused."""
    found, taken, refused = [], 0, 0
    for number, name in enumerate(schemas):
        contract, model = judges(schemas, models, name)
        sampler = Sampler(schemas, seed=number)
        for _ in range(rounds):
            drawn = sampler.component(name)
            once = sampler.spoiled(drawn)
            for value in (drawn, once, sampler.spoiled(once)):
                text = json.dumps(value)
                # As a request arrives: the same text to both.
                wanted, got = contract(json.loads(text)), model(from_json(text, allow_inf_nan=False))
                taken += wanted and got
                refused += not wanted and not got
                if wanted != got and not (wanted and excused(schemas, models, value)):
                    found.append(f"{name}: the contract says {wanted}, the model {got}: {text[:300]}")
    return found, taken, refused


def test_every_construct(files: dict[str, str], schemas: ModuleType) -> None:
    found, taken, refused = disagreements(components(files["openapi.json"]), schemas, rounds=400)
    assert found == []
    assert min(taken, refused) > 1000


def test_the_contract() -> None:
    document = (ROOT / "generated" / "openapi.json").read_text()
    found, taken, refused = disagreements(components(document), generated.schemas, rounds=100)
    assert found == []
    assert min(taken, refused) > 5000


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_contract_at_length() -> None:
    document = (ROOT / "generated" / "openapi.json").read_text()
    found, _, _ = disagreements(components(document), generated.schemas, rounds=1500)
    assert found == []


@pytest.mark.parametrize("entry", REMAINDER, ids=lambda entry: entry["name"])
def test_each_listed_difference_is_still_there(entry: dict[str, Any]) -> None:
    """What is mended leaves the list."""
    schemas = components((ROOT / "generated" / "openapi.json").read_text())
    contract, model = judges(schemas, generated.schemas, entry["component"])
    assert entry["why"]
    assert (contract(entry["example"]), model(entry["example"])) == (True, False)
