"""Every probe catches a fault that a proxy puts before our server; without faults each of them passes."""

import pytest

from conformance.wire.promises import categories, every, selected
from tests.conformance.wire.rewriting import FOLDER, Spoiling, faults
from tests.conformance.wire.within import within


@pytest.fixture
async def server(tmp_path):
    async with within(tmp_path / "data") as running:
        yield running


async def test_a_server_without_faults_passes(server):
    examined = await server.examine(list(every().values()))
    others = {one.probe.id: (one.outcome, one.reason) for one in examined.probes if one.outcome != "passed"}
    assert others == {}
    assert not examined.failed
    assert examined.score == 100


async def test_each_probe_can_be_asked_for_alone(server):
    """No 404 that a probe provokes is taken for an operation that is not served."""
    for probe in every().values():
        if "launch" not in probe.needs:
            examined = await server.examine([probe], launched=False, only=(probe.id,))
            assert (probe.id, set(examined.absent), examined.score) == (probe.id, set(), 100)


@pytest.mark.parametrize("category", categories())
async def test_each_case_of_a_probe_catches_a_fault(server, category):
    caught, wrong = set(), []
    for fault in faults(category):
        failed, passed_over = await catch(server, fault)
        caught |= failed
        wrong += passed_over
    assert wrong == []
    missing = {(one.id, case) for one in selected([category]) for case in one.cases or [""]} - caught
    assert not missing, f"no fault in {category}.yaml makes these fail: {sorted(missing)}"


async def catch(server, fault):
    """Examine a server with a fault: the cases that failed, and the probes that should have and did not."""
    proxy = Spoiling(server, fault)
    examined = await server.examine(selected([*fault.catches, *fault.beside]), proxy, timeout=5.0)
    results = [one for one in examined.probes if one.probe.id not in fault.beside]
    failed = {(one.probe.id, case.name) for one in results for case in one.cases if case.outcome == "failed"}
    wrong = [f"{fault.name}: {one.probe.id} {one.outcome}" for one in results if one.outcome != "failed"]
    return failed, wrong if proxy.hits else [*wrong, f"{fault.name}: nothing was ever spoilt"]


def test_each_file_of_faults_is_of_a_category():
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(categories())
    names = [fault.name for category in categories() for fault in faults(category)]
    assert len(set(names)) == len(names)
