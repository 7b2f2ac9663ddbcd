"""The entry point of `lockstep`: without the server's dependencies, it says what to install."""

import sys


def main() -> None:
    """Run the command line. `pip install .` alone brings the judge, and this command only by name."""
    try:
        from handlers.cli import main as run  # noqa: PLC0415 - it is what may be missing
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] in ("handlers", "generated"):
            raise
        sys.exit(f"lockstep: {error.name} is missing: install the server with its extra, lockstep[server].")
    run()
