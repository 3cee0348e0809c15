"""Handoffs: how soon, between which settings, who can take on what, and why not."""

from collections.abc import Mapping
from typing import Final

from domain.vocabulary.people import Role
from domain.vocabulary.terms import Term, fhir


class HandoffUrgency(Term):
    """How soon a handoff must be accepted, and the client met (R33)."""

    CRISIS = "crisis"
    URGENT = "urgent", fhir("v3-ActPriority", "UR")
    ROUTINE = "routine", fhir("v3-ActPriority", "R")


class HandoffDeclineReason(Term):
    """Why a receiver could not take a client on."""

    NO_CAPACITY = "no_capacity"
    NOT_THE_RIGHT_SERVICE = "not_the_right_service"
    COULD_NOT_REACH_CLIENT = "could_not_reach_client"
    CLIENT_CHOSE_OTHERWISE = "client_chose_otherwise"
    OTHER = "other"


class HandoffLossReason(Term):
    """Why a handoff fell through before the client had met the receiver (FHIR Task status failed)."""

    PLACE_LOST = "place_lost"
    RECEIVER_LEFT = "receiver_left"
    CLIENT_NOT_REACHED = "client_not_reached"
    CLIENT_DID_NOT_COME = "client_did_not_come"
    COVERAGE_REFUSED = "coverage_refused"
    OTHER = "other"


class HandoffWithdrawalReason(Term):
    """Why nobody is asked any more to take over (FHIR Task status cancelled)."""

    NOT_NEEDED_ANY_MORE = "not_needed_any_more"
    CLIENT_CHOSE_OTHERWISE = "client_chose_otherwise"
    ASKED_IN_ERROR = "asked_in_error"
    OTHER = "other"


class CareSetting(Term):
    """Where care takes place, for a transition between levels of care (R35). ASAM levels are those of the episode."""

    WITHDRAWAL_MANAGEMENT = "withdrawal_management"
    INPATIENT = "inpatient"
    PSYCHIATRIC_HOSPITAL = "psychiatric_hospital"
    EMERGENCY_DEPARTMENT = "emergency_department"
    RESIDENTIAL = "residential"
    PARTIAL_HOSPITALIZATION = "partial_hospitalization"
    INTENSIVE_OUTPATIENT = "intensive_outpatient"
    OUTPATIENT = "outpatient"
    OPIOID_TREATMENT_PROGRAM = "opioid_treatment_program"
    CORRECTIONAL_FACILITY = "correctional_facility"
    COMMUNITY = "community"


STANDS_IN: Final[Mapping[Role, frozenset[Role]]] = {
    Role.PRESCRIBER: frozenset({Role.PSYCHIATRIST}),
    Role.PEER: frozenset({Role.RECOVERY_COACH}),
    Role.RECOVERY_COACH: frozenset({Role.PEER}),
}
"""For the role that was asked: who else can take its part of the care. Our choice, and a short list: a psychiatrist
prescribes, peers and recovery coaches do the same work; but a client who waits for a prescriber is not cared for when
their family says yes (H4)."""


def takes_on(asked: Role, accepted_by: Role) -> bool:
    """Whether an acceptance by this role is one of what the other was asked for."""
    return accepted_by is asked or accepted_by in STANDS_IN.get(asked, ())
