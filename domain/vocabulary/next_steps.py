"""Next steps: what they are about, and why they are dropped."""

from domain.vocabulary.terms import Term


class NextStepKind(Term):
    """What a next step is about (R40)."""

    CALL = "call"
    BOOKING = "booking"
    TRANSPORT = "transport"
    FAMILY_CHECK_IN = "family_check_in"
    RESPITE = "respite"
    WORK_ADJUSTMENT = "work_adjustment"
    PAPERWORK = "paperwork"
    SUPPORT_MEETING = "support_meeting"
    SKILL_PRACTICE = "skill_practice"
    SLEEP_AND_FOOD = "sleep_and_food"
    SAFETY = "safety"
    OTHER = "other"


class DropReason(Term):
    """Why a next step need not be done any more (R40)."""

    NOT_NEEDED_ANY_MORE = "not_needed_any_more"
    CLIENT_CHOSE_OTHERWISE = "client_chose_otherwise"
    NOT_POSSIBLE = "not_possible"
    REPLACED = "replaced"
    OTHER = "other"
