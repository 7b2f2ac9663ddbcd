"""Documents are read leniently and exactly, with a place for everything and bounds on everything."""

import io
import json
import socket
import subprocess
import sys
import threading
import time
import tracemalloc
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from conformance.contract.compare import compare
from conformance.contract.documents import FILES, Limits, LoadError, from_value, load
from conformance.contract.findings import Position
from conformance.contract.refs import Refs

HEAD = "openapi: 3.1.0\ninfo: {title: t, version: '1'}\n"


@pytest.fixture
def write(tmp_path):
    def write(text, name="openapi.yaml"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    return write


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"),
        ("no", "no"),
        ("2026-11-20", "2026-11-20"),
        ("12:30:45", "12:30:45"),
        ("0o17", 15),
        ("017", 17),
        ("0x1F", 31),
        ("18446744073709551615", 18446744073709551615),
        ("-9223372036854775809", -9223372036854775809),
        ("1e3", 1000.0),
        ("1_000", "1_000"),
        ("~", None),
        ("", None),
        ("True", True),
        ("'true'", "true"),
        ("!!str 5", "5"),
        ("!!int '5'", 5),
    ],
)
def test_scalars_follow_the_core_schema_of_yaml_1_2(write, text, value):
    read = load(write(f"{HEAD}x-it: {text}\n")).root["x-it"]
    assert (read, type(read)) == (value, type(value))


def test_keys_are_strings_as_they_are_written(write):
    assert load(write(f"{HEAD}x-it: {{200: a, on: b, null: c}}\n")).root["x-it"] == {
        "200": "a",
        "on": "b",
        "null": "c",
    }


def test_json_integers_stay_exact(write):
    text = json.dumps({"openapi": "3.1.0", "x-it": 2**80})
    assert load(write(text, "openapi.json")).root["x-it"] == 2**80


def test_yaml_positions_are_those_of_keys_and_items(write):
    document = load(write(f"{HEAD}paths:\n  /a:\n    get:\n      tags: [x,\n        y]\n"))
    assert document.position("/paths/~1a/get") == Position(document.source, 5, 5)
    assert document.position("/paths/~1a/get/tags/1") == Position(document.source, 7, 9)
    assert document.position("/paths/~1a/put/nothing") == Position(document.source, 4, 3)


def test_json_positions_are_those_of_keys_and_items(write):
    text = '{"openapi": "3.1.0",\n "paths": {"/a": {\n   "get": {"tags": ["]{", "y"]}}}}'
    document = load(write(text, "openapi.json"))
    assert document.position("/paths/~1a/get") == Position(document.source, 3, 4)
    assert document.position("/paths/~1a/get/tags/1") == Position(document.source, 3, 27)


def test_duplicate_keys_are_reported_and_the_last_counts(write):
    document = load(write(f"{HEAD}x-it:\n  a: 1\n  a: 2\n"))
    assert document.root["x-it"] == {"a": 2}
    assert [(d.code, d.position and d.position.line) for d in document.diagnostics] == [("duplicate-key", 5)]
    from_json = load(write('{"openapi": "3.1.0", "x-it": {"a": [1], "a": 2}}', "openapi.json"))
    assert [d.code for d in from_json.diagnostics] == ["duplicate-key"]
    assert from_json.position("/x-it/a") is not None


@pytest.mark.parametrize(
    "text",
    [
        '{"openapi": "3.1.0",\n"a": [1, {"b": 2}],\n"a": {"c": 3},\n"z": [[],\n1]}',
        '{"openapi": "3.1.0",\n"a": {"x": 1},\n"a": {"c": 3},\n"z": [[],\n1]}',
        '{"openapi": "3.1.0",\n"a": [1, 2, 3],\n"a": [1],\n"z": [[],\n1]}',
    ],
)
def test_places_after_a_duplicate_key_in_json_are_right(write, text):
    document = load(write(text, "openapi.json"))
    lines = [position.line for position in map(document.position, ("/a", "/a/c", "/z", "/z/1")) if position]
    assert lines == [3, 3, 4, 5]


def test_anchors_aliases_and_merge_keys(write):
    document = load(write(f"{HEAD}x-a: &a {{p: 1, q: 2}}\nx-b:\n  q: 3\n  <<: *a\nx-c: *a\n"))
    assert document.root["x-b"] == {"q": 3, "p": 1}
    assert document.root["x-c"] is document.root["x-a"]
    assert document.diagnostics == ()


def test_a_second_document_in_the_stream_is_reported(write):
    document = load(write(f"{HEAD}---\nopenapi: 3.0.0\n"))
    assert (document.version, [d.code for d in document.diagnostics]) == ("3.1.0", ["many-documents"])


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        (f"{HEAD}paths: {{/a: {{get: [1, 2", "not valid YAML", 4),
        (f"{HEAD}paths:\n  /a:\n   - x\n  y\n z: 1\n", "not valid YAML", 7),
        ('{"openapi": "3.1.0", "paths": {"/a": ', "not valid YAML", 2),
        ("- a\n- b\n", "it is a list", 1),
        ("just words\n", "it is text", 1),
        ("", "it is empty", 1),
        ("info: {}\n", "it has no `openapi: 3.x`", 1),
        ("swagger: '2.0'\n", "Swagger 2.0; convert it to OpenAPI 3 first", 1),
        ("openapi: 2.0\n", "OpenAPI 2.0 is not understood", 1),
        (f"{HEAD}x-it: &a [*a]\n", "contains itself", 3),
        (f"{HEAD}x-it: *nobody\n", "nobody", 3),
        (f"{HEAD}? [a]\n: b\n", "keys are strings", 3),
    ],
)
def test_what_cannot_be_read_says_what_and_where(write, text, message, line):
    with pytest.raises(LoadError, match=message.replace("(", r"\(")) as caught:
        load(write(text))
    assert caught.value.position is not None
    assert caught.value.position.line == line
    assert str(caught.value).startswith(caught.value.position.file)


def test_truncated_json_says_where(write):
    with pytest.raises(LoadError, match="not valid JSON") as caught:
        load(write('{"openapi": "3.1.0",\n "paths": {"/a": ', "openapi.json"))
    assert caught.value.position is not None
    assert caught.value.position.line == 2


def test_a_large_file_is_refused_before_it_is_read(write):
    path = write(HEAD + "# " + "x" * 50_000_000)
    tracemalloc.start()
    started = time.perf_counter()
    with pytest.raises(
        LoadError, match="too large: the limit is 20,000,000 bytes; --max-megabytes raises it"
    ):
        load(path)
    assert time.perf_counter() - started < 10  # bounded; how fast is the benchmark's to say
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


def test_the_size_limit_can_be_raised_and_lowered(write):
    path = write(HEAD)
    assert load(path, limits=Limits(file_bytes=60_000_000)).version == "3.1.0"
    with pytest.raises(LoadError, match="too large"):
        load(path, limits=Limits(file_bytes=10))


def test_a_yaml_bomb_is_refused_in_bounded_time_and_memory(write):
    lines = ["x-0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"x-{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12)]
    path = write(HEAD + "\n".join(lines))
    started = time.perf_counter()
    with pytest.raises(LoadError, match="more than 3000000 nodes once its aliases are expanded") as caught:
        load(path)
    assert time.perf_counter() - started < 10  # bounded; how fast is the benchmark's to say
    assert caught.value.position is not None


@pytest.mark.parametrize("name", ["openapi.yaml", "openapi.json"])
def test_deep_nesting_is_refused(write, name):
    text = '{"openapi": "3.1.0", "x-it": ' + "[" * 100_000 + "]" * 100_000 + "}"
    with pytest.raises(LoadError, match=r"deeper than 200 levels") as caught:
        load(write(text, name))
    assert caught.value.position is not None
    assert (caught.value.position.line, caught.value.position.column > 200) == (1, True)


@pytest.mark.parametrize(
    ("data", "line", "column"), [(b"openapi: 3.1.0\nx: a\xe9b\n", 2, 6), (b"\x00\x01PK", 1, 1)]
)
def test_what_is_no_text_says_where(write, data, line, column):
    path = write("")
    path.write_bytes(data)
    with pytest.raises(LoadError, match="no text in UTF-8") as caught:
        load(path)
    assert caught.value.position is not None
    assert (caught.value.position.line, caught.value.position.column) == (line, column)


def test_many_files_become_one_tree_with_positions_of_their_own(write):
    write(
        "Pet:\n  type: object\n  properties:\n"
        "    owner: {$ref: '../openapi.yaml#/components/schemas/Owner'}\n"
        "    tag: {$ref: '#/Tag'}\nTag: {type: string}\n",
        "schemas/pets.yaml",
    )
    main = write(
        f"{HEAD}components:\n  schemas:\n    Owner: {{type: string}}\n"
        "    Pet: {$ref: 'schemas/pets.yaml#/Pet'}\n"
    )
    document = load(main)
    pet, where = Refs(document).follow(document.root["components"]["schemas"]["Pet"], "")
    assert where.startswith(f"/{FILES}/")
    assert pet["properties"]["owner"]["$ref"] == "#/components/schemas/Owner"
    assert document.get(pet["properties"]["tag"]["$ref"][1:]) == {"type": "string"}
    position = document.position(f"{where}/properties")
    assert position is not None
    assert (position.file.endswith("schemas/pets.yaml"), position.line) == (True, 3)


def test_a_missing_file_is_a_remark_with_a_place(write):
    document = load(write(f"{HEAD}components:\n  schemas:\n    A: {{$ref: 'gone.yaml'}}\n"))
    [remark] = document.diagnostics
    assert (remark.code, remark.severity) == ("external-ref", "error")
    assert remark.position is not None
    assert remark.position.line == 5
    assert "gone.yaml" in remark.message


def test_a_reference_in_an_example_is_text(write):
    document = load(write(f"{HEAD}components:\n  schemas:\n    A: {{example: {{$ref: 'gone.yaml'}}}}\n"))
    assert document.diagnostics == ()
    assert document.root["components"]["schemas"]["A"]["example"] == {"$ref": "gone.yaml"}


@pytest.mark.parametrize("target", ["/etc/passwd", "file:///etc/passwd"])
def test_only_relative_paths_and_urls_are_followed(write, target):
    document = load(write(f"{HEAD}components:\n  schemas:\n    A: {{$ref: '{target}'}}\n"))
    assert [remark.code for remark in document.diagnostics] == ["external-ref"]
    assert list(document.trees) == [""]


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        if self.path == "/moved.yaml":
            self.send_response(302)
            self.send_header("Location", "/schemas.yaml")
            self.end_headers()
            return
        body = b"A: {type: string}\n" * (2_000_000 if self.path == "/large.yaml" else 1)
        self.send_response(200)
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            self.server.asked.append("cut")

    def log_message(self, *_):
        pass


@pytest.fixture
def site():
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def _referring(write, url):
    return write(f"{HEAD}components:\n  schemas:\n    A: {{$ref: '{url}#/A'}}\n")


@pytest.mark.parametrize(
    ("allowed", "message"),
    [
        ({}, "external references are not allowed"),
        ({"allow_external": True}, "127.0.0.1 is a private address"),
    ],
)
def test_nothing_is_fetched_that_was_not_allowed(write, site, allowed, message):
    document = load(_referring(write, f"http://127.0.0.1:{site.server_port}/schemas.yaml"), **allowed)
    assert [(d.code, message in d.message) for d in document.diagnostics] == [("external-ref", True)]
    assert site.asked == []


@pytest.mark.parametrize("path", ["schemas.yaml", "moved.yaml"])
def test_what_is_allowed_is_fetched(write, site, path):
    url = f"http://127.0.0.1:{site.server_port}/{path}"
    document = load(_referring(write, url), allow_external=True, allow_private=True)
    assert document.diagnostics == ()
    assert Refs(document).follow(document.root["components"]["schemas"]["A"], "")[0] == {"type": "string"}


def test_a_fetch_stops_at_the_size_limit(write, site):
    url = f"http://127.0.0.1:{site.server_port}/large.yaml"
    limits = Limits(file_bytes=100_000)
    document = load(_referring(write, url), allow_external=True, allow_private=True, limits=limits)
    assert ["too large" in d.message for d in document.diagnostics] == [True]


@pytest.mark.parametrize(
    "host",
    ["localhost", "[::1]", "169.254.169.254", "10.0.0.1", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433"],
)
def test_private_addresses_are_refused_under_every_name(host):
    with pytest.raises(LoadError, match=r"private address|cannot be resolved"):
        load(f"http://{host}:1/openapi.yaml")


def test_the_host_is_resolved_once(monkeypatch):
    """What was checked is what is connected to: a second answer of the name server has no say."""
    answers = iter(["93.184.216.34", "127.0.0.1"])
    asked = []

    def resolve(host, port, **_):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    connected = []

    def connect(address, *_, **__):
        connected.append(address[0])
        raise OSError("not from here")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(LoadError, match="cannot be fetched"):
        load("http://rebinding.example/openapi.yaml")
    assert (asked, connected) == (["rebinding.example"], ["93.184.216.34"])


def test_a_file_of_a_git_revision(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "spec").mkdir()
    (tmp_path / "spec/openapi.yaml").write_text(f"{HEAD}components: {{schemas: {{A: {{$ref: 'a.yaml'}}}}}}\n")
    (tmp_path / "spec/a.yaml").write_text("type: string\n")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "a"]):
        subprocess.run([*git, *command], check=True)
    (tmp_path / "spec/openapi.yaml").unlink()
    document = load("HEAD:spec/openapi.yaml")
    assert Refs(document).follow(document.root["components"]["schemas"]["A"], "")[0] == {"type": "string"}
    with pytest.raises(LoadError, match="git cannot show it"):
        load("HEAD:spec/none.yaml")
    with pytest.raises(LoadError, match="cannot be read"):
        load("--output=x:spec/openapi.yaml")


def test_standard_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(HEAD.encode())))
    document = load("-")
    assert (document.version, document.source) == ("3.1.0", "<stdin>")


def test_references_in_a_circle_are_remarks_not_refusals(write):
    path = write(
        f"{HEAD}components:\n  schemas:\n    A: {{$ref: '#/components/schemas/B'}}\n"
        "    B: {$ref: '#/components/schemas/A'}\n    C: {$ref: '#/nowhere'}\n"
    )
    report = compare(path, path)
    found = [(d.code, d.position and d.position.line) for d in report.diagnostics]
    assert found[:3] == [("circular-ref", 5), ("circular-ref", 6), ("unresolved-ref", 7)]
    assert report.findings == ()


def test_parsed_values_have_no_positions():
    document = from_value({"openapi": "3.0.3"})
    assert (document.position("/openapi"), document.dialect) == (None, "3.0")


def test_later_versions_are_read_as_3_1(write):
    document = load(write("openapi: 3.2.0\n"))
    assert (document.dialect, [d.code for d in document.diagnostics]) == ("3.1", ["version"])
