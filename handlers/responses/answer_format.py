"""Whether an answer has the form that `text.format` asked for: endpoints that do not know it ignore it."""

from collections.abc import Mapping
from typing import Any

import jsonschema_rs

from handlers.encoding import decode
from handlers.errors import BadGatewayError, BadRequestError


class Format:
    """JSON must be JSON, and keep to its schema unless `strict` is false, which asks for best effort."""

    def __init__(self, wanted: Mapping[str, Any]) -> None:
        """Raises BadRequestError for a schema that is none. References lead nowhere but into the schema."""
        kind = wanted.get("type")
        bound = kind == "json_schema" and wanted.get("strict") is not False
        self._json = bound or kind == "json_object"
        self._validator: Any = _validator(wanted.get("schema") or {}) if bound else None

    def check(self, text: str) -> None:
        """Raises BadGatewayError for an answer that is not what was asked for."""
        if not self._json:
            return
        try:
            value = decode(text)
        except ValueError:
            raise _mismatch("it is no JSON") from None
        if self._validator is not None and (wrong := next(self._validator.iter_errors(value), None)):
            place = "".join(f"[{step!r}]" for step in wrong.instance_path)
            raise _mismatch(f"{wrong.message[:300]}{f' at {place}' if place else ''}")


def _validator(schema: Any) -> Any:
    try:
        return jsonschema_rs.validator_for(schema, offline=True)
    except (ValueError, jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError) as error:
        raise BadRequestError(
            f"Invalid 'text.format.schema': {str(error).splitlines()[0][:300]}",
            param="text.format.schema",
            code="invalid_json_schema",
        ) from None


def _mismatch(why: str) -> BadGatewayError:
    return BadGatewayError(
        f"The model's answer does not have the form that `text.format` asks for: {why}. "
        "Its endpoint may not know structured outputs."
    )
