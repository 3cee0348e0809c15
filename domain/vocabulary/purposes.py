"""Why somebody reads what is recorded about a client (45 CFR 164.506, 164.512; HL7's value set PurposeOfUse)."""

from domain.vocabulary.terms import Term, fhir


class PurposeOfUse(Term):
    """What a client's record is read for."""

    TREATMENT = "treatment", fhir("v3-ActReason", "TREAT")
    EMERGENCY_TREATMENT = "emergency_treatment", fhir("v3-ActReason", "ETREAT")
    CARE_MANAGEMENT = "care_management", fhir("v3-ActReason", "CAREMGT")
    PAYMENT = "payment", fhir("v3-ActReason", "HPAYMT")
    OPERATIONS = "operations", fhir("v3-ActReason", "HOPERAT")
    """How the clinic is run: audits, supervision of quality, complaints."""
    QUALITY_IMPROVEMENT = "quality_improvement", fhir("v3-ActReason", "HQUALIMP")
    LEGAL_PROCEEDINGS = "legal_proceedings", fhir("v3-ActReason", "HLEGAL")
    """Only by a court order or a consent to just this (42 CFR 2.12(d), 2.61)."""
    PUBLIC_HEALTH = "public_health", fhir("v3-ActReason", "PUBHLTH")
    RESEARCH = "research", fhir("v3-ActReason", "HRESCH")
    CLIENT_REQUEST = "client_request", fhir("v3-ActReason", "PATRQT")
    """The client asks to see their own record, or has it sent."""
    FAMILY_REQUEST = "family_request", fhir("v3-ActReason", "FAMRQT")
    SYSTEM_ADMINISTRATION = "system_administration", fhir("v3-ActReason", "HSYSADMIN")


def hl7_code(purpose: PurposeOfUse) -> str:
    """The purpose's code in HL7's PurposeOfUse, such as TREAT."""
    return purpose.codes[0].code


PURPOSE_OF_CODE = {hl7_code(purpose): purpose for purpose in PurposeOfUse}
"""The purposes by those codes."""
