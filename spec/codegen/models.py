"""Writes the models: datamodel-code-generator for the classes, our own union types in place of its."""

import io
import re
import textwrap
import tokenize
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

from datamodel_code_generator import InputFileType, NamingStrategy, TargetPydanticVersion, generate
from datamodel_code_generator.parser import LiteralType
from datamodel_code_generator.preset import PresetName

from spec.codegen.faults import ModelError
from spec.codegen.names import Flat, Schema
from spec.codegen.unions import annotation

TEMPLATES = Path(__file__).parent / "templates"
HEADER = "# Written by codegen.sh from spec/. DO NOT EDIT: change spec/ and run codegen.sh."
_IMPORTS = (
    "pydantic.Field",
    "pydantic.Tag",
    "typing.Annotated",
    "base.Listed",
    "base.Mapped",
    "base.Number",
    "base.chosen_by",
    "base.complete",
    "base.nearest",
)
_UNION = re.compile(r"UNION_(\w+)")
_REBUILT = re.compile(r"^\w+\.model_rebuild\(\)\n?", re.MULTILINE)
_DEFINED = re.compile(r"^(?:class (\w+)\(|(\w+) = TypeAliasType\()", re.MULTILINE)


def schemas(flat: Flat, parameters: list[str]) -> str:
    """The module of all models; `parameters` names those that read strings."""
    text = _generated(flat, parameters)
    order = {one or other: place for place, (one, other) in enumerate(_DEFINED.findall(text))}
    if missing := sorted(flat.schemas.keys() - order.keys()):
        raise ModelError(("components", "schemas", missing[0]), f"{missing[0]} got no class of its own name")

    def union(match: re.Match[str]) -> str:
        name = match[1]
        # What stands further down has no value yet where the union is made: it is quoted there.
        later = frozenset(each for each in order if order[each] >= order[name])
        return textwrap.indent(annotation(name, flat, later), "    ").lstrip()

    text = _REBUILT.sub("", _UNION.sub(union, text)).rstrip()
    return _faithful(f"{text}\n\n\ncomplete(dict(globals()))\n")


def _outline(name: str, flat: Flat) -> Schema:
    """A schema as the generator needs it: of a union, only what it refers to, which orders the classes."""
    if name not in flat.unions:
        return flat.schemas[name]
    leaves = flat.unions[name].leaves
    return {
        "anyOf": [
            leaf if "$ref" in leaf else {"type": "array", "items": leaf.get("items", {})} for leaf in leaves
        ]
    }


def _generated(flat: Flat, parameters: list[str]) -> str:
    data: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for name in flat.unions:
        data[name]["union"] = name
    document = {
        "openapi": "3.1.0",
        "info": {"title": "", "version": ""},
        "paths": {},
        "components": {"schemas": {name: _outline(name, flat) for name in flat.schemas}},
    }
    result = generate(
        document,
        input_file_type=InputFileType.OpenAPI,
        preset=PresetName.StandardPy31120261027.value,
        collapse_root_models=False,
        use_type_alias=True,
        naming_strategy=NamingStrategy.FullPath,
        enum_field_as_literal=LiteralType.All,
        use_missing_sentinel=True,
        allow_population_by_field_name=False,
        use_schema_description=True,
        use_single_line_docstring=True,
        target_pydantic_version=TargetPydanticVersion.V2_14,
        strict_refs=True,
        base_class="base.JsonObject",
        base_class_map=dict.fromkeys(parameters, "base.ParameterSet"),
        additional_imports=list(_IMPORTS),
        custom_template_dir=TEMPLATES / "dmcg",
        extra_template_data=data,
        custom_file_header=HEADER,
    )
    if not isinstance(result, str):
        raise TypeError("the models should be one module")
    return result


_OURS = {"float": "Number", "list": "Listed", "dict": "Mapped"}


def _faithful(text: str) -> str:
    """Relative imports, and our own numbers, lists and maps for Python's, wherever their names are code."""
    lines = text.replace("from base import", "from .base import").splitlines(keepends=True)
    tokens = list(tokenize.generate_tokens(io.StringIO("".join(lines)).readline))
    for token, following in reversed(list(pairwise(tokens))):
        ours = _OURS.get(token.string) if token.type == tokenize.NAME else None
        if ours is not None and (ours == "Number" or following.string == "["):
            (row, start), (_, end) = token.start, token.end
            lines[row - 1] = f"{lines[row - 1][:start]}{ours}{lines[row - 1][end:]}"
    return "".join(lines)
