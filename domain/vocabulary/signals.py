"""What may be seen early, before it becomes a crisis."""

from domain.vocabulary.terms import Term


class SignalRule(Term):
    """Why attention is asked for (R49; FHIR Flag.code). The numbers are the policy's."""

    HIGH_CRAVING = "high_craving"
    RISING_CRAVING = "rising_craving"
    LOW_MOOD = "low_mood"
    MISSED_SESSIONS = "missed_sessions"
