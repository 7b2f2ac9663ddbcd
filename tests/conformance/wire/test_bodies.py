"""Bodies are held to upstream's schemas; findings name the alternative that was meant, each once."""

import json

import pytest

from conformance.wire.bodies import Bodies
from conformance.wire.contract import EVENTS, JSON, upstream
from conformance.wire.events import Event
from conformance.wire.exchanges import Exchange

MESSAGE = {"type": "message", "id": "msg_1", "status": "completed", "role": "user", "content": []}
CONVERSATION = {"id": "conv_1", "object": "conversation", "metadata": {}, "created_at": 1}
ERROR = {"error": {"message": "no", "type": "invalid_request_error", "param": None, "code": None}}


@pytest.fixture
def bodies():
    return Bodies(upstream())


def exchange(method, path, status, value, *, media=JSON, events=(), sent=b""):
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Exchange(
        method, f"http://x/v1{path}", path, {}, sent, "first", upstream().find(method, path),
        status=status, answer_headers={"content-type": media}, answer=body,
        events=[Event(None, data if isinstance(data, str) else json.dumps(data), 0) for data in events],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("item", "place", "pointer"),
    [
        (MESSAGE, None, None),
        (MESSAGE | {"status": None}, "status", "/components/schemas/MessageStatus/type"),
        (MESSAGE | {"content": "text"}, "content", "/components/schemas/Message/properties/content/type"),
        (
            MESSAGE | {"content": [{"type": "input_text"}]},
            "content[0]",
            "/components/schemas/InputTextContent/required",
        ),
        (MESSAGE | {"type": "letter"}, "", "/components/schemas/ConversationItem/anyOf"),
    ],
)
def test_a_mismatch_names_the_alternative_that_was_meant(bodies, item, place, pointer):
    found = bodies.mismatch("/components/schemas/ConversationItem", item)
    assert (found and found.place) == place
    assert (found and found.pointer) == pointer


def test_valid_and_invalid_are_counted_by_operation_and_found_once(bodies):
    for value in (CONVERSATION, {**CONVERSATION, "id": 1}, {**CONVERSATION, "id": 2}):
        bodies.judge(exchange("POST", "/conversations", 200, value))
    tally = bodies.tallies["createConversation"]
    assert (tally.valid, tally.invalid, tally.succeeded, tally.asked) == (1, 2, 3, 3)
    [finding] = bodies.findings
    assert (finding.operation, finding.count, finding.mismatch.place) == ("createConversation", 2, "id")


@pytest.mark.parametrize(
    ("path", "value", "in_shape"),
    [
        ("/conversations/conv_1", ERROR, True),
        ("/conversations/conv_1", {"detail": "Not Found"}, False),
        ("/conversations/conv_1", ERROR["error"], False),
        # Upstream states a bare error here, and only here.
        ("/responses/resp_1", ERROR["error"], True),
        ("/responses/resp_1", ERROR, True),
        ("/responses/resp_1", b"<html>", False),
    ],
)
def test_errors_have_one_shape(bodies, path, value, in_shape):
    one = exchange("DELETE", path, 404, value)
    bodies.judge(one)
    tally = bodies.tallies[one.operation.id]
    assert (tally.errors_in_shape, tally.errors_out_of_shape) == ((1, 0) if in_shape else (0, 1))


def test_events_are_bodies_of_their_own(bodies):
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": []}
    events = [chunk, {**chunk, "object": "text_completion"}, ERROR, "no json", "[DONE]"]
    wrong = bodies.judge(exchange("POST", "/chat/completions", 200, b"", media=EVENTS, events=events))
    assert len(wrong) == 2
    tally = bodies.tallies["createChatCompletion"]
    assert (tally.valid, tally.invalid) == (2, 2)


@pytest.mark.parametrize(("value", "media"), [(b"ok", "text/plain"), (b'{"id": NaN}', JSON), (b"", "")])
def test_what_is_no_json_is_invalid(bodies, value, media):
    assert bodies.judge(exchange("POST", "/conversations", 200, value, media=media))


def test_listed_messages_may_have_any_role(bodies):
    listed = {
        "object": "list", "first_id": "a", "last_id": "a", "has_more": False,
        "data": [{"id": "a", "role": "user", "content": "hi", "name": "Ann", "content_parts": None}],
    }  # fmt: skip
    assert bodies.judge(exchange("GET", "/chat/completions/c/messages", 200, listed)) == []
    listed["data"][0]["role"] = "nobody"
    assert bodies.judge(exchange("GET", "/chat/completions/c/messages", 200, listed))


def test_what_is_missing_is_told_from_what_is_not_there(bodies):
    bodies = Bodies(upstream(), lambda asked: "conv_made" in asked.path)
    bodies.judge(exchange("GET", "/conversations/conv_other", 404, ERROR))
    assert bodies.tallies["getConversation"].absent == 0
    bodies.judge(exchange("GET", "/conversations/conv_made", 404, ERROR))
    assert bodies.tallies["getConversation"].absent == 1
    bodies.judge(exchange("GET", "/conversations/conv_made/items", 404, ERROR))
    bodies.judge(exchange("GET", "/models", 404, ERROR))
    bodies.judge(exchange("DELETE", "/chat/completions/x", 405, ERROR))
    assert all(
        bodies.tallies[name].absent
        for name in ("listConversationItems", "listModels", "deleteChatCompletion")
    )


def test_404_about_what_the_body_names_says_nothing_of_the_operation(bodies):
    refused = {"error": ERROR["error"] | {"code": "model_not_found"}}
    bodies.judge(exchange("POST", "/chat/completions", 404, refused))
    bodies.judge(exchange("POST", "/responses", 404, ERROR, sent=b'{"conversation": "conv_none"}'))
    assert not bodies.tallies["createChatCompletion"].absent
    assert not bodies.tallies["createResponse"].absent
    bodies.judge(exchange("POST", "/responses", 404, ERROR, sent=b'{"input": "hi"}'))
    assert bodies.tallies["createResponse"].absent
