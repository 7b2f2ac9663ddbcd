"""The seam: stubs, routes and parameter models say the same of every operation."""

import importlib
import inspect
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pydantic import ValidationError

from generated import routes, schemas, stubs

ROOT = Path(__file__).parents[2]


@pytest.fixture
def made(package: Path) -> tuple[ModuleType, ModuleType]:
    return importlib.import_module("made.routes"), importlib.import_module("made.stubs")


def agree(table: ModuleType, classes: ModuleType) -> None:
    for route in table.ROUTES:
        method = getattr(getattr(classes, route.group.capitalize()), route.function)
        arguments = [
            name
            for name, each in inspect.signature(method).parameters.items()
            if each.kind is each.KEYWORD_ONLY
        ]
        fields = list(route.parameters.model_fields) if route.parameters else []
        assert sorted(arguments) == sorted([*fields, *(["body"] if route.body else [])])


def test_arguments_are_the_parameters(made: tuple[ModuleType, ModuleType]) -> None:
    agree(*made)
    agree(routes, stubs)


def test_every_operation_has_one_route() -> None:
    document = json.loads((ROOT / "generated" / "openapi.json").read_text())
    methods = {"get", "post", "put", "patch", "delete"}
    stated = {
        (path, method): told
        for path, item in document["paths"].items()
        for method, told in item.items()
        if method in methods
    }
    assert {(route.path, route.method) for route in routes.ROUTES} == set(stated)
    for route in routes.ROUTES:
        told = stated[route.path, route.method]
        assert route.operation_id == told["operationId"]
        assert route.group == route.path.split("/")[1]
        assert route.public == (told.get("security") == [])
        assert route.extension == told.get("x-lockstep-extension", False)


async def test_what_nobody_wrote_says_its_operation() -> None:
    for route in routes.ROUTES:
        group = getattr(stubs, route.group.capitalize())()
        method = getattr(group, route.function)
        given = {
            name: None
            for name, each in inspect.signature(method).parameters.items()
            if each.kind is each.KEYWORD_ONLY
        }
        with pytest.raises(stubs.NotImplementedOperation) as refused:
            await method(None, **given)
        assert refused.value.operation_id == route.operation_id


def test_parameters_are_read_from_strings(made: tuple[ModuleType, ModuleType]) -> None:
    listing = made[0].ROUTES[0]
    read = listing.parameters.__pydantic_validator__.validate_python
    given = {
        "limit": "7",
        "kind": ["circle"],
        "from": "a",
        "orderBy": "b",
        "metadata": {"k": "v"},
        "other": "c",
    }
    assert dict(read(given)) == {
        "limit": 7, "kind": ["circle"], "from_": "a", "order_by": "b", "metadata": {"k": "v"},
    }  # fmt: skip
    assert dict(read({})) == {"limit": 5, "kind": None, "from_": None, "order_by": None, "metadata": None}
    for wrong in (
        {"limit": "10"},
        {"limit": "x"},
        {"limit": ""},
        {"kind": ["oval"]},
        {"metadata": {"k": {"v": "w"}}},
    ):
        with pytest.raises(ValidationError):
            read(wrong)


def test_table_of_the_small_contract(made: tuple[ModuleType, ModuleType]) -> None:
    def told(route: Any) -> tuple[Any, ...]:
        return (
            route.method,
            route.path,
            route.status,
            route.streaming,
            route.extension,
            route.public,
            route.body_required,
        )

    assert [told(route) for route in made[0].ROUTES] == [
        ("get", "/shapes", 200, False, False, True, False),
        ("post", "/shapes", 201, True, True, False, True),
        ("delete", "/shapes/{shape_id}", 204, False, False, False, False),
    ]


def test_bodies_are_models() -> None:
    bodies = {route.operation_id: route.body for route in routes.ROUTES}
    assert bodies["createConversation"] is schemas.CreateConversationBody
    assert bodies["createChatCompletion"] is schemas.CreateChatCompletionRequest
