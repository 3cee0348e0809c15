"""A warm handoff, how far it has come, and what it asks for by when (R33-R35)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from domain.events.base import ShortText
from domain.vocabulary.handoffs import (
    CareSetting,
    HandoffDeclineReason,
    HandoffLossReason,
    HandoffUrgency,
    HandoffWithdrawalReason,
    takes_on,
)
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from projections.elements import KEY, NO_COLUMN, NOT_SHOWN, ViewContext, at_a_moment
from projections.mark import Mark, Placed, first
from projections.obligations import Obligation, ObligationStatus


class HandoffStatus(StrEnum):
    """How far a handoff has come, or how it ended."""

    REQUESTED = "requested"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    COMPLETED = "completed"
    LOST = "lost"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"
    CARE_ENDED = "care_ended"


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
    """How soon it must be accepted, and the client met."""
    from_setting: CareSetting | None
    """In a transition between levels of care: the setting that the client leaves."""
    to_setting: CareSetting | None
    """In a transition between levels of care: the setting that takes the client on."""
    leaves_on: date | None
    """The client's local day on which they leave the first setting, known or planned."""
    instead_of: UUID | None
    """The request of the earlier handoff whose receiver is not waited for any more."""
    accept_due_at: Annotated[datetime, NO_COLUMN]
    """By when it must be accepted."""
    accepted: Mark | None = None
    """The acceptance; null where none is recorded."""
    accepted_by_role: Role | None = None
    """The role that accepted it; the acceptance counts only if that can take on what was asked of to_role."""
    meet_due_at: Annotated[datetime | None, NO_COLUMN, NOT_SHOWN] = None
    """By when the client must have met the receiver who accepted it."""
    completed: Mark | None = None
    """The client's meeting with the receiver."""
    gap_days: int | None = None
    """Days from leaves_on to that meeting, 0 where there was no gap; null while either is not known."""
    declined: Mark | None = None
    """That it was declined; null where it was not."""
    decline_reason: HandoffDeclineReason | None = None
    """Why it was declined."""
    lost: Mark | None = None
    """That it fell through before the meeting; null where it did not."""
    loss_reason: HandoffLossReason | None = None
    """Why it fell through."""
    new_receiver_due_at: Annotated[datetime | None, NO_COLUMN, NOT_SHOWN] = None
    """After it was declined or lost: by when somebody else has to be asked."""
    replaced: Mark | None = None
    """The request of another receiver instead of this one."""
    withdrawn: Mark | None = None
    """That nobody is asked any more; null where somebody is."""
    withdrawal_reason: HandoffWithdrawalReason | None = None
    """Why nobody is."""
    care_ended: Mark | None = None
    """The end of the episode of care, or of the client's life, while the handoff was under way."""

    @property
    def taken_on(self) -> bool:
        """Whether a role that can take on what was asked has accepted it: the one that was asked, or its stand-in."""
        return self.accepted_by_role is not None and takes_on(self.to_role, self.accepted_by_role)

    @property
    def status(self) -> HandoffStatus:
        """How far it has come; a completion says by itself that it was accepted."""
        ends = (
            (HandoffStatus.COMPLETED, self.completed),
            (HandoffStatus.WITHDRAWN, self.withdrawn),
            (HandoffStatus.DECLINED, self.declined),
            (HandoffStatus.LOST, self.lost),
            (HandoffStatus.REPLACED, self.replaced),
            (HandoffStatus.CARE_ENDED, self.care_ended),
        )
        under_way = HandoffStatus.ACCEPTED if self.taken_on else HandoffStatus.REQUESTED
        return next((status for status, end in ends if end), under_way)

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

    @at_a_moment
    def new_receiver_status(self, context: ViewContext) -> ObligationStatus | None:
        """After it was declined or lost: whether somebody else still has to be asked."""
        asked_for = new_receiver(self)
        return asked_for.stands(context.at) if asked_for else None


def acceptance(handoff: Handoff) -> Obligation:
    """Somebody takes the client on; a completion says so by itself."""
    accepted = handoff.accepted if handoff.taken_on else None
    met = handoff.completed if accepted is None or _met_before_accepted(handoff) else accepted
    ends = (handoff.declined, handoff.lost, handoff.withdrawn, handoff.replaced, handoff.care_ended)
    return Obligation(
        kind=ObligationKind.HANDOFF_ACCEPTANCE,
        because=handoff.event_id,
        step=1,
        opens_at=handoff.requested_at,
        due_at=handoff.accept_due_at,
        owner=handoff.to_role,
        met=met,
        released=None if met else first(*ends),
    )


def meeting(handoff: Handoff) -> Obligation | None:
    """The client meets the receiver; asked for by an acceptance that counts."""
    accepted = handoff.accepted if handoff.taken_on else None
    if accepted is None or handoff.meet_due_at is None or _met_before_accepted(handoff):
        return None
    met, ends = handoff.completed, (handoff.lost, handoff.withdrawn, handoff.replaced, handoff.care_ended)
    return Obligation(
        kind=ObligationKind.CLIENT_MEETING,
        because=handoff.event_id,
        step=1,
        opens_at=accepted.at,
        due_at=handoff.meet_due_at,
        owner=handoff.accepted_by_role or handoff.to_role,
        met=met,
        released=None if met else first(*ends),
    )


def new_receiver(handoff: Handoff) -> Obligation | None:
    """Somebody else is asked after this handoff was declined or lost (H1, H2): no one is left to manage alone (R34).

    It is the task of who handed over. A request instead of this one meets it, also one from before: then somebody else
    was asked already. A withdrawal releases it.
    """
    fallen_through = first(handoff.declined, handoff.lost)
    if fallen_through is None or handoff.new_receiver_due_at is None or handoff.completed:
        return None
    met = handoff.replaced
    return Obligation(
        kind=ObligationKind.NEW_RECEIVER,
        because=handoff.event_id,
        step=1,
        opens_at=fallen_through.at,
        due_at=handoff.new_receiver_due_at,
        owner=handoff.from_role,
        met=met,
        released=None if met else first(handoff.withdrawn, handoff.care_ended),
    )


def _met_before_accepted(handoff: Handoff) -> bool:
    return bool(handoff.accepted and handoff.completed and handoff.completed.at < handoff.accepted.at)


def asked_for(handoff: Handoff) -> Iterator[Obligation]:
    """Acceptance; once accepted, the meeting; once declined or lost, a new receiver."""
    yield acceptance(handoff)
    for asked in (meeting(handoff), new_receiver(handoff)):
        if asked:
            yield asked


def asked_for_within_the_episode(handoff: Handoff) -> Iterator[Obligation]:
    """What ends with the episode of care: all but what a transition to another setting asks for."""
    if handoff.to_setting is None:
        yield from asked_for(handoff)
