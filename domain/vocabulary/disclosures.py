"""Disclosures: how somebody outside the programme was told, and what made it an emergency (42 CFR 2.31, 2.51)."""

from domain.vocabulary.terms import Term


class DisclosureMeans(Term):
    """How something was told."""

    PHONE = "phone"
    IN_PERSON = "in_person"
    LETTER = "letter"
    FAX = "fax"
    SECURE_MESSAGE = "secure_message"
    OTHER = "other"


class MedicalEmergency(Term):
    """What the medical emergency was (42 CFR 2.51(c)(4))."""

    OVERDOSE = "overdose"
    ACUTE_WITHDRAWAL = "acute_withdrawal"
    SUICIDE_ATTEMPT = "suicide_attempt"
    UNCONSCIOUS = "unconscious"
    INJURY = "injury"
    MEDICATION_REACTION = "medication_reaction"
    ACUTE_ILLNESS = "acute_illness"
    OTHER = "other"


class WithoutConsent(Term):
    """Why the client's consent could not be had before (42 CFR 2.51(a))."""

    UNABLE_TO_CONSENT = "unable_to_consent"
    """Unconscious, confused, or otherwise not able to."""
    NO_TIME = "no_time"
    """To ask would have cost time that the emergency did not leave."""
    OUT_OF_REACH = "out_of_reach"
    """Nobody could reach the client."""
    PROGRAMME_CLOSED = "programme_closed"
    """The programme could not serve or ask, in a state of emergency that was declared (42 CFR 2.51(a)(2))."""
