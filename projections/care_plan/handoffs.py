"""Warm handoffs: requested, accepted or declined, and completed when the client has met the receiver (R33, R34)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from domain.entry import Entry
from domain.events.base import ShortText
from domain.events.handoffs import HandoffAccepted, HandoffCompleted, HandoffDeclined, HandoffRequested
from domain.policy import Policy
from domain.replacing import replace
from domain.vocabulary.handoffs import HandoffDeclineReason, HandoffUrgency
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from projections.answers import Answer, At, all_answered
from projections.collection import Elements
from projections.context import Context
from projections.elements import KEY, NO_COLUMN, NOT_SHOWN, ViewContext, at_a_moment
from projections.fold import Fold
from projections.local_days import end_of_day, local_day, working_day_after
from projections.mark import Mark, Placed, mark
from projections.obligations import Obligation, ObligationStatus
from projections.strands import Strand


class HandoffStatus(StrEnum):
    """How far a handoff has come."""

    REQUESTED = "requested"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    COMPLETED = "completed"


@dataclass(frozen=True, slots=True)
class Handoff(Placed):
    """A warm handoff. When acceptance and meeting are due stands among the obligations, because = event_id."""

    event_id: Annotated[UUID, KEY]
    """The entry that requested the handoff."""
    requested_at: datetime
    """When it was requested."""
    from_role: Role
    """The role that hands over."""
    to_role: Role
    """The role, or outside party, that is asked to take over."""
    to_party: ShortText | None
    """Who that is, where it is an outside party."""
    urgency: HandoffUrgency
    """How soon it must be accepted."""
    accept_due_at: Annotated[datetime, NO_COLUMN]
    """By when it must be accepted."""
    accepted: Mark | None = None
    """The acceptance; null where none is recorded."""
    accepted_by_role: Role | None = None
    """The role that accepted it."""
    meet_due_at: Annotated[datetime | None, NO_COLUMN, NOT_SHOWN] = None
    """By when the client must have met the receiver who accepted it."""
    completed: Mark | None = None
    """The client's meeting with the receiver."""
    declined: Mark | None = None
    """That it was declined; null where it was not."""
    decline_reason: HandoffDeclineReason | None = None
    """Why it was declined."""

    @property
    def status(self) -> HandoffStatus:
        """How far it has come; a completion says by itself that it was accepted."""
        if self.completed:
            return HandoffStatus.COMPLETED
        if self.declined:
            return HandoffStatus.DECLINED
        return HandoffStatus.ACCEPTED if self.accepted else HandoffStatus.REQUESTED

    @at_a_moment
    def accept_status(self, context: ViewContext) -> ObligationStatus | None:
        """Whether that is open or late, was met or released."""
        return acceptance(self).stands(context.at)

    @at_a_moment
    def met_due_at(self, context: ViewContext) -> datetime | None:
        """By when the client must have met the receiver; set by acceptance."""
        asked_for = meeting(self)
        return asked_for.due_at if asked_for else None

    @at_a_moment
    def met_status(self, context: ViewContext) -> ObligationStatus | None:
        """Whether that is open or late, was met or released."""
        asked_for = meeting(self)
        return asked_for.stands(context.at) if asked_for else None


@dataclass(frozen=True, slots=True)
class Handoffs:
    """All handoffs."""

    handoffs: Elements[Handoff] = Elements()


class Shown(Answer):
    handoffs: tuple[At[Handoff], ...]
    """Every handoff, in the order of the requests."""


def show(state: Handoffs, context: ViewContext) -> Shown:
    """Every handoff."""
    return Shown(handoffs=all_answered(state.handoffs, context))


def acceptance(handoff: Handoff) -> Obligation:
    """Somebody takes the client on; a completion says so by itself."""
    met = handoff.completed if handoff.accepted is None or _met_before_accepted(handoff) else handoff.accepted
    opens_at, due_at, released = handoff.requested_at, handoff.accept_due_at, None if met else handoff.declined
    return Obligation(
        ObligationKind.HANDOFF_ACCEPTANCE, handoff.event_id, 1, opens_at, due_at, handoff.to_role, met, released
    )


def meeting(handoff: Handoff) -> Obligation | None:
    """The client meets the receiver; asked for by the acceptance."""
    if handoff.accepted is None or handoff.meet_due_at is None or _met_before_accepted(handoff):
        return None
    return Obligation(
        kind=ObligationKind.CLIENT_MEETING,
        because=handoff.event_id,
        step=1,
        opens_at=handoff.accepted.at,
        due_at=handoff.meet_due_at,
        owner=handoff.accepted_by_role or handoff.to_role,
        met=handoff.completed,
    )


def _met_before_accepted(handoff: Handoff) -> bool:
    return bool(handoff.accepted and handoff.completed and handoff.completed.at < handoff.accepted.at)


def asked_for(handoff: Handoff) -> Iterator[Obligation]:
    """Acceptance and, once accepted, the meeting."""
    yield acceptance(handoff)
    if met := meeting(handoff):
        yield met


fold = Fold(Handoffs())
STRAND = Strand(fold, Shown, show)
handoffs = fold.each(Handoff, lambda state: state.handoffs)
HANDOFF = handoffs.table("care_plan_handoff")
handoffs.ask(asked_for)


@fold.on(HandoffRequested)
def handoff_requested(state: Handoffs, entry: Entry, event: HandoffRequested, context: Context) -> Handoffs:
    """A handoff that waits to be accepted."""
    handoff = Handoff(
        event_id=entry.id,
        correction_id=entry.correction_id,
        requested_at=entry.occurred_at,
        from_role=event.from_role,
        to_role=event.to_role,
        to_party=event.to_party,
        urgency=event.urgency,
        accept_due_at=_acceptance_due(event.urgency, context.known_by(entry), context.policy),
    )
    return Handoffs(state.handoffs.put(handoff))


@fold.on(HandoffAccepted)
def handoff_accepted(state: Handoffs, entry: Entry, event: HandoffAccepted, context: Context) -> Handoffs:
    """The receiver took the client on."""
    due_on = context.day(entry) + timedelta(days=context.policy.handoffs.client_met_within_days)

    def accepted(handoff: Handoff) -> Handoff:
        return replace(
            handoff,
            accepted=mark(entry),
            accepted_by_role=event.accepted_by,
            meet_due_at=context.end_of(due_on),
        )

    return Handoffs(state.handoffs.change(event.handoff, accepted))


@fold.on(HandoffDeclined)
def handoff_declined(state: Handoffs, entry: Entry, event: HandoffDeclined, context: Context) -> Handoffs:
    """The receiver could not take the client on."""

    def declined(handoff: Handoff) -> Handoff:
        return replace(handoff, declined=mark(entry), decline_reason=event.reason)

    return Handoffs(state.handoffs.change(event.handoff, declined))


@fold.on(HandoffCompleted)
def handoff_completed(state: Handoffs, entry: Entry, event: HandoffCompleted, context: Context) -> Handoffs:
    """The client has met the receiver."""
    completed = mark(entry)
    changed = state.handoffs.change(event.handoff, lambda handoff: replace(handoff, completed=completed))
    return Handoffs(changed)


def _acceptance_due(urgency: HandoffUrgency, requested_at: datetime, policy: Policy) -> datetime:
    """By when a handoff must be accepted: within hours, on the same day, or on a working day of the organization."""
    if urgency is HandoffUrgency.CRISIS:
        return requested_at + timedelta(hours=policy.handoffs.crisis_accepted_within_hours)
    zone = policy.working_days.zone
    day = local_day(requested_at, zone)
    if urgency is HandoffUrgency.ROUTINE:
        day = working_day_after(day, policy.handoffs.routine_accepted_within_working_days, policy.working_days)
    return end_of_day(day, zone)
