"""`python -m benchmarks.charts [results.json ...]`: pictures of what runs measured, into docs/charts.

Drawn from nothing but the files; without arguments, from all that are kept in docs/charts/data.
"""

import argparse
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pygal
from pygal.style import Style

from benchmarks.figures import Result, read
from benchmarks.scenarios import NAMES, TITLES

# pygal leaves a finder of a kind that Python has given up, and is warned of at every later import.
sys.meta_path[:] = [finder for finder in sys.meta_path if hasattr(finder, "find_spec")]

FOLDER = Path(__file__).parents[1] / "docs" / "charts"
DATA = FOLDER / "data"
FONT = "Helvetica, Arial, sans-serif"
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
"""pygal says there when it drew."""
STORES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
BLUE, ORANGE, GREEN, PURPLE, PINK = "#2b6cb0", "#c05621", "#2f855a", "#6b46c1", "#b83280"
GREY, SKY = "#a0aec0", "#90cdf4"
LINES = (BLUE, ORANGE, GREEN, PURPLE, PINK, "#718096", "#b7791f")
SMALL = 10
Chart = Any
Drawn = Iterator[tuple[str, Chart]]


def style(colors: Sequence[str]) -> Style:
    """Black on white, wherever it is shown."""
    return Style(
        background="#ffffff",
        plot_background="#ffffff",
        foreground="#333333",
        foreground_strong="#111111",
        foreground_subtle="#777777",
        guide_stroke_color="#dddddd",
        major_guide_stroke_color="#cccccc",
        guide_stroke_dasharray="1,0",
        major_guide_stroke_dasharray="1,0",
        opacity="1",
        colors=tuple(colors),
        value_colors=("#111111",) * len(colors),
        font_family=FONT,
        label_font_size=12,
        major_label_font_size=12,
        legend_font_size=12,
        title_font_size=15,
        value_font_size=11,
    )


def number(value: float | None) -> str:
    """With commas, and a digit behind the point where there is little before it."""
    if value is None:
        return ""
    return f"{value:,.1f}" if 0 < value < SMALL and value != int(value) else f"{value:,.0f}"


def beyond(value: float | None) -> str:
    """The number moved behind its bar's end, on which pygal centres it."""
    return "\N{NO-BREAK SPACE}" * 13 + number(value)


def chart(kind: Callable[..., Chart], title: str, colors: Sequence[str], **options: Any) -> Chart:
    """An empty one in our style."""
    made = kind(
        title=title,
        style=style(colors),
        js=(),
        width=820,
        legend_at_bottom=True,
        legend_at_bottom_columns=3,
        truncate_label=-1,
        truncate_legend=-1,
        value_formatter=number,
        margin=14,
        margin_right=40,
        margin_bottom=30 + 18 * ((len(colors) - 1) // 3),
        **options,
    )
    made.uuid = re.sub(r"\W+", "-", title.lower())
    return made


def bars(
    title: str, series: Mapping[str, Sequence[float]], labels: Sequence[str], colors: Sequence[str]
) -> Chart:
    """A group of bars for each label, the first on top."""
    height = 140 + len(labels) * (16 + 17 * len(series))
    made = chart(
        pygal.HorizontalBar,
        title,
        colors,
        height=height,
        print_values=True,
        print_values_position="top",
        show_x_guides=True,
        show_y_guides=False,
    )
    made.x_labels = list(labels)[::-1]
    made.range = (0, max(max(values) for values in series.values()) * 1.08)
    for name, values in series.items():
        made.add(name, list(values)[::-1], formatter=beyond)
    return made


def lines(
    title: str, series: Mapping[str, Sequence[float | None]], labels: Sequence[str], *, powers: bool = False
) -> Chart:
    """A line for each series over labels at equal distances; from zero, or by powers of ten."""
    values = [value for line in series.values() for value in line if value is not None]
    made = chart(pygal.Line, title, LINES[: len(series)], height=400, dots_size=3, logarithmic=powers)
    made.x_labels = list(labels)
    if powers:
        made.y_labels = steps(min(values), max(values))
    else:
        made.range = (0, max(values) * 1.15)
    for name, line in series.items():
        made.add(name, list(line), stroke_style={"width": 2.5})
    return made


def steps(least: float, most: float) -> list[float]:
    """1, 2, 5, 10, 20 ... around the values."""
    every: list[float] = [first * 10.0**power for power in range(-3, 8) for first in (1, 2, 5)]
    below = max(step for step in every if step <= least)
    above = min(step for step in every if step >= most)
    return [step for step in every if below <= step <= above]


def grid(result: Result) -> Drawn:
    """Rates beside the floor; rates and slowest answers by clients."""
    stores, clients = result["options"]["stores"], result["options"]["clients"]
    names = [name for name in NAMES if name in result["options"]["only"]]
    found = {(row["scenario"], row["clients"]): row for row in result["rows"]}
    usual = 32 if 32 in clients else clients[-1]  # noqa: PLR2004 - what is compared by
    sides = {"floor (nothing stored)": "floor", **{STORES[store]: store for store in stores}}
    series = {title: [found[name, usual][side]["rate"] for name in names] for title, side in sides.items()}
    titles = [TITLES[name] for name in names]
    colors = (GREY, BLUE, ORANGE)[: len(series)]
    yield "floor", bars(f"Requests a second, {usual} clients", series, titles, colors)
    for store in stores:
        for figure, title in (("rate", "Requests a second"), ("p99", "99th percentile, ms")):
            series = {TITLES[name]: [found[name, each][store][figure] for each in clients] for name in names}
            labels = [f"{each} clients" if each > 1 else "1 client" for each in clients]
            yield (
                f"clients-{store}-{figure}",
                lines(f"{STORES[store]}: {title}", series, labels, powers=True),
            )


def beside(result: Result) -> Drawn:
    """Rates beside the peer's."""
    for clients in result["options"]["clients"]:
        rows = [row for row in result["rows"] if row["clients"] == clients]
        titles = [TITLES[row["scenario"]] for row in rows]
        series = {name: [row[name]["rate"] for row in rows] for name in result["subjects"]}
        colors = (GREY, BLUE, SKY, GREEN)[: len(series)]
        yield (
            f"beside-{clients}",
            bars(f"Requests a second on the same PostgreSQL, {clients} clients", series, titles, colors),
        )


LENGTH_CALLS = {
    "first page of 20, desc": "newest 20",
    "middle page of 20, desc": "20 from the middle",
    "last page of 20, desc": "oldest 20",
    "first page of 4, asc": "oldest 4",
    "retrieve an item": "one item by its id",
}


def lengths(result: Result) -> Drawn:
    """What a call costs by the length of the conversation."""
    known = result["options"]["lengths"]
    for store, found in result["stores"].items():
        rows = {row["call"]: row["us"] for row in found["rows"]}
        series = {
            title: [rows[call].get(str(length)) for length in known]
            for call, title in LENGTH_CALLS.items()
            if call in rows
        }
        labels = [f"{length:,} items" for length in known]
        title = f"{STORES[store]}: µs a call, by the length of the conversation"
        yield f"lengths-{store}", lines(title, series, labels)


def million(result: Result) -> Drawn:
    """Rates of a large store beside a small one's."""
    small, large = result["options"]["small"], result["options"]["count"]
    for store, found in result["stores"].items():
        titles = [TITLES[row["scenario"]] for row in found["rates"]]
        series = {
            f"{count:,} conversations": [row[str(count)]["rate"] for row in found["rates"]]
            for count in (small, large)
        }
        title = f"{STORES[store]}: requests a second, {result['options']['clients']} clients"
        yield f"million-{store}", bars(title, series, titles, (GREY, BLUE))


TOOLS: dict[str, Callable[[Result], Drawn]] = {
    "grid": grid,
    "beside": beside,
    "lengths": lengths,
    "million": million,
}


def text(made: Chart) -> str:
    """As SVG that is the same each time."""
    rendered: str = made.render(is_unicode=True)
    return COMMENT.sub("", rendered).strip() + "\n"


def draw(result: Result, folder: Path) -> list[Path]:
    """Write the charts of a run."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, made in TOOLS[result["tool"]](result):
        written.append(folder / f"{name}.svg")
        written[-1].write_text(text(made), encoding="utf-8")
    return written


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.charts", description=__doc__)
    parser.add_argument("results", type=Path, nargs="*", help="what --json wrote")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the charts go")
    options = parser.parse_args()
    for path in options.results or sorted(DATA.glob("*.json")):
        for written in draw(read(path), options.folder):
            sys.stdout.write(f"{written}\n")


if __name__ == "__main__":
    main()
