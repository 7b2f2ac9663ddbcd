"""Documents say what was measured, and charts show nothing else."""

import json
import re
import xml.etree.ElementTree as ET

import pytest

from benchmarks import charts, report
from benchmarks.scenarios import NAMES, SCENARIOS
from generated.routes import ROUTES

ABOUT = {
    "date": "2026-11-21",
    "seconds": 120,
    "load_average": {"before": 0.1, "after": 2.0},
    "machine": {
        "cpu": "a processor",
        "cores": 2,
        "memory_gib": 23.4,
        "system": "Linux 6",
        "python": "3.11.7",
        "revision": "abc",
    },
}


def load(rate: float, **more: float) -> dict:
    return {"rate": rate, "p50": 1.0, "p99": 4.25, "rates": [rate], "errors": 0, **more}


GRID = ABOUT | {
    "tool": "grid",
    "options": {"stores": ["sqlite", "postgresql"], "clients": [1, 32], "only": NAMES},
    "rows": [
        {
            "scenario": name,
            "clients": clients,
            "floor": load(20_000),
            "sqlite": load(9_000),
            "postgresql": load(5_000, errors=3),
        }
        for clients in (1, 32)
        for name in NAMES
    ],
}
BESIDE = ABOUT | {
    "tool": "beside",
    "options": {"clients": [32]},
    "subjects": ["smg 1.13.0", "lockstep"],
    "rows": [
        {
            "scenario": "create",
            "clients": 32,
            "smg 1.13.0": load(8_000, cpu_us=60, database_us=50),
            "lockstep": load(4_000, cpu_us=120, database_us=70),
        }
    ],
}
LENGTHS = ABOUT | {
    "tool": "lengths",
    "options": {"lengths": [10, 100]},
    "stores": {
        "sqlite": {
            "fill_s": 1.0,
            "rows": [
                {"call": "first page of 4, asc", "us": {"10": 9.5, "100": 9.6}, "spread": 1.01},
                {"call": "append an item", "us": {"10": 100, "100": 150}, "spread": 1.5},
                {"call": "first page of 20, desc", "us": {"100": 21.0}, "spread": 1.0},
            ],
        }
    },
}
MILLION = ABOUT | {
    "tool": "million",
    "options": {"small": 10, "count": 1_000_000, "clients": 32},
    "stores": {
        "postgresql": {
            "fill_s": 90.0,
            "bytes": 2**30,
            "tables": {"item": {"table": 200, "indexes": 300, "rows": 2}},
            "wal_bytes": {"create, 10": 900},
            "pages": [{"page": "no filter, desc", "us": {"10": 200.0, "1000000": 210.0}}],
            "rates": [{"scenario": "create", "10": load(1_000), "1000000": load(900)}],
        }
    },
}
RUNS = {run["tool"]: run for run in (GRID, BESIDE, LENGTHS, MILLION)}


def filled(name: str) -> str:
    return report.fill(f"before\n<!-- figures: {name} -->\nstale\n<!-- end -->\nafter", RUNS)


@pytest.mark.parametrize("name", report.BLOCKS)
def test_a_block_is_replaced_and_filled_the_same_again(name):
    text = filled(name)
    assert text.startswith("before\n")
    assert text.endswith("<!-- end -->\nafter")
    assert "stale" not in text
    assert "2 cores of a processor" in text
    assert report.fill(text, RUNS) == text


def test_figures_are_those_of_the_run():
    assert "| create a conversation | 20,000 | 9,000 | 4.2 | 0.45 | 5,000 | 4.2 | 0.25 |" in filled("grid")
    assert "5,000 (4.2, 3 errors)" in filled("grid")
    assert "| create a conversation | 8,000 (4.2) | 4,000 (4.2) | 0.50 |" in filled("beside")
    assert "| create a conversation | 60 (+ 50) | 120 (+ 70) |" in filled("beside")
    assert "Not flat within 20% in this run: append an item." in filled("lengths")
    assert "| list: no filter, desc, µs | 200 | 210 | 1.05 |" in filled("million")
    assert "| item | 2 | 100 | 150 |" in filled("weights")


def test_what_was_not_measured_is_not_made_up():
    text = report.fill("<!-- figures: grid -->\n| old | 1 |\n<!-- end -->", {})
    assert "Not measured yet." in text
    assert "old" not in text


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
def test_charts_are_drawn_the_same_each_time_and_every_one_is_shown(run, tmp_path):
    drawn = charts.draw(run, tmp_path)
    first = [path.read_bytes() for path in drawn]
    assert [path.read_bytes() for path in charts.draw(run, tmp_path)] == first
    shown = re.findall(r"charts/([\w-]+)\.svg", filled(run["tool"]))
    assert sorted(shown) == sorted(path.stem for path in drawn)
    for path in drawn:
        ET.fromstring(path.read_text())


@pytest.mark.parametrize("name", report.PAGES)
def test_documents_are_as_the_data_say(name):
    text = (report.DOCS / name).read_text()
    assert set(re.findall(r"<!-- figures: ([\w-]+) -->", text)) <= set(report.BLOCKS)
    assert report.fill(text, report.known()) == text, "run python -m benchmarks.report"
    for chart in re.findall(r"\((charts/[^)]+)\)", text):
        assert (report.DOCS / chart).is_file(), chart


def test_scenarios_are_operations_of_the_contract():
    served = {(route.method.upper(), route.path) for route in ROUTES}
    assert {(each.method, each.template) for each in SCENARIOS} <= served


def test_requests_go_round_all_conversations():
    for scenario in SCENARIOS:
        requests = scenario.requests(["conv_1", "conv_2"])
        named = "{conversation_id}" in scenario.template + (scenario.body or "")
        assert max(len(requests.paths), len(requests.bodies)) == (2 if named else 1)
        assert not [path for path in requests.paths if "{" in path]
        assert all(json.loads(body) for body in requests.bodies)
