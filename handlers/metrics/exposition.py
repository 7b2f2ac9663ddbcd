"""The counts in Prometheus' text format, by the official client; imported at the first scrape."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from itertools import accumulate

from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from prometheus_client.samples import Sample
from prometheus_client.utils import floatToGoString
from typing_extensions import override

from handlers.metrics import Meters, Shown
from handlers.tallies import Figure, Tally

MEDIA_TYPE = b"text/plain; version=0.0.4; charset=utf-8"


class Exposition(Collector):
    """Turns the counts into families whenever it is asked."""

    def __init__(self, meters: Meters) -> None:
        self._meters = meters
        self._registry = CollectorRegistry()
        for collect in (ProcessCollector, PlatformCollector, GCCollector):
            collect(registry=self._registry)
        self._registry.register(self)

    def text(self) -> bytes:
        """The whole page."""
        return generate_latest(self._registry)

    def shown(self) -> Shown:
        """The same as plain values, for another process to put into its page."""
        return [
            [family.name, family.documentation, family.type, [list(sample[:3]) for sample in family.samples]]
            for family in self._registry.collect()
        ]

    def describe(self) -> Iterable[Metric]:
        """Registering must not scrape, which is what it does where this is missing."""
        return ()

    @override
    def collect(self) -> Iterable[Metric]:
        yield from _figures([Figure("lockstep_build_info", "Always 1.", 1, {"version": version("lockstep")})])
        yield from self._requests()
        yield from self._calls()
        yield from self._commits()
        yield from _figures(figure for gauge in self._meters.gauges for figure in gauge())

    def _requests(self) -> Iterator[Metric]:
        labels = ["operation", "status"]
        counter = CounterMetricFamily(
            "lockstep_requests", "Requests answered; status 0: the client left before.", labels=labels
        )
        by_operation: defaultdict[str, list[Tally]] = defaultdict(list)
        # A copy in one step: the event loop may add to it meanwhile.
        for (operation, status), tally in list(self._meters.requests.items()):
            counter.add_metric([operation, str(status)], sum(tally.counts))
            by_operation[operation].append(tally)
        yield counter
        seconds = HistogramMetricFamily(
            "lockstep_request_seconds",
            "From a request's head to its answer's end; a stream's end is its last event.",
            labels=["operation"],
        )
        for operation, tallies in by_operation.items():
            _add(seconds, [operation], tallies)
        yield seconds

    def _calls(self) -> Iterator[Metric]:
        calls = HistogramMetricFamily(
            "lockstep_provider_call_seconds",
            "Calls to the provider, by outcome (ok, error, cancelled).",
            labels=["provider", "call", "outcome"],
        )
        for key, tally in list(self._meters.calls.items()):
            _add(calls, list(key), [tally])
        yield calls
        first = HistogramMetricFamily(
            "lockstep_provider_first_chunk_seconds",
            "How long a provider's stream took to begin.",
            labels=["provider"],
        )
        for provider, tally in list(self._meters.first_chunks.items()):
            _add(first, [provider], [tally])
        yield first

    def _commits(self) -> Iterator[Metric]:
        commits = self._meters.commits
        if commits is None:
            return
        sizes = HistogramMetricFamily("lockstep_store_batch_writes", "Writes in one commit.", labels=[])
        _add(sizes, [], [commits.sizes])
        yield sizes
        seconds = HistogramMetricFamily(
            "lockstep_store_commit_seconds",
            "A transaction from its first statement until it is durable.",
            labels=[],
        )
        _add(seconds, [], [commits.seconds])
        yield seconds
        yield CounterMetricFamily(
            "lockstep_store_commits_failed", "Transactions that the store refused.", value=commits.failed
        )


class Together(Collector):
    """The figures of several processes, each under its own label, so that rates survive their restarts."""

    def __init__(self, processes: Mapping[str, Shown]) -> None:
        self._processes = processes

    def text(self) -> bytes:
        """The whole page."""
        registry = CollectorRegistry()
        registry.register(self)
        return generate_latest(registry)

    def describe(self) -> Iterable[Metric]:
        """Nothing, as above."""
        return ()

    @override
    def collect(self) -> Iterable[Metric]:
        families: dict[str, Metric] = {}
        for process in sorted(self._processes):
            for name, about, kind, samples in self._processes[process]:
                family = families.setdefault(name, Metric(name, about, kind))
                family.samples += [
                    Sample(sample, {**labels, "worker": process}, value) for sample, labels, value in samples
                ]
        return families.values()


def _add(family: HistogramMetricFamily, labels: list[str], tallies: list[Tally]) -> None:
    """Add what several tallies of the same bounds counted together; buckets are cumulative."""
    columns = zip(*[tuple(tally.counts) for tally in tallies], strict=True)
    bounds = [*map(floatToGoString, tallies[0].bounds), "+Inf"]
    buckets = list(zip(bounds, accumulate(map(sum, columns)), strict=True))
    family.add_metric(labels, buckets, sum(tally.total for tally in tallies))


def _figures(figures: Iterable[Figure]) -> Iterator[Metric]:
    """What only grows is a counter, and says so by its name."""
    families: dict[str, GaugeMetricFamily | CounterMetricFamily] = {}
    for figure in figures:
        labels: Mapping[str, str] = figure.labels
        if figure.name not in families:
            made = CounterMetricFamily if figure.name.endswith("_total") else GaugeMetricFamily
            families[figure.name] = made(figure.name, figure.about, labels=list(labels))
        families[figure.name].add_metric(list(labels.values()), figure.value)
    yield from families.values()
