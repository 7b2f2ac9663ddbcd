"""What the settings ask for: shared where there may be several processes, divided where nothing is shared."""

import pytest

from handlers.auth import Caller
from handlers.limits import loading
from handlers.limits.buckets import Local
from handlers.limits.shares import Shared
from handlers.settings import Settings
from handlers.stores import load

POSTGRESQL = "postgresql://nobody@127.0.0.1:1/none"


@pytest.mark.parametrize(
    ("given", "shared"),
    [
        ({}, False),
        ({"workers": 2}, True),
        ({"database_url": POSTGRESQL}, True),
        ({"workers": 2, "shared_limits": False}, False),
        ({"shared_limits": True}, True),
    ],
)
def test_processes_share_where_there_may_be_several(tmp_path, given, shared):
    settings = Settings(data_dir=tmp_path, requests_per_minute=9, _env_file=None, **given)
    assert loading.are_shared(settings) is shared
    quota = loading.quotas(settings, load(settings)).of(Caller("default", "key_1"))
    assert isinstance(quota.requests, Shared if shared else Local)
    assert quota.tokens is None


@pytest.mark.parametrize(("limit", "part"), [(0, 0), (1, 1), (5, 2), (9, 3)])
def test_each_worker_has_its_part_of_what_is_not_shared(tmp_path, limit, part):
    settings = Settings(
        data_dir=tmp_path,
        workers=3,
        requests_per_minute=1,
        concurrent_requests_per_key=limit,
        _env_file=None,
    )
    assert loading.quotas(settings, load(settings)).of(Caller("default", "key_1")).at_once == part
