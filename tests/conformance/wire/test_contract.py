"""The contract finds operations by request, schemas by answer, and lines that a person can look up."""

from pathlib import Path

import pytest

from conformance.wire.contract import ERROR, EVENTS, GROUPS, JSON, upstream

ROOT = Path(__file__).parents[3]


def test_every_operation_of_the_groups_is_there_once():
    found = [operation.id for operation in upstream().operations]
    assert len(found) == len(set(found)) == 24
    assert {operation.group for operation in upstream().operations} == set(GROUPS)


@pytest.mark.parametrize(
    ("method", "path", "operation"),
    [
        ("GET", "/models/org/name:tag", "retrieveModel"),
        ("POST", "/responses/compact", "Compactconversation"),
        ("POST", "/responses/resp_1/cancel", "cancelResponse"),
        ("GET", "/conversations/conv_1/items/msg_1", "getConversationItem"),
        ("PATCH", "/conversations", None),
        ("GET", "/files", None),
    ],
)
def test_a_request_finds_its_operation(method, path, operation):
    found = upstream().find(method, path)
    assert (found and found.id) == operation


def test_answers_have_schemas_by_status_and_media_type():
    create = upstream()["createChatCompletion"]
    assert create.schema(200, JSON).endswith("/200/content/application~1json/schema")
    assert create.schema(200, EVENTS) != create.schema(200, JSON)
    assert create.schema(503, "text/html") == ERROR
    assert not create.declares(200, "text/html")
    assert upstream()["deleteResponse"].declares(200, "text/html")
    assert upstream()["getResponse"].schema(200, EVENTS) == "/components/schemas/ResponseStreamEvent"


def test_a_line_holds_what_its_pointer_names():
    for pointer, word in {
        "/components/schemas/ConversationResource/required": '"ConversationResource":',
        upstream()["createConversation"].pointer: '"/conversations":',
    }.items():
        line = upstream().line(pointer)
        text = (ROOT / line.file).read_text().splitlines()[line.line - 1]
        assert text.startswith(word)
        assert line.text != "null"
