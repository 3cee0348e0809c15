"""Stretches of recovery time and the steps of the ladder in them: a substance's, or all substances' together."""

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import count, groupby, takewhile
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from domain import policy as numbers
from projections.local_days import start_of_day
from projections.milestones.state import Progress, Use

OVERALL = "overall"
"""The track of all substances together; the other tracks are named after their substance."""

Tracks = dict[str, tuple["Stretch", ...]]
"""The stretches of every track that has any, earliest first: overall, then the substances as they came up."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days in a row since a use, up to the next one. `ended_on` is the day of that use, None while it goes on."""

    track: str
    started_on: date
    put_by: UUID
    ended_on: date | None = None
    ended_by: UUID | None = None

    def days(self, day: date) -> int:
        """How many days it counts on that day, or counted when it ended."""
        return max(0, (min(day, self.ended_on or day) - self.started_on).days)


class Step(NamedTuple):
    """A step of the ladder in a stretch: how many days, the local day that brings it, and when that day begins."""

    days: int
    on: date
    at: datetime


def tracks(state: Progress, zone: ZoneInfo) -> Tracks:
    """All that the uses come to in that time zone."""
    if not state.uses:
        return {}
    found: Tracks = {OVERALL: _stretches(OVERALL, state.uses, zone)}
    for name in dict.fromkeys(use.substance for use in state.uses):
        found[name] = _stretches(name, [use for use in state.uses if use.substance == name], zone)
    return found


def _stretches(track: str, uses: Iterable[Use], zone: ZoneInfo) -> tuple[Stretch, ...]:
    """Each entry that tells of a later day of use ends a stretch and starts the next; any other changes nothing."""
    found: list[Stretch] = []
    for put_by, told in groupby(uses, key=lambda use: use.put_by):
        day = max(use.day(zone) for use in told)
        if found and day <= found[-1].started_on:
            continue
        if found:
            found[-1] = replace(found[-1], ended_on=day, ended_by=put_by)
        found.append(Stretch(track, day, put_by))
    return tuple(found)


def ladder(milestones: numbers.Milestones) -> Iterator[int]:
    """The days of the ladder's steps, without end."""
    yield from milestones.ladder_days
    yield from count(milestones.ladder_days[-1] + milestones.then_every_days, milestones.then_every_days)


def steps(stretch: Stretch, zone: ZoneInfo, milestones: numbers.Milestones, day: date | None = None) -> list[Step]:
    """The steps that an ended stretch reached; of one that goes on, those that come too.

    The coming ones are looked at as far as the policy says; a stretch that has gone further by `day` has the
    steps up to then.
    """
    if stretch.ended_on is not None:
        last = stretch.days(stretch.ended_on)
    else:
        last = milestones.ladder_days[-1] + milestones.years_ahead * 365
        last = max(last, stretch.days(day)) if day else last
    last = min(last, date.max.toordinal() - stretch.started_on.toordinal())
    return [step(stretch, days, zone) for days in takewhile(lambda days: days <= last, ladder(milestones))]


def next_step(stretch: Stretch, zone: ZoneInfo, milestones: numbers.Milestones, day: date) -> Step | None:
    """The next step of a stretch that goes on; None after its end, or where the calendar ends before it."""
    days = next(days for days in ladder(milestones) if days > stretch.days(day))
    if stretch.ended_on is not None or days > date.max.toordinal() - stretch.started_on.toordinal():
        return None
    return step(stretch, days, zone)


def step(stretch: Stretch, days: int, zone: ZoneInfo) -> Step:
    """The step of so many days: it is reached as its local day begins."""
    on = date.fromordinal(stretch.started_on.toordinal() + days)
    return Step(days, on, start_of_day(on, zone))


def months_after(day: date, months: int) -> date:
    """The same day so many calendar months later, or the last day of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
