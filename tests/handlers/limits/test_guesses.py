"""Wrong keys of one address are counted; right ones that were used meanwhile go on working."""

import pytest

from handlers.errors import RateLimitError
from handlers.limits import guesses
from handlers.limits.guesses import Guesses

FAR = "203.0.113.7"


def bearing(key):
    return {b"authorization": b"Bearer " + key.encode()}


def fail(counted, times, address=FAR, key="wrong"):
    for _ in range(times):
        counted.check(address, bearing(key))
        counted.failed(address, bearing(key))


def test_so_many_a_minute_then_none_until_there_is_room(clock):
    counted = Guesses(6, clock)
    fail(counted, 6)
    with pytest.raises(RateLimitError) as refused:
        counted.check(FAR, bearing("another"))
    assert refused.value.headers["retry-after"] == "10"
    clock.now += 10
    fail(counted, 1)
    with pytest.raises(RateLimitError):
        counted.check(FAR, bearing("another"))


def test_other_addresses_are_not_meant(clock):
    counted = Guesses(6, clock)
    fail(counted, 6)
    counted.check("203.0.113.8", bearing("another"))


def test_keys_that_were_right_meanwhile_go_on_working(clock):
    counted = Guesses(6, clock)
    fail(counted, 3)
    counted.passed(FAR, bearing("right"))
    fail(counted, 3)
    counted.check(FAR, bearing("right"))
    with pytest.raises(RateLimitError):
        counted.check(FAR, bearing("unheard of"))


def test_a_key_that_has_become_wrong_is_not_right_any_more(clock):
    counted = Guesses(6, clock)
    fail(counted, 5)
    counted.passed(FAR, bearing("revoked"))
    fail(counted, 1, key="revoked")
    with pytest.raises(RateLimitError):
        counted.check(FAR, bearing("revoked"))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:203.0.113.7", "203.0.113.7", True),
        ("::ffff:203.0.113.7", "::ffff:203.0.113.8", False),
        ("fe80::1%eth0", "fe80::2%eth1", True),
    ],
)
def test_a_network_of_ipv6_is_one_address(clock, one, other, same):
    counted = Guesses(6, clock)
    fail(counted, 6, one)
    if same:
        with pytest.raises(RateLimitError):
            counted.check(other, bearing("another"))
    else:
        counted.check(other, bearing("another"))


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.9.1", "::1"])
def test_loopback_does_not_count(clock, address):
    fail(Guesses(6, clock), 100, address)


def test_a_request_without_any_key_is_no_guess(clock):
    counted = Guesses(6, clock)
    for _ in range(100):
        counted.check(FAR, {})
        counted.failed(FAR, {})


def test_nothing_is_counted_where_it_is_off(clock):
    fail(Guesses(0, clock), 100)


def test_addresses_are_forgotten_when_they_do_well_and_when_there_are_too_many(clock, monkeypatch):
    monkeypatch.setattr(guesses, "SUSPECTS", 3)
    counted = Guesses(1, clock)
    for number in range(5):
        fail(counted, 1, f"203.0.113.{number}")
    assert list(counted.suspects) == [f"203.0.113.{number}" for number in (2, 3, 4)]
    clock.now += 60
    counted.passed("203.0.113.3", bearing("right"))
    assert len(counted.suspects) == 2
