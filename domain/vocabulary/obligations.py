"""What care owes a client by a time."""

from domain.vocabulary.terms import Term


class ObligationKind(Term):
    """What must happen (R34, R50; FHIR Task.code)."""

    CRISIS_CONTACT = "crisis_contact"
    POSTVENTION_REVIEW = "postvention_review"
    HANDOFF_ACCEPTANCE = "handoff_acceptance"
    CLIENT_MEETING = "client_meeting"
    PLAN_REVIEW = "plan_review"
    TRIGGER_TOUCHPOINT = "trigger_touchpoint"
    NALOXONE = "naloxone"
    CRISIS_CARD = "crisis_card"
    APPOINTMENT = "appointment"
    NEXT_STEP = "next_step"
    SUICIDE_SCREENING = "suicide_screening"
    FIND_CLIENT = "find_client"
    CARING_CONTACT = "caring_contact"
    PLAN_ADJUSTMENT = "plan_adjustment"
    NEW_RECEIVER = "new_receiver"
    BARRIER_WORK = "barrier_work"
    REFERRAL_ANSWER = "referral_answer"
    REFERRAL_OUTCOME = "referral_outcome"
    RISK_CONTACT = "risk_contact"
    EMERGENCY_ACCESS_REVIEW = "emergency_access_review"
    EMERGENCY_DISCLOSURE_REVIEW = "emergency_disclosure_review"
