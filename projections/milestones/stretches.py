"""Stretches of recovery time and the steps of the ladder in them: a substance's, or all substances' together."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count, pairwise, takewhile
from typing import Annotated, NamedTuple
from uuid import UUID

from domain.policy.milestones import MilestonesPolicy
from domain.replacing import replace
from domain.vocabulary.substances import Substance
from projections.collection import Elements
from projections.context import TimeZones
from projections.elements import KEY, NO_COLUMN, NOT_SHOWN, Named, ViewContext, at_a_moment
from projections.milestones.days import begins, months_after, today
from projections.milestones.uses import OF_TRACKS, TimesOfUse, Told

_DAY = timedelta(days=1)


class Step(NamedTuple):
    """Steps of the recovery ladder: those reached, and in stretches that go on those that will come."""

    track: Annotated[str, KEY, NOT_SHOWN, OF_TRACKS]
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
    years: int | None = None
    """The step in years, where it is an anniversary: it comes by the calendar."""

    @at_a_moment
    def reached(self, context: ViewContext) -> bool:
        """Whether it is reached at the moment asked about."""
        return self.at <= context.at


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days in a row without use: from the day after a use to the day before the next, which takes nothing away."""

    track: Annotated[str, KEY, NOT_SHOWN, OF_TRACKS]
    """The substance whose days are counted, or overall for all of them together."""
    started_on: Annotated[date, KEY]
    """The local day of the use from which days are counted: the day after it is the first."""
    event_id: UUID
    """The entry that tells of that use: an intake or a lapse."""
    zones: Annotated[TimeZones, NO_COLUMN, NOT_SHOWN]
    """Where its days are lived."""
    numbers: Annotated[MilestonesPolicy, NO_COLUMN, NOT_SHOWN]
    """The ladder that holds for it."""
    ended_on: date | None = None
    """The local day of the next use; null while the stretch goes on."""
    ended_event_id: UUID | None = None
    """The entry that tells of the next use; null while the stretch goes on."""

    def days_by(self, day: date) -> int:
        """How many days it counts on that day, or counted in all when it had ended."""
        if self.ended_on is not None:
            day = min(day, self.ended_on - _DAY)
        return max(0, (day - self.started_on).days)

    @at_a_moment
    def days(self, context: ViewContext) -> int:
        """Days from its start to its end, or to the day asked about."""
        return self.days_by(today(context))

    @at_a_moment
    def steps(self, context: ViewContext) -> tuple[Step, ...]:
        """Steps reached and, while the stretch goes on, those to come."""
        return tuple(steps(self, today(context)))


@dataclass(frozen=True, slots=True)
class Track:
    """A track on which days are counted: a substance, opioids together, or overall."""

    track: Annotated[str, KEY, OF_TRACKS]
    """The substance, or overall."""
    last_use_unknown: tuple[Substance, ...]
    """The substances in it whose last use is not known: until it is, present days are not known."""


@dataclass(frozen=True, slots=True)
class Tracks:
    """What was told of uses, in effective order, and the tracks and stretches that follow from what still counts."""

    told: Elements[Told] = Elements()
    tracks: Elements[Track] = Elements()
    stretches: Elements[Stretch] = Elements()

    def tell(self, told: Iterable[Told], zones: TimeZones) -> "Tracks":
        """With more told of uses. Stretches follow the days of use, so what is told late changes those before."""
        all_told = self.heard(told).told
        times = TimesOfUse(each for each in all_told if each.withdrawn_by is None)
        tracks = self.tracks
        for name in times.tracks():
            track = Track(name, times.unknown(name))
            if tracks.get(name) != track:
                tracks = tracks.put(track)
        found = {(each.track, each.started_on): each for each in stretches(times, zones)}
        return Tracks(all_told, tracks, _replaced(self.stretches, found))

    def heard(self, told: Iterable[Told]) -> "Tracks":
        """With what was told, but does not count: an entry said so that was corrected or retracted."""
        all_told = self.told
        for each in told:
            all_told = all_told.put(each)
        return replace(self, told=all_told)

    def of(self, track: str) -> list[Stretch]:
        """The stretches of that track, latest first."""
        found = (stretch for stretch in self.stretches if stretch.track == track)
        return sorted(found, key=lambda stretch: stretch.started_on, reverse=True)


def stretches(times: TimesOfUse, zones: TimeZones) -> Iterator[Stretch]:
    """Between each time of use and the next, and since the last one where that is known."""
    for name in times.tracks():
        for use, following in pairwise([*times.of(name), None]):
            assert use, "only the last is followed by none"
            if use.ended_on is None:
                continue
            yield Stretch(
                track=name,
                started_on=use.ended_on,
                event_id=use.ended.event_id,
                zones=zones,
                numbers=use.ended.numbers,
                ended_on=following.began_on if following else None,
                ended_event_id=following.began.event_id if following else None,
            )


def _replaced(before: Elements[Stretch], found: dict[tuple[str, date], Stretch]) -> Elements[Stretch]:
    """The stretches found, those that did not change as the same objects."""
    if any((each.track, each.started_on) not in found for each in before):
        before = Elements(each for each in before if (each.track, each.started_on) in found)
    after = before
    for key, stretch in found.items():
        if before.get(key) != stretch:
            after = after.put(stretch)
    return after


def _ladder(stretch: Stretch) -> Iterator[tuple[date, int | None]]:
    """The days that bring a step, each with the years if it is an anniversary: without end but that of the calendar."""
    days = stretch.numbers.ladder_days
    last = date.max.toordinal() - stretch.started_on.toordinal()
    in_days = [stretch.started_on + each * _DAY for each in days if each <= last]
    for years in count(1):
        anniversary = months_after(stretch.started_on, 12 * years)
        yield from ((on, None) for on in in_days if on < anniversary)
        if anniversary == date.max:
            return
        yield anniversary, years
        in_days = [on for on in in_days if on > anniversary]


def steps(stretch: Stretch, day: date | None = None) -> list[Step]:
    """The steps that an ended stretch reached; of one that goes on, those that come too.

    The coming ones are looked at as far as the policy says; a stretch that has gone further by `day` has the
    steps up to then.
    """
    if stretch.ended_on is not None:
        last = stretch.ended_on - _DAY
    else:
        last = months_after(stretch.started_on, 12 * stretch.numbers.years_ahead)
        last = max(last, day) if day else last
    return [_step(stretch, on, years) for on, years in takewhile(lambda step: step[0] <= last, _ladder(stretch))]


def next_step(stretch: Stretch, day: date) -> Step | None:
    """The next step of a stretch that goes on; None after its end, or where the calendar ends before it."""
    if stretch.ended_on is not None:
        return None
    return next((_step(stretch, on, years) for on, years in _ladder(stretch) if on > day), None)


def _step(stretch: Stretch, on: date, years: int | None) -> Step:
    """The step that a day brings: it is reached as that day begins."""
    days = (on - stretch.started_on).days
    return Step(stretch.track, stretch.started_on, days, on, begins(on, stretch.zones), stretch.event_id, years)
