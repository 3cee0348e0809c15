"""Referrals to outside parties: for what, and what came of them."""

from domain.vocabulary.terms import Term


class Service(Term):
    """What an outside party is asked for (R29; FHIR ServiceRequest.code)."""

    HOUSING = "housing", "A place to live."
    SOBER_LIVING = "sober_living", "A place in a house whose residents live without substances."
    RENTAL_ASSISTANCE = "rental_assistance", "Money towards the rent."
    PRIMARY_CARE = "primary_care", "Primary care."
    PSYCHIATRY = "psychiatry", "Psychiatric care."
    MEDICATION_TREATMENT = "medication_treatment", "Medication for a use disorder."
    WITHDRAWAL_MANAGEMENT = "withdrawal_management", "Management of withdrawal."
    RESIDENTIAL_TREATMENT = "residential_treatment", "A place in a residential programme."
    SLEEP_CLINIC = "sleep_clinic", "A clinic for sleep."
    PHYSICAL_THERAPY = "physical_therapy", "Physical therapy."
    PAIN_CLINIC = "pain_clinic", "A clinic for pain."
    DENTAL_CARE = "dental_care", "Dental care."
    FAMILY_THERAPY = "family_therapy", "Therapy with the family."
    SKILLS_GROUP = "skills_group", "A group in which skills are taught and practiced."
    RESPITE_CARE = "respite_care", "A time or a place to rest, for the client or for who looks after them."
    CHILDCARE = "childcare", "Somebody who looks after the client's children."
    TRANSPORT = "transport", "A way of getting about."
    FOOD_ASSISTANCE = "food_assistance", "Food, or money for it."
    INSURANCE_ENROLLMENT = "insurance_enrollment", "Help with getting health insurance."
    BENEFITS_ENROLLMENT = "benefits_enrollment", "Help with getting benefits."
    LEGAL_AID = "legal_aid", "Help with matters of law."
    EMPLOYMENT_SERVICES = "employment_services", "Help with finding or keeping work."
    EDUCATION = "education", "School or training."
    FINANCIAL_COUNSELING = "financial_counseling", "Help with money and debts."
    SAFETY_FROM_VIOLENCE = "safety_from_violence", "Protection from violence."
    OTHER = "other", "Something else."


class ReferralDeclineReason(Term):
    """Why an outside party cannot serve the client."""

    NO_CAPACITY = "no_capacity", "It has no place or no time."
    NOT_ELIGIBLE = "not_eligible", "The client does not meet its conditions."
    NOT_COVERED = "not_covered", "Nobody pays for it."
    NOT_THE_RIGHT_SERVICE = "not_the_right_service", "It does not offer what the client needs."
    COULD_NOT_REACH_CLIENT = "could_not_reach_client", "It could not reach the client."
    OTHER = "other", "Another reason."


class ReferralOutcome(Term):
    """What the client got of a referral (R29)."""

    RECEIVED = "received", "The client got it, and it is done."
    GOES_ON = "goes_on", "The client gets it, and goes on getting it."
    GRANTED = "granted", "It was granted, such as a benefit or a subsidy."
    FOUND_NOT_NEEDED = "found_not_needed", "It turned out that the client does not need it."


class ReferralClosingReason(Term):
    """Why a referral is not pursued any more, though nothing came of it (FHIR ServiceRequest status revoked)."""

    NOT_NEEDED_ANY_MORE = "not_needed_any_more", "It is no longer needed."
    CLIENT_CHOSE_OTHERWISE = "client_chose_otherwise", "The client does not want it."
    CLIENT_DID_NOT_GO = "client_did_not_go", "The client did not go there."
    NO_ANSWER = "no_answer", "The outside party did not answer."
    MADE_IN_ERROR = "made_in_error", "It was made by mistake."
    OTHER = "other", "Another reason."
