"""`python -m benchmarks.judge BASE REVISION`: how long a comparison takes, and how much memory.

Each comparison runs in a process of its own, from reading the files to the report; medians of several.
"""

import argparse
import json
import statistics
import subprocess
import sys

MEASURED = """
import json, resource, sys, time
started = time.perf_counter()
from conformance import compare
report = compare(sys.argv[1], sys.argv[2])
seconds = time.perf_counter() - started
undecided = sum(finding.verdict == "undecided" for finding in report.findings)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"seconds": seconds, "mib": peak, "findings": len(report.findings), "undecided": undecided}))
"""


def measure(base: str, revision: str) -> dict[str, float]:
    """One comparison in a fresh process: wall seconds with imports, peak MiB, findings."""
    command = [sys.executable, "-c", MEASURED, base, revision]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)  # noqa: S603 - our own words
    return dict(json.loads(done.stdout))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.judge", description=__doc__)
    parser.add_argument("base")
    parser.add_argument("revision")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    for one, other in ((options.base, options.revision), (options.revision, options.revision)):
        rounds = [measure(one, other) for _ in range(options.rounds)]
        seconds = statistics.median(found["seconds"] for found in rounds)
        peak = max(found["mib"] for found in rounds)
        found = rounds[0]
        sys.stdout.write(
            f"{one} against {other}: {seconds:.2f} s, {peak:.0f} MiB, "
            f"{found['findings']} findings, {found['undecided']} undecided\n"
        )


if __name__ == "__main__":
    main()
