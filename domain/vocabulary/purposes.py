"""Why somebody reads what is recorded about a client (45 CFR 164.506, 164.512; HL7's value set PurposeOfUse)."""

from domain.vocabulary.terms import Term, fhir


class PurposeOfUse(Term):
    """What a client's record is read for."""

    TREATMENT = "treatment", "Care of the client.", fhir("v3-ActReason", "TREAT")
    EMERGENCY_TREATMENT = "emergency_treatment", "Care in an emergency.", fhir("v3-ActReason", "ETREAT")
    CARE_MANAGEMENT = (
        "care_management",
        "Holding together the care of several providers.",
        fhir("v3-ActReason", "CAREMGT"),
    )
    PAYMENT = "payment", "Billing, claims and other matters of payment.", fhir("v3-ActReason", "HPAYMT")
    OPERATIONS = (
        "operations",
        "How the clinic is run: audits, supervision of quality, complaints.",
        fhir("v3-ActReason", "HOPERAT"),
    )
    QUALITY_IMPROVEMENT = (
        "quality_improvement",
        "Making care better, by looking at what was done.",
        fhir("v3-ActReason", "HQUALIMP"),
    )
    LEGAL_PROCEEDINGS = (
        "legal_proceedings",
        "Proceedings at law, only by a court order or a consent to just this (42 CFR 2.12(d), 2.61).",
        fhir("v3-ActReason", "HLEGAL"),
    )
    PUBLIC_HEALTH = "public_health", "Public health, where law asks for it.", fhir("v3-ActReason", "PUBHLTH")
    RESEARCH = "research", "Research.", fhir("v3-ActReason", "HRESCH")
    CLIENT_REQUEST = (
        "client_request",
        "The client asks to see their own record, or has it sent.",
        fhir("v3-ActReason", "PATRQT"),
    )
    FAMILY_REQUEST = "family_request", "Somebody of the family asks, who may.", fhir("v3-ActReason", "FAMRQT")
    SYSTEM_ADMINISTRATION = "system_administration", "Keeping the system running.", fhir("v3-ActReason", "HSYSADMIN")


def hl7_code(purpose: PurposeOfUse) -> str:
    """The purpose's code in HL7's PurposeOfUse, such as TREAT."""
    return purpose.codes[0].code


PURPOSE_OF_CODE = {hl7_code(purpose): purpose for purpose in PurposeOfUse}
"""The purposes by those codes."""
