"""Sessions, and how people meet or reach each other."""

from domain.vocabulary.terms import Term, fhir


class SessionKind(Term):
    """What kind of session was held (R22; FHIR Encounter.type)."""

    INDIVIDUAL = "individual", "One client with one person of the team."
    GROUP = "group", "Several clients together, led by somebody of the team."
    FAMILY_OR_COUPLES = "family_or_couples", "The client with family or a partner."
    SKILLS_CLASS = "skills_class", "A class in which skills are taught and practiced."
    MEDICATION_CONSULT = "medication_consult", "A visit about medication, with somebody who prescribes it."
    SAME_DAY_EVALUATION = "same_day_evaluation", "An evaluation on the day on which it was asked for."
    PEER_MEETING = "peer_meeting", "A meeting with a peer who has been through recovery."
    CASE_MANAGEMENT = "case_management", "Work on practical needs, such as housing, benefits and transport."


class Channel(Term):
    """How people met or reached each other (R22, R25; FHIR Encounter.class)."""

    IN_PERSON = "in_person", "In the same place.", fhir("v3-ParticipationMode", "PHYSICAL")
    TELEHEALTH = "telehealth", "By video."
    PHONE = "phone", "By a call.", fhir("v3-ParticipationMode", "PHONE")
    TEXT = "text", "By text message.", fhir("v3-ParticipationMode", "SMSWRIT")
    APP = "app", "In an app."
    LETTER = "letter", "By a letter.", fhir("v3-ParticipationMode", "MAILWRIT")


class OutreachPurpose(Term):
    """What somebody reached out for (R25, R42)."""

    FOLLOW_UP = "follow_up", "To hear how the client is after something that happened."
    CARING_CONTACT = "caring_contact", "To show care, with nothing asked of the client."
    BEFORE_A_TRIGGER = "before_a_trigger", "To be there before a day or a moment that may be hard."
    ACCOUNTABILITY = "accountability", "To ask how it goes with what the client has taken on."
    MISSED_SESSION = "missed_session", "To reach a client who missed a session."
    OTHER = "other", "Another purpose."


class Technique(Term):
    """Techniques used in care (R23)."""

    CBT = "cbt", "Cognitive behavioral therapy: noticing and changing thoughts and habits that lead to use."
    MOTIVATIONAL_INTERVIEWING = "motivational_interviewing", "Talk that draws out the client's own reasons for change."
    TRAUMA_INFORMED = "trauma_informed", "Care that reckons with trauma, and avoids bringing it back."
    MINDFULNESS = "mindfulness", "Paying attention to the present moment without judging it."
    SOMATIC = "somatic", "Work with what the body feels."
    URGE_SURFING = "urge_surfing", "Watching an urge rise and pass without acting on it."
    DISTRESS_TOLERANCE = "distress_tolerance", "Getting through a hard moment without making it worse (DBT)."
    EMOTION_REGULATION = "emotion_regulation", "Understanding and changing strong feelings (DBT)."
    ASSERTIVENESS = "assertiveness", "Saying what one needs and where one's limits are."
    REFUSAL_SKILLS = "refusal_skills", "Declining an offer to use."
    RELAPSE_PREVENTION = "relapse_prevention", "Finding one's triggers and planning how to meet them."
    GRIEF_WORK = "grief_work", "Living with a loss."
    PAIN_ALTERNATIVES = "pain_alternatives", "Ways of meeting pain without opioids."
    GROUNDING = "grounding", "Coming back to the here and now by the senses."


class CheckInOccasion(Term):
    """What a check-in was for (R25)."""

    DAILY = "daily", "The usual check-in of the day."
    BEFORE_HIGH_RISK_MOMENT = "before_high_risk_moment", "Shortly before a moment that may be hard."
    PEER_ACCOUNTABILITY = "peer_accountability", "Agreed with a peer, to keep each other going."
    CARING_CONTACT = "caring_contact", "To show care, with nothing asked of the client."
    AFTER_CRISIS = "after_crisis", "To hear how the client is after a crisis."
    CLIENT_REACHED_OUT = "client_reached_out", "The client got in touch of their own accord."
