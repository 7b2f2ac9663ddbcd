"""What a run measured: medians, where it was measured, the file it is kept in."""

import json
import os
import platform
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.load import Load

PACKAGES = ("asyncpg", "connexion", "orjson", "pydantic", "starlette", "uvicorn", "uvloop")
CODE = ("handlers", "generated", "requirements")
FIGURES = ("rate", "p50", "p99")
Result = dict[str, Any]


def median(loads: Sequence[Load]) -> dict[str, float]:
    """The middle of several rounds, figure by figure, and every round's rate; errors are added up."""
    found = {name: statistics.median(getattr(load, name) for load in loads) for name in FIGURES}
    rounded: dict[str, Any] = {name: round(value, 3) for name, value in found.items()}
    rounded["rates"] = [round(load.rate) for load in loads]
    rounded["errors"] = sum(load.errors for load in loads)
    return rounded


def cpu_name() -> str:
    """What the processor calls itself."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()


def memory_gib() -> float:
    """All of the machine's."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def git(*words: str) -> str:
    """What it answers, nothing where it cannot."""
    done = subprocess.run(["git", *words], capture_output=True, text=True, check=False)  # noqa: S603, S607 - our own words
    return done.stdout.strip()


def revision() -> str:
    """The commit that was measured, with a mark if the code differs from it."""
    commit = git("rev-parse", "--short=9", "HEAD") or "unknown"
    return f"{commit}, changed" if git("status", "--porcelain", "--", *CODE) else commit


def machine() -> dict[str, Any]:
    """Where this runs, by what others could compare it with; no names of hosts, users or folders."""
    return {
        "cpu": cpu_name(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(memory_gib(), 1),
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
        "revision": revision(),
    }


def record(tool: str, options: dict[str, Any], run: Callable[[], Result]) -> Result:
    """Run it; answers what it measured with what it was measured on."""
    began, load = time.time(), os.getloadavg()
    result = run()
    return {
        "tool": tool,
        "date": time.strftime("%Y-%m-%d", time.gmtime(began)),
        "seconds": round(time.time() - began),
        "load_average": {"before": load[0], "after": os.getloadavg()[0]},
        "machine": machine(),
        "options": options,
        **result,
    }


def keep(result: Result, path: Path | None) -> None:
    """Write it down, if there is a place to."""
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def read(path: Path) -> Result:
    """What was written down."""
    found: Result = json.loads(path.read_text(encoding="utf-8"))
    return found
