"""Restrictions: what the client asked not to be used or told, and from when until when that is agreed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.entry import Entry
from domain.events.base import FreeText, ShortText
from domain.events.restrictions import RestrictionEnded, RestrictionRequested
from domain.replacing import replace
from domain.vocabulary.purposes import PurposeOfUse
from domain.vocabulary.record import Precision
from domain.vocabulary.restrictions import RestrictionEnding
from projections.answers import Answer, At, all_answered
from projections.asked_at import AnyMoment
from projections.collection import Elements
from projections.context import Context
from projections.elements import ViewContext, at_a_moment
from projections.fold import Fold
from projections.mark import Mark, Placed, mark
from projections.strands import Strand


@dataclass(frozen=True, slots=True)
class Restriction(Placed):
    """A restriction. In force: agreed, holds_from not after now, ended_at null or after now."""

    agreed: bool
    """Whether the programme agreed."""
    purposes: tuple[PurposeOfUse, ...]
    """For what nobody is to read the record."""
    recipients: tuple[ShortText, ...]
    """Other organizations that are not to be told anything."""
    person_ids: tuple[UUID, ...]
    """The actor ids of people of the clinic who are not to see the record."""
    note: FreeText | None
    """More about it."""
    holds_from: datetime
    """From when on it holds: when it was agreed; where just the day is known, from its beginning."""
    ended: Mark | None = None
    """Its end; null while it has none."""
    ended_by: RestrictionEnding | None = None
    """How it came to its end."""

    @at_a_moment
    def in_force(self, context: ViewContext) -> bool:
        """Whether it is agreed and holds at the moment asked about."""
        return self.holds(context.at)

    def holds(self, at: AnyMoment) -> bool:
        """Whether it is agreed and holds at that moment."""
        return self.agreed and self.holds_from <= at and (self.ended is None or at < self.ended.at)


@dataclass(frozen=True, slots=True)
class Restrictions:
    """All that was asked for."""

    restrictions: Elements[Restriction] = Elements()


class Shown(Answer):
    restrictions: tuple[At[Restriction], ...]
    """What the client asked not to be used or told."""


def show(state: Restrictions, context: ViewContext) -> Shown:
    """Every restriction, in force or not, agreed or not."""
    return Shown(restrictions=all_answered(state.restrictions, context))


fold = Fold(Restrictions())
STRAND = Strand(fold, Shown, show)
RESTRICTION = fold.each(Restriction, lambda state: state.restrictions).table("care_plan_restriction")


@fold.on(RestrictionRequested)
def restriction_requested(
    state: Restrictions, entry: Entry, event: RestrictionRequested, context: Context
) -> Restrictions:
    """A restriction, in force from then on where it was agreed."""
    whole_day = entry.precision is Precision.DAY
    restriction = Restriction(
        event_id=entry.id,
        correction_id=entry.correction_id,
        agreed=event.agreed,
        purposes=event.purposes,
        recipients=event.recipients,
        person_ids=event.person_ids,
        note=event.note,
        holds_from=context.start_of(context.day(entry)) if whole_day else entry.occurred_at,
    )
    return Restrictions(state.restrictions.put(restriction))


@fold.on(RestrictionEnded)
def restriction_ended(state: Restrictions, entry: Entry, event: RestrictionEnded, context: Context) -> Restrictions:
    """From then on it does not hold."""
    ended = mark(entry)
    return Restrictions(
        state.restrictions.change(event.restriction, lambda each: replace(each, ended=ended, ended_by=event.by))
    )
