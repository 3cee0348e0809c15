"""Where a client lives, why they left, and the rules of the house."""

from typing import Final

from domain.vocabulary.terms import Term


class LivingSituation(Term):
    """Where a client lives (HUD HMIS data standards, 3.917 living situation), with sober living told apart (R21)."""

    PLACE_NOT_MEANT_FOR_HABITATION = (
        "place_not_meant_for_habitation",
        "Outdoors, in a car, in an abandoned building or another place not meant for living.",
    )
    EMERGENCY_SHELTER = "emergency_shelter", "An emergency shelter, or a hotel room paid for as one."
    SAFE_HAVEN = (
        "safe_haven",
        "A safe haven: low-threshold housing for people with severe mental illness who were without a home.",
    )
    FOSTER_CARE = "foster_care", "A foster home or a group home of foster care."
    HOSPITAL = "hospital", "A hospital, or another residential medical place that is not psychiatric."
    PSYCHIATRIC_HOSPITAL = "psychiatric_hospital", "A psychiatric hospital or ward."
    JAIL_OR_PRISON = "jail_or_prison", "A jail, a prison or a place of detention for young people."
    LONG_TERM_CARE = "long_term_care", "A nursing home or another place of long-term care."
    TREATMENT_FACILITY = (
        "treatment_facility",
        "A place of treatment or withdrawal management for substance use disorders.",
    )
    TRANSITIONAL_HOUSING = "transitional_housing", "Housing for a limited time, on the way to a permanent home."
    HALFWAY_HOUSE = "halfway_house", "A halfway house or other residential project without criteria of homelessness."
    SOBER_LIVING = "sober_living", "A house whose residents live without substances and support each other."
    HOTEL_OR_MOTEL = "hotel_or_motel", "A hotel or motel that no shelter voucher pays for."
    HOST_HOME = "host_home", "A room in the home of people who volunteer it, for people who are not in a crisis."
    WITH_FAMILY_FOR_NOW = "with_family_for_now", "With family, for a while."
    WITH_FRIENDS_FOR_NOW = "with_friends_for_now", "With friends, for a while."
    WITH_FAMILY = "with_family", "With family, for as long as they choose."
    WITH_FRIENDS = "with_friends", "With friends, for as long as they choose."
    RENTED = "rented", "A place that the client rents without a subsidy."
    RENTED_WITH_SUBSIDY = "rented_with_subsidy", "A place that the client rents with a subsidy that goes on."
    OWNED = "owned", "A place that the client owns without a subsidy."
    OWNED_WITH_SUBSIDY = "owned_with_subsidy", "A place that the client owns with a subsidy that goes on."
    PERMANENT_SUPPORTIVE_HOUSING = (
        "permanent_supportive_housing",
        "A permanent home with services for people with a disability who were without one.",
    )
    OTHER = "other", "Somewhere else."
    UNKNOWN = "unknown", "Where the client lives is not known."


STABLE: Final = frozenset(
    {
        LivingSituation.SOBER_LIVING,
        LivingSituation.WITH_FAMILY,
        LivingSituation.WITH_FRIENDS,
        LivingSituation.RENTED,
        LivingSituation.RENTED_WITH_SUBSIDY,
        LivingSituation.OWNED,
        LivingSituation.OWNED_WITH_SUBSIDY,
        LivingSituation.PERMANENT_SUPPORTIVE_HOUSING,
    }
)
"""Where a client can stay as long as they choose: what HMIS counts as permanent situations, and sober living, which
lasts as long as its rules are kept (our choice)."""


class LeavingReason(Term):
    """Why a client left where they lived."""

    MOVED_ON = "moved_on", "The client moved to another place."
    STAY_ENDED = "stay_ended", "The stay was meant to end then."
    LOST_HOUSING = "lost_housing", "The client lost the place, such as by an eviction or a fire."
    ASKED_TO_LEAVE = "asked_to_leave", "The client was told to leave."
    UNSAFE = "unsafe", "It was not safe for the client there."
    OTHER = "other", "Another reason."
    UNKNOWN = "unknown", "Why is not known."


HOUSING_LOST: Final = frozenset({LeavingReason.LOST_HOUSING, LeavingReason.ASKED_TO_LEAVE, LeavingReason.UNSAFE})
"""After these a client had no place to stay, though none is recorded."""


class HouseRuleKind(Term):
    """What a rule of a house is about (R21)."""

    CURFEW = "curfew", "When residents are to be home."
    CHORES = "chores", "Work in the house."
    SUBSTANCE_FREE = "substance_free", "No substances in the house, or none at all."
    TESTING = "testing", "Tests for substances."
    HOUSE_MEETINGS = "house_meetings", "Meetings of the house."
    SUPPORT_MEETINGS = "support_meetings", "Support meetings outside the house."
    GUESTS = "guests", "Who may visit, and when."
    MEDICATION_STORAGE = "medication_storage", "How medication is kept."
    WORK_OR_SCHOOL = "work_or_school", "Having work or going to school."
    RENT = "rent", "When and how rent is paid."
    OTHER = "other", "Something else."
