"""Drift: what moved upstream becomes tasks, each with the files to touch."""

from pathlib import Path

import pytest

from conformance import compare
from conformance.contract.drift import Task, tasks, tree, written

ROOT = Path(__file__).parents[3]
UPSTREAM = ROOT.parent / "shared" / "upstream"


@pytest.fixture
def ours(tmp_path):
    for name, text in {
        "spec/paths/items.yaml": "# Items.\n/items:\n  get: {}\n/items/{item_id}:\n  delete: {}\n",
        "spec/schemas/items.yaml": "Item:\n  type: object\n",
        "handlers/items.py": "",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tree(tmp_path)


def by_subject(found: tuple[Task, ...]) -> dict[str, Task]:
    return {task.subject: task for task in found}


def test_a_component_leads_to_its_file_and_the_handlers_it_reaches(report, ours):
    item = by_subject(tasks(report, ours))["Item"]
    assert item.kind == "adapt"
    assert item.files == ("spec/schemas/items.yaml", "handlers/items.py")
    assert set(item.operations) == {"GET /items", "POST /items"}


def test_what_stands_at_an_operation_leads_to_its_paths(report, ours):
    found = by_subject(tasks(report, ours))["GET /items"]
    assert (found.kind, found.files) == ("narrow", ("spec/paths/items.yaml", "handlers/items.py"))


def test_what_we_do_not_serve_is_only_counted(report, ours):
    found = tasks(report, ours)
    assert by_subject(found)["GET /orders"].files == ()
    text = written(report, found)
    assert "- orders: 1" in text
    assert "**GET /orders**" not in text
    assert "**GET /orders**" in written(report, found, everything=True)


def test_a_new_operation_in_a_group_of_ours_is_a_task(base, revision, ours):
    new = {**revision.root, "paths": {**revision.root["paths"], "/items/sold": {"get": {"responses": {}}}}}
    found = by_subject(tasks(compare(base.root, new), ours))["GET /items/sold"]
    assert (found.kind, found.files) == ("implement", ("spec/paths/items.yaml", "handlers/items.py"))


def test_tasks_are_a_list_to_be_ticked(report, ours):
    lines = written(report, tasks(report, ours)).splitlines()
    assert "- [ ] **Item**: `spec/schemas/items.yaml`, `handlers/items.py`" in lines
    assert '  - `size`: newly listed: "<b>100%" (breaking, `enum-value-added`)' in lines


@pytest.mark.skipif(not UPSTREAM.exists(), reason="upstream's documents are not beside this repository")
def test_five_weeks_of_upstream():
    report = compare(UPSTREAM / "openai-2026-07-15.yaml", UPSTREAM / "openai-2026-08-21.yaml")
    found = by_subject(tasks(report, tree(ROOT)))
    assert found["ResponseErrorCode"].files[0] == "spec/schemas/responses.yaml"
    assert not [task for task in found.values() if task.files and "beta=true" in "".join(task.operations[:1])]
