"""The compiled router finds what a list of templates would, and nothing else."""

from urllib.parse import unquote

import pytest

from generated.routes import ROUTES
from handlers.shell.routes import Router

TABLE = [
    ("get", "/v1/conversations", "list"),
    ("post", "/v1/conversations", "create"),
    ("get", "/v1/conversations/{conversation_id}", "get"),
    ("get", "/v1/conversations/{conversation_id}/items/{item_id}", "item"),
    ("get", "/v1/responses/{response_id}", "response"),
    ("post", "/v1/responses/input_tokens", "count"),
    ("get", "/v1/models/{model:path}", "model"),
    ("get", "/v1/models/{model:path}/card", "card"),
]


@pytest.fixture
def router():
    return Router(TABLE)


@pytest.mark.parametrize(
    ("method", "path", "target", "parameters"),
    [
        ("GET", "/v1/conversations", "list", {}),
        ("HEAD", "/v1/conversations", "list", {}),
        ("GET", "/v1/conversations/c", "get", {"conversation_id": "c"}),
        ("GET", "/v1/conversations/c/items/i", "item", {"conversation_id": "c", "item_id": "i"}),
        ("GET", "/v1/conversations/a%20b", "get", {"conversation_id": "a b"}),
        ("GET", "/v1/conversations/a%2Fb", "get", {"conversation_id": "a/b"}),
        ("GET", "/v1/conversations/%C3%A9", "get", {"conversation_id": "é"}),
        ("POST", "/v1/responses/input_tokens", "count", {}),
        ("GET", "/v1/models/a/b", "model", {"model": "a/b"}),
        ("GET", "/v1/models/a%2Fb/c", "model", {"model": "a/b/c"}),
        ("GET", "/v1/models/a/card", "card", {"model": "a"}),
    ],
)
def test_finds(router, method, path, target, parameters):
    resource, found = router.find(unquote(path), path.encode())
    assert (resource.methods[method], found) == (target, parameters)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/v1",
        "/v1/",
        "/v1/conversations/",
        "/v1/conversations//items/i",
        "/v1/models/",
        "/v1/x/y",
        "/v1/conversations/c\nx/items",
        "/v1/responses/a/b",
    ],
)
def test_finds_nothing(router, path):
    assert router.find(path, path.encode()) is None


def test_allow_is_complete(router):
    assert router.find("/v1/conversations")[0].allow == "GET, HEAD, OPTIONS, POST"
    assert router.find("/v1/responses/input_tokens")[0].allow == "OPTIONS, POST"


def test_every_operation_of_the_contract_is_found():
    router = Router((route.method, "/v1" + route.path, route.operation_id) for route in ROUTES)
    for route in ROUTES:
        path = "/v1" + route.path.replace("{", "").replace("}", "")
        assert router.find(path)[0].methods[route.method.upper()] == route.operation_id
