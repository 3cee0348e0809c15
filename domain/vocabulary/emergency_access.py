"""Emergency access to a client's record: why somebody outside the team opened it, and what for."""

from domain.vocabulary.terms import Term, fhir


class EmergencyPurpose(Term):
    """What the record is used for (HL7 PurposeOfUse)."""

    EMERGENCY_TREATMENT = "emergency_treatment", "Care in an emergency.", fhir("v3-ActReason", "ETREAT")
    TREATMENT = (
        "treatment",
        "Care that cannot wait and is no emergency, such as taking over for somebody who is ill.",
        fhir("v3-ActReason", "TREAT"),
    )


class EmergencyReason(Term):
    """Why somebody who is not on the team needs the record now."""

    CRISIS = "crisis", "The client is in a crisis."
    MEDICAL_EMERGENCY = "medical_emergency", "The client needs medical help at once."
    COVERING_FOR_THE_TEAM = "covering_for_the_team", "They stand in for somebody of the team."
    TEAM_OUT_OF_REACH = "team_out_of_reach", "Nobody of the team can be reached in time."
    OTHER = "other", "Another reason."
