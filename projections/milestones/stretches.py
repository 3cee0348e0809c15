"""Stretches of recovery time and the steps of the ladder in them: a substance's, or all substances' together."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count, takewhile
from typing import Annotated, Final, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.policy import MilestonesPolicy
from domain.replacing import replace
from domain.vocabulary.substances import Substance
from projections.collection import Elements
from projections.context import Context
from projections.elements import KEY, NO_COLUMN, NOT_SHOWN, Named, ViewContext, at_a_moment
from projections.local_days import local_day, start_of_day

OVERALL: Final = "overall"
"""The track of all substances together; the other tracks are named after their substance."""


@dataclass(frozen=True, slots=True)
class Uses:
    """What an entry tells of uses, from which days are counted anew."""

    event_id: Annotated[UUID, KEY]
    """The entry: an intake or a lapse."""
    last_used_on: dict[Substance, date]
    """The substances, each with the local day of its use."""

    def days(self) -> dict[str, date]:
        """The local day of use for each track: overall first, then each substance."""
        of_each = {str(substance): on for substance, on in self.last_used_on.items()}
        return {OVERALL: max(of_each.values()), **of_each} if of_each else {}


class Step(NamedTuple):
    """Steps of the recovery ladder: those reached, and in stretches that go on those that will come."""

    track: Annotated[str, KEY, NOT_SHOWN]
    """The substance whose days are counted, or overall for all of them together."""
    started_on: Annotated[date, KEY, NOT_SHOWN]
    """The stretch in which the step lies."""
    days: Annotated[int, KEY]
    """The step, in days."""
    on: Annotated[date, Named("reached_on")]
    """The local day that brings it."""
    at: Annotated[datetime, Named("reached_at")]
    """When that day begins; from then on the step is reached."""
    event_id: UUID
    """The entry that started the stretch in which the step lies."""

    @at_a_moment
    def reached(self, context: ViewContext) -> bool:
        """Whether it is reached at the moment asked about."""
        return self.at <= context.at


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days in a row since a use. A later use ends the stretch, starts the next and takes nothing away from it."""

    track: Annotated[str, KEY, NOT_SHOWN]
    """The substance whose days are counted, or overall for all of them together."""
    started_on: Annotated[date, KEY]
    """The local day of the use from which days are counted."""
    event_id: UUID
    """The entry that started it: an intake that told of a last use, or a lapse."""
    time_zone: Annotated[str, NO_COLUMN, NOT_SHOWN]
    """The time zone in which its days are counted."""
    numbers: Annotated[MilestonesPolicy, NO_COLUMN, NOT_SHOWN]
    """The ladder that holds for it."""
    ended_on: date | None = None
    """The local day of the next use; null while the stretch goes on."""
    ended_event_id: UUID | None = None
    """The entry that told of the next use; null while the stretch goes on."""

    def days_by(self, day: date) -> int:
        """How many days it counts on that day, or counted when it ended."""
        return max(0, (min(day, self.ended_on or day) - self.started_on).days)

    @at_a_moment
    def days(self, context: ViewContext) -> int:
        """Days from its start to its end, or to the day asked about."""
        return self.days_by(self.day(context))

    @at_a_moment
    def steps(self, context: ViewContext) -> tuple[Step, ...]:
        """Steps reached and, while the stretch goes on, those to come."""
        return tuple(steps(self, self.day(context)))

    def day(self, context: ViewContext) -> date:
        """The client's day at the moment asked about."""
        return local_day(context.at, ZoneInfo(self.time_zone))


@dataclass(frozen=True, slots=True)
class Tracks:
    """The stretches of all tracks, and each track's last, which goes on: overall, then the substances as they came."""

    stretches: Elements[Stretch] = Elements()
    current: dict[str, Stretch] = field(default_factory=dict)

    def told(self, uses: Uses, context: Context) -> "Tracks":
        """An entry that tells of a later day of use ends a stretch and starts the next; any other changes nothing."""
        stretches, current, zone = self.stretches, self.current, context.zone_on(date.max)
        for track, day in uses.days().items():
            before = current.get(track)
            if before and day <= before.started_on:
                continue
            if before:
                stretches = stretches.put(replace(before, ended_on=day, ended_event_id=uses.event_id))
            started = Stretch(track, day, uses.event_id, zone.key, context.policy.milestones)
            stretches, current = stretches.put(started), current | {track: started}
        return self if stretches is self.stretches else Tracks(stretches, current)

    def of(self, track: str) -> list[Stretch]:
        """The stretches of that track, latest first."""
        return [stretch for stretch in reversed(self.stretches) if stretch.track == track]


def ladder(milestones: MilestonesPolicy) -> Iterator[int]:
    """The days of the ladder's steps, without end."""
    yield from milestones.ladder_days
    yield from count(milestones.ladder_days[-1] + milestones.then_every_days, milestones.then_every_days)


def steps(stretch: Stretch, day: date | None = None) -> list[Step]:
    """The steps that an ended stretch reached; of one that goes on, those that come too.

    The coming ones are looked at as far as the policy says; a stretch that has gone further by `day` has the
    steps up to then.
    """
    milestones, zone = stretch.numbers, ZoneInfo(stretch.time_zone)
    if stretch.ended_on is not None:
        last = stretch.days_by(stretch.ended_on)
    else:
        last = milestones.ladder_days[-1] + milestones.years_ahead * 365
        last = max(last, stretch.days_by(day)) if day else last
    last = min(last, date.max.toordinal() - stretch.started_on.toordinal())
    return [_step(stretch, days, zone) for days in takewhile(lambda days: days <= last, ladder(milestones))]


def next_step(stretch: Stretch, day: date) -> Step | None:
    """The next step of a stretch that goes on; None after its end, or where the calendar ends before it."""
    days = next(days for days in ladder(stretch.numbers) if days > stretch.days_by(day))
    if stretch.ended_on is not None or days > date.max.toordinal() - stretch.started_on.toordinal():
        return None
    return _step(stretch, days, ZoneInfo(stretch.time_zone))


def _step(stretch: Stretch, days: int, zone: ZoneInfo) -> Step:
    """The step of so many days: it is reached as its local day begins."""
    on = date.fromordinal(stretch.started_on.toordinal() + days)
    return Step(stretch.track, stretch.started_on, days, on, start_of_day(on, zone), stretch.event_id)


def months_after(day: date, months: int) -> date:
    """The same day so many calendar months later, or the last day of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
