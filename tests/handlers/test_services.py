"""Tests of what handlers are given: ids."""

import time

from handlers.services import ordered_hex


def test_ids_grow_with_the_time_and_differ_within_a_millisecond() -> None:
    before = int(time.time() * 1000)
    ids = [ordered_hex() for _ in range(2000)]
    after = int(time.time() * 1000)
    times = [int(one[:12], 16) for one in ids]
    assert before <= times[0]
    assert times == sorted(times)
    assert times[-1] <= after
    assert len(set(ids)) == len(ids)
    assert {len(one) for one in ids} == {48}
