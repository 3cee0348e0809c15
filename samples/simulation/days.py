"""The clinic's days, as moments."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from projections.local_days import local_day, start_of_day


class Days:
    """Days counted from the clinic's first one, and the moments at which they begin in its time zone."""

    def __init__(self, first: date, time_zone: str) -> None:
        self.first = first
        self.time_zone = time_zone
        self._zone = ZoneInfo(time_zone)
        self.begins = lru_cache(maxsize=8192)(self._begins)

    def _begins(self, day: int) -> datetime:
        return start_of_day(self.date(day), self._zone).astimezone(UTC)

    def date_at(self, moment: datetime) -> date:
        """The local date at that moment."""
        return local_day(moment, self._zone)

    def date(self, day: int) -> date:
        """The date of the clinic's so-and-so-many-th day; the first is 0."""
        return self.first + timedelta(days=day)

    def weekday(self, day: int) -> int:
        """0 is Monday."""
        return (self.first.weekday() + day) % 7

    def at(self, day: int, hour: float) -> datetime:
        """That hour of that day, to the minute. Where the clocks change, an hour more or less does not matter."""
        return self.begins(day) + timedelta(minutes=int(hour * 60))
