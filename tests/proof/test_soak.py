"""The short form of the soak (`make soak` is the long one), and that it can fail."""

import dataclasses
import sys

import pytest

from tests.proof.crash import places
from tests.proof.crash.places import Server
from tests.proof.soak.run import Plan, soak
from tests.proof.soak.verdict import Limits, Point, certainty, failures, growth, slope

BUSY = Limits(latency=4.0, noise=(50.0, 500.0))
"""Tests run beside others: here latencies tell only of answers that take ever longer."""
LEAKY = """
from handlers import conversations
from handlers.cli import main
kept, create = [], conversations.Conversations.create_conversation
def leak(self, *args, **named):
    kept.append(bytearray(b'x' * 60_000))
    return create(self, *args, **named)
conversations.Conversations.create_conversation = leak
main()
"""


def run(folder, plan):
    server = Server(folder / "server", {"LOCKSTEP_DATA_DIR": str(folder / "data")})
    try:
        server.start()
        return soak(server, folder / "data", plan, print)
    finally:
        server.stop()


def test_a_server_does_not_grow(tmp_path):
    outcome = run(tmp_path, Plan(14, 2.5, 0.5, 0.4, 0.4, BUSY))
    assert outcome.failures == [], outcome.examples
    assert outcome.operations.keys() >= {"create", "append", "list", "chat", "stream", "background", "delete"}
    assert sum(point.rate for point in outcome.points) / len(outcome.points) > 50


def test_a_server_that_leaks_is_noticed(tmp_path, monkeypatch):
    monkeypatch.setattr(places, "COMMAND", [sys.executable, "-c", LEAKY, "serve"])
    outcome = run(tmp_path, Plan(5, 1, 0.25, 0.4, 0.2, BUSY))
    assert [line for line in outcome.failures if line.startswith("memory changed by +")]


FLAT = Point(0, 1000, 2.0, 9.0, 0, 100 * 2**20, 40, 5, 0, 2**20)


def series(**grows):
    """Thirty points with some noise, in which some figures grow by a part of themselves."""
    points = []
    for number in range(30):
        wobble = 1 + (number * 7919 % 13 - 6) / 300
        changed = {
            name: getattr(FLAT, name) * (1 + part * number / 29) * wobble for name, part in grows.items()
        }
        points.append(dataclasses.replace(FLAT, p50=2 * wobble, p99=9 / wobble))
        points[-1] = dataclasses.replace(points[-1], **changed)
    return points


def test_noise_is_no_growth():
    assert failures(series(), Limits()) == []
    spiked = series()
    spiked[20] = dataclasses.replace(spiked[20], p50=400, p99=4000)
    assert failures(spiked, Limits()) == []


@pytest.mark.parametrize(
    ("points", "said"),
    [
        (series(resident=0.08), "memory changed by +"),
        (series(resident=-0.08), "memory changed by -"),
        (series(p50=0.6), "the p50 of answers grew"),
        (series(p99=0.9), "the p99 of answers grew"),
        (series(files=1.0), "more open files"),
        (series(threads=4.0), "more open threads"),
        ([*series(), dataclasses.replace(FLAT, errors=1)], "1 requests were not answered"),
        ([*series(), dataclasses.replace(FLAT, log=2**30)], "the write-ahead log reached 1024 MiB"),
    ],
)
def test_what_grows_is_told(points, said):
    assert len(failures(points, Limits())) == 1
    assert said in failures(points, Limits())[0]


def test_slope_and_certainty_are_those_of_theil_sen_and_mann_kendall():
    assert slope([1, 2, 3, 4, 100]) == 1
    assert growth([10, 11, 12]) == pytest.approx(2 / 11)
    assert certainty([1, 2, 3, 4]) == pytest.approx(5 / (4 * 3 * 13 / 18) ** 0.5)
    assert certainty([4, 3, 2, 1]) == -certainty([1, 2, 3, 4])
    assert certainty([1, 1, 1]) == 0
