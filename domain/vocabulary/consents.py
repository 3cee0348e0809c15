"""Consent to disclose: what for, and how much."""

from domain.vocabulary.terms import Term


class ConsentPurpose(Term):
    """What a disclosure is for (42 CFR 2.31)."""

    TREATMENT = "treatment"
    PAYMENT = "payment"
    OPERATIONS = "operations"
    FAMILY_INVOLVEMENT = "family_involvement"
    EMPLOYER = "employer"
    LEGAL_PROCEEDINGS = "legal_proceedings"
    OTHER = "other"


class ConsentScope(Term):
    """How much and what kind of information may be disclosed (42 CFR 2.31)."""

    WHOLE_RECORD = "whole_record"
    CARE_PLAN = "care_plan"
    ATTENDANCE = "attendance"
    MEDICATION = "medication"
    CRISIS = "crisis"
    CONTACT_ONLY = "contact_only"
