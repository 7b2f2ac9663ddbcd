"""The SDK's own tests: fetched as the source distribution that pip knows, run in a process of their own."""

import importlib.metadata
import os
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import yaml

from conformance.sdk.proxy import proxy

SUITES: Mapping[str, tuple[str, ...]] = {
    "conversations": ("test_conversations.py", "conversations"),
    "chat": ("chat",),
    "models": ("test_models.py",),
    "responses": ("test_responses.py", "responses"),
}
"""Category to paths under `tests/api_resources`."""


class SuiteUnavailableError(Exception):
    """The source distribution cannot be had here; the text says why."""


@dataclass(frozen=True, slots=True)
class Case:
    """One test of the SDK: `id` is `file::Class::name[parameters]`, below `tests/api_resources`."""

    id: str
    outcome: str
    detail: str = ""


def fetch(folder: Path, version: str | None = None) -> Path:
    """The unpacked source distribution of the SDK, downloaded once into `folder`.

    Args:
        folder: a cache; made where absent.
        version: of the `openai` distribution; by default the installed one.

    Raises:
        SuiteUnavailableError: pip could not download it.
    """
    version = version or importlib.metadata.version("openai")
    target = folder / f"openai-{version}"
    if target.is_dir():
        return target
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", "openai"]
        command += ["--no-build-isolation", "--dest", scratch, f"openai=={version}"]
        run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)  # noqa: S603 - our own words
        archives = sorted(Path(scratch).glob("*.tar.gz"))
        if run.returncode or not archives:
            raise SuiteUnavailableError(
                f"pip could not download the source of openai {version}: {run.stderr[-400:]}"
            )
        with tarfile.open(archives[0]) as archive:
            archive.extractall(scratch, filter="data")
        (Path(scratch) / target.name).rename(target)
    return target


def run(
    source: Path,
    base_url: str,
    *,
    api_key: str | None,
    model: str,
    categories: Sequence[str],
    junit: Path,
    workers: int = 0,
) -> list[Case]:
    """Run the SDK's tests of some categories through the id proxy.

    Args:
        source: what `fetch` answered.
        base_url: where the server's API begins.
        api_key: the server's key.
        model: a model that the server serves; empty: the first that it lists.
        categories: keys of `SUITES`.
        junit: where pytest writes its report.
        workers: processes of pytest-xdist; 0 runs in one.
    """
    paths = [f"tests/api_resources/{path}" for category in categories for path in SUITES[category]]
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-o",
        "addopts=",
        "-o",
        "filterwarnings=",
    ]
    command += ["-n", str(workers), f"--junitxml={junit}", *paths]
    with proxy(base_url, api_key=api_key, model=model) as url:
        environment = {**os.environ, "TEST_API_BASE_URL": url, "PYTHONPATH": str(source)}
        done = subprocess.run(  # noqa: S603 - our own words
            command, cwd=source, env=environment, capture_output=True, text=True, check=False, timeout=900
        )
    if not junit.exists():
        raise SuiteUnavailableError(
            f"the SDK's tests did not run:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
        )
    return list(_cases(junit))


def _cases(junit: Path) -> list[Case]:
    found = []
    for case in ET.parse(junit).iter("testcase"):  # noqa: S314 - written by pytest a moment ago
        problem = next((child for child in case if child.tag in {"failure", "error", "skipped"}), None)
        module, _, klass = case.attrib["classname"].removeprefix("tests.api_resources.").rpartition(".")
        identity = f"{module.replace('.', '/')}.py::{klass}::{case.attrib['name']}"
        outcome = "passed" if problem is None else {"skipped": "skipped"}.get(problem.tag, "failed")
        found.append(Case(identity, outcome, "" if problem is None else problem.attrib.get("message", "")))
    return sorted(found, key=lambda case: case.id)


def known(path: Path) -> dict[str, str]:
    """Tests that real semantics forbid: a pattern over the case's id, and the reason."""
    listed = yaml.safe_load(path.read_text()) or []
    return {entry["test"]: entry["reason"] for entry in listed}


def verdict(cases: Sequence[Case], listed: Mapping[str, str]) -> tuple[list[Case], list[str]]:
    """Failures that nobody listed, and listed patterns under which nothing fails any more."""
    failed = [case for case in cases if case.outcome == "failed"]
    unlisted = [case for case in failed if not any(re.fullmatch(pattern, case.id) for pattern in listed)]
    stale = [pattern for pattern in listed if not any(re.fullmatch(pattern, case.id) for case in failed)]
    return unlisted, stale
