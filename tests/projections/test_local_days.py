"""Days are counted in the client's own time zone, and working days are the organization's."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.policy.organization import WorkingDaysPolicy
from projections.local_days import end_of_day, local_day, start_of_day, working_day_after

CHICAGO = ZoneInfo("America/Chicago")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("day", "zone", "start", "end"),
    [
        ("2026-03-07", "America/Chicago", "2026-03-07T06:00Z", "2026-03-08T06:00Z"),
        pytest.param("2026-03-08", "America/Chicago", "2026-03-08T06:00Z", "2026-03-09T05:00Z", id="23 hours"),
        pytest.param("2026-11-01", "America/Chicago", "2026-11-01T05:00Z", "2026-11-02T06:00Z", id="25 hours"),
        pytest.param("2018-11-04", "America/Sao_Paulo", "2018-11-04T03:00Z", "2018-11-05T02:00Z", id="no midnight"),
        pytest.param("2018-02-17", "America/Sao_Paulo", "2018-02-17T02:00Z", "2018-02-18T03:00Z", id="23 h twice"),
        pytest.param("2024-04-26", "Africa/Cairo", "2024-04-25T22:00Z", "2024-04-26T21:00Z", id="no midnight, Cairo"),
        pytest.param("2025-11-02", "America/Havana", "2025-11-02T04:00Z", "2025-11-03T05:00Z", id="midnight twice"),
        pytest.param("1919-03-31", "America/Toronto", "1919-03-31T04:30Z", "1919-04-01T04:00Z", id="gap over midnight"),
        pytest.param("2011-12-30", "Pacific/Apia", "2011-12-30T10:00Z", "2011-12-30T10:00Z", id="a day that never was"),
        pytest.param("9999-12-31", "Pacific/Honolulu", "9999-12-31T10:00Z", "9999-12-31T23:59:59Z", id="never"),
        pytest.param("0001-01-01", "Asia/Tokyo", "0001-01-01T00:00Z", "0001-01-01T14:41:01Z", id="the first day"),
    ],
)
def test_a_day_begins_with_its_first_existing_moment(day: str, zone: str, start: str, end: str) -> None:
    assert start_of_day(date.fromisoformat(day), ZoneInfo(zone)) == moment(start)
    assert end_of_day(date.fromisoformat(day), ZoneInfo(zone)) == moment(end)


ZONES = st.sampled_from(
    [
        *("America/Chicago", "America/Sao_Paulo", "Africa/Cairo", "America/Havana", "Asia/Beirut", "UTC"),
        *("Pacific/Apia", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns", "Europe/Dublin"),
    ]
).map(ZoneInfo)


@given(st.dates(date(1930, 1, 1), date(2100, 1, 1)), ZONES)
def test_days_follow_each_other_without_gap_or_overlap(day: date, zone: ZoneInfo) -> None:
    start, end = start_of_day(day, zone), end_of_day(day, zone)

    assert start <= end
    assert start.tzinfo is UTC
    if start < end:
        assert local_day(start, zone) == day
    assert local_day(start - timedelta(microseconds=1), zone) < day


@given(st.datetimes(timezones=st.just(UTC)), ZONES)
def test_every_moment_has_a_day(at: datetime, zone: ZoneInfo) -> None:
    assert abs((local_day(at, zone) - at.date()).days) <= 1


def test_the_same_moment_is_another_day_elsewhere() -> None:
    assert local_day(moment("2026-03-01T03:00Z"), CHICAGO) == date(2026, 2, 28)


@pytest.mark.parametrize(
    ("day", "n", "expected"),
    [
        pytest.param("2026-06-29", 1, "2026-06-30", id="Monday to Tuesday"),
        pytest.param("2026-07-02", 1, "2026-07-06", id="over a holiday and a weekend"),
        pytest.param("2026-07-04", 1, "2026-07-06", id="from a Saturday"),
        pytest.param("2026-06-29", 6, "2026-07-08", id="six of them"),
    ],
)
def test_working_days_skip_weekends_and_holidays(day: str, n: int, expected: str) -> None:
    calendar = WorkingDaysPolicy(time_zone="America/Chicago", holidays=frozenset({date(2026, 7, 3)}))

    assert working_day_after(date.fromisoformat(day), n, calendar) == date.fromisoformat(expected)
