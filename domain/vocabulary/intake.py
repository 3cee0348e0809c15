"""Coming into care and leaving it: the way in, conditions, what lies behind distress, needs, readiness, aftercare."""

from domain.vocabulary.terms import Term, icd_10_cm


class EntryRoute(Term):
    """The way by which a client came into care (R08; TEDS, referral source); `referral` is any other."""

    SELF = "self"
    REFERRAL = "referral"
    FAMILY = "family"
    COURT = "court"
    RE_ENTRY_INPATIENT = "re_entry_inpatient"
    RE_ENTRY_DETOX = "re_entry_detox"
    CRISIS = "crisis"
    SUD_PROVIDER = "sud_provider"
    HEALTH_CARE = "health_care"
    SCHOOL = "school"
    EMPLOYER = "employer_or_eap"


class Condition(Term):
    """Conditions beside substance use (R04; ICD-10-CM, where unspecified)."""

    DEPRESSION = "depression", icd_10_cm("F32.A")
    PTSD = "ptsd", icd_10_cm("F43.10")
    BIPOLAR_DISORDER = "bipolar_disorder", icd_10_cm("F31.9")
    ANXIETY = "anxiety", icd_10_cm("F41.9")
    CHRONIC_PAIN = "chronic_pain", icd_10_cm("G89.29")
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
    """Social determinants of health (PRAPARE domains; ICD-10-CM Z codes; R01)."""

    HOUSING = "housing", icd_10_cm("Z59.819")
    FOOD = "food", icd_10_cm("Z59.41")
    TRANSPORT = "transport", icd_10_cm("Z59.82")
    EMPLOYMENT = "employment", icd_10_cm("Z56.0")
    INSURANCE = "insurance", icd_10_cm("Z59.71")
    CHILDCARE = "childcare"
    LEGAL = "legal", icd_10_cm("Z65.3")
    MONEY = "money", icd_10_cm("Z59.869")
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


class RankOfSubstance(Term):
    """A substance's place among the problems that led into care (TEDS, substance use at admission; R05)."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    TERTIARY = "tertiary"


class TimeOfCraving(Term):
    """When cravings spike (R02)."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"
    NIGHT = "night"
    AFTER_WORK = "after_work"
    WEEKEND = "weekend"
    PAYDAY = "payday"
    BEFORE_SLEEP = "before_sleep"


class UseSetting(Term):
    """In what environment cravings come or use happens (R02)."""

    HOME_ALONE = "home_alone"
    HOME_WITH_OTHERS = "home_with_others"
    WORK = "work"
    BAR_OR_PARTY = "bar_or_party"
    WITH_FRIENDS = "with_friends"
    NEIGHBORHOOD = "neighborhood"
    OUTDOORS = "outdoors"
    CAR = "car"
    OTHER = "other"


class Aftercare(Term):
    """What goes on after an episode of care (R20)."""

    OUTPATIENT = "outpatient"
    MUTUAL_HELP = "mutual_help"
    PEER_SUPPORT = "peer_support"
    RECOVERY_RESIDENCE = "recovery_residence"
    MEDICATION = "medication"
    PRIMARY_CARE = "primary_care"
    ALUMNI_GROUP = "alumni_group"
    REMISSION_MONITORING = "remission_monitoring"
    NONE = "none"
