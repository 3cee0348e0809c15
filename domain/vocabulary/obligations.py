"""What care owes a client by a time."""

from domain.vocabulary.terms import Term


class ObligationKind(Term):
    """What must happen (R34, R50; FHIR Task.code)."""

    CRISIS_CONTACT = "crisis_contact", "The client is reached after a crisis."
    POSTVENTION_REVIEW = (
        "postvention_review",
        "A crisis is reviewed with the client: what worked, what did not, what changes.",
    )
    HANDOFF_ACCEPTANCE = "handoff_acceptance", "A receiver accepts the client."
    CLIENT_MEETING = "client_meeting", "The receiver who accepted meets the client."
    PLAN_REVIEW = "plan_review", "The plan is looked at together."
    TRIGGER_TOUCHPOINT = "trigger_touchpoint", "Somebody is in touch before a day that may be hard."
    NALOXONE = "naloxone", "A kit of naloxone is given, or it is recorded that the client takes none."
    CRISIS_CARD = "crisis_card", "A crisis card is given, or it is recorded that the client takes none."
    APPOINTMENT = "appointment", "An appointment is kept, and it is recorded what came of it."
    NEXT_STEP = "next_step", "A next step is done."
    SUICIDE_SCREENING = "suicide_screening", "The client is asked about thoughts of suicide."
    FIND_CLIENT = "find_client", "A client who was lost sight of is looked for."
    CARING_CONTACT = "caring_contact", "Somebody shows care, with nothing asked of the client."
    PLAN_ADJUSTMENT = "plan_adjustment", "What a review asked for is carried out or dropped."
    NEW_RECEIVER = "new_receiver", "Another receiver is found, since a handoff fell through."
    BARRIER_WORK = "barrier_work", "Somebody does something about what stands between the client and care."
    REFERRAL_ANSWER = "referral_answer", "The outside party says whether it can serve the client."
    REFERRAL_OUTCOME = "referral_outcome", "It is recorded what the client got of a referral."
    RISK_CONTACT = "risk_contact", "The client is seen again after a screening found a risk of suicide."
    EMERGENCY_ACCESS_REVIEW = (
        "emergency_access_review",
        "A supervisor looks at why a record was opened in an emergency.",
    )
    EMERGENCY_DISCLOSURE_REVIEW = (
        "emergency_disclosure_review",
        "A supervisor looks at what was told outside in an emergency.",
    )
