"""Makes whole documents from the fragments that test cases hold."""

from typing import Any

_RESPONSES = {"200": {"description": "ok"}}


def document(fragment: dict[str, Any]) -> dict[str, Any]:
    """Wrap a fragment: `schema` becomes request and response body, the others stand where their names say."""
    made: dict[str, Any] = {"openapi": "3.1.0", "info": {"title": "case", "version": "1"}, "paths": {}}
    if "document" in fragment:
        made.update(fragment["document"])
    if "components" in fragment:
        made["components"] = {"schemas": fragment["components"]}
    if "paths" in fragment:
        made["paths"] = fragment["paths"]
    elif "path" in fragment:
        made["paths"] = {"/case": fragment["path"]}
    elif operation := _operation(fragment):
        made["paths"] = {"/case": {"post": operation}}
    return made


def _operation(fragment: dict[str, Any]) -> dict[str, Any] | None:
    if "operation" in fragment:
        found: dict[str, Any] = fragment["operation"]
        return found
    if "parameters" in fragment:
        return {"parameters": fragment["parameters"], "responses": _RESPONSES}
    if "schema" not in fragment:
        return None
    content = {"application/json": {"schema": fragment["schema"]}}
    where = fragment.get("in", ["request", "response"])
    made: dict[str, Any] = {"responses": _RESPONSES}
    if "request" in where:
        made["requestBody"] = {"content": content}
    if "response" in where:
        made["responses"] = {"200": {"description": "ok", "content": content}}
    return made
