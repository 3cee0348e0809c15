"""Who is on a client's team, and why that changes."""

from domain.vocabulary.terms import Term


class ReleaseReason(Term):
    """Why somebody left a client's team (R17)."""

    CARE_MOVED_ON = "care_moved_on", "The client's care went on elsewhere, or needs them no more."
    CLIENT_ASKED = "client_asked", "The client asked for it."
    LEFT_THE_ORGANIZATION = "left_the_organization", "They left the organization."
    ON_LEAVE = "on_leave", "They are on leave."
    CASELOAD = "caseload", "They have too many clients."
    CONFLICT_OF_INTEREST = "conflict_of_interest", "Something else binds them, such as a relation to the client."
    OTHER = "other", "Another reason."


class ReassignmentReason(Term):
    """Why a task went to somebody else (R62)."""

    OFF_SHIFT = "off_shift", "They are not on shift when it is due."
    ON_LEAVE = "on_leave", "They are on leave."
    LEFT_THE_TEAM = "left_the_team", "They left the client's team."
    CASELOAD = "caseload", "They have too much to do."
    CLIENT_ASKED = "client_asked", "The client asked for it."
    BETTER_PLACED = "better_placed", "Somebody else can do it better."
    OTHER = "other", "Another reason."
