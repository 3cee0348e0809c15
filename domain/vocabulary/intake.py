"""Coming into care and leaving it: the way in, conditions, what lies behind distress, needs, readiness, aftercare."""

from domain.vocabulary.terms import Term, icd_10_cm


class EntryRoute(Term):
    """The way by which a client came into care (R08; TEDS, referral source); `referral` is any other."""

    SELF = "self", "The client came of their own accord."
    REFERRAL = "referral", "Somebody else referred them, and none of the other terms says who."
    FAMILY = "family", "Family, a partner or friends brought or sent them."
    COURT = "court", "A court, probation or parole sent them."
    RE_ENTRY_INPATIENT = "re_entry_inpatient", "They come back to care after an inpatient stay."
    RE_ENTRY_DETOX = "re_entry_detox", "They come back to care after withdrawal management."
    CRISIS = "crisis", "They came through a crisis, such as a call to a crisis line."
    SUD_PROVIDER = "sud_provider", "Another provider of care for substance use disorders referred them."
    HEALTH_CARE = "health_care", "Another provider of health care referred them."
    SCHOOL = "school", "A school, college or university referred them."
    EMPLOYER = "employer_or_eap", "An employer, or an assistance programme of theirs, referred them."


class Condition(Term):
    """Conditions beside substance use (R04; ICD-10-CM, where unspecified)."""

    DEPRESSION = "depression", "A depressive disorder.", icd_10_cm("F32.A")
    PTSD = "ptsd", "Posttraumatic stress disorder.", icd_10_cm("F43.10")
    BIPOLAR_DISORDER = "bipolar_disorder", "A bipolar disorder.", icd_10_cm("F31.9")
    ANXIETY = "anxiety", "An anxiety disorder.", icd_10_cm("F41.9")
    CHRONIC_PAIN = (
        "chronic_pain",
        "Pain that has lasted or come back for longer than three months.",
        icd_10_cm("G89.29"),
    )
    OTHER = "other", "Another condition."


class Driver(Term):
    """What lies behind distress (R03)."""

    TRAUMA = "trauma", "What the client lived through and still carries."
    ADVERSE_CHILDHOOD = "adverse_childhood_experiences", "Harm or neglect in childhood, or a home in distress."
    STRESS = "stress", "More strain than the client can carry for long."
    ISOLATION = "isolation", "Having nobody, or too few people, to turn to."
    FAMILY_DYNAMICS = "family_dynamics", "How the family deals with each other."
    GRIEF = "grief", "A loss that is mourned."
    PAIN = "pain", "Pain of the body."
    UNMET_NEEDS = "unmet_needs", "Needs of daily life that are not met, such as food or a home."


class SocialNeed(Term):
    """Social determinants of health (PRAPARE domains; ICD-10-CM Z codes; R01)."""

    HOUSING = "housing", "The client has no stable place to live, or fears to lose it.", icd_10_cm("Z59.819")
    FOOD = "food", "The client has too little food, or none that they can rely on.", icd_10_cm("Z59.41")
    TRANSPORT = "transport", "The client has no reliable way of getting about.", icd_10_cm("Z59.82")
    EMPLOYMENT = "employment", "The client has no work.", icd_10_cm("Z56.0")
    INSURANCE = "insurance", "The client has no health insurance, or too little.", icd_10_cm("Z59.71")
    CHILDCARE = "childcare", "The client needs somebody to look after their children."
    LEGAL = "legal", "Legal matters weigh on the client, such as court dates or supervision.", icd_10_cm("Z65.3")
    MONEY = "money", "The client has too little money for what is needed.", icd_10_cm("Z59.869")
    PRIMARY_CARE = "primary_care", "The client has no primary care."
    SAFETY = "safety", "The client is not safe where they live, or with whom."


class StageOfChange(Term):
    """Readiness, by the transtheoretical model (R06)."""

    PRECONTEMPLATION = "precontemplation", "The client does not think of changing anything soon."
    CONTEMPLATION = "contemplation", "The client thinks of change, and is of two minds."
    PREPARATION = "preparation", "The client means to begin soon, and makes ready."
    ACTION = "action", "The client is changing what they do."
    MAINTENANCE = "maintenance", "The client keeps up what they have changed."


class DischargeReason(Term):
    """Why an episode of care ended (TEDS, reason for discharge)."""

    COMPLETED = "completed", "The client completed what was planned."
    TRANSFERRED = "transferred", "Another programme or setting goes on with the care."
    LEFT_BY_OWN_CHOICE = "left_by_own_choice", "The client chose to leave before what was planned was done."
    LOST_CONTACT = "lost_contact", "Nobody could reach the client any more."
    ENDED_BY_PROGRAMME = "ended_by_programme", "The programme ended the care."
    INCARCERATED = "incarcerated", "The client was taken to jail or prison."
    DIED = "died", "The client died."
    OTHER = "other", "Another reason."


class RankOfSubstance(Term):
    """A substance's place among the problems that led into care (TEDS, substance use at admission; R05)."""

    PRIMARY = "primary", "The substance that is the first reason for care."
    SECONDARY = "secondary", "The substance that comes second."
    TERTIARY = "tertiary", "The substance that comes third."


class TimeOfCraving(Term):
    """When cravings spike (R02)."""

    MORNING = "morning", "In the morning."
    AFTERNOON = "afternoon", "In the afternoon."
    EVENING = "evening", "In the evening."
    NIGHT = "night", "At night."
    AFTER_WORK = "after_work", "After work."
    WEEKEND = "weekend", "At weekends."
    PAYDAY = "payday", "When money has come in."
    BEFORE_SLEEP = "before_sleep", "Before going to sleep."


class UseSetting(Term):
    """In what environment cravings come or use happens (R02)."""

    HOME_ALONE = "home_alone", "At home, alone."
    HOME_WITH_OTHERS = "home_with_others", "At home, with others there."
    WORK = "work", "At work."
    BAR_OR_PARTY = "bar_or_party", "At a bar, a club or a party."
    WITH_FRIENDS = "with_friends", "With friends."
    NEIGHBORHOOD = "neighborhood", "In the streets around home."
    OUTDOORS = "outdoors", "Outdoors, such as in a park."
    CAR = "car", "In a car."
    OTHER = "other", "Somewhere else."


class Aftercare(Term):
    """What goes on after an episode of care (R20)."""

    OUTPATIENT = "outpatient", "Outpatient care."
    MUTUAL_HELP = "mutual_help", "Meetings of mutual help."
    PEER_SUPPORT = "peer_support", "Support by a peer."
    RECOVERY_RESIDENCE = "recovery_residence", "A recovery residence."
    MEDICATION = "medication", "Medication for a use disorder goes on."
    PRIMARY_CARE = "primary_care", "Primary care."
    ALUMNI_GROUP = "alumni_group", "A group of people who were in the programme."
    REMISSION_MONITORING = "remission_monitoring", "Check-ups in lasting remission."
    NONE = "none", "Nothing goes on."
