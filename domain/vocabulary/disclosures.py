"""Disclosures: how somebody outside the programme was told, and what made it an emergency (42 CFR 2.31, 2.51)."""

from domain.vocabulary.terms import Term


class DisclosureMeans(Term):
    """How something was told."""

    PHONE = "phone", "By phone."
    IN_PERSON = "in_person", "Face to face."
    LETTER = "letter", "By letter."
    FAX = "fax", "By fax."
    SECURE_MESSAGE = "secure_message", "By a message that others cannot read on its way."
    OTHER = "other", "In another way."


class MedicalEmergency(Term):
    """What the medical emergency was (42 CFR 2.51(c)(4))."""

    OVERDOSE = "overdose", "An overdose, or danger of one."
    ACUTE_WITHDRAWAL = "acute_withdrawal", "Withdrawal that needs treatment at once."
    SUICIDE_ATTEMPT = "suicide_attempt", "A suicide attempt."
    UNCONSCIOUS = "unconscious", "The client was found or brought in unconscious."
    INJURY = "injury", "An injury."
    MEDICATION_REACTION = "medication_reaction", "A reaction to medication, or to several together."
    ACUTE_ILLNESS = "acute_illness", "An illness that needs treatment at once."
    OTHER = "other", "Another medical emergency."


class WithoutConsent(Term):
    """Why the client's consent could not be had before (42 CFR 2.51(a))."""

    UNABLE_TO_CONSENT = "unable_to_consent", "The client was unconscious, confused, or otherwise not able to."
    NO_TIME = "no_time", "To ask would have cost time that the emergency did not leave."
    OUT_OF_REACH = "out_of_reach", "Nobody could reach the client."
    PROGRAMME_CLOSED = (
        "programme_closed",
        "The programme could not serve or ask, in a state of emergency that was declared (42 CFR 2.51(a)(2)).",
    )
