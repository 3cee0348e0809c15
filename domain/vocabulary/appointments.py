"""Appointments: how the client gets there, and who called them off."""

from domain.vocabulary.terms import Term, fhir


class Transport(Term):
    """How the client gets to an appointment (R58)."""

    NOT_NEEDED = "not_needed", "The client needs no help to get there, or the appointment is not in person."
    OWN = "own", "The client comes by their own means: by car, by bicycle or on foot."
    PUBLIC_TRANSPORT = "public_transport", "The client comes by bus, train or other public transport."
    RIDE_BY_SUPPORT = "ride_by_support", "Somebody who supports the client outside the team brings them."
    RIDE_BY_TEAM = "ride_by_team", "Somebody of the team brings them."
    RIDE_BOOKED = "ride_booked", "A ride was booked for them, such as a taxi or a medical transport."
    STILL_NEEDED = "still_needed", "How the client gets there has yet to be arranged."


class CancelledBy(Term):
    """Who called an appointment off (R58). What the clinic cancels does not count against the client."""

    CLIENT = (
        "client",
        "The client, or somebody on their behalf, called it off.",
        fhir("appointment-cancellation-reason", "pat"),
    )
    CLINIC = (
        "clinic",
        "The programme or the other side of the appointment called it off.",
        fhir("appointment-cancellation-reason", "prov"),
    )
