"""What stands between the client and care, who sees to it, and what was done about it (R28)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from domain.entry import Entry
from domain.events.barriers import BarrierRaised, BarrierResolved, BarrierWorkedOn
from domain.events.base import Event, FreeText
from domain.events.intake import EpisodeClosed
from domain.events.referrals import ReferralMade
from domain.events.registration import ClientDied
from domain.replacing import replace
from domain.vocabulary.barriers import Barrier, BarrierAction, BarrierOutcome
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from projections.answers import Answer, At, all_answered
from projections.care_plan.endings import care_ended
from projections.collection import Elements
from projections.context import Context
from projections.elements import KEY, NO_COLUMN, Named, ViewContext, at_a_moment
from projections.fold import Fold
from projections.local_days import working_days_later
from projections.mark import Mark, Placed, mark
from projections.obligations import Obligation
from projections.strands import Strand


class BarrierStatus(StrEnum):
    """How far work on a barrier has come."""

    RAISED = "raised"
    WORKED_ON = "worked_on"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class RaisedBarrier(Placed):
    """What stands between the client and care. By when work on it begins is among the obligations."""

    event_id: Annotated[UUID, KEY]
    """The entry that raised the barrier."""
    raised_at: datetime
    """When it was raised."""
    kind: Barrier
    """What stands in the way."""
    owner: Annotated[Role, Named("owner_role")]
    """The role that sees to it."""
    detail: FreeText | None
    """What it is about, in the words of who raised it."""
    work_due_at: Annotated[datetime, NO_COLUMN]
    """By when somebody has begun to work on it."""
    first_work: Mark | None = None
    """The first thing done about it, a referral among them; null before."""
    last_work: Mark | None = None
    """The last thing done about it."""
    resolved: Mark | None = None
    """That it stands in the way no more, or nothing more is done about it."""
    outcome: BarrierOutcome | None = None
    """What became of it."""
    resolving_referral: UUID | None = None
    """The referral after which it was resolved."""
    care_ended: Mark | None = None
    """The end of care before anybody had begun to work on it."""

    @property
    def status(self) -> BarrierStatus:
        """How far work on it has come."""
        if self.resolved:
            return BarrierStatus.RESOLVED
        return BarrierStatus.WORKED_ON if self.first_work else BarrierStatus.RAISED


@dataclass(frozen=True, slots=True)
class BarrierStep(Placed):
    """Something that was done about a barrier. In force: ends_at null or after now."""

    event_id: Annotated[UUID, KEY]
    """The entry that says what was done."""
    at: datetime
    """When it was done."""
    barrier: UUID
    """The entry that raised the barrier."""
    worked_on_by: Annotated[Role, Named("worked_on_by_role")]
    """The role that did it."""
    action: BarrierAction
    """What was done."""
    until: date | None
    """The client's last local day on which it helps, where it helps only for a while."""
    ends_at: datetime | None
    """The end of that day."""
    note: FreeText | None
    """About it, in the words of who did it."""

    @at_a_moment
    def in_force(self, context: ViewContext) -> bool:
        """Whether it helps still at the moment asked about."""
        return self.ends_at is None or context.at < self.ends_at


@dataclass(frozen=True, slots=True)
class Barriers:
    """All barriers, and what was done about them."""

    barriers: Elements[RaisedBarrier] = Elements()
    steps: Elements[BarrierStep] = Elements()


class Shown(Answer):
    barriers: tuple[At[RaisedBarrier], ...]
    """What stands between the client and care, or stood."""
    barrier_steps: tuple[At[BarrierStep], ...]
    """What was done about it."""


def show(state: Barriers, context: ViewContext) -> Shown:
    """Every barrier and every step."""
    return Shown(barriers=all_answered(state.barriers, context), barrier_steps=all_answered(state.steps, context))


def asked_for(barrier: RaisedBarrier) -> Iterator[Obligation]:
    """Somebody begins to work on it; who resolves it at once has."""
    met = barrier.first_work or barrier.resolved
    yield Obligation(
        kind=ObligationKind.BARRIER_WORK,
        because=barrier.event_id,
        step=1,
        opens_at=barrier.raised_at,
        due_at=barrier.work_due_at,
        owner=barrier.owner,
        met=met,
        released=None if met else barrier.care_ended,
    )


fold = Fold(Barriers())
STRAND = Strand(fold, Shown, show)
barriers = fold.each(RaisedBarrier, lambda state: state.barriers)
BARRIER = barriers.table("care_plan_barrier")
barriers.ask(asked_for)
BARRIER_STEP = fold.each(BarrierStep, lambda state: state.steps).table("care_plan_barrier_step")


@fold.on(BarrierRaised)
def barrier_raised(state: Barriers, entry: Entry, event: BarrierRaised, context: Context) -> Barriers:
    """A barrier that somebody sees to."""
    policy = context.policy
    within = policy.barriers.worked_on_within_working_days
    barrier = RaisedBarrier(
        event_id=entry.id,
        correction_id=entry.correction_id,
        raised_at=entry.occurred_at,
        kind=event.kind,
        owner=event.owner,
        detail=event.detail,
        work_due_at=working_days_later(context.known_by(entry), within, policy.working_days),
    )
    return replace(state, barriers=state.barriers.put(barrier))


@fold.on(BarrierWorkedOn)
def barrier_worked_on(state: Barriers, entry: Entry, event: BarrierWorkedOn, context: Context) -> Barriers:
    """A step of the work; it is kept also where the barrier itself was entered in error."""
    step = BarrierStep(
        event_id=entry.id,
        correction_id=entry.correction_id,
        at=entry.occurred_at,
        barrier=event.barrier,
        worked_on_by=event.worked_on_by,
        action=event.action,
        until=event.until,
        ends_at=context.end_of(event.until) if event.until else None,
        note=event.note,
    )
    return Barriers(_worked_on(state.barriers, event.barrier, entry), state.steps.put(step))


@fold.on(ReferralMade)
def referral_made(state: Barriers, entry: Entry, event: ReferralMade, context: Context) -> Barriers:
    """Who refers the client because of a barrier works on it."""
    return replace(state, barriers=_worked_on(state.barriers, event.barrier, entry)) if event.barrier else state


@fold.on(BarrierResolved)
def barrier_resolved(state: Barriers, entry: Entry, event: BarrierResolved, context: Context) -> Barriers:
    """It stands in the way no more."""

    def resolved(barrier: RaisedBarrier) -> RaisedBarrier:
        return replace(barrier, resolved=mark(entry), outcome=event.outcome, resolving_referral=event.referral)

    return replace(state, barriers=state.barriers.change(event.barrier, resolved))


@fold.on(EpisodeClosed, ClientDied)
def care_came_to_an_end(state: Barriers, entry: Entry, event: Event, context: Context) -> Barriers:
    """Nobody has to begin any more; what stands in the way stays to be seen."""
    return replace(state, barriers=care_ended(state.barriers, asked_for, mark(entry)))


def _worked_on(barriers: Elements[RaisedBarrier], barrier: UUID, entry: Entry) -> Elements[RaisedBarrier]:
    work = mark(entry)
    return barriers.change(barrier, lambda each: replace(each, first_work=each.first_work or work, last_work=work))
