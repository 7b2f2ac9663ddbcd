"""YAML as JSON means it, each value with its line."""

from pathlib import Path
from typing import Any

import pytest

from spec.codegen.faults import SpecError
from spec.codegen.source import read

SCALARS: list[tuple[str, Any]] = [
    ("on", "on"),
    ("no", "no"),
    ("2026-08-20", "2026-08-20"),
    ("1:30", "1:30"),
    ("0755", 755),
    ("0x1f", 31),
    ("0o17", 15),
    ("-99999999999999999999999", -99999999999999999999999),
    ("1.0", 1.0),
    ("1e3", 1000.0),
    (".5", 0.5),
    ("'5'", "5"),
    ("~", None),
    ("", None),
    ("null", None),
    ("True", True),
    ("1_000", "1_000"),
]


@pytest.mark.parametrize(("text", "value"), SCALARS, ids=repr)
def test_scalars_are_those_of_yaml_1_2(tmp_path: Path, text: str, value: Any) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(f"k: {text}\n")
    found = read(file, "a.yaml").value["k"]
    assert (type(found), found) == (type(value), value)


def test_every_value_has_its_line(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("# head\na:\n  b: [1,\n    2]\n'200': x\n")
    source = read(file, "a.yaml")
    assert source.value == {"a": {"b": [1, 2]}, "200": "x"}
    places = [("a",), ("a", "b"), ("a", "b", 1), ("200",), ("a", "b", "gone", 5), ("gone",)]
    assert [source.line(place) for place in places] == [2, 3, 4, 5, 3, 2]


@pytest.mark.parametrize(
    "text", ["a: [1", "a: 1\na: 2", "? [1]\n: 2", "a: !!set {b}", "\tb: 1", b"\xff"], ids=repr
)
def test_what_is_no_json_is_refused_with_its_line(tmp_path: Path, text: str | bytes) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(SpecError, match=r"^spec/a\.yaml:\d+: "):
        read(file, "spec/a.yaml")


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"^spec/a\.yaml:1: cannot be read: No such file"):
        read(tmp_path / "a.yaml", "spec/a.yaml")
