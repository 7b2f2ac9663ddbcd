"""What the hand-written contract promises its readers, checked without the generator's help."""

from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

SHORTEST = 20  # characters of a description that can say more than its name
RUN = 8  # words in a row: what two writers share by chance stays below
UPSTREAM = Path(__file__).parents[3] / "shared" / "upstream" / "openai-2026-08-21.yaml"
OPERATIONS = {
    "GET /conversations": "listConversations",
    "POST /conversations": "createConversation",
    "GET /conversations/{conversation_id}": "getConversation",
    "POST /conversations/{conversation_id}": "updateConversation",
    "DELETE /conversations/{conversation_id}": "deleteConversation",
    "GET /conversations/{conversation_id}/items": "listConversationItems",
    "POST /conversations/{conversation_id}/items": "createConversationItems",
    "GET /conversations/{conversation_id}/items/{item_id}": "getConversationItem",
    "DELETE /conversations/{conversation_id}/items/{item_id}": "deleteConversationItem",
    "GET /chat/completions": "listChatCompletions",
    "POST /chat/completions": "createChatCompletion",
    "GET /chat/completions/{completion_id}": "getChatCompletion",
    "POST /chat/completions/{completion_id}": "updateChatCompletion",
    "DELETE /chat/completions/{completion_id}": "deleteChatCompletion",
    "GET /chat/completions/{completion_id}/messages": "getChatCompletionMessages",
    "GET /models": "listModels",
    "GET /models/{model}": "retrieveModel",
    "DELETE /models/{model}": "deleteModel",
    "GET /health": "getHealth",
    "GET /version": "getVersion",
    "GET /inspect/routes": "listRoutes",
}
EXTENSIONS = {"listConversations", "getHealth", "getVersion", "listRoutes"}
PUBLIC = {"getHealth"}
PROVIDED = {"createChatCompletion", "listModels", "retrieveModel", "deleteModel"}


def test_upstreams_operations_keep_their_ids(tree):
    here = {operation.name: operation.value["operationId"] for operation in tree.operations}
    assert here.items() >= OPERATIONS.items()


def test_operation_ids_are_unique(tree):
    counts = Counter(operation.value["operationId"] for operation in tree.operations)
    assert [name for name, count in counts.items() if count > 1] == []


def test_each_path_stands_in_the_file_of_its_first_segment(tree):
    assert [o.name for o in tree.operations if o.file != f"paths/{o.path.split('/')[1]}.yaml"] == []


def test_every_path_is_listed_in_the_root(tree):
    assert set(tree.root["paths"]) == {operation.path for operation in tree.operations}


def test_every_operation_is_tagged_and_the_tags_are_explained(tree):
    tags = {tag["name"] for tag in tree.root["tags"]}
    assert {tag for o in tree.operations for tag in o.value["tags"]} == tags
    assert all(len(o.value["tags"]) == 1 for o in tree.operations)


def test_every_extension_is_marked_and_nothing_else(tree):
    marked = {o.value["operationId"] for o in tree.operations if o.value.get("x-lockstep-extension")}
    assert marked == EXTENSIONS


def test_every_operation_but_the_health_check_needs_a_key(tree):
    schemes = tree.root["components"]["securitySchemes"]
    assert all(set(requirement) <= set(schemes) for requirement in tree.root["security"])
    assert tree.root["security"]
    opened = {o.value["operationId"]: o.value["security"] for o in tree.operations if "security" in o.value}
    assert opened == {name: [] for name in PUBLIC}


def expected_statuses(operation: Any) -> set[str]:
    """The statuses an operation can answer by what it takes and whom it asks."""
    statuses = {"200", "400", "429", "500", "default"}
    name = operation.value["operationId"]
    if name not in PUBLIC:
        statuses.add("401")
    if any(parameter["in"] == "path" for parameter in operation.parameters):
        statuses.add("404")
    if "requestBody" in operation.value:
        statuses |= {"413", "415"}
    if name in PROVIDED:
        statuses |= {"502", "504"}
    return statuses


def test_every_operation_documents_the_errors_it_can_answer(tree):
    missing = {o.name: expected_statuses(o) - set(map(str, o.value["responses"])) for o in tree.operations}
    assert {name: statuses for name, statuses in missing.items() if statuses} == {}


def test_every_error_has_the_one_shape(tree):
    wrong = []
    for operation in tree.operations:
        for status, response in operation.value["responses"].items():
            if str(status) == "200":
                continue
            found, file = tree.resolve(response, operation.file)
            content = found["content"]
            shapes = {tree.locate(media["schema"]["$ref"], file) for media in content.values()}
            if set(content) != {"application/json"} or shapes != {("schemas/shared.yaml", "/ErrorResponse")}:
                wrong.append(f"{operation.name} {status}")
    assert wrong == []


def test_every_response_carries_the_request_id(tree):
    responses = [
        (f"{o.name} {status}", tree.resolve(response, o.file)[0])
        for o in tree.operations
        for status, response in o.value["responses"].items()
    ]
    assert [name for name, response in responses if "X-Request-Id" not in response["headers"]] == []


def test_every_limit_is_between_1_and_100(tree):
    limits = [p["schema"] for o in tree.operations for p in o.parameters if p["name"] == "limit"]
    assert len(limits) >= 4
    assert all((limit["minimum"], limit["maximum"], limit["default"]) == (1, 100, 20) for limit in limits)


def descriptions(tree: Any) -> dict[str, str | None]:
    """Description by place, None where there is none though there must be one."""
    places: dict[str, Any] = {f"schemas {name}": schema for name, (_, schema) in tree.schemas.items()}
    for kind, components in tree.root["components"].items():
        places |= {f"{kind} {name}": component for name, component in components.items()}
    for operation in tree.operations:
        places[operation.name] = operation.value
        places |= {f"{operation.name} ?{parameter['name']}": parameter for parameter in operation.parameters}
        for status, response in operation.value["responses"].items():
            places[f"{operation.name} {status}"] = tree.resolve(response, operation.file)[0]
        if body := operation.value.get("requestBody"):
            places[f"{operation.name} body"] = body
    return {place: value.get("description") for place, value in places.items()}


def test_everything_is_described_in_more_than_a_word(tree):
    described = descriptions(tree)
    assert len(described) > 300
    assert [place for place, text in described.items() if not text] == []
    short = {place: text for place, text in described.items() if len(text) < SHORTEST}
    assert {p: t for p, t in short.items() if not p.endswith(" 200")} == {}


def test_every_operation_has_a_summary_on_one_line(tree):
    summaries = {o.name: o.value.get("summary", "") for o in tree.operations}
    assert [name for name, text in summaries.items() if not 10 <= len(text) <= 60 or text.endswith(".")] == []
    counts = Counter(summaries.values())
    assert [text for text, count in counts.items() if count > 1] == []


def referenced(tree: Any) -> set[tuple[str, str]]:
    """File and pointer of everything that some reference names; a union's mapping repeats its branches."""
    return {
        tree.locate(value["$ref"], file)
        for file, content in tree.files.items()
        for _, value in tree.walk(content)
        if isinstance(value, dict) and isinstance(value.get("$ref"), str)
    }


def test_every_reference_leads_somewhere(tree):
    for file, pointer in referenced(tree):
        tree.get(file, pointer)


def test_no_component_is_an_orphan(tree):
    used = referenced(tree)
    defined = {(file, f"/{name}") for name, (file, _) in tree.schemas.items()}
    for kind in ("parameters", "headers", "responses", "links"):
        defined |= {("openapi.yaml", f"/components/{kind}/{name}") for name in tree.root["components"][kind]}
    assert sorted(defined - used) == []


def test_schema_names_are_unique_over_all_files(tree):
    counts = Counter(
        name for file, content in tree.files.items() if file.startswith("schemas/") for name in content
    )
    assert [name for name, count in counts.items() if count > 1] == []


def unions(tree: Any) -> list[tuple[str, dict[str, Any], str]]:
    """Place, union and file of everything with a discriminator."""
    return [
        (f"{file}#{pointer}", value, file)
        for file, content in tree.files.items()
        for pointer, value in tree.walk(content)
        if isinstance(value, dict) and "mapping" in value.get("discriminator", {})
    ]


def tags_of(tree: Any, reference: dict[str, Any], file: str, name: str) -> set[str]:
    """Values that the tag property of a variant can have; a union's are those of its own variants."""
    schema, file = tree.resolve(reference, file)
    if "oneOf" in schema:
        return {tag for branch in schema["oneOf"] for tag in tags_of(tree, branch, file, name)}
    tag = schema["properties"][name]
    return {value for option in (tag, *tag.get("anyOf", ())) for value in values_of(option)}


def values_of(schema: dict[str, Any]) -> list[str]:
    return [schema["const"]] if "const" in schema else schema.get("enum", [])


def test_every_discriminator_maps_each_tag_of_each_variant_to_it(tree):
    found = unions(tree)
    assert len(found) > 30
    for place, union, file in found:
        branches = [b for b in union.get("oneOf") or union["anyOf"] if "$ref" in b]
        name = union["discriminator"]["propertyName"]
        expected = {}
        for branch in branches:
            for tag in tags_of(tree, branch, file, name):
                assert tag not in expected, f"{place}: two variants are tagged {tag}"
                expected[tag] = branch["$ref"]
        assert union["discriminator"]["mapping"] == expected, place


def test_every_discriminator_has_a_mapping(tree):
    bare = [
        f"{file}#{pointer}"
        for file, content in tree.files.items()
        for pointer, value in tree.walk(content)
        if isinstance(value, dict)
        and isinstance(value.get("discriminator"), dict)
        and "propertyName" in value["discriminator"]
        and not value["discriminator"].get("mapping")
    ]
    assert bare == []


def test_nothing_is_required_that_is_not_defined(tree):
    undefined = [
        f"{file}#{pointer}/{name}"
        for file, content in tree.files.items()
        for pointer, value in tree.walk(content)
        if isinstance(value, dict) and isinstance(value.get("required"), list)
        for name in value["required"]
        if name not in value.get("properties", {})
        if "/example" not in pointer  # a JSON Schema inside an example is the caller's
    ]
    assert undefined == []


def test_every_request_body_must_be_an_object(tree):
    for operation in tree.operations:
        if body := operation.value.get("requestBody"):
            schema, file = tree.resolve(body["content"]["application/json"]["schema"], operation.file)
            parts = [tree.resolve(part, file)[0] for part in schema.get("allOf", ())] or [schema]
            assert any(part.get("type") == "object" for part in parts), operation.name


@pytest.fixture(scope="module")
def registry(tree):
    """All files under addresses of their own, so that references between them resolve."""
    return jsonschema_rs.Registry([(f"spec:///{name}", content) for name, content in tree.files.items()])


def validator(registry: Any, file: str, schema: dict[str, Any]) -> Any:
    return jsonschema_rs.Draft202012Validator(schema, registry=registry, base_uri=f"spec:///{file}")


def component(registry: Any, file: str, name: str) -> Any:
    return jsonschema_rs.Draft202012Validator(
        {"$ref": f"spec:///schemas/{file}.yaml#/{name}"}, registry=registry
    )


def examples(tree: Any) -> list[tuple[str, str, dict[str, Any], Any]]:
    """Place, file, schema and value of every example of a media type or parameter."""
    found = []
    for file, content in tree.files.items():
        for pointer, holder in tree.walk(content):
            if not isinstance(holder, dict) or not isinstance(holder.get("schema"), dict):
                continue
            values = [holder["example"]] if "example" in holder else []
            values += [example["value"] for example in holder.get("examples", {}).values()]
            found += [(f"{file}#{pointer}", file, holder["schema"], value) for value in values]
    return found


def test_every_example_is_valid(tree, registry):
    found = examples(tree)
    assert len(found) > 30
    for place, file, schema, value in found:
        problem = next(validator(registry, file, schema).iter_errors(value), None)
        assert problem is None, f"{place}: {problem}"


def test_every_json_body_has_an_example(tree):
    bare = []
    for operation in tree.operations:
        media = [tree.resolve(r, operation.file)[0]["content"] for r in operation.value["responses"].values()]
        media += [operation.value["requestBody"]["content"]] if "requestBody" in operation.value else []
        bare += [
            operation.name
            for content in media
            for m in content.values()
            if not {"example", "examples"} & set(m)
        ]
    assert bare == []


ACCEPTED = {
    "text only": {"role": "user", "content": "hello"},
    "parts that upstream's oneOf finds twice": {
        "role": "user",
        "content": [{"type": "input_text", "text": "hello"}],
    },
    "history without id, status, annotations": {
        "role": "assistant",
        "content": [{"type": "output_text", "text": "hello"}],
    },
    "a refusal in history": {"role": "assistant", "content": [{"type": "refusal", "refusal": "no"}]},
    "an image without detail": {
        "type": "message",
        "role": "user",
        "content": [{"type": "input_image", "image_url": "data:image/png;base64,iVBORw0KGgo="}],
    },
    "a reference without type": {"id": "msg_1"},
    "a reference with type null": {"id": "msg_1", "type": None},
    "an unknown member": {"role": "user", "content": "hello", "mood": "sunny"},
    "a call without id and status": {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"},
    "a custom tool's image without detail": {
        "type": "custom_tool_call_output",
        "call_id": "c",
        "output": [{"type": "input_image", "file_id": "file_1"}],
    },
    "shell output without call id": {"type": "local_shell_call_output", "id": "lso_1", "output": "{}"},
}
REFUSED = {
    "no object": [],
    "an unknown type": {"type": "poem", "text": "hello"},
    "reasoning without id": {"type": "reasoning", "summary": []},
    "a file search without id": {"type": "file_search_call", "queries": [], "status": "completed"},
    "an unknown role": {"role": "narrator", "content": "hello"},
    "an unknown part": {"role": "user", "content": [{"type": "poem", "text": "hello"}]},
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_input_that_clients_send_is_accepted(registry, name):
    assert component(registry, "items", "InputItem").is_valid(ACCEPTED[name])


@pytest.mark.parametrize("name", REFUSED)
def test_input_that_no_one_can_mean_is_refused(registry, name):
    assert not component(registry, "items", "InputItem").is_valid(REFUSED[name])


METADATA = {
    "16 pairs": ({str(i): "x" for i in range(16)}, True),
    "17 pairs": ({str(i): "x" for i in range(17)}, False),
    "a key of 64": ({"k" * 64: "x"}, True),
    "a key of 65": ({"k" * 65: "x"}, False),
    "a value of 512": ({"k": "v" * 512}, True),
    "a value of 513": ({"k": "v" * 513}, False),
    "a number": ({"k": 1}, False),
}


@pytest.mark.parametrize("name", METADATA)
def test_metadata_keeps_its_limits(registry, name):
    value, valid = METADATA[name]
    assert component(registry, "shared", "MetadataPairs").is_valid(value) is valid


def runs(text: str) -> set[tuple[str, ...]]:
    """Every run of words in a text, without case and punctuation."""
    words = "".join(c.lower() if c.isalnum() else " " for c in text).split()
    return {tuple(words[i : i + RUN]) for i in range(len(words) - RUN + 1)}


@pytest.mark.skipif(not UPSTREAM.exists(), reason="upstream's document is not beside this repository")
def test_no_prose_is_upstreams(tree):
    theirs = runs(UPSTREAM.read_text(encoding="utf-8"))
    shared = {
        (file, " ".join(run))
        for file, content in tree.files.items()
        for pointer, text in tree.walk(content)
        if isinstance(text, str) and pointer.rsplit("/", 1)[-1] in {"description", "summary"}
        for run in runs(text) & theirs
    }
    assert shared == set()
