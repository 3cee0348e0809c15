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

from projections.elements import Named, ViewContext
from projections.milestones.days import zones_of
from projections.milestones.stretches import Step, Stretch, Tracks, steps, stretches
from projections.milestones.uses import TimesOfUse, Told

_ByStart = dict[tuple[str, date], Stretch]


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
    """All steps withdrawn by what was told of uses, in the order in which that was recorded.

    It goes through what was known after each entry that tells of uses.
    """
    zones = zones_of(context)
    told = sorted(tracks.told, key=lambda each: each.recorded_at)
    order = {id(each): place for place, each in enumerate(tracks.told)}
    known: list[Told] = []
    before: _ByStart = {}
    found: list[WithdrawnStep] = []
    for _, group in groupby(told, key=lambda each: each.event_id):
        telling = list(group)
        known = sorted([*known, *telling], key=lambda each: order[id(each)])
        after = {(each.track, each.started_on): each for each in stretches(TimesOfUse(known), zones)}
        found += _gone(before, after, telling[0], context)
        before = after
    standing = {(step.track, step.days, step.on) for stretch in before.values() for step in steps(stretch)}
    return tuple(each for each in found if each[:3] not in standing)


def _gone(before: _ByStart, after: _ByStart, by: Told, context: ViewContext) -> Iterator[WithdrawnStep]:
    for key, stretch in before.items():
        now = after.get(key)
        if now and now.ended_on == stretch.ended_on:
            continue
        kept = {step.days for step in steps(now)} if now else set()
        for step in _reached(stretch, min(by.recorded_at, context.at)):
            if step.days not in kept:
                yield WithdrawnStep(step.track, step.days, step.on, step.event_id, by.event_id, by.recorded_at)


def _reached(stretch: Stretch, by: datetime) -> list[Step]:
    return [step for step in steps(stretch, by.date()) if step.at <= by]
