"""Times as people write them."""

import pytest

from handlers.moments import moment, period, written

NOW = 1_800_000_000.5  # 2027-01-15 08:00:00.5 UTC


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("5m", 300), ("24h", 86400), ("30d", 2_592_000), (" 2 W ", 1_209_600)]
)
def test_spans(text, seconds):
    assert period(text) == seconds
    assert moment(text, NOW) == int(NOW) + seconds


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2027-02-01", "2027-02-01 00:00"),
        ("2027-02-01T12:30", "2027-02-01 12:30"),
        ("2027-02-01T12:30+02:00", "2027-02-01 10:30"),
        ("2027-02-01T12:30Z", "2027-02-01 12:30"),
    ],
)
def test_dates_are_utc_unless_they_say_otherwise(text, at):
    assert written(moment(text, NOW)) == at


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("soon", "neither a span of time nor a date"),
        ("30", "Write 90m, 24h, 30d, 2w or 2027-01-31"),
        ("3y", "neither"),
        ("-3d", "neither"),
        ("1.5d", "neither"),
        ("2027-13-01", "neither"),
        ("2027-01-15", "not in the future"),
        ("0d", "not in the future"),
        ("999999999w", "beyond the year 9999"),
    ],
)
def test_what_is_no_time_to_come_is_refused(text, message):
    with pytest.raises(ValueError, match=message):
        moment(text, NOW)


def test_what_never_was_is_written_as_nothing():
    assert written(None) == ""
