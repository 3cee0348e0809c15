"""Disclosures that people of the programme made, and the emergencies among them with their review.

The review is owed whatever becomes of the client or the episode: it is about what the staff did.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.entry import Entry
from domain.events.base import FreeText, ShortText
from domain.events.disclosures import DisclosureMade, EmergencyDisclosureMade, EmergencyDisclosureReviewed
from domain.replacing import replace
from domain.vocabulary.consents import ConsentPurpose, ConsentScope
from domain.vocabulary.disclosures import DisclosureMeans, MedicalEmergency, WithoutConsent
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from domain.vocabulary.record import Precision
from projections.answers import Answer, At, all_answered
from projections.asked_at import AnyMoment
from projections.collection import Elements
from projections.context import Context
from projections.elements import ViewContext, at_a_moment
from projections.fold import Fold
from projections.local_days import working_days_later
from projections.mark import Mark, Placed, mark
from projections.obligations import Obligation
from projections.strands import Strand


@dataclass(frozen=True, slots=True)
class DisclosureByPeople(Placed):
    """Something that was told to somebody outside."""

    made_at: datetime
    """When it was told."""
    precision: Precision
    """How exactly that is known."""
    recipient: ShortText
    """Who was told."""
    disclosed_by: ShortText
    """Who told it."""
    purpose: ConsentPurpose
    """For what purpose."""
    scope: tuple[ConsentScope, ...]
    """What was told."""
    means: DisclosureMeans
    """How it was told."""
    notice_given: bool
    """Whether the notice that forbids further disclosure went along."""
    allowed_by: UUID | None
    """The consent or the court order that allowed it; null where the law needs neither."""
    note: FreeText | None
    """More about it."""


@dataclass(frozen=True, slots=True)
class EmergencyDisclosure(Placed):
    """Something that was told to medical personnel in an emergency. Their system reads from made_at until ends_at."""

    made_at: datetime
    """When it was told."""
    precision: Precision
    """How exactly that is known."""
    recipient: ShortText
    """Who was told."""
    organization: ShortText
    """The facility to which they belong, by the name under which its system reads."""
    disclosed_by: ShortText
    """Who told it."""
    emergency: MedicalEmergency
    """The nature of the emergency."""
    account: FreeText
    """The emergency in words."""
    without_consent: WithoutConsent
    """Why the client's consent could not be had before."""
    scope: tuple[ConsentScope, ...]
    """What was told, and may be read."""
    means: DisclosureMeans
    """How it was told."""
    ends_at: datetime
    """Until when their system reads: as long as was said, no longer than the policy allows, and not after a review that
    found it not justified. When it was told, where no hours were said."""
    review_due_at: datetime
    """By when a supervisor reviews it."""
    reviewed: Mark | None = None
    """Its review; null while it was not reviewed."""
    justified: bool | None = None
    """Whether the review found it justified; null while it was not reviewed."""

    @at_a_moment
    def open(self, context: ViewContext) -> bool:
        """Whether their system reads at the moment asked about."""
        return self.is_open(context.at)

    def is_open(self, at: AnyMoment) -> bool:
        """Whether their system reads at that moment."""
        return self.made_at <= at < self.ends_at


@dataclass(frozen=True, slots=True)
class Disclosures:
    """Every disclosure that people made."""

    by_people: Elements[DisclosureByPeople] = Elements()
    emergencies: Elements[EmergencyDisclosure] = Elements()


class Shown(Answer):
    disclosures: tuple[At[DisclosureByPeople], ...]
    """What people of the programme told somebody outside, but for medical emergencies."""
    emergency_disclosures: tuple[At[EmergencyDisclosure], ...]
    """What was told to medical personnel outside in emergencies, in order."""


def show(state: Disclosures, context: ViewContext) -> Shown:
    """Every disclosure."""
    return Shown(
        disclosures=all_answered(state.by_people, context),
        emergency_disclosures=all_answered(state.emergencies, context),
    )


def asked_for(disclosure: EmergencyDisclosure) -> Iterator[Obligation]:
    """Its review."""
    yield Obligation(
        ObligationKind.EMERGENCY_DISCLOSURE_REVIEW, disclosure.event_id, 1, disclosure.made_at,
        disclosure.review_due_at, Role.SUPERVISOR, disclosure.reviewed,
    )  # fmt: skip


fold = Fold(Disclosures())
STRAND = Strand(fold, Shown, show)
DISCLOSURE = fold.each(DisclosureByPeople, lambda state: state.by_people).table("care_plan_disclosure")
emergencies = fold.each(EmergencyDisclosure, lambda state: state.emergencies)
EMERGENCY_DISCLOSURE = emergencies.table("care_plan_emergency_disclosure")
emergencies.ask(asked_for)


@fold.on(DisclosureMade)
def disclosure_made(state: Disclosures, entry: Entry, event: DisclosureMade, context: Context) -> Disclosures:
    """Somebody outside was told."""
    disclosure = DisclosureByPeople(
        event_id=entry.id,
        correction_id=entry.correction_id,
        made_at=entry.occurred_at,
        precision=entry.precision,
        recipient=event.recipient,
        disclosed_by=event.disclosed_by,
        purpose=event.purpose,
        scope=event.scope,
        means=event.means,
        notice_given=event.notice_given,
        allowed_by=event.allowed_by,
        note=event.note,
    )
    return replace(state, by_people=state.by_people.put(disclosure))


@fold.on(EmergencyDisclosureMade)
def emergency_disclosure_made(
    state: Disclosures, entry: Entry, event: EmergencyDisclosureMade, context: Context
) -> Disclosures:
    """Medical personnel were told, and their system may read for a while."""
    policy = context.policy.disclosures
    within = policy.emergency_reviewed_within_working_days
    disclosure = EmergencyDisclosure(
        event_id=entry.id,
        correction_id=entry.correction_id,
        made_at=entry.occurred_at,
        precision=entry.precision,
        recipient=event.recipient,
        organization=event.organization,
        disclosed_by=event.disclosed_by,
        emergency=event.emergency,
        account=event.account,
        without_consent=event.without_consent,
        scope=event.scope,
        means=event.means,
        ends_at=entry.occurred_at + timedelta(hours=min(event.hours or 0, policy.emergency_at_most_hours)),
        review_due_at=working_days_later(context.known_by(entry), within, context.policy.working_days),
    )
    return replace(state, emergencies=state.emergencies.put(disclosure))


@fold.on(EmergencyDisclosureReviewed)
def emergency_disclosure_reviewed(
    state: Disclosures, entry: Entry, event: EmergencyDisclosureReviewed, context: Context
) -> Disclosures:
    """A supervisor looked into it."""

    def looked_into(disclosure: EmergencyDisclosure) -> EmergencyDisclosure:
        ends_at = disclosure.ends_at if event.justified else min(disclosure.ends_at, entry.occurred_at)
        return replace(disclosure, ends_at=ends_at, reviewed=mark(entry), justified=event.justified)

    return replace(state, emergencies=state.emergencies.change(event.disclosure, looked_into))
