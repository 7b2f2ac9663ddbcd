"""The command as it is typed: subcommands are found, exit codes hold, errors say what is wrong."""

import importlib.metadata
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from conformance import cli, commands
from conformance.report import formats
from conformance.wire.promises import every

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch, capsys) -> Run:
    def typed(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["conform", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return typed


@pytest.fixture
def shop(documents: Path) -> tuple[Path, Path]:
    return documents / "shop.yaml", documents / "shop-changed.yaml"


def test_every_module_in_the_folder_is_a_subcommand(run):
    names = {path.stem for path in Path(commands.__file__).parent.glob("[!_]*.py")}
    _, out, _ = run("--help")
    listed = {line.split()[0] for line in out.partition("Commands:")[2].splitlines() if line.strip()}
    assert {name.replace("_", "-") for name in names} <= listed


def test_a_clean_comparison_is_0(run, shop):
    code, out, err = run("diff", shop[0], shop[0])
    assert (code, err) == (0, "")
    assert out.endswith("conform passes: 0 errors, 0 warnings, 0 info; 0 undecided\n")


def test_a_break_is_1(run, shop):
    code, out, _ = run("diff", *shop)
    assert code == 1
    assert "✗ maximum-added" in out
    assert "conform fails: 3 errors" in out


def test_what_is_accepted_is_0(run, shop, documents):
    assert run("diff", *shop, "--accept", documents / "shop-accepted.yaml", "--fail-on", "info")[0] == 0


def test_undecided_is_4_and_can_be_allowed(run, documents):
    pair = documents / "undecidable.yaml", documents / "undecidable-changed.yaml"
    assert run("diff", *pair)[0] == 4
    assert run("diff", *pair, "--undecided", "1")[0] == 0
    assert run("diff", *pair, "--fail-on", "warning")[0] == 1
    assert run("diff", *pair, "--fail-on", "never")[0] == 0


def test_a_switch_changes_a_level(run, shop):
    given = [f"--policy={name}=info" for name in ("path-removed", "maximum-added", "response-enum-growth")]
    assert run("diff", *shop, *given)[0] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--policy", "maximum-aded=info"), "did you mean 'maximum-added'?"),
        (("--policy", "maximum-added=loud"), "write maximum-added=error, =warning or =info"),
        (("--today", "tomorrow"), "write YYYY-MM-DD"),
        (("--format", "poem"), "poem"),
        (("--undecided", "-1"), "greater than or equal to 0"),
        (("--output", "/dev/null/report"), "cannot be written"),
    ],
)
def test_wrong_usage_is_2_and_says_what_is_right(run, shop, arguments, said):
    code, _, err = run("diff", *shop, *arguments)
    assert code == 2
    assert said in err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("openapi: 3.1.0\npaths: {a: ]}", "wrong.yaml:2:12"),
        ("swagger: '2.0'\n", "Swagger 2.0; convert it to OpenAPI 3 first"),
        ("- a\n- b\n", "it is a list"),
    ],
)
def test_an_unreadable_document_is_3_and_says_where(run, shop, tmp_path, text, said):
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(text)
    code, out, err = run("diff", shop[0], wrong)
    assert (code, out) == (3, "")
    assert err.startswith("conform: ")
    assert said in err


def test_a_missing_document_is_3(run, shop, tmp_path):
    code, _, err = run("diff", shop[0], tmp_path / "none.yaml")
    assert code == 3
    assert "none.yaml: cannot be read" in err


def test_a_wrong_file_of_accepted_differences_is_3_and_says_where(run, shop, tmp_path):
    wrong = tmp_path / "accepted.yaml"
    wrong.write_text("accepted:\n  - id: a\n    pointer: b\n")
    code, _, err = run("diff", *shop, "--accept", wrong)
    assert code == 3
    assert "accepted.yaml:3:" in err or "accepted.yaml:2:" in err


def test_a_document_comes_from_standard_input(run, shop, monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(shop[1].read_bytes()))
    monkeypatch.setattr(sys, "stdin", stream)
    code, out, _ = run("diff", shop[0], "-", "--format", "json")
    assert code == 1
    assert json.loads(out)["revision"] == "<stdin>"


@pytest.mark.parametrize("form", formats())
def test_every_format_writes_the_same_bytes_twice(run, shop, tmp_path, form):
    files = [tmp_path / "one", tmp_path / "two"]
    for file in files:
        assert run("diff", *shop, "--format", form, "--output", file)[:2] == (1, "")
    assert files[0].read_bytes() == files[1].read_bytes() != b""


def test_a_repair_that_no_longer_applies_fails(run, shop, tmp_path):
    repairs = tmp_path / "repairs.yaml"
    repairs.write_text("- {name: gone, what: w, why: w, edits: [{at: /components/none, remove: true}]}\n")
    code, out, _ = run("diff", shop[0], shop[0], "--repairs", repairs)
    assert code == 1
    assert "the repair 'gone' no longer applies at /components/none" in out


def test_explain_tells_of_a_rule(run):
    code, out, _ = run("explain", "enum-value-added")
    assert code == 0
    for said in ("mirror    enum-value-removed", "switch    response-enum-growth", "breaking error"):
        assert said in out


def test_explain_tells_of_a_switch(run):
    code, out, _ = run("explain", "response-enum-growth")
    assert code == 0
    assert "rules     enum-value-added\n" in out


def test_the_version_is_that_of_the_distribution(run):
    assert run("--version")[:2] == (0, f"conform {importlib.metadata.version('lockstep')}\n")


def test_larger_files_are_read_when_asked_for(run, tmp_path):
    path = tmp_path / "large.yaml"
    path.write_text("openapi: 3.1.0\npaths: {}\n# " + "x" * 1_000_000)
    assert run("diff", path, path, "--max-megabytes", 1)[0] == 3
    assert run("diff", path, path, "--max-megabytes", 2)[0] == 0


def test_explain_tells_of_a_probe(run):
    probe = next(iter(every()))
    code, out, _ = run("explain", probe)
    assert code == 0
    assert out.startswith(probe)


def test_explain_suggests_the_rule_that_was_meant(run):
    assert run("explain", "enum-value-aded")[::2] == (
        2,
        "conform: there is no rule, switch or probe 'enum-value-aded'; did you mean 'enum-value-added'?\n",
    )


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_rules_lists_every_rule_and_switch(run, form):
    _, out, _ = run("rules", "--format", form)
    for name in ("maximum-added", "operation-removed", "response-enum-growth"):
        assert name in out


def test_staged_compares_with_what_is_committed(run, shop, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    git = ["git", "-c", "user.email=a@example.com", "-c", "user.name=a", "-c", "init.defaultBranch=main"]
    subprocess.run([*git, "init", "-q"], check=True)
    file = tmp_path / "openapi.yaml"
    file.write_bytes(shop[0].read_bytes())
    assert run("staged", "openapi.yaml")[0] == 0  # nothing is committed yet
    subprocess.run([*git, "add", "openapi.yaml"], check=True)
    subprocess.run([*git, "commit", "-q", "-m", "shop"], check=True)
    assert run("staged", "openapi.yaml")[:2] == (0, "")
    file.write_bytes(shop[1].read_bytes())
    code, out, _ = run("staged", "openapi.yaml")
    assert code == 1
    assert "HEAD:./openapi.yaml" in out
    assert run("staged", "openapi.yaml", "--against", "nowhere")[0] == 2


def test_snapshot_writes_what_it_is_asked_for(run, shop, tmp_path):
    file = tmp_path / "deep" / "shop.json"
    assert run("snapshot", shop[0], "--output", file) == (0, "", "")
    assert run("diff", shop[0], file, "--fail-on", "info")[0] == 0


def test_score_prints_a_table(run, shop, documents):
    code, out, _ = run("score", *shop, "--accept", documents / "shop-accepted.yaml")
    assert code == 0
    rows = {line.split("  ")[0]: line.split() for line in out.splitlines()}
    assert rows["Items"][1:4] == ["3", "of", "3"]
    assert rows["Orders"][1:4] == ["0", "of", "1"]


def test_drift_is_1_where_files_of_ours_are_touched(run, shop, tmp_path):
    assert run("drift", *shop, "--root", tmp_path)[0] == 0
    paths = tmp_path / "spec" / "paths"
    paths.mkdir(parents=True)
    (paths / "items.yaml").write_text("/items:\n  get: {}\n")
    code, out, _ = run("drift", *shop, "--root", tmp_path)
    assert code == 1
    assert "- [ ] **GET /items**: `spec/paths/items.yaml`" in out


def test_accept_offers_what_is_missing_and_keeps_lists(run, shop, documents, tmp_path):
    code, out, _ = run("accept", *shop, "--accept", tmp_path / "none.yaml")
    assert code == 1
    assert "scope:" in out
    assert "- maximum-added /paths/~1items/get/parameters/0/schema/maximum" in out
    file = tmp_path / "accepted.yaml"
    text = (documents / "shop-accepted.yaml").read_text()
    file.write_text(text.replace("breaking enum-value-added", "compatible enum-value-added"))
    assert run("diff", *shop, "--accept", file)[0] == 1
    assert run("accept", *shop, "--accept", file, "--update") == (0, "", "")
    assert file.read_text() == text


def test_the_module_runs_as_a_command(shop):
    done = subprocess.run(
        [sys.executable, "-m", "conformance.cli", "diff", *map(str, shop)], capture_output=True, check=False
    )
    assert done.returncode == 1
    assert b"\x1b" not in done.stdout  # no colour in a pipe


def test_a_reader_that_goes_away_is_no_error(shop):
    script = f"{sys.executable} -m conformance.cli rules --format json | head -c 10"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", script], capture_output=True, check=False)
    assert b"Traceback" not in done.stderr
