"""Emergency access: who opened the record from outside the team, until when, and its review by a supervisor.

The review is owed whatever becomes of the client or the episode: it is about what the staff did.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from domain.entry import Entry
from domain.events.base import FreeText
from domain.events.emergency_access import EmergencyAccessOpened, EmergencyAccessReviewed
from domain.replacing import replace
from domain.vocabulary.emergency_access import EmergencyPurpose, EmergencyReason
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from projections.answers import Answer, At, all_answered
from projections.asked_at import AnyMoment
from projections.collection import Elements
from projections.context import Context
from projections.elements import KEY, ViewContext, at_a_moment
from projections.fold import Fold
from projections.local_days import working_days_later
from projections.mark import Mark, Placed, mark
from projections.obligations import Obligation
from projections.strands import Strand


@dataclass(frozen=True, slots=True)
class EmergencyAccess(Placed):
    """That somebody outside the team opened the record. Open now: opened_at not after now, and ends_at after it."""

    event_id: Annotated[UUID, KEY]
    """The entry that opened it."""
    person_id: UUID
    """The actor id of whoever opened it, for themselves."""
    opened_at: datetime
    """From when."""
    ends_at: datetime
    """Until when: as long as was asked for, and no longer than the policy allows."""
    purpose: EmergencyPurpose
    """What the record is used for."""
    reason: EmergencyReason
    """Why it could not wait for the team."""
    account: FreeText
    """The reason in words."""
    review_due_at: datetime
    """By when a supervisor reviews it."""
    reviewed: Mark | None = None
    """Its review; null while it was not reviewed."""
    justified: bool | None = None
    """Whether the review found it justified; null while it was not reviewed."""

    @at_a_moment
    def open(self, context: ViewContext) -> bool:
        """Whether it is open at the moment asked about."""
        return self.is_open(context.at)

    def is_open(self, at: AnyMoment) -> bool:
        """Whether it is open at that moment."""
        return self.opened_at <= at < self.ends_at


@dataclass(frozen=True, slots=True)
class EmergencyAccesses:
    """Every emergency access."""

    accesses: Elements[EmergencyAccess] = Elements()


class Shown(Answer):
    emergency_accesses: tuple[At[EmergencyAccess], ...]
    """Everybody who opened the record from outside the team, in order."""


def show(state: EmergencyAccesses, context: ViewContext) -> Shown:
    """Every emergency access."""
    return Shown(emergency_accesses=all_answered(state.accesses, context))


def asked_for(access: EmergencyAccess) -> Iterator[Obligation]:
    """Its review."""
    yield Obligation(
        ObligationKind.EMERGENCY_ACCESS_REVIEW, access.event_id, 1, access.opened_at, access.review_due_at,
        Role.SUPERVISOR, access.reviewed,
    )  # fmt: skip


fold = Fold(EmergencyAccesses())
STRAND = Strand(fold, Shown, show)
accesses = fold.each(EmergencyAccess, lambda state: state.accesses)
EMERGENCY_ACCESS = accesses.table("care_plan_emergency_access")
accesses.ask(asked_for)


@fold.on(EmergencyAccessOpened)
def emergency_access_opened(
    state: EmergencyAccesses, entry: Entry, event: EmergencyAccessOpened, context: Context
) -> EmergencyAccesses:
    """The record is open for whoever recorded this, for a while."""
    policy = context.policy.client_access
    within = policy.emergency_access_reviewed_within_working_days
    access = EmergencyAccess(
        event_id=entry.id,
        correction_id=entry.correction_id,
        person_id=entry.actor_id,
        opened_at=entry.occurred_at,
        ends_at=entry.occurred_at + timedelta(hours=min(event.hours, policy.emergency_access_at_most_hours)),
        purpose=event.purpose,
        reason=event.reason,
        account=event.account,
        review_due_at=working_days_later(context.known_by(entry), within, context.policy.working_days),
    )
    return EmergencyAccesses(state.accesses.put(access))


@fold.on(EmergencyAccessReviewed)
def emergency_access_reviewed(
    state: EmergencyAccesses, entry: Entry, event: EmergencyAccessReviewed, context: Context
) -> EmergencyAccesses:
    """A supervisor looked into it."""
    reviewed = mark(entry)
    return EmergencyAccesses(
        state.accesses.change(
            event.access, lambda access: replace(access, reviewed=reviewed, justified=event.justified)
        )
    )
