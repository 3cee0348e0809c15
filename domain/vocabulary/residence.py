"""Where a client lives, why they left, and the rules of the house."""

from typing import Final

from domain.vocabulary.terms import Term


class LivingSituation(Term):
    """Where a client lives (HUD HMIS data standards, 3.917 living situation), with sober living told apart (R21)."""

    PLACE_NOT_MEANT_FOR_HABITATION = "place_not_meant_for_habitation"
    EMERGENCY_SHELTER = "emergency_shelter"
    SAFE_HAVEN = "safe_haven"
    FOSTER_CARE = "foster_care"
    HOSPITAL = "hospital"
    PSYCHIATRIC_HOSPITAL = "psychiatric_hospital"
    JAIL_OR_PRISON = "jail_or_prison"
    LONG_TERM_CARE = "long_term_care"
    TREATMENT_FACILITY = "treatment_facility"
    TRANSITIONAL_HOUSING = "transitional_housing"
    HALFWAY_HOUSE = "halfway_house"
    SOBER_LIVING = "sober_living"
    HOTEL_OR_MOTEL = "hotel_or_motel"
    HOST_HOME = "host_home"
    WITH_FAMILY_FOR_NOW = "with_family_for_now"
    WITH_FRIENDS_FOR_NOW = "with_friends_for_now"
    WITH_FAMILY = "with_family"
    WITH_FRIENDS = "with_friends"
    RENTED = "rented"
    RENTED_WITH_SUBSIDY = "rented_with_subsidy"
    OWNED = "owned"
    OWNED_WITH_SUBSIDY = "owned_with_subsidy"
    PERMANENT_SUPPORTIVE_HOUSING = "permanent_supportive_housing"
    OTHER = "other"
    UNKNOWN = "unknown"


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

    MOVED_ON = "moved_on"
    STAY_ENDED = "stay_ended"
    LOST_HOUSING = "lost_housing"
    ASKED_TO_LEAVE = "asked_to_leave"
    UNSAFE = "unsafe"
    OTHER = "other"
    UNKNOWN = "unknown"


HOUSING_LOST: Final = frozenset({LeavingReason.LOST_HOUSING, LeavingReason.ASKED_TO_LEAVE, LeavingReason.UNSAFE})
"""After these a client had no place to stay, though none is recorded."""


class HouseRuleKind(Term):
    """What a rule of a house is about (R21)."""

    CURFEW = "curfew"
    CHORES = "chores"
    SUBSTANCE_FREE = "substance_free"
    TESTING = "testing"
    HOUSE_MEETINGS = "house_meetings"
    SUPPORT_MEETINGS = "support_meetings"
    GUESTS = "guests"
    MEDICATION_STORAGE = "medication_storage"
    WORK_OR_SCHOOL = "work_or_school"
    RENT = "rent"
    OTHER = "other"
