"""Handoffs: how soon, between which settings, who can take on what, and why not."""

from collections.abc import Mapping
from typing import Final

from domain.vocabulary.people import Role
from domain.vocabulary.terms import Term, fhir


class HandoffUrgency(Term):
    """How soon a handoff must be accepted, and the client met (R33)."""

    CRISIS = "crisis", "At once: the client is in a crisis."
    URGENT = "urgent", "Soon: waiting as usual might do harm.", fhir("v3-ActPriority", "UR")
    ROUTINE = "routine", "As usual.", fhir("v3-ActPriority", "R")


class HandoffDeclineReason(Term):
    """Why a receiver could not take a client on."""

    NO_CAPACITY = "no_capacity", "The receiver has no place or no time."
    NOT_THE_RIGHT_SERVICE = "not_the_right_service", "The receiver does not offer what the client needs."
    COULD_NOT_REACH_CLIENT = "could_not_reach_client", "The receiver could not reach the client."
    CLIENT_CHOSE_OTHERWISE = "client_chose_otherwise", "The client does not want to go there."
    OTHER = "other", "Another reason."


class HandoffLossReason(Term):
    """Why a handoff fell through before the client had met the receiver (FHIR Task status failed)."""

    PLACE_LOST = "place_lost", "The place was given to somebody else, or exists no more."
    RECEIVER_LEFT = "receiver_left", "Whoever accepted is no longer there."
    CLIENT_NOT_REACHED = "client_not_reached", "The receiver could not reach the client."
    CLIENT_DID_NOT_COME = "client_did_not_come", "The client did not come to the meeting."
    COVERAGE_REFUSED = "coverage_refused", "Payment or authorization was refused."
    OTHER = "other", "Another reason."


class HandoffWithdrawalReason(Term):
    """Why nobody is asked any more to take over (FHIR Task status cancelled)."""

    NOT_NEEDED_ANY_MORE = "not_needed_any_more", "Nobody need take over any more."
    CLIENT_CHOSE_OTHERWISE = "client_chose_otherwise", "The client does not want it."
    ASKED_IN_ERROR = "asked_in_error", "It was asked for by mistake."
    OTHER = "other", "Another reason."


class CareSetting(Term):
    """Where care takes place, for a transition between levels of care (R35). ASAM levels are those of the episode."""

    WITHDRAWAL_MANAGEMENT = "withdrawal_management", "A place where withdrawal is managed."
    INPATIENT = "inpatient", "A hospital ward."
    PSYCHIATRIC_HOSPITAL = "psychiatric_hospital", "A psychiatric hospital or ward."
    EMERGENCY_DEPARTMENT = "emergency_department", "An emergency department."
    RESIDENTIAL = "residential", "A residential programme."
    PARTIAL_HOSPITALIZATION = "partial_hospitalization", "A day programme of a hospital's intensity."
    INTENSIVE_OUTPATIENT = "intensive_outpatient", "Outpatient care of several sessions a week."
    OUTPATIENT = "outpatient", "Outpatient care."
    OPIOID_TREATMENT_PROGRAM = (
        "opioid_treatment_program",
        "A programme that dispenses methadone or other medication for opioid use disorder (42 CFR 8).",
    )
    CORRECTIONAL_FACILITY = "correctional_facility", "A jail, a prison or another place of detention."
    COMMUNITY = "community", "Life at home, with what support there is."


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
