"""Events of care as they usually are: stories say what is theirs, and the rest stands here."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from domain.events.appointments import AppointmentMade
from domain.events.consents import ConsentGranted
from domain.events.contacts import CheckInReceived, OutreachMade, SessionHeld
from domain.events.crisis import CrisisContactRecorded, CrisisResolved, SafetyPlanWritten
from domain.events.crisis_cards import CrisisCardIssued
from domain.events.disclosures import EmergencyDisclosureMade
from domain.events.handoffs import HandoffRequested
from domain.events.harm_reduction import HarmReductionProvided
from domain.events.intake import IntakeCompleted
from domain.events.next_steps import NextStepAgreed
from domain.events.plan import GoalSet, PlanAgreed
from domain.events.postvention import AdjustmentSettled, PostventionReviewed
from domain.events.registration import ClientRegistered
from domain.vocabulary.consents import ConsentPurpose, ConsentScope, SignerAuthority
from domain.vocabulary.contacts import Channel, SessionKind
from domain.vocabulary.crisis import CrisisKind, CrisisOutcome
from domain.vocabulary.disclosures import DisclosureMeans, MedicalEmergency, WithoutConsent
from domain.vocabulary.goals import GoalCategory
from domain.vocabulary.handoffs import HandoffUrgency
from domain.vocabulary.harm_reduction import HarmReductionKind
from domain.vocabulary.intake import EntryRoute
from domain.vocabulary.people import Role
from domain.vocabulary.postvention import Settlement
from domain.vocabulary.substances import Substance


def registered(time_zone: str = "America/Chicago", **said: Any) -> ClientRegistered:
    return ClientRegistered(**{"name": "Dana Example", "time_zone": time_zone, **said})


def intake(*substances: Substance, **said: Any) -> IntakeCompleted:
    uses = tuple({"substance": substance} for substance in substances or (Substance.ALCOHOL,))
    return IntakeCompleted(**{"entry_route": EntryRoute.REFERRAL, "substances": uses, **said})


def consent(expires_on: str | None = "2027-03-01", **said: Any) -> ConsentGranted:
    return ConsentGranted(
        **{
            "discloser": "Example Clinic",
            "recipients": ("Dana's sister",),
            "purpose": ConsentPurpose.FAMILY_INVOLVEMENT,
            "scope": (ConsentScope.CARE_PLAN,),
            "expires_on": date.fromisoformat(expires_on) if expires_on else None,
            "signed_on": date(2026, 3, 1),
            "signed_by": "Dana Example",
            "signed_as": SignerAuthority.CLIENT,
            "right_to_revoke_told": True,
            "redisclosure_told": True,
            **said,
        }
    )


def emergency_disclosure(hours: int | None = 8, **said: Any) -> EmergencyDisclosureMade:
    return EmergencyDisclosureMade(
        **{
            "recipient": "Dr. Kim Example",
            "organization": "County General Hospital",
            "disclosed_by": "Ada Example",
            "emergency": MedicalEmergency.OVERDOSE,
            "account": "Brought in unconscious; they asked what he takes",
            "without_consent": WithoutConsent.UNABLE_TO_CONSENT,
            "scope": (ConsentScope.MEDICATION, ConsentScope.CRISIS),
            "means": DisclosureMeans.PHONE,
            "hours": hours,
            **said,
        }
    )


def goal_set(category: GoalCategory = GoalCategory.SLEEP, **said: Any) -> GoalSet:
    return GoalSet(**{"category": category, "description": "Sleep through the night", "unit": "hours", **said})


def plan(*because_of: UUID, **said: Any) -> PlanAgreed:
    agreed_by = (Role.CLIENT, Role.COUNSELOR)
    return PlanAgreed(**{"summary": "One day after another", "agreed_by": agreed_by, "because_of": because_of, **said})


def session(**said: Any) -> SessionHeld:
    return SessionHeld(
        **{"kind": SessionKind.INDIVIDUAL, "channel": Channel.IN_PERSON, "held_by": Role.COUNSELOR, **said}
    )


def check_in(**said: Any) -> CheckInReceived:
    return CheckInReceived(**{"channel": Channel.TEXT, "automated": False, **said})


def outreach(reached: bool, crisis: UUID | None = None, **said: Any) -> OutreachMade:
    return OutreachMade(
        **{"channel": Channel.PHONE, "made_by": Role.PEER, "reached": reached, "crisis": crisis, **said}
    )


def handoff(urgency: HandoffUrgency = HandoffUrgency.ROUTINE, **said: Any) -> HandoffRequested:
    return HandoffRequested(**{"from_role": Role.COUNSELOR, "to_role": Role.CASE_MANAGER, "urgency": urgency, **said})


def crisis(*kinds: CrisisKind, **said: Any) -> CrisisContactRecorded:
    return CrisisContactRecorded(
        **{"kinds": kinds or (CrisisKind.CRAVINGS,), "channel": Channel.PHONE, "noticed_by": Role.PEER, **said}
    )


def resolved(crisis_id: UUID, outcome: CrisisOutcome = CrisisOutcome.STABILIZED, **said: Any) -> CrisisResolved:
    return CrisisResolved(**{"crisis": crisis_id, "outcome": outcome, **said})


def safety_plan(**said: Any) -> SafetyPlanWritten:
    return SafetyPlanWritten(**{"warning_signs": ("Nights without sleep",), "own_coping": ("A walk",), **said})


def naloxone_kit(**said: Any) -> HarmReductionProvided:
    return HarmReductionProvided(**{"kinds": (HarmReductionKind.NALOXONE_KIT,), "provided_by": Role.PEER, **said})


def crisis_card(**said: Any) -> CrisisCardIssued:
    return CrisisCardIssued(**{"issued_by": Role.PEER, **said})


def review(crisis_id: UUID, *adjustments: Any, **said: Any) -> PostventionReviewed:
    reviewed_by = (Role.COUNSELOR, Role.CLIENT)
    return PostventionReviewed(
        **{
            "crisis": crisis_id,
            "reviewed_by": reviewed_by,
            "what_worked": "The call came early",
            "adjustments": adjustments,
            **said,
        }
    )


def appointment(starts_at: datetime, **said: Any) -> AppointmentMade:
    return AppointmentMade(
        **{
            "kind": SessionKind.INDIVIDUAL,
            "channel": Channel.IN_PERSON,
            "starts_at": starts_at,
            "with_role": Role.COUNSELOR,
            **said,
        }
    )


def next_step(owner: Role = Role.CASE_MANAGER, **said: Any) -> NextStepAgreed:
    return NextStepAgreed(**{"what": "Ring the landlord", "owner": owner, **said})


def settled(review_id: UUID, number: int = 1, **said: Any) -> AdjustmentSettled:
    return AdjustmentSettled(**{"review": review_id, "number": number, "how": Settlement.CARRIED_OUT, **said})
