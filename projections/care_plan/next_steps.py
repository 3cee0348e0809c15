"""Next steps with an owner and a time, and micro-goals that expire by themselves (R40).

A micro-goal asks for nothing by a time: it is the client's own, and when its hours are over it is gone without being
late. Every other step is an obligation of its owner until it is done or dropped.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from domain.entry import Entry
from domain.events.base import Event, FreeText, ShortText
from domain.events.intake import EpisodeClosed
from domain.events.next_steps import NextStepAgreed, NextStepDone, NextStepDropped
from domain.events.registration import ClientDied
from domain.events.team import TaskReassigned
from domain.replacing import replace
from domain.vocabulary.next_steps import DropReason, NextStepKind
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from projections.answers import Answer, At, all_answered
from projections.collection import Elements
from projections.context import Context
from projections.elements import KEY, NO_COLUMN, NOT_SHOWN, Named, ViewContext, at_a_moment
from projections.fold import Fold
from projections.mark import Mark, Placed, mark
from projections.obligations import Obligation
from projections.strands import Strand

_INSTANT = timedelta(microseconds=1)
"""What is due when a day begins is due by the end of the day before."""


class NextStepStatus(StrEnum):
    """How a next step stands at a moment."""

    OPEN = "open"
    LATE = "late"
    DONE = "done"
    RELEASED = "released"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class NextStep(Placed):
    """A next step. A micro-goal is expired, not late, when due_at is before now and nobody did it."""

    event_id: Annotated[UUID, KEY]
    """The entry that agreed on it."""
    agreed_at: datetime
    """When it was agreed."""
    kind: NextStepKind
    """What it is about."""
    what: FreeText
    """The step in words."""
    owner: Annotated[Role, Named("owner_role")]
    """The role that does it, the client's own included."""
    owner_person_id: UUID | None
    """The actor id of the person who does it; null where not said."""
    owner_person: ShortText | None
    """The name of that person."""
    micro_goal: bool
    """Whether it is a goal of the client's for the next hours, which expires by itself."""
    due_at: datetime
    """By when it is to be done; of a micro-goal, when it expires."""
    until: date | None
    """The last day of what is arranged for a while only; null where it has no end."""
    ends_at: datetime | None
    """The end of that day."""
    opens_at: Annotated[datetime, NO_COLUMN, NOT_SHOWN]
    """When it was agreed, or the beginning of the day on which it was due where that had come before."""
    because_of: UUID | None
    """The entry after which it was agreed, such as a crisis."""
    done: Mark | None = None
    """That it was done; null where it was not."""
    released: Mark | None = None
    """After what it need not be done any more: dropped, the end of the episode, a death; null where it still is to."""
    drop_reason: DropReason | None = None
    """Why it was dropped; null where it was not."""

    @at_a_moment
    def status(self, context: ViewContext) -> NextStepStatus:
        """At the moment asked about: open, late, done, released, or expired, as micro-goals do."""
        if self.done:
            return NextStepStatus.DONE
        if self.released:
            return NextStepStatus.RELEASED
        if context.at <= self.due_at:
            return NextStepStatus.OPEN
        return NextStepStatus.EXPIRED if self.micro_goal else NextStepStatus.LATE

    @at_a_moment
    def in_effect(self, context: ViewContext) -> bool:
        """Whether what was arranged for a while, such as a change of shift, holds at the moment asked about."""
        return self.done is not None and self.ends_at is not None and context.at < self.ends_at


@dataclass(frozen=True, slots=True)
class NextSteps:
    """All next steps, and those that are neither done nor released."""

    steps: Elements[NextStep] = Elements()
    open: tuple[UUID, ...] = ()


class Shown(Answer):
    next_steps: tuple[At[NextStep], ...]
    """Every next step, in the order of agreement."""


def show(state: NextSteps, context: ViewContext) -> Shown:
    """Every next step."""
    return Shown(next_steps=all_answered(state.steps, context))


def doing(step: NextStep) -> Iterator[Obligation]:
    """The owner does it; nobody owes a micro-goal."""
    if not step.micro_goal:
        yield Obligation(
            kind=ObligationKind.NEXT_STEP,
            because=step.event_id,
            step=1,
            opens_at=step.opens_at,
            due_at=step.due_at,
            owner=step.owner,
            met=step.done,
            released=None if step.done else step.released,
            owner_person_id=step.owner_person_id,
            owner_person=step.owner_person,
        )


fold = Fold(NextSteps())
STRAND = Strand(fold, Shown, show)
steps = fold.each(NextStep, lambda state: state.steps)
NEXT_STEP = steps.table("care_plan_next_step")
steps.ask(doing)


@fold.on(NextStepAgreed)
def next_step_agreed(state: NextSteps, entry: Entry, event: NextStepAgreed, context: Context) -> NextSteps:
    """A step that waits to be done."""
    due_at = event.due_at or _due(entry, event, context)
    step = NextStep(
        event_id=entry.id,
        correction_id=entry.correction_id,
        agreed_at=entry.occurred_at,
        kind=event.kind,
        what=event.what,
        owner=event.owner,
        owner_person_id=event.owner_person_id,
        owner_person=event.owner_person,
        micro_goal=event.micro_goal,
        due_at=due_at,
        opens_at=min(entry.occurred_at, context.start_of(context.day_at(due_at - _INSTANT))),
        until=event.until,
        ends_at=context.end_of(event.until) if event.until else None,
        because_of=event.because_of,
    )
    return NextSteps(state.steps.put(step), (*state.open, entry.id))


@fold.on(NextStepDone)
def next_step_done(state: NextSteps, entry: Entry, event: NextStepDone, context: Context) -> NextSteps:
    """It was done, also where it had been dropped or had expired."""
    return _ended(state, event.step, done=mark(entry))


@fold.on(NextStepDropped)
def next_step_dropped(state: NextSteps, entry: Entry, event: NextStepDropped, context: Context) -> NextSteps:
    """It need not be done any more."""
    return _ended(state, event.step, released=mark(entry), drop_reason=event.reason)


@fold.on(TaskReassigned)
def task_reassigned(state: NextSteps, entry: Entry, event: TaskReassigned, context: Context) -> NextSteps:
    """Somebody else does it (R62)."""
    if event.kind is not ObligationKind.NEXT_STEP:
        return state

    def moved(step: NextStep) -> NextStep:
        return replace(step, owner=event.to_role, owner_person_id=event.to_person_id, owner_person=event.to_person)

    return replace(state, steps=state.steps.change(event.because, moved))


@fold.on(EpisodeClosed, ClientDied)
def not_needed_any_more(state: NextSteps, entry: Entry, event: Event, context: Context) -> NextSteps:
    """What is open still need not be done."""
    steps = state.steps
    for each in state.open:
        steps = steps.change(each, lambda step: replace(step, released=mark(entry)))
    return NextSteps(steps) if state.open else state


def _ended(state: NextSteps, step: UUID, **said: Any) -> NextSteps:
    """With what became of that step."""
    return NextSteps(
        state.steps.change(step, lambda each: replace(each, **said)), tuple(each for each in state.open if each != step)
    )


def _due(entry: Entry, event: NextStepAgreed, context: Context) -> datetime:
    """By when it is to be done, where nobody said: within hours, or within days."""
    numbers = context.policy.next_steps
    if event.micro_goal:
        return context.known_by(entry) + timedelta(hours=numbers.micro_goal_hours)
    return context.end_of(context.day(entry) + timedelta(days=numbers.due_within_days))
