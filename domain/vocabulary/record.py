"""How exactly times are known, and why entries are corrected."""

from domain.vocabulary.terms import Term


class Precision(Term):
    """How exactly the recorder knows when something occurred."""

    INSTANT = "instant", "To the minute or better."
    DAY = "day", "The day is known, and the time of day is not."
    APPROXIMATE = "approximate", "About then."


class CorrectionReason(Term):
    """Why an entry was corrected or retracted (R55)."""

    WRONG_TIME = "wrong_time", "It was recorded for the wrong time."
    WRONG_CONTENT = "wrong_content", "What was recorded is not what happened."
    WRONG_CLIENT = "wrong_client", "It happened to another client."
    DUPLICATE = "duplicate", "It was recorded twice."
    DID_NOT_OCCUR = "did_not_occur", "It did not happen."
    INCOMPLETE = "incomplete", "Something was missing."
    OTHER = "other", "Another reason."
