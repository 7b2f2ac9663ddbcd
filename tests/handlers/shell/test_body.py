"""Bodies are JSON in UTF-8, of bounded size, and may be absent where the contract lets them."""

import time

import pytest


async def chunks(*parts):
    for part in parts:
        yield part


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8",
     "application/merge-patch+json", 'application/json; charset="utf-8"; profile=x'],
)  # fmt: skip
async def test_json_by_any_name_is_taken(api, content_type):
    answer = await api.post("/conversations", content=b"{}", headers={"content-type": content_type})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "text/plain"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "multipart/form-data; boundary=x"},
        {"content-type": "application/json; charset=latin-1"},
        {"content-type": ""},
        {"content-type": "application/json", "content-encoding": "gzip"},
    ],
    ids=str,
)
async def test_other_types_are_415(api, headers):
    answer = await api.post("/conversations", content=b"{}", headers=headers)
    assert answer.status_code == 415


@pytest.mark.parametrize("content", [b"", b" \n", b"{}", b"null", b'{"metadata": null, "items": null}'])
async def test_optional_body_may_be_absent_empty_or_null(api, content):
    answer = await api.post("/conversations", content=content, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["metadata"]) == (200, {})


async def test_no_body_needs_no_content_type(api):
    assert (await api.post("/conversations", headers={"content-type": "text/plain"})).status_code == 200


async def test_body_above_the_limit_is_413_by_its_length_and_as_it_comes(make_api):
    api = await make_api(max_body_bytes=100)
    body = b'{"metadata": {"k": "%s"}}' % (b"v" * 100)
    assert (await api.post("/conversations", content=body)).status_code == 413
    assert (await api.post("/conversations", content=chunks(body[:60], body[60:]))).status_code == 413
    exact = b"{" + b" " * 98 + b"}"
    assert (await api.post("/conversations", content=exact)).status_code == 200
    assert (await api.post("/conversations", content=chunks(exact[:60], exact[60:]))).status_code == 200


async def test_body_in_pieces_is_put_together(api):
    answer = await api.post("/conversations", content=chunks(b'{"metadata": {"', b'k": "', b'v"}}'))
    assert answer.json()["metadata"] == {"k": "v"}


async def test_integers_of_any_size_come_through(api):
    number = 10**40
    item = {"type": "message", "role": "user", "content": "hi", "weight": number}
    made = (await api.post("/conversations", json={"items": [item]})).json()
    listed = (await api.get(f"/conversations/{made['id']}/items")).json()
    assert listed["data"][0]["weight"] == number


@pytest.mark.parametrize(
    ("path", "body", "param"),
    [
        ("/conversations", b'{"weight": %b}', "weight"),
        ("/conversations", b'{"items": [{"role": "user", "content": "", "weight": %b}]}', "items[0].weight"),
        ("/chat/completions", b'{"model": "echo", "messages": [{"role": "user", "content": ""}], "o": [%b]}',
         "o[0]"),
        ("/responses", b'{"model": "echo", "input": "hi", "options": {"weight": %b}}', "options.weight"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "number", [b"1e400", b"-1e400", b"1" + b"0" * 400 + b".0"], ids=["1e400", "-1e400", "long"]
)
async def test_numbers_beyond_a_float_are_refused_also_in_unknown_fields(api, path, body, param, number):
    """Read as an infinity, they would be stored and sent on as null."""
    answer = await api.post(path, content=body % number, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert (answer.json()["error"]["param"], answer.json()["error"]["code"]) == (param, "invalid_value")


@pytest.mark.parametrize("member", [b"1", b'{"type":"input_text"}'], ids=["number", "part"])
async def test_a_million_mistakes_cost_no_more_than_one(api, member):
    """One request must not occupy the server: only a container's first mistake is looked for."""
    parts = b",".join([member] * 300_000)
    began = time.process_time()
    answer = await api.post("/conversations", content=b'{"items":[{"role":"user","content":[%b]}]}' % parts)
    assert answer.status_code == 400
    assert answer.json()["error"]["param"].startswith("items[0].content[0]")
    assert time.process_time() - began < 2


def nested(depth, opening=b"[", closing=b"]"):
    """A conversation whose unknown field makes the body that deep, the body itself counted."""
    return b'{"x": ' + opening * (depth - 1) + b"1" + closing * (depth - 1) + b"}"


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}"), (b'[{"a":', b"}]")])
async def test_depth_is_bounded_and_what_is_deeper_is_cheap_to_refuse(api, opening, closing):
    for depth in (1_000, 100_000):
        began = time.process_time()
        answer = await api.post("/conversations", content=nested(depth, opening, closing))
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (400, "invalid_json")
        assert "nested too deeply: expected at most 200" in error["message"]
        assert time.process_time() - began < 0.2


async def test_two_hundred_levels_are_taken_everywhere(api):
    item = b'{"role": "user", "content": "hi", "x": %b1%b}' % (b"[" * 197, b"]" * 197)
    made = await api.post("/conversations", content=b'{"items": [%b]}' % item)
    assert made.status_code == 200
    listed = await api.get(f"/conversations/{made.json()['id']}/items")
    assert b"[" * 197 in listed.content
    answer = await api.post("/responses", content=b'{"model": "echo", "input": [%b]}' % item)
    assert answer.status_code == 200


@pytest.mark.parametrize("depth", [8, 50])
async def test_depth_is_a_setting(make_api, depth):
    api = await make_api(max_json_depth=depth)
    wide = b'{"x": [%b]}' % b",".join([b"[]"] * 1000)
    deepest = nested(depth)
    flat_first = b'{"y": [%b], %b' % (b",".join([b"[[]]"] * 100), nested(depth)[1:])
    text = b'{"x": "%b"}' % (b"[" * 1000)
    for body in (wide, deepest, flat_first, text):
        assert (await api.post("/conversations", content=body)).status_code == 200
    for body in (nested(depth + 1), nested(depth + 1, b'{"a":', b"}"), nested(200)):
        answer = await api.post("/conversations", content=body)
        assert answer.status_code == 400
        assert f"at most {depth} arrays" in answer.json()["error"]["message"]
