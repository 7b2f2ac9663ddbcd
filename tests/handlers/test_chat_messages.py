import json

from handlers.chat_messages import identity, stored


def test_ids_are_the_completions_with_an_index() -> None:
    bodies = stored("chatcmpl-1", [{"role": "user", "content": str(number)} for number in range(12)])
    assert [identity(body) for body in bodies] == [f"chatcmpl-1-{number}" for number in range(12)]


def test_an_id_of_the_clients_own_does_not_stand_in_the_way() -> None:
    (body,) = stored("chatcmpl-1", [{"role": "user", "id": "mine", "content": "x"}])
    assert identity(body) == json.loads(body)["id"] == "chatcmpl-1-0"


def test_parts_stand_apart_from_text_and_nulls_are_left_out() -> None:
    parts = [{"type": "text", "text": "a"}]
    bodies = stored("c", [{"role": "user", "content": parts}, {"role": "assistant", "tool_calls": None}])
    assert [json.loads(body) for body in bodies] == [
        {"id": "c-0", "role": "user", "content": None, "content_parts": parts, "refusal": None},
        {"id": "c-1", "role": "assistant", "content": None, "content_parts": None, "refusal": None},
    ]
