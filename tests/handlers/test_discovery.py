"""What nobody wrote is not listed and answers 501; what somebody wrote is found by its name."""

import pytest

from generated import stubs
from generated.routes import ROUTES
from handlers import discovery


@pytest.fixture
def without_models(monkeypatch):
    """A server whose group `models` nobody has written yet."""
    found = discovery.group

    def group(name):
        return discovery.Group(name, stubs.Models, stubs.Models) if name == "models" else found(name)

    monkeypatch.setattr(discovery, "group", group)


async def test_unwritten_operation_answers_501_and_is_not_listed(without_models, make_api):
    api = await make_api()
    answer = await api.get("/models")
    assert answer.status_code == 501
    assert answer.json()["error"]["type"] == "server_error"
    listed = {route["route"] for route in (await api.get("/inspect/routes")).json()["data"]}
    assert "/v1/conversations" in listed
    assert "/v1/models" not in listed


async def test_unwritten_operation_still_asks_for_a_key(without_models, make_api):
    api = await make_api(headers={})
    assert (await api.get("/models")).status_code == 401


def test_names_of_groups_and_classes():
    assert discovery.class_name("vector_stores") == "VectorStores"
    assert discovery.class_name("vector-stores") == "VectorStores"


def test_every_method_a_group_says_reaches_the_provider_exists():
    functions = {(route.group, route.function) for route in ROUTES}
    for name in {route.group for route in ROUTES}:
        handler = discovery.group(name).handler
        for function in getattr(handler, discovery.REACHES_PROVIDER, ()):
            assert (name, function) in functions


FOLLOWS = {"get_response"}
"""Streams what another request asked the provider for."""


def test_streaming_operations_reach_the_provider():
    """The client's leaving is watched for streaming routes only, so they must be those that take long."""
    streaming = [route for route in discovery.served() if route.streaming]
    assert streaming
    for route in streaming:
        reaches = discovery.group(route.group).reaches_provider(route.function)
        assert reaches or route.function in FOLLOWS
