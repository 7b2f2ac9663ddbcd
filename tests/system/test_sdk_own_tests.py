"""The SDK's own tests, unchanged, against a real server process through the id proxy.

What cannot pass stands in `conformance/sdk/known.yaml` with what it asks that real semantics forbid.
"""

from pathlib import Path

import pytest

from conformance.sdk import suite

ROOT = Path(__file__).parents[2]


def test_every_test_of_the_sdk_passes_but_those_listed(start_server, tmp_path):
    try:
        source = suite.fetch(ROOT / ".cache" / "sdk")
    except suite.SuiteUnavailableError as reason:
        pytest.skip(str(reason))
    # The tests name models of the day; the alias answers for each of them.
    server = start_server(env={"LOCKSTEP_MODEL_ALIASES": "*=echo"})
    cases = suite.run(
        source,
        server.base_url,
        api_key=server.api_key,
        model="echo",
        categories=list(suite.SUITES),
        junit=tmp_path / "junit.xml",
        workers=2,
    )
    unlisted, stale = suite.verdict(cases, suite.known(Path(suite.__file__).with_name("known.yaml")))
    assert len(cases) > 400
    assert not unlisted, "\n".join(f"{case.id}: {case.detail}" for case in unlisted)
    assert not stale, f"listed, but nothing fails there any more: {stale}"
