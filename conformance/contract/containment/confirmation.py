"""Asks jsonschema-rs, which shares nothing with the search, whether a witness is one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import jsonschema_rs

from conformance.contract.containment.dialects import Dialect
from conformance.contract.containment.documents import Document

Validate = Callable[[Any], bool | None]
_URI: Final = "urn:lockstep:document"


@dataclass
class Confirmation:
    """Validators for the schemas of one document."""

    document: Document
    dialect: Dialect
    _kept: dict[int, tuple[Any, Validate]] = field(default_factory=dict)

    def validator(self, schema: Any) -> Validate:
        """Judges values by a schema of the document; None where the schema cannot be used."""
        found = self._kept.get(id(schema))
        if found is None:
            found = self._kept[id(schema)] = (schema, _Lazy(lambda: self._build(schema)))
        return found[1]

    def _build(self, schema: Any) -> Callable[[Any], bool]:
        formats = self.dialect.assert_formats
        if schema is self.document.root:
            return jsonschema_rs.Draft202012Validator(schema, validate_formats=formats, offline=True).is_valid
        raise ValueError


@dataclass
class _Lazy:
    """Most verdicts need no validator, so it is built at the first question."""

    build: Callable[[], Callable[[Any], bool]]
    judge: Callable[[Any], bool] | None = None
    broken: bool = False

    def __call__(self, value: Any) -> bool | None:
        if self.broken:
            return None
        try:
            if self.judge is None:
                self.judge = self.build()
            return self.judge(value)
        except (ValueError, TypeError, jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError):
            self.broken = self.judge is None
            return None
