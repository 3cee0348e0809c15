"""Handoffs: how soon, and why not."""

from domain.vocabulary.terms import Term


class HandoffUrgency(Term):
    """How soon a handoff must be accepted (R33)."""

    CRISIS = "crisis"
    URGENT = "urgent"
    ROUTINE = "routine"


class HandoffDeclineReason(Term):
    """Why a receiver could not take a client on."""

    NO_CAPACITY = "no_capacity"
    NOT_THE_RIGHT_SERVICE = "not_the_right_service"
    COULD_NOT_REACH_CLIENT = "could_not_reach_client"
    CLIENT_CHOSE_OTHERWISE = "client_chose_otherwise"
    OTHER = "other"
