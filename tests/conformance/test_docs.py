"""What users read says what the code does."""

import datetime as dt
import re
from pathlib import Path

import pytest
import typer.main
import yaml

from conformance import compare
from conformance.cli import application
from conformance.contract.accept import Judge, read_accepted
from conformance.contract.documents import load
from conformance.contract.manual import manual
from conformance.contract.repairs import read_repairs, repair
from conformance.contract.score import score
from conformance.contract.tables import render
from conformance.report import formats
from conformance.usage import CLEAN, FAILED, UNDECIDED, UNREADABLE, USAGE
from conformance.wire.promises import categories

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
WIRE = (DOCS / "parts" / "wire.md").read_text(encoding="utf-8")
CONFORM = (DOCS / "conform.md").read_text(encoding="utf-8")


def test_the_page_about_rules_is_fresh():
    same = (DOCS / "rules.md").read_text(encoding="utf-8") == manual()
    assert same, "to mend: python -m conformance.cli rules --format markdown --output docs/rules.md"


def test_the_page_about_conformance_is_fresh():
    upstream = max((ROOT / "conformance" / "upstream").glob("*.json"))
    repairs = read_repairs(str(ROOT / "conformance" / "upstream" / "repairs.yaml"))
    base = repair(load(upstream), repairs).document
    ours = load(ROOT / "generated" / "openapi.json")
    accepted = read_accepted(str(ROOT / "conformance" / "deviations.yaml"))
    day = dt.datetime.now(tz=dt.UTC).date()
    report = compare(base, ours, today=day)
    judgement = Judge(accepted, base, ours, day).judge(report)
    wanted = render(score(base, report, judgement), accepted, "markdown", WIRE)
    same = (DOCS / "conformance.md").read_text(encoding="utf-8") == wanted
    assert same, (
        f"to mend: python -m conformance.cli score conformance/upstream/{upstream.name}"
        " generated/openapi.json"
        " --repairs conformance/upstream/repairs.yaml --accept conformance/deviations.yaml"
        " --insert docs/parts/wire.md --format markdown --output docs/conformance.md"
    )


def test_the_figures_of_the_wire_are_of_all_categories():
    rows = dict(re.findall(r"^\| (\w+) \| (\d+) \|", WIRE, re.MULTILINE))
    assert set(rows) == set(categories())
    assert sum(map(int, rows.values())) >= 150


def test_every_option_of_diff_is_documented():
    diff = typer.main.get_command(application()).commands["diff"]  # type: ignore[attr-defined]
    options = {name for one in diff.params for name in one.opts if name.startswith("--")}
    assert [name for name in sorted(options) if name not in CONFORM] == []


def test_every_format_is_documented():
    assert [name for name in formats() if f"`{name}`" not in CONFORM] == []


def test_every_exit_code_is_documented():
    listed = re.findall(r"^\| (\d) \| ", CONFORM, re.MULTILINE)
    assert [int(code) for code in listed] == [CLEAN, FAILED, USAGE, UNREADABLE, UNDECIDED]


def test_every_relative_link_leads_somewhere():
    for page in DOCS.glob("conform*.md"):
        for link in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (DOCS / link).exists(), f"{page.name}: {link}"


def test_the_example_of_accepted_differences_is_one(tmp_path):
    example = re.search(r"```yaml\n(extension:.*?)```", CONFORM, re.DOTALL)
    assert example
    file = tmp_path / "accepted.yaml"
    file.write_text(example[1])
    accepted = read_accepted(str(file))
    assert [entry.id for entry in accepted.entries] == ["list-limit"]
    assert len(accepted.scope) == 3


@pytest.mark.parametrize("name", ["action.yml", ".pre-commit-hooks.yaml"])
def test_definitions_for_others_are_yaml(name):
    assert yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def test_every_input_of_the_action_reaches_its_script():
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    steps = action["runs"]["steps"]
    given = yaml.safe_dump(steps)
    assert [name for name in action["inputs"] if f"inputs.{name} }}}}" not in given] == []
    script = (ROOT / "conformance" / "action.sh").read_text(encoding="utf-8")
    assert [
        name for name in steps[-1]["env"] if f"${name}" not in script and f"${{{name}:-}}" not in script
    ] == []
    assert not re.search(r"run: .*\$\{\{", given), "inputs come by the environment, never as part of a script"
