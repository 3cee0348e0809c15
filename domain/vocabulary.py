"""Coded terms: the closed lists from which events choose. Free text has no place here.

Each list names the field's own standard where there is one. A term is never removed or renamed once
released, since old events keep it; a new term is added at the end.
"""

from enum import StrEnum


class Precision(StrEnum):
    """How exactly the recorder knows when something occurred."""

    INSTANT = "instant"
    DAY = "day"
    APPROXIMATE = "approximate"


class Role(StrEnum):
    """Who takes part in a client's circle of care (FHIR CareTeam.participant)."""

    COUNSELOR = "counselor"
    PEER = "peer"
    CASE_MANAGER = "case_manager"
    PRESCRIBER = "prescriber"
    NURSE = "nurse"
    PSYCHIATRIST = "psychiatrist"
    CRISIS_WORKER = "crisis_worker"
    FAMILY_SUPPORT = "family_support"
    RECOVERY_COACH = "recovery_coach"
    SUPERVISOR = "supervisor"
    CLIENT = "client"
    FAMILY = "family"
    OUTSIDE_PARTY = "outside_party"


class EntryRoute(StrEnum):
    """The way by which a client came into care (R08)."""

    SELF = "self"
    REFERRAL = "referral"
    FAMILY = "family"
    COURT = "court"
    RE_ENTRY_INPATIENT = "re_entry_inpatient"
    RE_ENTRY_DETOX = "re_entry_detox"
    CRISIS = "crisis"


class Substance(StrEnum):
    """Substance groups, as in DSM-5 substance use disorders (R05)."""

    ALCOHOL = "alcohol"
    OPIOIDS = "opioids"
    COCAINE = "cocaine"
    METHAMPHETAMINE = "methamphetamine"
    OTHER_STIMULANTS = "other_stimulants"
    CANNABIS = "cannabis"
    SEDATIVES = "sedatives"
    HALLUCINOGENS = "hallucinogens"
    INHALANTS = "inhalants"
    NICOTINE = "nicotine"
    OTHER = "other"


class UseRoute(StrEnum):
    """How a substance was taken (R05)."""

    ORAL = "oral"
    SMOKED = "smoked"
    INTRANASAL = "intranasal"
    INJECTED = "injected"
    INHALED = "inhaled"
    TRANSDERMAL = "transdermal"
    OTHER = "other"
    UNKNOWN = "unknown"


class UseFrequency(StrEnum):
    """How often, in the month before the last use (R05)."""

    NONE_PAST_MONTH = "none_past_month"
    ONE_TO_THREE_DAYS = "1_to_3_days_past_month"
    WEEKLY = "1_to_2_days_a_week"
    SEVERAL_DAYS_A_WEEK = "3_to_6_days_a_week"
    DAILY = "daily"
    UNKNOWN = "unknown"


class Severity(StrEnum):
    """Severity of a substance use disorder (DSM-5: 2-3, 4-5, 6 and more criteria)."""

    MILD = "mild"
    MODERATE = "moderate"
    SEVERE = "severe"
    UNKNOWN = "unknown"


class Condition(StrEnum):
    """Conditions beside substance use (R04)."""

    DEPRESSION = "depression"
    PTSD = "ptsd"
    BIPOLAR_DISORDER = "bipolar_disorder"
    ANXIETY = "anxiety"
    CHRONIC_PAIN = "chronic_pain"
    OTHER = "other"


class Driver(StrEnum):
    """What lies behind distress (R03)."""

    TRAUMA = "trauma"
    ADVERSE_CHILDHOOD = "adverse_childhood_experiences"
    STRESS = "stress"
    ISOLATION = "isolation"
    FAMILY_DYNAMICS = "family_dynamics"
    GRIEF = "grief"
    PAIN = "pain"
    UNMET_NEEDS = "unmet_needs"


class SocialNeed(StrEnum):
    """Social determinants of health (PRAPARE domains; R01)."""

    HOUSING = "housing"
    FOOD = "food"
    TRANSPORT = "transport"
    EMPLOYMENT = "employment"
    INSURANCE = "insurance"
    CHILDCARE = "childcare"
    LEGAL = "legal"
    MONEY = "money"
    PRIMARY_CARE = "primary_care"
    SAFETY = "safety"


class StageOfChange(StrEnum):
    """Readiness, by the transtheoretical model (R06)."""

    PRECONTEMPLATION = "precontemplation"
    CONTEMPLATION = "contemplation"
    PREPARATION = "preparation"
    ACTION = "action"
    MAINTENANCE = "maintenance"


class Trigger(StrEnum):
    """What tends to come before a craving, a lapse or a crisis (R02, R15)."""

    CONFLICT = "conflict"
    LOSS = "loss"
    LONELINESS = "loneliness"
    WORK_STRESS = "work_stress"
    MONEY_WORRY = "money_worry"
    PHYSICAL_PAIN = "physical_pain"
    INSOMNIA = "insomnia"
    WITHDRAWAL = "withdrawal"
    PLACE = "place"
    PEOPLE = "people"
    CELEBRATION = "celebration"
    ANNIVERSARY = "anniversary"
    TRAUMA_REMINDER = "trauma_reminder"
    HOUSING_LOSS = "housing_loss"
    OTHER = "other"


class Emotion(StrEnum):
    """Feelings around an urge, a lapse or a crisis."""

    ANXIETY = "anxiety"
    SADNESS = "sadness"
    ANGER = "anger"
    SHAME = "shame"
    GRIEF = "grief"
    LONELINESS = "loneliness"
    BOREDOM = "boredom"
    FEAR = "fear"
    JOY = "joy"
    NUMBNESS = "numbness"
    OTHER = "other"


class GoalCategory(StrEnum):
    """Short-term stabilization apart from longer-term aims (R12; FHIR Goal.category)."""

    SLEEP = "sleep"
    NUTRITION = "nutrition"
    WITHDRAWAL_CARE = "withdrawal_care"
    CRAVINGS = "cravings"
    RELAPSE_PREVENTION = "relapse_prevention"
    RELATIONSHIPS = "relationships"
    EMPLOYMENT = "employment"
    HOUSING = "housing"
    HEALTH = "health"
    PAIN = "pain"
    OTHER = "other"


STABILIZATION = frozenset({GoalCategory.SLEEP, GoalCategory.NUTRITION, GoalCategory.WITHDRAWAL_CARE})
"""Goal categories of short-term stabilization; all others are longer-term aims (R12)."""


class GoalOutcome(StrEnum):
    """How a goal ended (FHIR Goal.achievementStatus, reduced)."""

    ACHIEVED = "achieved"
    PARTLY_ACHIEVED = "partly_achieved"
    NOT_ACHIEVED = "not_achieved"
    NO_LONGER_WANTED = "no_longer_wanted"


class Strand(StrEnum):
    """The strands of care that a plan braids together (R13)."""

    COUNSELING = "counseling"
    PEER_SUPPORT = "peer_support"
    CASE_MANAGEMENT = "case_management"
    MEDICATION = "medication"
    FAMILY = "family"
    HARM_REDUCTION = "harm_reduction"


class SessionKind(StrEnum):
    """What kind of session was held (R22; FHIR Encounter.type)."""

    INDIVIDUAL = "individual"
    GROUP = "group"
    FAMILY_OR_COUPLES = "family_or_couples"
    SKILLS_CLASS = "skills_class"
    MEDICATION_CONSULT = "medication_consult"
    SAME_DAY_EVALUATION = "same_day_evaluation"
    PEER_MEETING = "peer_meeting"
    CASE_MANAGEMENT = "case_management"


class Channel(StrEnum):
    """How people met or reached each other (R22, R25; FHIR Encounter.class)."""

    IN_PERSON = "in_person"
    TELEHEALTH = "telehealth"
    PHONE = "phone"
    TEXT = "text"
    APP = "app"
    LETTER = "letter"


class Technique(StrEnum):
    """Techniques used in care (R23)."""

    CBT = "cbt"
    MOTIVATIONAL_INTERVIEWING = "motivational_interviewing"
    TRAUMA_INFORMED = "trauma_informed"
    MINDFULNESS = "mindfulness"
    SOMATIC = "somatic"
    URGE_SURFING = "urge_surfing"
    DISTRESS_TOLERANCE = "distress_tolerance"
    EMOTION_REGULATION = "emotion_regulation"
    ASSERTIVENESS = "assertiveness"
    REFUSAL_SKILLS = "refusal_skills"
    RELAPSE_PREVENTION = "relapse_prevention"
    GRIEF_WORK = "grief_work"
    PAIN_ALTERNATIVES = "pain_alternatives"
    GROUNDING = "grounding"


class Barrier(StrEnum):
    """What stands between a client and care (R24, R28)."""

    TRANSPORT = "transport"
    INSURANCE = "insurance"
    BENEFITS = "benefits"
    HOUSING = "housing"
    EMPLOYMENT = "employment"
    LEGAL = "legal"
    FOOD = "food"
    CHILDCARE = "childcare"
    MONEY = "money"
    PRIMARY_CARE = "primary_care"
    ILLNESS = "illness"
    OTHER = "other"
    UNKNOWN = "unknown"


class HandoffUrgency(StrEnum):
    """How soon a handoff must be accepted (R33)."""

    CRISIS = "crisis"
    URGENT = "urgent"
    ROUTINE = "routine"


class HandoffDeclineReason(StrEnum):
    """Why a receiver could not take a client on."""

    NO_CAPACITY = "no_capacity"
    NOT_THE_RIGHT_SERVICE = "not_the_right_service"
    COULD_NOT_REACH_CLIENT = "could_not_reach_client"
    CLIENT_CHOSE_OTHERWISE = "client_chose_otherwise"
    OTHER = "other"


class CrisisKind(StrEnum):
    """What a crisis can look like (R36)."""

    ACUTE_WITHDRAWAL = "acute_withdrawal"
    PANIC = "panic"
    SUICIDAL_THOUGHTS = "suicidal_thoughts"
    SUDDEN_LOSS = "sudden_loss"
    RETURN_TO_USE = "return_to_use"
    OVERDOSE_DANGER = "overdose_danger"
    LOSS_OF_HOUSING = "loss_of_housing"
    CRAVINGS = "cravings"
    OTHER = "other"


class CrisisAction(StrEnum):
    """What was done in a crisis (R38)."""

    REDUCED_STIMULI = "reduced_stimuli"
    VALIDATED = "validated"
    DE_ESCALATED = "de_escalated"
    GROUNDED = "grounded"
    BREATHING = "breathing"
    URGE_SURFING = "urge_surfing"
    MEDICATION = "medication"
    LETHAL_MEANS_SAFETY = "lethal_means_safety"
    CALLED_988 = "called_988"
    MOBILE_CRISIS = "mobile_crisis"
    EMERGENCY_SERVICES = "emergency_services"
    URGENT_PSYCHIATRY = "urgent_psychiatry"
    NALOXONE_GIVEN = "naloxone_given"
    NALOXONE_TAUGHT = "naloxone_taught_to_family"
    CRISIS_CARD_ISSUED = "crisis_card_issued"
    SUPPORTIVE_LISTENING = "supportive_listening"


class CrisisOutcome(StrEnum):
    """How a crisis passed (R42)."""

    AVOIDED_LAPSE = "avoided_lapse"
    STABILIZED = "stabilized"
    LAPSE = "lapse"
    HOSPITALIZED = "hospitalized"
    ENTERED_CARE = "entered_care"
    LOST_CONTACT = "lost_contact"


class RiskTier(StrEnum):
    """Tier of risk; `unknown` means that it was not asked or not answered, never that there is none."""

    UNKNOWN = "unknown"
    NONE_FOUND = "none_found"
    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"


class AdjustmentKind(StrEnum):
    """How a plan is to change after a crisis was reviewed (R45)."""

    TIGHTER_EARLY_WARNING = "tighter_early_warning"
    TOUCHPOINTS_BEFORE_TRIGGERS = "touchpoints_before_triggers"
    MORE_SESSIONS_FOR_A_WHILE = "more_sessions_for_a_while"
    ADDRESS_TRAUMA = "address_trauma"
    ADDRESS_MONEY = "address_money"
    ADDRESS_RELATIONSHIPS = "address_relationships"
    ADDRESS_PAIN = "address_pain"
    MEDICATION_REVIEW = "medication_review"
    OTHER = "other"


class ConsentPurpose(StrEnum):
    """What a disclosure is for (42 CFR 2.31)."""

    TREATMENT = "treatment"
    PAYMENT = "payment"
    OPERATIONS = "operations"
    FAMILY_INVOLVEMENT = "family_involvement"
    EMPLOYER = "employer"
    LEGAL_PROCEEDINGS = "legal_proceedings"
    OTHER = "other"


class ConsentScope(StrEnum):
    """How much and what kind of information may be disclosed (42 CFR 2.31)."""

    WHOLE_RECORD = "whole_record"
    CARE_PLAN = "care_plan"
    ATTENDANCE = "attendance"
    MEDICATION = "medication"
    CRISIS = "crisis"
    CONTACT_ONLY = "contact_only"


class CorrectionReason(StrEnum):
    """Why an entry was corrected or retracted (R55)."""

    WRONG_TIME = "wrong_time"
    WRONG_CONTENT = "wrong_content"
    WRONG_CLIENT = "wrong_client"
    DUPLICATE = "duplicate"
    DID_NOT_OCCUR = "did_not_occur"
    INCOMPLETE = "incomplete"
    OTHER = "other"
