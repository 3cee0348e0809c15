"""Consent to disclose: what for, how much, to whom, and who may sign."""

from domain.vocabulary.terms import Term, fhir


class ConsentPurpose(Term):
    """What a disclosure is for (42 CFR 2.31(a)(5))."""

    TREATMENT = "treatment", "Care by those who treat the client.", fhir("v3-ActReason", "TREAT")
    PAYMENT = "payment", "Billing, claims and other matters of payment.", fhir("v3-ActReason", "HPAYMT")
    OPERATIONS = (
        "operations",
        "Running the programme, such as audits and review of quality.",
        fhir("v3-ActReason", "HOPERAT"),
    )
    FAMILY_INVOLVEMENT = "family_involvement", "Family or others close to the client take part in care."
    EMPLOYER = "employer", "An employer, or an assistance programme of theirs, is told."
    LEGAL_PROCEEDINGS = (
        "legal_proceedings",
        "Civil, criminal, administrative or legislative proceedings against the client (42 CFR 2.31(d)).",
        fhir("v3-ActReason", "HLEGAL"),
    )
    OTHER = "other", "Another purpose."


class ConsentScope(Term):
    """How much and what kind of information may be disclosed (42 CFR 2.31(a)(3))."""

    WHOLE_RECORD = "whole_record", "All that is recorded about the client, but for counseling notes."
    CARE_PLAN = (
        "care_plan",
        "What was agreed and is under way: goals, plan, interventions, team, supports, appointments, next steps.",
    )
    ASSESSMENT = "assessment", "The intake and ASAM's dimensions: substances, conditions, history."
    CONTACTS = "contacts", "Sessions, check-ins and outreach, with what was told in them."
    SUBSTANCE_USE = "substance_use", "Lapses, close calls, overdoses, danger of one, harm reduction."
    MEDICATION = "medication", "Medication for substance use disorders and how it is taken."
    TOXICOLOGY = "toxicology", "Tests of specimens and what they found."
    SCREENING = (
        "screening",
        "Answers and scores of instruments, such as C-SSRS and PHQ-9, and the contacts that they ask for.",
    )
    CRISIS = "crisis", "Crises, what was done in them, and what helps: safety plan, crisis card, reviews."
    ATTENDANCE = "attendance", "That the client came to sessions or missed them, and when."
    CONTACT_ONLY = "contact_only", "That the client is in care, and how they are reached."
    COUNSELING_NOTES = (
        "counseling_notes",
        "Counseling notes that are kept apart from the record, which need a consent of their own.",
    )


class RecipientClass(Term):
    """Recipients who are named as a class (42 CFR 2.31(a)(4))."""

    TREATING_PROVIDERS = "treating_providers", "Everyone who treats the client."
    HEALTH_PLANS = "health_plans", "Health plans that cover the client."
    THIRD_PARTY_PAYERS = "third_party_payers", "Others who pay for the client's care."
    PROGRAMME_SUPPORT = "programme_support", "People who help to operate the programme."


class SignerAuthority(Term):
    """By what right somebody signed: the client, or on their behalf (42 CFR 2.14, 2.15, 2.31(a)(7))."""

    CLIENT = "client", "The client signed.", fhir("v3-RoleCode", "ONESELF")
    PARENT_OR_GUARDIAN = "parent_or_guardian", "A parent or guardian signed for a client who is a minor."
    PERSONAL_REPRESENTATIVE = (
        "personal_representative",
        "Somebody signed who may act for a client who cannot, or has died.",
    )
