"""The client's calendar: which day it has shown, and when it first showed a day. It never goes back.

Whoever flies west late at night lives an evening twice. Days that were counted and steps that were reached before
stay so (R64); a day is counted once, when the calendar first shows it.
"""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from projections.context import Context, Stay, TimeZones
from projections.elements import ViewContext
from projections.local_days import local_day, start_of_day

_MOMENT = timedelta(microseconds=1)
_LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)


def begins(day: date, zones: TimeZones) -> datetime:
    """When the client's calendar first shows that day or a later one; `zones` tells of one stay at least."""
    first, *moves = zones.stays
    begins_at = start_of_day(day, ZoneInfo(first.time_zone))
    for stay in moves:
        if begins_at < stay.since:
            break
        begins_at = max(stay.since, start_of_day(day, ZoneInfo(stay.time_zone)))
    return begins_at


def today(context: ViewContext) -> date:
    """The latest day that the client's calendar has shown by the moment asked about."""
    stays = context.time_zones.stays
    shown = (
        local_day(next_one.since - _MOMENT, ZoneInfo(stay.time_zone))
        for stay, next_one in pairwise(stays)
        if next_one.since <= context.at
    )
    return max([context.day, *shown])


def zones_of(context: Context | ViewContext) -> TimeZones:
    """Where the client lives; where the organization is until that is known."""
    known = context.time_zones
    return known if known.stays else TimeZones((Stay(_LONG_AGO, context.policy.working_days.zone.key),))


def months_after(day: date, months: int) -> date:
    """The same day so many calendar months later, or the last day of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
