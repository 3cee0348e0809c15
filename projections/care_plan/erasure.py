"""Erasure: what is asked and approved, and the holds that stand in its way (R57). Afterwards none of it shows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from domain.entry import Entry
from domain.events.base import ShortText
from domain.events.erasure import (
    ErasureApproved,
    ErasureRequested,
    ErasureWithdrawn,
    LegalHoldLifted,
    LegalHoldPlaced,
)
from domain.replacing import replace
from domain.vocabulary.erasure import ErasureGround, HoldReason
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from projections.answers import Answer, At, all_answered
from projections.collection import Elements
from projections.context import Context
from projections.elements import KEY, ViewContext
from projections.fold import Fold
from projections.local_days import working_days_later
from projections.mark import Mark, Placed, mark
from projections.obligations import Obligation
from projections.strands import Strand


@dataclass(frozen=True, slots=True)
class LegalHold(Placed):
    """That the record must not be erased. In force: lifted is null."""

    event_id: Annotated[UUID, KEY]
    """The entry that placed it."""
    reason: HoldReason
    """Why."""
    reference: ShortText | None
    """The number under which a court, an authority or counsel has it."""
    placed_at: datetime
    """From when on."""
    lifted: Mark | None = None
    """That it is over; null while it is in force."""


@dataclass(frozen=True, slots=True)
class ErasureRequest(Placed):
    """That the record is to be erased. It counts as long as withdrawn is null."""

    event_id: Annotated[UUID, KEY]
    """The entry that requested it."""
    ground: ErasureGround
    """Why, or at whose word."""
    requested_at: datetime
    """When."""
    person_id: UUID
    """The actor id of whoever requested it, who by the organization's policy does not approve it."""
    approval_due_at: datetime
    """By when somebody approves or withdraws it."""
    approved: Mark | None = None
    """Its approval; null while there is none."""
    withdrawn: Mark | None = None
    """That it counts no more; null while it does."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """Every hold, and every request."""

    holds: Elements[LegalHold] = Elements()
    requests: Elements[ErasureRequest] = Elements()


class Shown(Answer):
    legal_holds: tuple[At[LegalHold], ...]
    """The holds under which the record must not be erased, in force or lifted."""
    erasure_requests: tuple[At[ErasureRequest], ...]
    """The requests to erase the record."""


def show(state: Erasure, context: ViewContext) -> Shown:
    """Every hold and request."""
    return Shown(legal_holds=all_answered(state.holds, context), erasure_requests=all_answered(state.requests, context))


def asked_for(request: ErasureRequest) -> Iterator[Obligation]:
    """Its approval; or that it is withdrawn."""
    yield Obligation(
        ObligationKind.ERASURE_APPROVAL, request.event_id, 1, request.requested_at, request.approval_due_at,
        Role.SUPERVISOR, request.approved, request.withdrawn,
    )  # fmt: skip


fold = Fold(Erasure())
STRAND = Strand(fold, Shown, show)
LEGAL_HOLD = fold.each(LegalHold, lambda state: state.holds).table("care_plan_legal_hold")
requests = fold.each(ErasureRequest, lambda state: state.requests)
ERASURE_REQUEST = requests.table("care_plan_erasure_request")
requests.ask(asked_for)


@fold.on(LegalHoldPlaced)
def legal_hold_placed(state: Erasure, entry: Entry, event: LegalHoldPlaced, context: Context) -> Erasure:
    """A hold, until it is lifted."""
    hold = LegalHold(
        event_id=entry.id,
        correction_id=entry.correction_id,
        reason=event.reason,
        reference=event.reference,
        placed_at=entry.occurred_at,
    )
    return replace(state, holds=state.holds.put(hold))


@fold.on(LegalHoldLifted)
def legal_hold_lifted(state: Erasure, entry: Entry, event: LegalHoldLifted, context: Context) -> Erasure:
    """It is over."""
    lifted = mark(entry)
    return replace(state, holds=state.holds.change(event.hold, lambda hold: replace(hold, lifted=lifted)))


@fold.on(ErasureRequested)
def erasure_requested(state: Erasure, entry: Entry, event: ErasureRequested, context: Context) -> Erasure:
    """A request, which waits for its approval."""
    policy = context.policy
    due_at = working_days_later(
        context.known_by(entry), policy.erasure.approved_within_working_days, policy.working_days
    )
    request = ErasureRequest(
        event_id=entry.id,
        correction_id=entry.correction_id,
        ground=event.ground,
        requested_at=entry.occurred_at,
        person_id=entry.actor_id,
        approval_due_at=due_at,
    )
    return replace(state, requests=state.requests.put(request))


@fold.on(ErasureApproved)
def erasure_approved(state: Erasure, entry: Entry, event: ErasureApproved, context: Context) -> Erasure:
    """Another person agrees."""
    approved = mark(entry)
    changed = state.requests.change(event.request, lambda request: replace(request, approved=approved))
    return replace(state, requests=changed)


@fold.on(ErasureWithdrawn)
def erasure_withdrawn(state: Erasure, entry: Entry, event: ErasureWithdrawn, context: Context) -> Erasure:
    """It counts no more."""
    withdrawn = mark(entry)
    changed = state.requests.change(event.request, lambda request: replace(request, withdrawn=withdrawn))
    return replace(state, requests=changed)
