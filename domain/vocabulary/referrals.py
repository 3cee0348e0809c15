"""Referrals to outside parties: for what, and what came of them."""

from domain.vocabulary.terms import Term


class Service(Term):
    """What an outside party is asked for (R29; FHIR ServiceRequest.code)."""

    HOUSING = "housing"
    SOBER_LIVING = "sober_living"
    RENTAL_ASSISTANCE = "rental_assistance"
    PRIMARY_CARE = "primary_care"
    PSYCHIATRY = "psychiatry"
    MEDICATION_TREATMENT = "medication_treatment"
    WITHDRAWAL_MANAGEMENT = "withdrawal_management"
    RESIDENTIAL_TREATMENT = "residential_treatment"
    SLEEP_CLINIC = "sleep_clinic"
    PHYSICAL_THERAPY = "physical_therapy"
    PAIN_CLINIC = "pain_clinic"
    DENTAL_CARE = "dental_care"
    FAMILY_THERAPY = "family_therapy"
    SKILLS_GROUP = "skills_group"
    RESPITE_CARE = "respite_care"
    CHILDCARE = "childcare"
    TRANSPORT = "transport"
    FOOD_ASSISTANCE = "food_assistance"
    INSURANCE_ENROLLMENT = "insurance_enrollment"
    BENEFITS_ENROLLMENT = "benefits_enrollment"
    LEGAL_AID = "legal_aid"
    EMPLOYMENT_SERVICES = "employment_services"
    EDUCATION = "education"
    FINANCIAL_COUNSELING = "financial_counseling"
    SAFETY_FROM_VIOLENCE = "safety_from_violence"
    OTHER = "other"


class ReferralDeclineReason(Term):
    """Why an outside party cannot serve the client."""

    NO_CAPACITY = "no_capacity"
    NOT_ELIGIBLE = "not_eligible"
    NOT_COVERED = "not_covered"
    NOT_THE_RIGHT_SERVICE = "not_the_right_service"
    COULD_NOT_REACH_CLIENT = "could_not_reach_client"
    OTHER = "other"


class ReferralOutcome(Term):
    """What the client got of a referral (R29)."""

    RECEIVED = "received"
    GOES_ON = "goes_on"
    GRANTED = "granted"
    FOUND_NOT_NEEDED = "found_not_needed"


class ReferralClosingReason(Term):
    """Why a referral is not pursued any more, though nothing came of it (FHIR ServiceRequest status revoked)."""

    NOT_NEEDED_ANY_MORE = "not_needed_any_more"
    CLIENT_CHOSE_OTHERWISE = "client_chose_otherwise"
    CLIENT_DID_NOT_GO = "client_did_not_go"
    NO_ANSWER = "no_answer"
    MADE_IN_ERROR = "made_in_error"
    OTHER = "other"
