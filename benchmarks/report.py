"""`python -m benchmarks.report`: draws the charts and fills the tables of documents from docs/charts/data.

Between `<!-- figures: NAME -->` and `<!-- end -->` of a document stands what is generated; nothing there is
written by hand. `--check` writes nothing and fails if something there is not what the data say.
"""

import argparse
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from benchmarks.charts import DATA, FOLDER, STORES, draw, number
from benchmarks.figures import Result, read
from benchmarks.lengths import FLAT
from benchmarks.scenarios import NAMES, TITLES

DOCS = FOLDER.parent
PAGES = ("performance.md", "scaling.md")
BLOCK = re.compile(r"(<!-- figures: (?P<name>[\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)
USUAL = 32
"""Clients that servers are compared at."""
Lines = Iterable[str]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Lines:
    """A table in Markdown; all but the first column are figures."""
    yield f"| {' | '.join(head)} |"
    yield f"|---|{'---:|' * (len(head) - 1)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""


def picture(name: str, title: str) -> Lines:
    """A chart, if it was drawn."""
    yield f"![{title}](charts/{name}.svg)"
    yield ""


def about(result: Result) -> str:
    """Where and when it was measured."""
    machine = result["machine"]
    load = result["load_average"]
    return (
        f"{result['date']}, revision {machine['revision']}: {machine['cores']} cores of {machine['cpu']}, "
        f"{machine['memory_gib']:.0f} GiB, {machine['system']}, Python {machine['python']}; load average "
        f"{load['before']:.1f} before, {load['after']:.1f} after; {result['seconds'] / 60:.0f} minutes."
    )


def times(value: float) -> str:
    """A ratio."""
    return f"{value:.2f}"


def grid(result: Result) -> Lines:
    """Everything at the usual number of clients beside the floor; then rates by clients."""
    stores, clients = result["options"]["stores"], result["options"]["clients"]
    names = [name for name in NAMES if name in result["options"]["only"]]
    found = {(row["scenario"], row["clients"]): row for row in result["rows"]}
    usual = USUAL if USUAL in clients else clients[-1]
    yield about(result)
    yield ""
    head = [f"{usual} clients", "floor req/s"]
    for store in stores:
        head += [f"{STORES[store]} req/s", "p99 ms", "of floor"]
    rows = []
    for name in names:
        row = found[name, usual]
        cells = [TITLES[name], number(row["floor"]["rate"])]
        for store in stores:
            one = row[store]
            cells += [number(one["rate"]), number(one["p99"]), times(one["rate"] / row["floor"]["rate"])]
        rows.append(cells)
    yield from table(head, rows)
    yield from picture("floor", f"Requests a second at {usual} clients, beside the floor")
    for store in stores:
        head = [f"{STORES[store]}, req/s (p99 ms)", *(f"{each} clients" for each in clients)]
        cells_of = [[TITLES[name], *(pair(found[name, each][store]) for each in clients)] for name in names]
        yield from table(head, cells_of)
        yield from picture(f"clients-{store}-rate", f"{STORES[store]}: requests a second by clients")
        yield from picture(f"clients-{store}-p99", f"{STORES[store]}: 99th percentile by clients")


def pair(one: Mapping[str, float]) -> str:
    """A rate and its slowest answers, with how many of them were errors, if any were."""
    wrong = f", {one['errors']:.0f} errors" if one["errors"] else ""
    return f"{number(one['rate'])} ({number(one['p99'])}{wrong})"


def beside(result: Result) -> Lines:
    """Ours beside the peer."""
    smg, *ours = result["subjects"]
    yield about(result)
    yield ""
    for clients in result["options"]["clients"]:
        rows = []
        for row in (row for row in result["rows"] if row["clients"] == clients):
            cells = [TITLES[row["scenario"]], pair(row[smg])]
            for name in ours:
                cells += [pair(row[name]), times(row[name]["rate"] / row[smg]["rate"])]
            rows.append(cells)
        head = [f"{clients} clients, req/s (p99 ms)", smg]
        for name in ours:
            head += [name, f"of {smg.split()[0]}'s"]
        yield from table(head, rows)
        cpu = (
            [TITLES[row["scenario"]], *(spent(row[name]) for name in result["subjects"])]
            for row in result["rows"]
            if row["clients"] == clients
        )
        yield from table([f"{clients} clients, CPU µs a request (+ database's)", *result["subjects"]], cpu)
        yield from picture(f"beside-{clients}", f"Requests a second beside smg, {clients} clients")


def spent(one: Mapping[str, float]) -> str:
    """Processor time of the server, and of the database for it."""
    return f"{number(one['cpu_us'])} (+ {number(one['database_us'])})"


def lengths(result: Result) -> Lines:
    """Each call by length."""
    yield about(result)
    yield ""
    known = [str(length) for length in result["options"]["lengths"]]
    for store, found in result["stores"].items():
        rows = [
            [row["call"], *(number(row["us"].get(each)) for each in known), times(row["spread"])]
            for row in found["rows"]
        ]
        head = [f"{STORES[store]}, µs", *(f"{int(each):,} items" for each in known), "dearest / cheapest"]
        yield from table(head, rows)
        yield from picture(f"lengths-{store}", f"{STORES[store]}: cost of a call by length")
        steep = [row["call"] for row in found["rows"] if row["spread"] > FLAT]
        if steep:
            yield f"Not flat within {FLAT - 1:.0%} in this run: {', '.join(steep)}."
            yield ""


def million(result: Result) -> Lines:
    """The large store beside the small one."""
    small, large = result["options"]["small"], result["options"]["count"]
    yield about(result)
    yield ""
    for store, found in result["stores"].items():
        head = [STORES[store], f"{small:,}", f"{large:,}", "large / small"]
        rows = []
        for row in found["rates"]:
            few, many = row[str(small)], row[str(large)]
            rows.append(
                [
                    f"{TITLES[row['scenario']]}, req/s (p99 ms)",
                    pair(few),
                    pair(many),
                    times(many["rate"] / few["rate"]),
                ]
            )
        for row in found["pages"]:
            few, many = row["us"][str(small)], row["us"][str(large)]
            rows.append([f"list: {row['page']}, µs", number(few), number(many), times(many / few)])
        yield from table(head, rows)
        yield f"Filled in {number(found['fill_s'])} s; {number(found['bytes'] / 2**20)} MiB."
        yield ""
        yield from picture(f"million-{store}", f"{STORES[store]}: requests a second in a large store")


def weights(result: Result) -> Lines:
    """Bytes of rows and of what is written for them, on PostgreSQL."""
    found = result["stores"]["postgresql"]
    rows = [
        [name, f"{one['rows']:,}", number(one["table"] / one["rows"]), number(one["indexes"] / one["rows"])]
        for name, one in found["tables"].items()
        if one["rows"] > 0
    ]
    yield about(result)
    yield ""
    yield from table(["PostgreSQL, bytes a row", "rows", "table", "indexes"], rows)
    wal = [[name, number(written)] for name, written in found["wal_bytes"].items()]
    yield from table(["write, conversations in the store", "bytes of write-ahead log"], wal)


BLOCKS: dict[str, tuple[str, Callable[[Result], Lines]]] = {
    "grid": ("grid", grid),
    "beside": ("beside", beside),
    "lengths": ("lengths", lengths),
    "million": ("million", million),
    "weights": ("million", weights),
}
"""Name of a block: the run that it is from, and what it says."""


def fill(document: str, data: Mapping[str, Result]) -> str:
    """The document with every block as the data say; those without data stay empty."""

    def block(found: re.Match[str]) -> str:
        run, said = BLOCKS[found["name"]]
        lines = said(data[run]) if run in data else ["Not measured yet.", ""]
        return found[1] + "\n" + "\n".join(lines) + found[3]

    return BLOCK.sub(block, document)


def known(folder: Path = DATA) -> dict[str, Result]:
    """The runs that are kept, by tool."""
    found = [read(path) for path in sorted(folder.glob("*.json"))]
    return {result["tool"]: result for result in found}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.report", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing")
    options = parser.parse_args()
    data = known()
    stale = []
    for name in PAGES:
        path = DOCS / name
        text = path.read_text(encoding="utf-8")
        filled = fill(text, data)
        stale += [name] if filled != text else []
        if not options.check:
            path.write_text(filled, encoding="utf-8")
    if options.check:
        sys.exit(f"stale: {', '.join(stale)}; run python -m benchmarks.report" if stale else 0)
    for result in data.values():
        draw(result, FOLDER)


if __name__ == "__main__":
    main()
