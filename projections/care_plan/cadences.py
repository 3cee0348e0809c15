"""Cadence: how often sessions, check-ins and touchpoints are to happen, for a while or until further notice (R14)."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from domain.entry import Entry
from domain.events.base import Event, FreeText
from domain.events.intake import EpisodeClosed, IntakeCompleted
from domain.events.plan import CadenceSet
from domain.events.registration import ClientDied
from domain.replacing import replace
from domain.vocabulary.people import Role
from domain.vocabulary.plan import CadenceKind, Period
from domain.vocabulary.record import Precision
from projections.answers import Answer, At, all_answered
from projections.asked_at import AnyMoment
from projections.care_plan.care_under_way import ends_care, episode_after
from projections.collection import Elements
from projections.context import Context
from projections.elements import ViewContext
from projections.episode_of_care import UnderWay
from projections.fold import Fold
from projections.mark import Placed
from projections.strands import Strand


@dataclass(frozen=True, slots=True)
class Cadence(Placed):
    """How often something is to happen. In force: the one of its kind set last of which starts_at is not after now,
    and ends_at is null or after now."""

    kind: CadenceKind
    """What is to happen."""
    times: int
    """How many times; 0 where it is not to happen any more."""
    per: Period
    """In each day, week or month."""
    by: Role | None
    """With whom; null where not said."""
    set_at: datetime
    """When it was set."""
    starts_at: datetime
    """From when it holds."""
    until: date | None
    """Its last day, where it is meant for a while."""
    ends_at: datetime | None
    """When it ends: with its last day, when one without an end takes its place, or with the episode of care."""
    ended_by: UUID | None
    """The entry that ended it; null where it ends by itself or goes on."""
    because_of: tuple[UUID, ...]
    """The entries that led to it, as it cites them."""
    note: FreeText | None
    """What else was said."""

    def holds(self, at: AnyMoment) -> bool:
        """Whether that moment lies in its time."""
        return self.starts_at <= at and (self.ends_at is None or at < self.ends_at)


@dataclass(frozen=True, slots=True)
class Cadences:
    """All that was ever set, and the open episode of care."""

    cadences: Elements[Cadence] = Elements()
    episode: UnderWay | None = None


class Shown(Answer):
    cadences: tuple[At[Cadence], ...]
    """How often each kind of contact is to happen at the moment asked about."""
    other_cadences: tuple[At[Cadence], ...]
    """What was set and is not in force: it has ended, lies ahead, or another is in its place for a while."""


def show(state: Cadences, context: ViewContext) -> Shown:
    """Of each kind what was set last for this moment: a temporary one while it lasts, then the one before it again."""
    in_force = {each.kind: each for each in state.cadences if each.holds(context.at)}
    others = (each for each in state.cadences if in_force.get(each.kind) is not each)
    return Shown(cadences=all_answered(in_force.values(), context), other_cadences=all_answered(others, context))


fold = Fold(Cadences())
STRAND = Strand(fold, Shown, show)
CADENCE = fold.each(Cadence, lambda state: state.cadences).table("care_plan_cadence")


@fold.on(CadenceSet)
def cadence_set(state: Cadences, entry: Entry, event: CadenceSet, context: Context) -> Cadences:
    """From its start on; without an end it takes the place of what was set of its kind before."""
    cadence = Cadence(
        event_id=entry.id,
        correction_id=entry.correction_id,
        kind=event.kind,
        times=event.times,
        per=event.per,
        by=event.by,
        set_at=entry.occurred_at,
        starts_at=_start(entry, event, context),
        until=event.until,
        ends_at=context.end_of(event.until) if event.until else None,
        ended_by=None,
        because_of=event.because_of,
        note=event.note,
    )
    if event.until is None:
        state = _ended(state, entry, cadence.starts_at, event.kind)
    return replace(state, cadences=state.cadences.put(cadence))


@fold.on(IntakeCompleted, EpisodeClosed, ClientDied)
def care_ended(state: Cadences, entry: Entry, event: Event, context: Context) -> Cadences:
    """What is in force, or lies ahead, ends with its episode of care."""
    after = episode_after(state.episode, entry, event, context)
    if ends_care(state.episode, after, event):
        state = _ended(state, entry, entry.occurred_at)
    return replace(state, episode=after)


def _start(entry: Entry, event: CadenceSet, context: Context) -> datetime:
    if event.starts_on:
        return context.start_of(event.starts_on)
    return context.start_of(context.day(entry)) if entry.precision is Precision.DAY else entry.occurred_at


def _ended(state: Cadences, entry: Entry, at: datetime, kind: CadenceKind | None = None) -> Cadences:
    """All of that kind, or of any, that would go on at that moment end there."""
    cadences = state.cadences
    for each in state.cadences:
        if kind in {None, each.kind} and (each.ends_at is None or at < each.ends_at):
            cadences = cadences.put(replace(each, ends_at=at, ended_by=entry.id))
    return replace(state, cadences=cadences)
