"""Steps that had been reached as far as was known, and do not count any more (R46, R56).

A day of use is no day without, so a lapse on the day of a step withdraws that step; one that is told late withdraws
those that were reached meanwhile, and an intake those that rested on what was known before it. Nothing of this is
silent: each says which entry withdrew it.
"""

from collections.abc import Iterator
from datetime import date, datetime
from itertools import groupby
from typing import Annotated, NamedTuple
from uuid import UUID

from domain.replacing import replace
from domain.vocabulary.substances import Substance
from projections.context import TimeZones
from projections.elements import Named, ViewContext
from projections.milestones.days import zones_of
from projections.milestones.stretches import Stretch, Tracks, steps, stretches
from projections.milestones.uses import TimesOfUse, Told, tracks_of


class WithdrawnStep(NamedTuple):
    """A step of the ladder that was reached as far as was known, and what withdrew it."""

    track: str
    """The substance whose days were counted, or overall."""
    days: int
    """The step, in days."""
    on: Annotated[date, Named("reached_on")]
    """The local day that brought it."""
    event_id: UUID
    """The entry that started the stretch in which it lay."""
    withdrawn_event_id: UUID
    """The entry that tells of use by which it does not count any more."""
    withdrawn_at: datetime
    """When that was recorded."""


def withdrawn_steps(tracks: Tracks, context: ViewContext) -> tuple[WithdrawnStep, ...]:
    """All steps withdrawn by what was told of uses, in the order in which that was recorded."""
    known = _Known(zones_of(context), {id(each): place for place, each in enumerate(tracks.told)}, context.at)
    told = sorted(tracks.told, key=lambda each: each.recorded_at)
    by_entry = groupby(told, key=lambda each: each.event_id)
    found = [step for _, of_one in by_entry for step in known.tell(list(of_one))]
    if not found:
        return ()
    standing = {(step.track, step.days, step.on) for stretch in tracks.stretches for step in steps(stretch)}
    return tuple(each for each in found if each[:3] not in standing)


class _Known:
    """What was known of uses, as it was recorded entry after entry.

    Most lapses are told in their order: they end the stretches that go on, and nothing else has to be found anew.
    """

    def __init__(self, zones: TimeZones, order: dict[int, int], at: datetime) -> None:
        self._zones = zones
        self._order = order
        self._at = at
        self._told: list[Told] = []
        self._latest = date.min
        self._unknown = False
        self._current: dict[str, Stretch] = {}

    def tell(self, told: list[Told]) -> list[WithdrawnStep]:
        """What an entry withdraws."""
        gone = list(self._at_the_end(told) if self._in_order(told) else self._anew(told))
        self._latest = max([self._latest, *(max(each.told_on, each.ended_on or each.told_on) for each in told)])
        return gone

    def _in_order(self, told: list[Told]) -> bool:
        """An opioid that is not named may concern any that is."""
        return not self._unknown and all(
            each.intake is None and each.began_on > self._latest and each.substance is not Substance.OPIOIDS
            for each in told
        )

    def _at_the_end(self, told: list[Told]) -> Iterator[WithdrawnStep]:
        self._told += told
        of_tracks = {track: each for each in told for track in tracks_of(each)}
        for track, each in of_tracks.items():
            stretch = self._current.get(track)
            if stretch:
                yield from self._gone(stretch, replace(stretch, ended_on=each.began_on), each)
            assert each.ended_on, "a lapse has a last day"
            self._current[track] = Stretch(track, each.ended_on, each.event_id, self._zones, each.numbers)

    def _anew(self, told: list[Told]) -> Iterator[WithdrawnStep]:
        before = {(each.track, each.started_on): each for each in stretches(TimesOfUse(self._told), self._zones)}
        self._told = sorted([*self._told, *told], key=lambda each: self._order[id(each)])
        times = TimesOfUse(self._told)
        after = {(each.track, each.started_on): each for each in stretches(times, self._zones)}
        self._unknown = any(times.unknown(track) for track in times.tracks())
        self._current = {each.track: each for each in after.values() if each.ended_on is None}
        for key, stretch in before.items():
            now = after.get(key)
            if now is None or now.ended_on != stretch.ended_on:
                yield from self._gone(stretch, now, told[0])

    def _gone(self, stretch: Stretch, now: Stretch | None, by: Told) -> Iterator[WithdrawnStep]:
        """The steps of the stretch that had been reached, and are not in what became of it."""
        reached_by = min(by.recorded_at, self._at)
        kept = {step.days for step in steps(now)} if now else set()
        for step in steps(stretch, reached_by.date()):
            if step.at <= reached_by and step.days not in kept:
                yield WithdrawnStep(step.track, step.days, step.on, step.event_id, by.event_id, by.recorded_at)
