"""codegen.sh: what stops it, what it leaves alone, what `--check` sees."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from spec.codegen.__main__ import differences, generated, replace
from spec.codegen.faults import SpecError

ROOT = Path(__file__).parents[2]
FIXTURES = Path(__file__).parent / "fixtures"
BROKEN = sorted((FIXTURES / "broken").glob("*.yaml"))


def broken(case: Path, folder: Path) -> tuple[Path, dict[str, Any]]:
    """The small contract with the case's one edit."""
    told = yaml.safe_load(case.read_text())
    spec = folder / "spec"
    shutil.copytree(FIXTURES / "spec", spec)
    file = spec / told["file"]
    text = file.read_text()
    assert text.count(told["replace"]) == 1, "the edit should have one place"
    file.write_text(text.replace(told["replace"], told["by"]))
    return spec, told


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case.stem)
def test_broken_spec_stops_with_file_line_and_reason(case: Path, tmp_path: Path) -> None:
    spec, told = broken(case, tmp_path)
    with pytest.raises(SpecError) as stopped:
        generated(spec)
    lines = str(stopped.value).splitlines()
    for said in told["says"]:
        assert any(said in line for line in lines), lines
    for line in lines:
        file, number, reason = line.split(":", 2)
        written = (tmp_path / file).read_text().splitlines()
        assert 1 <= int(number) <= len(written)
        assert reason.strip()


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "spec.codegen", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_broken_spec_leaves_the_old_output_untouched(tmp_path: Path) -> None:
    spec, _ = broken(FIXTURES / "broken" / "dangling-ref.yaml", tmp_path)
    output = tmp_path / "generated"
    output.mkdir()
    (output / "schemas.py").write_text("old")
    done = run("--spec", str(spec), "--output", str(output))
    assert done.returncode == 1
    assert done.stderr == "spec/schemas/shapes.yaml:42: nothing is at #/Shap\n"
    assert [path.name for path in output.iterdir()] == ["schemas.py"]
    assert (output / "schemas.py").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["generated", "spec"]


def test_output_is_the_same_under_every_hash_seed(files: dict[str, str], tmp_path: Path) -> None:
    for seed in ("1", "2"):
        output = tmp_path / seed
        done = run("--spec", str(FIXTURES / "spec"), "--output", str(output), PYTHONHASHSEED=seed)
        assert (done.returncode, done.stderr) == (0, "")
        assert {path.name: path.read_text() for path in output.iterdir()} == files


def test_output_tells_no_path_and_no_time(files: dict[str, str]) -> None:
    text = "".join(files.values())
    assert str(ROOT) not in text
    assert "timestamp" not in text


def test_rewriting_empties_the_folder(files: dict[str, str], tmp_path: Path) -> None:
    output = tmp_path / "generated"
    output.mkdir()
    (output / "left_over.py").write_text("")
    replace(output, files)
    assert sorted(path.name for path in output.iterdir()) == sorted(files)


def test_check_sees_new_missing_and_changed_files(files: dict[str, str], tmp_path: Path) -> None:
    output = tmp_path / "generated"
    replace(output, files)
    (output / "__pycache__").mkdir()
    (output / "__pycache__" / "schemas.pyc").write_text("")
    assert differences(files, output) == []
    (output / "added.py").write_text("")
    (output / "routes.py").unlink()
    (output / "stubs.py").write_text(files["stubs.py"] + "\n")
    assert differences(files, output) == [
        "added.py should not be there",
        "routes.py is missing",
        "stubs.py is not what spec/ says",
    ]
    done = run("--check", "--spec", str(FIXTURES / "spec"), "--output", str(output))
    assert done.returncode == 1
    assert "generated/added.py should not be there: run ./codegen.sh" in done.stderr
    assert (output / "added.py").exists()


def test_generated_is_what_spec_says() -> None:
    """The promise of the repository: `generated/` is a pure function of `spec/`."""
    assert differences(generated(ROOT / "spec"), ROOT / "generated") == []
