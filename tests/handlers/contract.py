"""What leaves a handler, judged by the bundled document and a validator that is not ours."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

DOCUMENT = Path(__file__).parents[2] / "generated" / "openapi.json"


@cache
def _components() -> Any:
    return json.loads(DOCUMENT.read_text())["components"]


@cache
def _validator(schema: str) -> Any:
    reference = f"#/components/schemas/{schema}"
    return jsonschema_rs.Draft202012Validator({"$ref": reference, "components": _components()})


def judged(schema: str, body: bytes) -> Any:
    """The decoded body, which must be an instance of the component schema."""
    value = json.loads(body)
    _validator(schema).validate(value)
    return value
