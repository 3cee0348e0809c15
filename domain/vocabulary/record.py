"""How exactly times are known, and why entries are corrected."""

from domain.vocabulary.terms import Term


class Precision(Term):
    """How exactly the recorder knows when something occurred."""

    INSTANT = "instant"
    DAY = "day"
    APPROXIMATE = "approximate"


class CorrectionReason(Term):
    """Why an entry was corrected or retracted (R55)."""

    WRONG_TIME = "wrong_time"
    WRONG_CONTENT = "wrong_content"
    WRONG_CLIENT = "wrong_client"
    DUPLICATE = "duplicate"
    DID_NOT_OCCUR = "did_not_occur"
    INCOMPLETE = "incomplete"
    OTHER = "other"
