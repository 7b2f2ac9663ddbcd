"""The operations of a bundled document as stubs and routes need them, and the schemas they state inline."""

import keyword
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from spec.codegen.bundle import Bundle
from spec.codegen.faults import SpecError
from spec.codegen.names import Schema, pascal, referenced

_JSON = "application/json"
_STREAM = "text/event-stream"


@dataclass(frozen=True)
class Parameter:
    """A path or query parameter."""

    name: str
    argument: str
    schema: Schema
    required: bool


@dataclass(frozen=True)
class Operation:
    """One operation. `body`, `answers` and `parameters_model` name component schemas."""

    path: str
    method: str
    operation_id: str
    group: str
    function: str
    summary: str
    parameters: tuple[Parameter, ...]
    parameters_model: str | None
    body: str | None
    body_required: bool
    media_types: tuple[str, ...]
    answers: tuple[str, ...]
    status: int
    streaming: bool
    extension: bool
    public: bool


def snake(name: str) -> str:
    """`listConversationItems` as `list_conversation_items`."""
    spaced = re.sub(r"([a-z0-9])([A-Z])|([A-Z]+)(?=[A-Z][a-z])", r"\1\3_\2", name)
    return re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_")


def argument(name: str) -> str:
    """A parameter's name as a Python argument."""
    snaked = snake(name)
    return f"{snaked}_" if keyword.iskeyword(snaked) else snaked


def operations(bundle: Bundle) -> tuple[list[Operation], dict[str, Schema], list[str]]:
    """Every operation in the document's order, schemas to add, names of the parameter models among them."""
    reader = _Reader(bundle, bundle.document["components"]["schemas"])
    found = list(reader.read())
    return found, reader.added, [one.parameters_model for one in found if one.parameters_model]


class _Reader:
    def __init__(self, bundle: Bundle, schemas: dict[str, Schema]) -> None:
        self.bundle = bundle
        self.schemas = schemas
        self.added: dict[str, Schema] = {}

    def read(self) -> Iterator[Operation]:
        for path, method, operation, pointer in self.bundle.operations():
            name = operation["operationId"]
            if not snake(name).isidentifier() or keyword.iskeyword(snake(name)):
                reason = f"the operationId {name!r} makes no name of a Python method"
                raise SpecError(self.bundle.fault((*pointer, "operationId"), reason))
            title = pascal(name)
            parameters = tuple(self.parameters(path, operation))
            body = self.resolve(operation.get("requestBody", {}))
            content = body.get("content", {})
            status, answers, streaming = self.answers(operation, title)
            yield Operation(
                path=path,
                method=method,
                operation_id=name,
                group=path.split("/")[1],
                function=snake(name),
                summary=operation.get("summary", ""),
                parameters=parameters,
                parameters_model=self.parameters_model(title, parameters, pointer),
                body=self.component(content[_JSON]["schema"], f"{title}Body") if _JSON in content else None,
                body_required=body.get("required", False),
                media_types=tuple(content),
                answers=answers,
                status=status,
                streaming=streaming,
                extension=operation.get("x-lockstep-extension", False),
                public=operation.get("security", self.bundle.document.get("security", [])) == [],
            )

    def resolve(self, value: dict[str, Any]) -> dict[str, Any]:
        """Follow references to components of any kind."""
        while "$ref" in value:
            target: Any = self.bundle.document
            for token in value["$ref"].split("/")[1:]:
                target = target[token.replace("~1", "/").replace("~0", "~")]
            value = target
        return value

    def parameters(self, path: str, operation: dict[str, Any]) -> Iterator[Parameter]:
        """Path and query parameters, the path item's first; an operation's replaces one of the same name."""
        stated = [
            *self.bundle.document["paths"][path].get("parameters", ()),
            *operation.get("parameters", ()),
        ]
        resolved = [self.resolve(each) for each in stated]
        unique = {(each["in"], each["name"]): each for each in resolved}
        for (place, name), each in unique.items():
            if place in {"path", "query"}:
                if argument(name) in {"call", "body", "self"}:
                    pointer = ("paths", path)
                    raise SpecError(
                        self.bundle.fault(
                            pointer, f"a parameter cannot be called {name}: methods use the name"
                        )
                    )
                yield Parameter(name, argument(name), each.get("schema", {}), each.get("required", False))

    def parameters_model(
        self, title: str, parameters: tuple[Parameter, ...], pointer: tuple[str | int, ...]
    ) -> str | None:
        if not parameters:
            return None
        properties = {
            each.name: each.schema if each.required else _optional(each.schema) for each in parameters
        }
        required = [each.name for each in parameters if each.required]
        return self.add(
            f"{title}Parameters", {"type": "object", "properties": properties, "required": required}, pointer
        )

    def answers(self, operation: dict[str, Any], title: str) -> tuple[int, tuple[str, ...], bool]:
        """The status of success, the schemas it may carry, and whether it may stream."""
        for code, response in operation.get("responses", {}).items():
            if code.startswith("2"):
                content = self.resolve(response).get("content", {})
                schemas = [content[_JSON]["schema"]] if "schema" in content.get(_JSON, {}) else []
                names = tuple(self.component(schema, f"{title}Response") for schema in schemas)
                return (int(code) if code.isdigit() else 200), names, _STREAM in content
        return 200, (), False

    def component(self, schema: Schema, name: str) -> str:
        """The component a schema refers to; an inline one becomes a component."""
        if "$ref" in schema:
            return referenced(schema)
        return self.add(name, schema, ())

    def add(self, name: str, schema: Schema, pointer: tuple[str | int, ...]) -> str:
        if name in self.schemas:
            raise SpecError(
                self.bundle.fault(pointer, f"the name {name} is needed for this operation: rename the schema")
            )
        self.added[name] = schema
        return name


def _optional(schema: Schema) -> Schema:
    """Left out means None, unless the schema has a default."""
    return schema if "default" in schema else {"anyOf": [schema, {"type": "null"}], "default": None}
