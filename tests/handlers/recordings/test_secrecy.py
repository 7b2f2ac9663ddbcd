import pytest

from handlers.recordings.outcomes import clean_answer, clean_chunks, restored
from handlers.recordings.secrecy import scrubbed

SECRETS = [
    ("the key sk-abcdef0123456789 here", "the key <secret> here"),
    ("the key sk-proj-abc_def-0123456789 here", "the key <secret> here"),
    ("ghp_abcdefghij0123456789", "<secret>"),
    ("Authorization: Bearer abcdef0123456789", "Authorization: Bearer <secret>"),
    ("postgres://me:hunter2@db/x", "postgres://me:<secret>@db/x"),
    ("https://x.org/?a=1&api_key=hunter2&b=2", "https://x.org/?a=1&api_key=<secret>&b=2"),
    ('{"password": "hunter2", "user": "me"}', '{"password": "<secret>", "user": "me"}'),
    (r"{\"x-api-key\": \"hunter2\"}", r"{\"x-api-key\": \"<secret>\"}"),
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdefghijk", "<secret>"),
    ("my own word", "my <secret> word"),
]
PLAIN = [
    "a basic understanding of risk-averse bearers",
    "the sk-something-or-other of it",
    "a password is asked for: https://x.org/password?page=2",
    '{"max_tokens": 5, "token_count": "many"}',
]


@pytest.mark.parametrize(("text", "clean"), SECRETS)
def test_what_looks_like_a_secret_is_taken_out(text, clean):
    assert scrubbed({"content": [text]}, {"own": "<secret>"}) == {"content": [clean]}


@pytest.mark.parametrize("text", PLAIN)
def test_what_only_sounds_like_one_stays(text):
    assert scrubbed(text) == text


def test_members_are_judged_by_their_names():
    given = {"Authorization": "a", "x_api_key": "b", "headers": {"c": "d"}, "max_tokens": 1, "tokens": "e"}
    assert scrubbed(given) == {
        "Authorization": "<secret>", "x_api_key": "<secret>", "headers": "<secret>",
        "max_tokens": 1, "tokens": "e",
    }  # fmt: skip


def test_a_schema_may_describe_them():
    schema = {"properties": {"password": {"type": "string"}, "headers": {"type": "object"}}}
    assert scrubbed(schema) == schema


def chunk(index, logprobs=None, **delta):
    return {"choices": [{"index": index, "delta": delta, "logprobs": logprobs}]}


@pytest.mark.parametrize("size", [1, 2, 5, 100])
def test_a_secret_in_pieces_is_found(size):
    text = "one sk-abcdef0123456789 and sk-ghijkl0123456789."
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    chunks = [chunk(0, {"content": [{"token": piece}]}, content=piece) for piece in pieces]
    chunks.insert(1, chunk(1, {"content": []}, content="sk-"))
    clean = clean_chunks(chunks, {})
    told = [one["choices"][0] for one in clean]
    assert (
        "".join(one["delta"]["content"] for one in told if one["index"] == 0) == "one <secret> and <secret>."
    )
    assert [one["logprobs"] for one in told if one["index"] == 0] == [None] * len(pieces)
    assert told[1] == chunks[1]["choices"][0]


def test_calls_in_one_stream_are_kept_apart():
    def call(index, text):
        return chunk(0, tool_calls=[{"index": index, "function": {"arguments": text}}])

    chunks = [call(0, '{"password": "hun'), call(1, '{"word": "'), call(0, 'ter2"}'), call(1, 'x"}')]
    told = [
        one["choices"][0]["delta"]["tool_calls"][0]["function"]["arguments"]
        for one in clean_chunks(chunks, {})
    ]
    assert told == ['{"password": "<secret>', '{"word": "', '"}', 'x"}']


def test_log_probabilities_do_not_spell_a_secret_out():
    def choice(text):
        return {"message": {"content": text}, "logprobs": {"content": [{"token": text}]}}

    clean = clean_answer({"choices": [choice("sk-abcdef0123456789"), choice("plain")]}, {})
    assert clean["choices"] == [{"message": {"content": "<secret>"}, "logprobs": None}, choice("plain")]


def test_long_texts_take_no_time():
    scrubbed('{"a": "' + '"b-_' * 100_000 + '"}')
    scrubbed("x" * 1_000_000 + " " + "eyJ" * 100_000 + " sk-" * 100_000)


@pytest.mark.parametrize("size", [1, 7, 100])
def test_ids_of_the_request_become_those_of_whoever_asks_again(size):
    old, new = "msg_0123456789abcdef01", "msg_fedcba9876543210ff"
    text = f"You said {old}, and {old}0 is another."
    chunks = [chunk(0, content=text[start : start + size]) for start in range(0, len(text), size)]
    known = {old: "<id 1>"}
    clean = clean_chunks(chunks, known)
    assert old not in "".join(one["choices"][0]["delta"]["content"] for one in clean)
    told = restored(clean, [new])
    assert "".join(one["choices"][0]["delta"]["content"] for one in told) == text.replace(old, new)
    assert restored(clean_answer({"choices": [{"message": {"content": text}}]}, known), [new]) == {
        "choices": [{"message": {"content": text.replace(old, new)}}]
    }


def test_a_mark_of_no_id_stays_as_it_is():
    assert restored(["<id 0>", "<id 1>", "<id 2>", "<id>"], ["x"]) == ["<id 0>", "x", "<id 2>", "<id>"]
