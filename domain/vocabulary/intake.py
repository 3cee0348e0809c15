"""Coming into care: the way in, conditions, what lies behind distress, needs and readiness."""

from domain.vocabulary.terms import Term


class EntryRoute(Term):
    """The way by which a client came into care (R08)."""

    SELF = "self"
    REFERRAL = "referral"
    FAMILY = "family"
    COURT = "court"
    RE_ENTRY_INPATIENT = "re_entry_inpatient"
    RE_ENTRY_DETOX = "re_entry_detox"
    CRISIS = "crisis"


class Condition(Term):
    """Conditions beside substance use (R04)."""

    DEPRESSION = "depression"
    PTSD = "ptsd"
    BIPOLAR_DISORDER = "bipolar_disorder"
    ANXIETY = "anxiety"
    CHRONIC_PAIN = "chronic_pain"
    OTHER = "other"


class Driver(Term):
    """What lies behind distress (R03)."""

    TRAUMA = "trauma"
    ADVERSE_CHILDHOOD = "adverse_childhood_experiences"
    STRESS = "stress"
    ISOLATION = "isolation"
    FAMILY_DYNAMICS = "family_dynamics"
    GRIEF = "grief"
    PAIN = "pain"
    UNMET_NEEDS = "unmet_needs"


class SocialNeed(Term):
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


class StageOfChange(Term):
    """Readiness, by the transtheoretical model (R06)."""

    PRECONTEMPLATION = "precontemplation"
    CONTEMPLATION = "contemplation"
    PREPARATION = "preparation"
    ACTION = "action"
    MAINTENANCE = "maintenance"


class DischargeReason(Term):
    """Why an episode of care ended (TEDS, reason for discharge)."""

    COMPLETED = "completed"
    TRANSFERRED = "transferred"
    LEFT_BY_OWN_CHOICE = "left_by_own_choice"
    LOST_CONTACT = "lost_contact"
    ENDED_BY_PROGRAMME = "ended_by_programme"
    INCARCERATED = "incarcerated"
    DIED = "died"
    OTHER = "other"
