"""Steps that had been reached as far as was known, and do not count any more (R46, R56; M11, M12).

A day of use is no day without, so a lapse on the day of a step withdraws that step; one that is told late withdraws
those that were reached meanwhile, and an intake those that rested on what was known before it. Where the entry on
which a step rested is corrected or retracted, the correction or retraction withdraws it. Nothing of this is silent:
each says which entry withdrew it, and why where that was recorded.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Annotated, NamedTuple
from uuid import UUID

from domain.entry import Recorded
from domain.replacing import replace
from domain.vocabulary.record import CorrectionReason
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
    rested_on: UUID
    """The entry that started the stretch in which it lay; it may have been retracted since."""
    withdrawn_event_id: UUID
    """The entry that withdrew it: it tells of use, or corrects or retracts what the step rested on."""
    withdrawn_at: datetime
    """When that was recorded."""
    withdrawn_because: CorrectionReason | None
    """Why the entry was corrected or retracted; null where a lapse or an intake withdrew the step."""


def withdrawn_steps(tracks: Tracks, context: ViewContext) -> tuple[WithdrawnStep, ...]:
    """All steps withdrawn by what was recorded of uses, in the order of recording; of each, what withdrew it last.

    A lapse or an intake that stands withdraws what was reached by what stands, as if that had been recorded so in the
    first place: mistakes beside them change nothing. What a correction or retraction withdrew, the history tells.
    """
    told = list(tracks.told)
    found = _withdrawn(_as_it_stands(told), context)
    if any(each.withdrawn_by for each in told):
        found |= {key: step for key, step in _withdrawn(told, context).items() if step.withdrawn_because}
    if not found:
        return ()
    standing = {(step.track, step.days, step.on) for stretch in tracks.stretches for step in steps(stretch)}
    left = (step for key, step in found.items() if key not in standing)
    return tuple(sorted(left, key=lambda step: step.withdrawn_at))


def _as_it_stands(told: list[Told]) -> list[Told]:
    """What counts, each as recorded by the entry itself."""
    first = {each.event_id: each.told_by for each in sorted(told, key=lambda one: -one.told_by.position)}
    return [replace(each, told_by=first[each.event_id]) for each in told if each.withdrawn_by is None]


def _withdrawn(told: list[Told], context: ViewContext) -> dict[tuple[str, int, date], WithdrawnStep]:
    """The steps that each change of what is told withdraws, by the last that does."""
    known = _Known(zones_of(context), {id(each): place for place, each in enumerate(told)}, context.at.exact)
    return {step[:3]: step for change in _changes(told) for step in known.take_in(change)}


class _Change(NamedTuple):
    """What is told of uses from a recording on, and what is not any more."""

    by: Recorded
    told: list[Told]
    gone: list[Told]


def _changes(told: Iterable[Told]) -> list[_Change]:
    """All changes, in the order of recording."""
    changes: dict[int, _Change] = {}
    for each in told:
        changes.setdefault(each.told_by.position, _Change(each.told_by, [], [])).told.append(each)
        if each.withdrawn_by:
            by = each.withdrawn_by
            changes.setdefault(by.position, _Change(by, [], [])).gone.append(each)
    return [changes[position] for position in sorted(changes)]


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

    def take_in(self, change: _Change) -> list[WithdrawnStep]:
        """What the change withdraws."""
        gone = list(self._at_the_end(change) if self._in_order(change) else self._anew(change))
        self._latest = max([self._latest, *(max(each.told_on, each.ended_on or each.told_on) for each in change.told)])
        return gone

    def _in_order(self, change: _Change) -> bool:
        """An opioid that is not named may concern any that is."""
        return not (self._unknown or change.gone) and all(
            each.intake is None and each.began_on > self._latest and each.substance is not Substance.OPIOIDS
            for each in change.told
        )

    def _at_the_end(self, change: _Change) -> Iterator[WithdrawnStep]:
        self._told += change.told
        of_tracks = {track: each for each in change.told for track in tracks_of(each)}
        for track, each in of_tracks.items():
            stretch = self._current.get(track)
            if stretch:
                yield from self._gone(stretch, replace(stretch, ended_on=each.began_on), change.by)
            assert each.ended_on, "a lapse has a last day"
            self._current[track] = Stretch(track, each.ended_on, each.event_id, self._zones, each.numbers)

    def _anew(self, change: _Change) -> Iterator[WithdrawnStep]:
        before = {(each.track, each.started_on): each for each in stretches(TimesOfUse(self._told), self._zones)}
        left = {id(each) for each in change.gone}
        told = [each for each in (*self._told, *change.told) if id(each) not in left]
        self._told = sorted(told, key=lambda each: self._order[id(each)])
        times = TimesOfUse(self._told)
        after = {(each.track, each.started_on): each for each in stretches(times, self._zones)}
        self._unknown = any(times.unknown(track) for track in times.tracks())
        self._current = {each.track: each for each in after.values() if each.ended_on is None}
        for key, stretch in before.items():
            now = after.get(key)
            if now is None or now.ended_on != stretch.ended_on:
                yield from self._gone(stretch, now, change.by)

    def _gone(self, stretch: Stretch, now: Stretch | None, by: Recorded) -> Iterator[WithdrawnStep]:
        """The steps of the stretch that had been reached, and are not in what became of it."""
        reached_by = min(by.at, self._at)
        kept = {step.days for step in steps(now)} if now else set()
        for step in steps(stretch, reached_by.date()):
            if step.at <= reached_by and step.days not in kept:
                yield WithdrawnStep(step.track, step.days, step.on, step.event_id, by.event_id, by.at, by.reason)
