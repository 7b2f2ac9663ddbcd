"""Fixed ids and models of the day become real ones; what is real already stays."""

from dataclasses import dataclass, field

import pytest

from conformance.sdk.placeholders import Request, rewrite


@dataclass
class Server:
    """Makes objects whose ids tell their order."""

    model: str = "here"
    models: frozenset = frozenset({"here", "there"})
    asked: list = field(default_factory=list)

    def ask(self, method, path, body=None):
        self.asked.append((method, path, body))
        number = len(self.asked)
        return {"id": f"made_{number}", "data": [{"id": f"item_{number}"}], "first_id": "first"}


def rewritten(method, path, body=None, query=None):
    return rewrite(Server(), Request(method, path, query or {}, body))


@pytest.mark.parametrize(
    ("method", "path", "becomes"),
    [
        ("GET", "/conversations/conv_123", "/conversations/made_1"),
        ("DELETE", "/conversations/conv_123/items/msg_abc", "/conversations/made_1/items/item_2"),
        ("GET", "/chat/completions/completion_id/messages", "/chat/completions/made_1/messages"),
        ("POST", "/responses/resp_1/cancel", "/responses/made_1/cancel"),
        ("GET", "/models/of-the-day", "/models/here"),
        ("GET", "/models/there", "/models/there"),
        ("DELETE", "/models/of-the-day", "/models/of-the-day"),
    ],
)
def test_what_was_never_made_is_replaced(method, path, becomes):
    assert rewritten(method, path).path == becomes


@pytest.mark.parametrize(("named", "becomes"), [("of-the-day", "here"), ("there", "there")])
def test_a_model_that_is_not_listed_is_replaced(named, becomes):
    made = rewritten("POST", "/responses", {"model": named, "conversation": "conv_123"})
    assert made.body == {"model": becomes, "conversation": "made_1"}


def test_a_request_without_a_model_gets_none():
    assert rewritten("POST", "/responses", {"input": "hi"}).body == {"input": "hi"}
