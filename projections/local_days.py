"""Days as people live them: when a day of a time zone begins and ends, and which days an organization works."""

from bisect import bisect_left
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from domain.policy.organization import WorkingDaysPolicy

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """The date that the calendar shows in that zone at that moment."""
    try:
        return moment.astimezone(zone).date()
    except OverflowError:  # within hours of the first or last moment that a datetime can hold
        return moment.date()


@lru_cache(maxsize=4096)
def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of that day in that zone, in UTC.

    Where the clocks skip midnight, the day begins as they do; where they show midnight twice, at the first. A day
    that the zone skipped altogether begins with the one after it.
    """
    midnight = datetime.combine(day, time.min)
    try:
        start = midnight.replace(tzinfo=zone).astimezone(UTC)
        if start.astimezone(zone).replace(tzinfo=None) == midnight:
            return start
        return _after_the_gap(day, midnight.replace(tzinfo=zone, fold=1).astimezone(UTC), start, zone)
    except OverflowError:
        return midnight.replace(tzinfo=UTC)


def _after_the_gap(day: date, before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    seconds = range(int((after - before).total_seconds()))
    return before + bisect_left(seconds, day, key=lambda second: local_day(before + second * _SECOND, zone)) * _SECOND


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The first moment, in UTC, that no longer belongs to that day: the start of the next one.

    The last day of the calendar, which people write for "never", ends with the last second that there is; its last
    microsecond is what databases read as infinity.
    """
    return datetime.max.replace(microsecond=0, tzinfo=UTC) if day == date.max else start_of_day(day + _DAY, zone)


class LocalDays(NamedTuple):
    """Days of a time zone one after the other, the first and the last included."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def since(self) -> datetime:
        """The moment in which they begin."""
        return start_of_day(self.first, self.zone)

    @property
    def until(self) -> datetime:
        """The moment before which they end."""
        return end_of_day(self.last, self.zone)


def days_asked(
    first: date | None, last: date | None, now: datetime, zone: ZoneInfo, *, usual_first: Callable[[date], date]
) -> LocalDays:
    """The days asked for: until today and from the usual first one for that last one, unless said.

    Raises ValueError where they end before they begin.
    """
    last = last or local_day(now, zone)
    first = first or usual_first(last)
    if last < first:
        raise ValueError("The last day lies before the first.")
    return LocalDays(first, last, zone)


def day_after(day: date, n: int) -> date:
    """The n-th day after that day; the last day of the calendar, which people write for "never", where it ends."""
    return date.fromordinal(min(day.toordinal() + n, date.max.toordinal()))


def working_day_after(day: date, n: int, working_days: WorkingDaysPolicy) -> date:
    """The n-th working day of the organization after that day, which does not count itself."""
    for _ in range(n):
        day += _DAY
        while not working_days.is_working(day):
            day += _DAY
    return day


def working_days_later(moment: datetime, n: int, working_days: WorkingDaysPolicy) -> datetime:
    """The end of the n-th working day of the organization after that moment's day there."""
    zone = working_days.zone
    return end_of_day(working_day_after(local_day(moment, zone), n, working_days), zone)
