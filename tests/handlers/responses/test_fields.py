"""The table against the contract: nothing of the contract is outside it, and nothing in it is made up."""

import json
from pathlib import Path

import pytest

from handlers.errors import BadRequestError
from handlers.responses import fields, prompting, support
from handlers.responses.content import Place, chat_parts
from handlers.settings import Settings

ROOT = Path(__file__).parents[3]
SCHEMAS = json.loads((ROOT / "generated/openapi.json").read_text())["components"]["schemas"]
SETTINGS = Settings(_env_file=None)
BY_FIELDS = [name for name, entry in support.FIELDS.items() if entry.says == "by its fields"]
CASES = {
    "connector": {"tools": [{"type": "mcp", "server_label": "a", "connector_id": "connector_gmail"}]},
    "tunnel": {"tools": [{"type": "mcp", "server_label": "a", "tunnel_id": "tunnel_" + "a" * 32}]},
    "mcp without an address": {"tools": [{"type": "mcp", "server_label": "a"}]},
    "one label twice": {"tools": [{"type": "mcp", "server_label": "a", "server_url": "https://a.test"}] * 2},
    "two computers": {"tools": [{"type": "computer"}, {"type": "computer_use_preview"}]},
    "a function like a tool": {"tools": [{"type": "shell"}, {"type": "function", "name": "shell"}]},
    "search without a provider": {"tools": [{"type": "web_search"}]},
    "container": {"tools": [{"type": "shell", "environment": {"type": "container_auto"}}]},
    "programs only": {"tools": [{"type": "function", "name": "f", "allowed_callers": ["programmatic"]}]},
    "programs only, inside a namespace": {
        "tools": [
            {
                "type": "namespace",
                "name": "n",
                "tools": [{"type": "function", "name": "f", "allowed_callers": ["programmatic"]}],
            }
        ]
    },
    "an approval without its server": {
        "input": [{"type": "mcp_approval_response", "approval_request_id": "mcpr_1", "approve": True}]
    },
    "a trigger of compaction": {"input": [{"role": "user", "content": "x"}, {"type": "compaction_trigger"}]},
    "mcp as an additional tool": {
        "input": [{"type": "additional_tools", "role": "developer", "tools": [{"type": "mcp"}]}]
    },
}
PLACES = {
    "connector": ("tools[0].connector_id", "unsupported_parameter"),
    "tunnel": ("tools[0].tunnel_id", "unsupported_parameter"),
    "mcp without an address": ("tools[0].server_url", "missing_required_parameter"),
    "one label twice": ("tools[1].server_label", "invalid_value"),
    "two computers": ("tools[1].type", "invalid_value"),
    "a function like a tool": ("tools[1].name", "invalid_value"),
    "search without a provider": ("tools[0].type", "invalid_value"),
    "container": ("tools[0].environment", "unsupported_parameter"),
    "programs only": ("tools[0].allowed_callers", "unsupported_parameter"),
    "programs only, inside a namespace": ("tools[0].tools[0].allowed_callers", "unsupported_parameter"),
    "an approval without its server": ("input[0].approve", "invalid_value"),
    "a trigger of compaction": ("input[1].type", "invalid_value"),
    "mcp as an additional tool": ("input[0].tools[0].type", "invalid_value"),
}


def _resolved(schema):
    while "$ref" in schema:
        schema = SCHEMAS[schema["$ref"].rsplit("/", 1)[1]]
    return schema


def _branches(schema):
    schema = _resolved(schema)
    inner = [branch for word in ("allOf", "oneOf", "anyOf") for branch in schema.get(word, ())]
    return [schema, *(leaf for branch in inner for leaf in _branches(branch))]


def _properties(schema):
    return {name: value for part in _branches(schema) for name, value in part.get("properties", {}).items()}


def _values(schema):
    """The strings that a schema names."""
    parts = _branches(schema)
    return {value for part in parts for value in (*part.get("enum", ()), *filter(None, [part.get("const")]))}


def _variants(union):
    """Type to schema, for a union told apart by `type`."""
    found = [part for part in _branches(union) if "type" in part.get("properties", {})]
    return {kind: part for part in found for kind in _values(part["properties"]["type"])}


def test_every_field_of_a_request_is_in_the_table():
    top = _properties(SCHEMAS["CreateResponse"])
    nested = {f"{name}.{inner}" for name in BY_FIELDS for inner in _properties(top[name])}
    assert len(nested) > 5
    assert set(support.FIELDS) == set(top) | nested


def test_every_tool_is_in_the_table():
    assert set(support.TOOLS) == set(_variants(SCHEMAS["Tool"]))


@pytest.mark.parametrize("kind", sorted(_variants(SCHEMAS["Tool"])))
def test_every_field_of_a_tool_is_in_the_table(kind):
    if support.TOOLS[kind].stand == "refused":
        assert kind not in support.TOOL_FIELDS
        return
    contract = _properties(_variants(SCHEMAS["Tool"])[kind])
    assert set(support.TOOL_FIELDS[kind]) == set(contract) - {"type"}


def test_tools_of_a_namespace_have_no_further_fields():
    inner = _variants(_properties(SCHEMAS["NamespaceToolParam"])["tools"]["items"])
    for kind, schema in inner.items():
        assert set(_properties(schema)) - {"type"} <= set(support.TOOL_FIELDS[kind])


def test_every_tool_choice_is_in_the_table():
    choices = SCHEMAS["ToolChoiceParam"]
    assert set(support.CHOICES) == _values(SCHEMAS["ToolChoiceOptions"]) | set(_variants(choices))


def test_every_include_is_in_the_table():
    assert set(support.INCLUDES) == _values(SCHEMAS["IncludeEnum"])


def test_every_text_format_is_in_the_table():
    assert set(support.FORMATS) == set(_variants(SCHEMAS["TextResponseFormatConfiguration"]))


def test_every_content_part_is_in_the_table():
    parts = _variants(SCHEMAS["InputContent"])
    inner = {f"{kind}.{name}" for kind, part in parts.items() for name in _properties(part) if name != "type"}
    assert set(support.PARTS) == set(parts) | inner


def _refused(table):
    return [name for name, entry in table.items() if entry.stand == "refused" and entry.fine is None]


@pytest.mark.parametrize("name", _refused(support.FIELDS))
def test_a_refused_field_is_400_with_the_reason(name):
    with pytest.raises(BadRequestError) as raised:
        fields.check({name: {"anything": 1}}, SETTINGS)
    assert (raised.value.param, raised.value.code) == (name, "unsupported_parameter")
    assert support.FIELDS[name].says in raised.value.message
    fields.check({name: None}, SETTINGS)


@pytest.mark.parametrize("kind", _refused(support.TOOLS))
def test_a_refused_tool_is_400_with_the_reason(kind):
    for body, place in (
        ({"tools": [{"type": kind}]}, "tools[0].type"),
        ({"tool_choice": {"type": kind}}, None),
    ):
        if place is None and kind not in support.CHOICES:
            continue
        with pytest.raises(BadRequestError) as raised:
            fields.check(body, SETTINGS)
        assert raised.value.param == (place or "tool_choice.type")
        assert support.TOOLS[kind].says in raised.value.message


@pytest.mark.parametrize("value", _refused(support.INCLUDES))
def test_a_refused_include_is_400_with_the_reason(value):
    with pytest.raises(BadRequestError) as raised:
        fields.check({"include": [value]}, SETTINGS)
    assert raised.value.param == "include[0]"
    with pytest.raises(BadRequestError):
        fields.check_include([value])


@pytest.mark.parametrize("case", CASES)
def test_what_is_refused_is_named_with_its_place(case):
    with pytest.raises(BadRequestError) as raised:
        fields.check(CASES[case], SETTINGS)
    assert (raised.value.param, raised.value.code) == PLACES[case]


@pytest.mark.parametrize(
    ("kind", "setting"),
    [
        ("web_search", "LOCKSTEP_SEARCH_PROVIDER"),
        ("file_search", "LOCKSTEP_FILE_SEARCH_PROVIDER"),
        ("code_interpreter", "LOCKSTEP_CODE_INTERPRETER_PROVIDER"),
    ],
)
def test_a_tool_without_its_setting_names_it(kind, setting):
    with pytest.raises(BadRequestError, match=setting):
        fields.check({"tools": [{"type": kind}]}, SETTINGS)


def test_what_is_done_passes():
    tools = [
        {
            "type": "function",
            "name": "f",
            "allowed_callers": ["direct", "programmatic"],
            "defer_loading": True,
        },
        {"type": "custom", "name": "c"},
        {"type": "namespace", "name": "n", "tools": [{"type": "custom", "name": "c"}]},
        {"type": "mcp", "server_label": "a", "server_url": "https://a.test", "authorization": "x"},
        {"type": "mcp", "server_label": "b", "server_url": "https://b.test", "connector_id": None},
        {"type": "web_search", "user_location": None},
        {"type": "function", "name": "f"},
        {"type": "shell", "environment": {"type": "local"}},
    ]
    good = [name for name, entry in support.INCLUDES.items() if entry.stand != "refused"]
    searching = Settings(_env_file=None, search_provider="searxng")
    body = {"tools": tools, "include": good, "tool_choice": {"type": "mcp", "server_label": "a"}, "input": []}
    fields.check(body, searching)
    no = {"type": "mcp_approval_response", "approval_request_id": "mcpr_1", "approve": False}
    fields.check({"input": [no]}, SETTINGS)
    preview = {"type": "web_search_preview", "search_content_types": ["text"]}
    fields.check({"tools": [preview]}, searching)
    fields.check({"tools": None, "include": None, "tool_choice": "auto", "input": "hi"}, SETTINGS)


def test_secrets_are_left_out_wherever_tools_stand():
    tool = {
        "type": "mcp",
        "server_label": "a",
        "server_url": "https://user:s3cret@a.test:8443/mcp?key=s3cret#s3cret",
        "authorization": "s3cret",
        "headers": {"x-key": "s3cret"},
    }
    shell = {
        "type": "shell",
        "environment": {
            "type": "container_auto",
            "network_policy": {"domain_secrets": ["s3cret"], "type": "x"},
        },
    }
    body = {"model": "m", "tools": [tool, shell], "input": [{"type": "additional_tools", "tools": [tool]}]}
    safe = fields.without_secrets(body)
    assert "s3cret" not in json.dumps(safe)
    assert safe["tools"][0]["server_url"] == "https://a.test:8443/mcp"
    assert safe["tools"][1]["environment"] == {"type": "container_auto", "network_policy": {"type": "x"}}
    assert fields.has_secrets(body)
    assert not fields.has_secrets(safe)
    assert fields.without_secrets(safe) == safe


PARTS = {
    "input_image.file_id": {"type": "input_image", "detail": "auto", "file_id": "file-1"},
    "input_file.file_id": {"type": "input_file", "file_id": "file-1"},
    "input_file.file_url": {"type": "input_file", "file_url": "https://a.test/a.pdf"},
}


@pytest.mark.parametrize("name", _refused(support.PARTS))
def test_a_refused_content_part_is_400(name):
    place = Place("input[0]", "input[0]")
    with pytest.raises(BadRequestError) as raised:
        chat_parts([PARTS[name]], place, "content")
    assert raised.value.param == "input[0].content[0]"


def test_urls_of_images_are_passed_on_as_they_are():
    part = {"type": "input_image", "detail": "auto", "image_url": "http://127.0.0.1:1/private.png"}
    (chat,) = chat_parts([part], Place(None, "item"), "content")
    assert chat == {"type": "image_url", "image_url": {"url": part["image_url"]}}


@pytest.mark.parametrize("name", [name for name, entry in support.FIELDS.items() if entry == support.PASSED])
def test_what_is_passed_on_under_its_name_reaches_the_chat_request(name):
    value = {"mode": "implicit"} if name == "prompt_cache_options" else 1
    outer, _, inner = name.partition(".")
    asked = prompting.fields({outer: {inner: value} if inner else value}, "m")
    if name != "parallel_tool_calls":
        assert asked[inner or outer] == value
    else:
        tool = {"type": "function", "name": "f"}
        assert prompting.offer({"tools": [tool], name: value}, [], []).fields()[name] == value
