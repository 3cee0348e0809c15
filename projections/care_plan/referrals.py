"""Referrals to outside parties, to their end (R29): who was asked for what, what they said, and what came of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from domain.entry import Entry
from domain.events.base import Event, ShortText
from domain.events.intake import EpisodeClosed
from domain.events.referrals import (
    ReferralAccepted,
    ReferralClosed,
    ReferralCompleted,
    ReferralDeclined,
    ReferralMade,
    ReferralScheduled,
)
from domain.events.registration import ClientDied
from domain.replacing import replace
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from domain.vocabulary.referrals import ReferralClosingReason, ReferralDeclineReason, ReferralOutcome, Service
from projections.answers import Answer, At, all_answered
from projections.care_plan.endings import care_ended
from projections.collection import Elements
from projections.context import Context
from projections.elements import KEY, NO_COLUMN, NOT_SHOWN, Named, ViewContext
from projections.fold import Fold
from projections.local_days import day_after, working_days_later
from projections.mark import Mark, Placed, first, mark
from projections.obligations import Obligation
from projections.strands import Strand


class ReferralStatus(StrEnum):
    """How far a referral has come, or how it ended."""

    MADE = "made"
    ACCEPTED = "accepted"
    SCHEDULED = "scheduled"
    DECLINED = "declined"
    COMPLETED = "completed"
    REPLACED = "replaced"
    CLOSED = "closed"
    CARE_ENDED = "care_ended"


@dataclass(frozen=True, slots=True)
class Referral(Placed):
    """An outside party asked to serve the client. What it waits for is among the obligations, because = event_id."""

    event_id: Annotated[UUID, KEY]
    """The entry that made the referral."""
    made_at: datetime
    """When it was made."""
    service: Service
    """What the party is asked for."""
    to_party: ShortText
    """The party that is asked."""
    made_by: Annotated[Role, Named("made_by_role")]
    """The role that made it, and sees to its answer and its outcome."""
    barrier: UUID | None
    """The entry that raised the barrier because of which it was made."""
    instead_of: UUID | None
    """The entry of the earlier referral instead of which it was made."""
    answer_due_at: Annotated[datetime, NO_COLUMN, NOT_SHOWN]
    """By when the party has answered."""
    accepted: Mark | None = None
    """The last time that the party began to agree; null where it never did."""
    scheduled_on: date | None = None
    """The client's local day on which the party expects them, as said last."""
    outcome_due_at: Annotated[datetime | None, NO_COLUMN, NOT_SHOWN] = None
    """By when something has come of it."""
    declined: Mark | None = None
    """The last time that the party began to refuse; null where it never did."""
    decline_reason: ReferralDeclineReason | None = None
    """Why the party declined."""
    refused: Annotated[bool, NO_COLUMN, NOT_SHOWN] = False
    """Whether the last answer was that refusal: parties take back what they said, in both directions."""
    another_due_at: Annotated[datetime | None, NO_COLUMN, NOT_SHOWN] = None
    """After a refusal: by when another party has been asked."""
    completed: Mark | None = None
    """That the client got what it was for."""
    outcome: ReferralOutcome | None = None
    """What the client got."""
    replaced: Mark | None = None
    """The referral made instead of this one."""
    closed: Mark | None = None
    """That it is not pursued any more, though nothing came of it."""
    closing_reason: ReferralClosingReason | None = None
    """Why it is not."""
    care_ended: Mark | None = None
    """The end of care while the referral was under way."""

    @property
    def status(self) -> ReferralStatus:
        """How far it has come, or how it ended."""
        stages = (
            (ReferralStatus.COMPLETED, self.completed),
            (ReferralStatus.CLOSED, self.closed),
            (ReferralStatus.DECLINED, self.refused),
            (ReferralStatus.REPLACED, self.replaced),
            (ReferralStatus.CARE_ENDED, self.care_ended),
            (ReferralStatus.SCHEDULED, self.accepted and self.scheduled_on),
            (ReferralStatus.ACCEPTED, self.accepted),
        )
        return next((status for status, reached in stages if reached), ReferralStatus.MADE)


@dataclass(frozen=True, slots=True)
class Referrals:
    """All referrals."""

    referrals: Elements[Referral] = Elements()


class Shown(Answer):
    referrals: tuple[At[Referral], ...]
    """Every referral to an outside party, in the order in which they were made."""


def show(state: Referrals, context: ViewContext) -> Shown:
    """Every referral."""
    return Shown(referrals=all_answered(state.referrals, context))


def asked_for(referral: Referral) -> Iterator[Obligation]:
    """An answer; once accepted, an outcome; once declined, another party."""
    ends = first(referral.closed, referral.replaced, referral.care_ended)
    met = first(referral.accepted, referral.declined, referral.completed)
    yield _obligation(ObligationKind.REFERRAL_ANSWER, referral, referral.made_at, referral.answer_due_at, met, ends)
    if referral.accepted and referral.outcome_due_at:
        ends = first(ends, referral.declined if referral.refused else None)
        opens_at, due_at, met = referral.accepted.at, referral.outcome_due_at, referral.completed
        yield _obligation(ObligationKind.REFERRAL_OUTCOME, referral, opens_at, due_at, met, ends)
    if referral.declined and referral.another_due_at:
        taken_back = None if referral.refused else referral.accepted
        met, ends = (
            first(referral.replaced, taken_back, referral.completed),
            first(referral.closed, referral.care_ended),
        )
        opens_at, due_at = referral.declined.at, referral.another_due_at
        yield _obligation(ObligationKind.NEW_RECEIVER, referral, opens_at, due_at, met, ends)


def _obligation(
    kind: ObligationKind,
    referral: Referral,
    opens_at: datetime,
    due_at: datetime,
    met: Mark | None,
    released: Mark | None,
) -> Obligation:
    released = None if met else released
    return Obligation(kind, referral.event_id, 1, opens_at, due_at, referral.made_by, met, released)


fold = Fold(Referrals())
STRAND = Strand(fold, Shown, show)
referrals = fold.each(Referral, lambda state: state.referrals)
REFERRAL = referrals.table("care_plan_referral")
referrals.ask(asked_for)


@fold.on(ReferralMade)
def referral_made(state: Referrals, entry: Entry, event: ReferralMade, context: Context) -> Referrals:
    """A referral that waits for an answer; the one instead of which it is made is not waited for any more."""
    known, policy = state.referrals, context.policy
    if event.instead_of:
        replaced = mark(entry)
        known = known.change(event.instead_of, lambda each: replace(each, replaced=each.replaced or replaced))
    within = policy.referrals.answered_within_working_days
    referral = Referral(
        event_id=entry.id,
        correction_id=entry.correction_id,
        made_at=entry.occurred_at,
        service=event.service,
        to_party=event.to_party,
        made_by=event.made_by,
        barrier=event.barrier,
        instead_of=event.instead_of,
        answer_due_at=working_days_later(context.known_by(entry), within, policy.working_days),
    )
    return Referrals(known.put(referral))


@fold.on(ReferralAccepted)
def referral_accepted(state: Referrals, entry: Entry, event: ReferralAccepted, context: Context) -> Referrals:
    """The party will serve the client."""
    return Referrals(
        state.referrals.change(event.referral, lambda each: _agreed(each, each.scheduled_on, entry, context))
    )


@fold.on(ReferralScheduled)
def referral_scheduled(state: Referrals, entry: Entry, event: ReferralScheduled, context: Context) -> Referrals:
    """The party expects the client on a day."""
    return Referrals(
        state.referrals.change(event.referral, lambda each: _agreed(each, event.scheduled_on, entry, context))
    )


def _agreed(referral: Referral, scheduled_on: date | None, entry: Entry, context: Context) -> Referral:
    """After an acceptance: the outcome is due so many days after it or, once a day is set, after that."""
    within, day = context.policy.referrals, context.day(entry)
    due_on = day_after(day, within.outcome_within_days_of_acceptance)
    if scheduled_on:
        due_on = day_after(max(day, scheduled_on), within.outcome_within_days_of_appointment)
    agrees = referral.accepted is not None and not referral.refused
    return replace(
        referral,
        accepted=referral.accepted if agrees else mark(entry),
        refused=False,
        scheduled_on=scheduled_on,
        outcome_due_at=context.end_of(due_on),
    )


@fold.on(ReferralDeclined)
def referral_declined(state: Referrals, entry: Entry, event: ReferralDeclined, context: Context) -> Referrals:
    """The party cannot serve the client: another one has to be asked."""
    policy = context.policy
    within = policy.referrals.another_asked_within_working_days
    due_at = working_days_later(context.known_by(entry), within, policy.working_days)

    def declined(referral: Referral) -> Referral:
        if referral.refused:
            return referral
        declined = mark(entry)
        return replace(referral, declined=declined, decline_reason=event.reason, refused=True, another_due_at=due_at)

    return Referrals(state.referrals.change(event.referral, declined))


@fold.on(ReferralCompleted)
def referral_completed(state: Referrals, entry: Entry, event: ReferralCompleted, context: Context) -> Referrals:
    """The client got what it was for."""

    def completed(referral: Referral) -> Referral:
        return replace(referral, completed=mark(entry), outcome=event.outcome)

    return Referrals(state.referrals.change(event.referral, completed))


@fold.on(ReferralClosed)
def referral_closed(state: Referrals, entry: Entry, event: ReferralClosed, context: Context) -> Referrals:
    """It is not pursued any more."""

    def closed(referral: Referral) -> Referral:
        return replace(referral, closed=mark(entry), closing_reason=event.reason)

    return Referrals(state.referrals.change(event.referral, closed))


@fold.on(EpisodeClosed, ClientDied)
def care_came_to_an_end(state: Referrals, entry: Entry, event: Event, context: Context) -> Referrals:
    """What was under way is not waited for any more."""
    return Referrals(care_ended(state.referrals, asked_for, mark(entry)))
