"""A validated body is handed on as it was sent."""

from generated import schemas
from handlers.received import plain


def test_nothing_is_added_and_nothing_is_lost():
    raw = b'{"items": [{"role": "user", "content": "x", "phase": null, "new": [123456789012345678901]}]}'
    body = schemas.CreateConversationItemsBody.model_validate_json(raw, strict=True)
    item = {"role": "user", "content": "x", "phase": None, "new": [123456789012345678901]}
    assert plain(body) == {"items": [item]}


def test_the_values_are_the_caller_s_own():
    body = schemas.CreateConversationBody.model_validate_json(b'{"metadata": {"a": "b"}}', strict=True)
    plain(body)["metadata"]["a"] = "changed"
    assert plain(body) == {"metadata": {"a": "b"}}
