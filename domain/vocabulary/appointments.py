"""Appointments: how the client gets there, and who called them off."""

from domain.vocabulary.terms import Term, fhir


class Transport(Term):
    """How the client gets to an appointment (R58)."""

    NOT_NEEDED = "not_needed"
    OWN = "own"
    PUBLIC_TRANSPORT = "public_transport"
    RIDE_BY_SUPPORT = "ride_by_support"
    RIDE_BY_TEAM = "ride_by_team"
    RIDE_BOOKED = "ride_booked"
    STILL_NEEDED = "still_needed"


class CancelledBy(Term):
    """Who called an appointment off (R58). What the clinic cancels does not count against the client."""

    CLIENT = "client", fhir("appointment-cancellation-reason", "pat")
    CLINIC = "clinic", fhir("appointment-cancellation-reason", "prov")
