"""smg, a server in Rust that keeps conversations in PostgreSQL; from PyPI, in a place of its own."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import ports
from benchmarks.processes import Process, run

VERSION = "1.13.0"
FOLDER = Path(__file__).parents[1] / ".cache" / f"smg-{VERSION}"


def program() -> Path:
    """The command, installed if it is not there yet."""
    command = FOLDER / "bin" / "smg"
    if not command.is_file():
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", FOLDER], check=True, timeout=60)  # noqa: S603 - our own words
        pip = [sys.executable, "-m", "pip", "--python", str(FOLDER / "bin" / "python")]
        pip += ["--disable-pip-version-check", "--quiet"]
        subprocess.run([*pip, "install", f"smg=={VERSION}"], check=True, timeout=600)  # noqa: S603 - our own words
    return command


@contextmanager
def smg(database: str, model: str, key: str) -> Iterator[Process]:
    """It, on a PostgreSQL database, with a model endpoint that conversations never ask."""
    port = ports.free()
    command = [str(program()), "launch", "--host", "127.0.0.1", "--port", str(port), "--log-level", "error"]
    command += ["--backend", "openai", "--worker-urls", model, "--api-key", key]
    command += ["--history-backend", "postgres", "--postgres-db-url", database]
    command += ["--prometheus-port", str(ports.free())]
    with run(command, port, "/health", {}) as process:
        yield process
