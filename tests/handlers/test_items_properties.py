"""Any input item of the contract becomes a conversation item of the contract, or is refused by its place."""

import json
import random
from pathlib import Path

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from generated import schemas
from handlers import items, redaction
from handlers.errors import BadRequestError
from handlers.items.kinds import KINDS
from handlers.received import plain

CONTRACT = Path(__file__).parents[2] / "generated" / "openapi.json"
DOCUMENT = json.loads(CONTRACT.read_text())
SCHEMAS = DOCUMENT["components"]["schemas"]
UNKNOWN = [None, True, 2**70, 0.5, "a\0b", "null", ["x", {}], {"deep": [None]}]
"""Values of fields that the contract does not know."""


def without_discriminators(node):
    """The validator judges by the schemas alone; ours reads tags as `oneOf` does."""
    if isinstance(node, dict):
        return {key: without_discriminators(child) for key, child in node.items() if key != "discriminator"}
    return [without_discriminators(child) for child in node] if isinstance(node, list) else node


def validator(name):
    components = {"schemas": without_discriminators(SCHEMAS)}
    return jsonschema_rs.Draft202012Validator(
        {"$ref": f"#/components/schemas/{name}", "components": components}
    )


INPUT, STORED = validator("InputItem"), validator("ConversationItem")


class Instances:
    """Random instances of the contract's schemas: small, now and then with unknown fields."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def of(self, schema, depth=0):
        if "$ref" in schema:
            return self.of(SCHEMAS[schema["$ref"].rpartition("/")[2]], depth)
        for choice in ("anyOf", "oneOf"):
            if choice in schema:
                options = schema[choice]
                return self.of(options[-1] if depth > 8 else self.random.choice(options), depth + 1)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self.random.choice(schema["enum"])
        return self.typed(schema, depth)

    def typed(self, schema, depth):
        make = {"object": self.object, "array": self.array, "string": self.text, "integer": self.integer}
        make |= {"number": self.number, "boolean": lambda *_: True, "null": lambda *_: None}
        return make.get(schema.get("type"), self.anything)(schema, depth)

    def anything(self, _schema, _depth):
        return self.random.choice(UNKNOWN)

    def array(self, schema, depth):
        count = 0 if depth > 6 else self.random.randrange(3)
        return [self.of(schema["items"], depth + 1) for _ in range(max(count, schema.get("minItems", 0)))]

    def integer(self, schema, _depth):
        return self.random.choice([schema.get("minimum", 0), 1, schema.get("maximum", 2**70)])

    def number(self, schema, _depth):
        return self.random.choice([schema.get("minimum", 0.25), schema.get("maximum", -1e300)])

    def object(self, schema, depth):
        required = schema.get("required", ())
        value = {
            name: self.of(child, depth + 1)
            for name, child in schema.get("properties", {}).items()
            if name in required or (depth < 6 and self.random.random() < 0.6)
        }
        extra = schema.get("additionalProperties")
        if isinstance(extra, dict):
            value["key"] = self.of(extra, depth + 1)
        elif extra is not False and self.random.random() < 0.2:
            value.setdefault(self.random.choice(["x", "created_by", "🙂"]), self.random.choice(UNKNOWN))
        return value

    def text(self, schema, _depth):
        if "pattern" in schema:
            return "a_1"
        return self.random.choice(["", "text", "null", "ü 🙂 \0 \u2028"]).ljust(
            schema.get("minLength", 0), "x"
        )


def new_id(prefix):
    return prefix + "0" * 48


def kept(given_value, stored_value):
    """Whether everything that was given, but for nulls, is in what is stored."""
    if isinstance(given_value, dict):
        return all(
            value is None or (name in stored_value and kept(value, stored_value[name]))
            for name, value in given_value.items()
        )
    if isinstance(given_value, list):
        return len(given_value) == len(stored_value) and all(map(kept, given_value, stored_value))
    return type(given_value) is type(stored_value) and given_value == stored_value


def check_refusal(refusal):
    assert refusal.param is not None
    assert refusal.param.startswith("items[0].")
    assert refusal.code in {"invalid_value", "invalid_type"}
    return "refused"


def check(item):
    try:
        (row,) = items.prepare([item], new_id)
    except BadRequestError as refusal:
        return check_refusal(refusal)
    if items.is_reference(item):
        return "reference"
    stored = json.loads(row.body)
    STORED.validate(stored)
    assert stored["id"] == (item.get("id") or new_id(KINDS[row.type].prefix))
    if isinstance(item.get("content"), str):
        assert stored["content"][0]["text"] == item["content"]
        item = {name: value for name, value in item.items() if name != "content"}
    assert kept(redaction.item(item), stored)
    assert items.normalise(stored, new_id, "items[0]") == stored
    return row.type


LEAVES = [option["$ref"].rpartition("/")[2] for option in SCHEMAS["InputItem"]["anyOf"]]


@pytest.mark.parametrize("leaf", LEAVES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32))
def test_an_item_is_stored_whole_or_refused(leaf, seed):
    item = Instances(seed).of(SCHEMAS[leaf])
    assume(INPUT.is_valid(item))  # patterns are beyond these instances
    check(received(item))


def received(item):
    """The item after the journey that it takes in a request: JSON, the generated model, plain values."""
    body = schemas.CreateConversationItemsBody.model_validate_json(json.dumps({"items": [item]}), strict=True)
    (arrived,) = plain(body)["items"]
    assert json.dumps(arrived, sort_keys=True) == json.dumps(item, sort_keys=True)
    return arrived


def test_the_instances_reach_every_type():
    made = (Instances(seed).of(SCHEMAS[leaf]) for leaf in LEAVES for seed in range(20))
    assert {check(item) for item in made if INPUT.is_valid(item)} == {*KINDS, "reference", "refused"}
