"""Emergency access to a client's record: why somebody outside the team opened it, and what for."""

from domain.vocabulary.terms import Term, fhir


class EmergencyPurpose(Term):
    """What the record is used for (HL7 PurposeOfUse)."""

    EMERGENCY_TREATMENT = "emergency_treatment", fhir("v3-ActReason", "ETREAT")
    TREATMENT = "treatment", fhir("v3-ActReason", "TREAT")
    """Care that cannot wait and is no emergency, such as taking over for somebody who is ill."""


class EmergencyReason(Term):
    """Why somebody who is not on the team needs the record now."""

    CRISIS = "crisis"
    MEDICAL_EMERGENCY = "medical_emergency"
    COVERING_FOR_THE_TEAM = "covering_for_the_team"
    TEAM_OUT_OF_REACH = "team_out_of_reach"
    OTHER = "other"
