"""Sessions, and how people meet or reach each other."""

from domain.vocabulary.terms import Term, fhir


class SessionKind(Term):
    """What kind of session was held (R22; FHIR Encounter.type)."""

    INDIVIDUAL = "individual"
    GROUP = "group"
    FAMILY_OR_COUPLES = "family_or_couples"
    SKILLS_CLASS = "skills_class"
    MEDICATION_CONSULT = "medication_consult"
    SAME_DAY_EVALUATION = "same_day_evaluation"
    PEER_MEETING = "peer_meeting"
    CASE_MANAGEMENT = "case_management"


class Channel(Term):
    """How people met or reached each other (R22, R25; FHIR Encounter.class)."""

    IN_PERSON = "in_person", fhir("v3-ParticipationMode", "PHYSICAL")
    TELEHEALTH = "telehealth"
    PHONE = "phone", fhir("v3-ParticipationMode", "PHONE")
    TEXT = "text", fhir("v3-ParticipationMode", "SMSWRIT")
    APP = "app"
    LETTER = "letter", fhir("v3-ParticipationMode", "MAILWRIT")


class OutreachPurpose(Term):
    """What somebody reached out for (R25, R42)."""

    FOLLOW_UP = "follow_up"
    CARING_CONTACT = "caring_contact"
    BEFORE_A_TRIGGER = "before_a_trigger"
    ACCOUNTABILITY = "accountability"
    MISSED_SESSION = "missed_session"
    OTHER = "other"


class Technique(Term):
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


class CheckInOccasion(Term):
    """What a check-in was for (R25)."""

    DAILY = "daily"
    BEFORE_HIGH_RISK_MOMENT = "before_high_risk_moment"
    PEER_ACCOUNTABILITY = "peer_accountability"
    CARING_CONTACT = "caring_contact"
    AFTER_CRISIS = "after_crisis"
    CLIENT_REACHED_OUT = "client_reached_out"
