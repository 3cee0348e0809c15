"""What a fold may ask beside the event itself: the numbers that apply, and where the client's days are counted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from domain.effective import effective
from domain.entry import Entry
from domain.events.record import RECORD_TYPES
from domain.policy import Policy
from domain.vocabulary.record import Precision
from projections.local_days import end_of_day, local_day, start_of_day

TELL_THE_TIME_ZONE: Final = frozenset({"client_registered", "client_moved"})
"""The types of event that say where the client lives."""


class Stay(NamedTuple):
    """That the client lives in a time zone from a moment on."""

    since: datetime
    time_zone: str


@dataclass(frozen=True, slots=True)
class TimeZones:
    """Where the client lived when. Days that were lived keep the zone that they were lived in (R64)."""

    stays: tuple[Stay, ...] = ()
    """In order. The first holds for all time before it, too: people are registered after a first crisis contact."""

    def at(self, moment: datetime) -> ZoneInfo | None:
        """The time zone at that moment; None while nothing is known."""
        stays = [stay for stay in self.stays if stay.since <= moment] or self.stays[:1]
        return ZoneInfo(stays[-1].time_zone) if stays else None

    def on(self, day: date) -> ZoneInfo | None:
        """The time zone in which that day is counted: that of its end, where the client moved on it."""
        stays = self.stays[:1]
        for stay in self.stays[1:]:
            if local_day(stay.since, ZoneInfo(stay.time_zone)) <= day:
                stays = (stay,)
        return ZoneInfo(stays[0].time_zone) if stays else None


def time_zones(entries: Iterable[Entry]) -> TimeZones:
    """Where the client lived, as one client's entries tell it, in order of position."""
    telling = [entry for entry in entries if entry.event.type in TELL_THE_TIME_ZONE or entry.event.type in RECORD_TYPES]
    stays = (
        Stay(entry.occurred_at, time_zone)
        for entry in effective(telling).entries
        if entry.event.type in TELL_THE_TIME_ZONE and (time_zone := getattr(entry.event, "time_zone", None))
    )
    return TimeZones(tuple(stays))


class Context(NamedTuple):
    """The circumstances of an entry that is folded."""

    policy: Policy
    """The numbers in force when it occurred, as known when it was recorded."""
    time_zones: TimeZones = TimeZones()
    """Where the client lives, as far as it is known by now."""

    def zone_at(self, moment: datetime) -> ZoneInfo:
        """The time zone in which the client lives at that moment; the organization's until theirs is known."""
        return self.time_zones.at(moment) or self.policy.working_days.zone

    def zone_on(self, day: date) -> ZoneInfo:
        """The time zone in which that day of the client's is counted."""
        return self.time_zones.on(day) or self.policy.working_days.zone

    def day(self, entry: Entry) -> date:
        """The client's local day on which the entry occurred; where just the day is known, that is the fact.

        A moment that was corrected to be known to the day only lies in its local day.
        """
        if entry.precision is Precision.DAY and entry.occurred_at.time() == time.min:
            return entry.occurred_at.date()
        return self.day_at(entry.occurred_at)

    def day_at(self, moment: datetime) -> date:
        """The client's local day at that moment."""
        return local_day(moment, self.zone_at(moment))

    def known_by(self, entry: Entry) -> datetime:
        """The moment by which the entry had occurred for certain, from which times are counted within which something
        is due: where just the day is known, its end."""
        return self.end_of(self.day(entry)) if entry.precision is Precision.DAY else entry.occurred_at

    def start_of(self, day: date) -> datetime:
        """When that day of the client's begins."""
        return start_of_day(day, self.zone_on(day))

    def end_of(self, day: date) -> datetime:
        """When that day of the client's is over."""
        return end_of_day(day, self.zone_on(day))
