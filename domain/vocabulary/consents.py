"""Consent to disclose: what for, how much, to whom, and who may sign."""

from domain.vocabulary.terms import Term, fhir


class ConsentPurpose(Term):
    """What a disclosure is for (42 CFR 2.31(a)(5))."""

    TREATMENT = "treatment", fhir("v3-ActReason", "TREAT")
    PAYMENT = "payment", fhir("v3-ActReason", "HPAYMT")
    OPERATIONS = "operations", fhir("v3-ActReason", "HOPERAT")
    FAMILY_INVOLVEMENT = "family_involvement"
    EMPLOYER = "employer"
    LEGAL_PROCEEDINGS = "legal_proceedings", fhir("v3-ActReason", "HLEGAL")
    OTHER = "other"


class ConsentScope(Term):
    """How much and what kind of information may be disclosed (42 CFR 2.31(a)(3))."""

    WHOLE_RECORD = "whole_record"
    """All but counseling notes."""
    CARE_PLAN = "care_plan"
    """What was agreed and is under way: goals, plan, interventions, team, supports, appointments, referrals, steps."""
    ASSESSMENT = "assessment"
    """The intake and ASAM's dimensions: substances, conditions, history."""
    CONTACTS = "contacts"
    """Sessions, check-ins and outreach, with what was told in them."""
    SUBSTANCE_USE = "substance_use"
    """Lapses, close calls, overdoses, danger of one, harm reduction."""
    MEDICATION = "medication"
    TOXICOLOGY = "toxicology"
    SCREENING = "screening"
    """Scores and answers of instruments, such as C-SSRS and PHQ-9, and the contacts that they ask for."""
    CRISIS = "crisis"
    """Crises, safety plan, crisis card, reviews after a crisis."""
    ATTENDANCE = "attendance"
    """Whether the client comes, and no more."""
    CONTACT_ONLY = "contact_only"
    """That and how the client can be reached, and no more."""
    COUNSELING_NOTES = "counseling_notes"
    """Counseling notes, which need a consent to just them (42 CFR 2.31(b))."""


class RecipientClass(Term):
    """Recipients who are named as a class (42 CFR 2.31(a)(4))."""

    TREATING_PROVIDERS = "treating_providers"
    HEALTH_PLANS = "health_plans"
    THIRD_PARTY_PAYERS = "third_party_payers"
    PROGRAMME_SUPPORT = "programme_support"
    """People who help to operate the programme."""


class SignerAuthority(Term):
    """By what right somebody signed: the client, or on their behalf (42 CFR 2.14, 2.15, 2.31(a)(7))."""

    CLIENT = "client", fhir("v3-RoleCode", "ONESELF")
    PARENT_OR_GUARDIAN = "parent_or_guardian"
    PERSONAL_REPRESENTATIVE = "personal_representative"
