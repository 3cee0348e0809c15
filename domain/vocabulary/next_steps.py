"""Next steps: what they are about, and why they are dropped."""

from domain.vocabulary.terms import Term


class NextStepKind(Term):
    """What a next step is about (R40)."""

    CALL = "call", "Somebody is called."
    BOOKING = "booking", "Something is booked, such as an appointment or a place."
    TRANSPORT = "transport", "A way of getting somewhere is arranged."
    FAMILY_CHECK_IN = "family_check_in", "Somebody talks with the family."
    RESPITE = "respite", "A time or a place to rest is found."
    WORK_ADJUSTMENT = "work_adjustment", "Something is changed at work."
    PAPERWORK = "paperwork", "Forms or papers are dealt with."
    SUPPORT_MEETING = "support_meeting", "The client goes to a support meeting."
    SKILL_PRACTICE = "skill_practice", "The client practices a skill."
    SLEEP_AND_FOOD = "sleep_and_food", "The client sleeps and eats."
    SAFETY = "safety", "Something is done so that the client is safe."
    OTHER = "other", "Something else."


class DropReason(Term):
    """Why a next step need not be done any more (R40)."""

    NOT_NEEDED_ANY_MORE = "not_needed_any_more", "It is no longer needed."
    CLIENT_CHOSE_OTHERWISE = "client_chose_otherwise", "The client does not want it."
    NOT_POSSIBLE = "not_possible", "It cannot be done."
    REPLACED = "replaced", "Something else is done instead."
    OTHER = "other", "Another reason."
