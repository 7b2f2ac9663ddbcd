"""The list of deliberate differences: complete entries, each pointing at something upstream has."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
UPSTREAM = ROOT.parent / "shared" / "upstream" / "openai-2026-08-21.yaml"
DEVIATIONS: list[dict[str, Any]] = yaml.safe_load(
    (ROOT / "conformance" / "deviations.yaml").read_text(encoding="utf-8")
)["accepted"]
FIELDS = {"id", "pointer", "upstream", "choice", "evidence", "owner"}


@pytest.mark.parametrize("entry", DEVIATIONS, ids=lambda entry: entry["id"])
def test_every_entry_tells_fact_choice_and_evidence(entry):
    assert set(entry) >= FIELDS
    assert all(isinstance(entry[field], str) and entry[field].strip() for field in FIELDS)
    assert entry["id"] == entry["id"].lower().replace("_", "-").replace(" ", "-")


def test_ids_are_unique():
    counts = Counter(entry["id"] for entry in DEVIATIONS)
    assert [name for name, count in counts.items() if count > 1] == []


@pytest.mark.skipif(not UPSTREAM.exists(), reason="upstream's document is not beside this repository")
def test_every_pointer_leads_into_upstreams_document():
    document = yaml.load(UPSTREAM.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    assert [entry["id"] for entry in DEVIATIONS if not leads(document, entry["pointer"])] == []


def leads(value: Any, pointer: str) -> bool:
    """Whether a JSON pointer (RFC 6901) finds something."""
    for token in pointer.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        try:
            value = value[int(key)] if isinstance(value, list) else value[key]
        except (KeyError, IndexError, ValueError):
            return False
    return True
