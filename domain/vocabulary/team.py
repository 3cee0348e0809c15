"""Who is on a client's team, and why that changes."""

from domain.vocabulary.terms import Term


class ReleaseReason(Term):
    """Why somebody left a client's team (R17)."""

    CARE_MOVED_ON = "care_moved_on"
    CLIENT_ASKED = "client_asked"
    LEFT_THE_ORGANIZATION = "left_the_organization"
    ON_LEAVE = "on_leave"
    CASELOAD = "caseload"
    CONFLICT_OF_INTEREST = "conflict_of_interest"
    OTHER = "other"


class ReassignmentReason(Term):
    """Why a task went to somebody else (R62)."""

    OFF_SHIFT = "off_shift"
    ON_LEAVE = "on_leave"
    LEFT_THE_TEAM = "left_the_team"
    CASELOAD = "caseload"
    CLIENT_ASKED = "client_asked"
    BETTER_PLACED = "better_placed"
    OTHER = "other"
