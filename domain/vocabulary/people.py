"""Who takes part in a client's circle of care."""

from typing import Final

from domain.vocabulary.terms import Term


class Role(Term):
    """Who takes part in a client's circle of care (FHIR CareTeam.participant)."""

    COUNSELOR = "counselor", "A counselor for substance use disorders."
    PEER = "peer", "A peer, who has been through recovery and supports others in it."
    CASE_MANAGER = "case_manager", "Somebody who helps with practical needs and holds care together."
    PRESCRIBER = "prescriber", "Somebody who prescribes medication."
    NURSE = "nurse", "A nurse."
    PSYCHIATRIST = "psychiatrist", "A psychiatrist."
    CRISIS_WORKER = "crisis_worker", "Somebody who answers crises."
    FAMILY_SUPPORT = "family_support", "Somebody who supports the client's family."
    RECOVERY_COACH = "recovery_coach", "A coach who helps the client to build and keep recovery."
    SUPERVISOR = "supervisor", "Somebody who supervises the work of others."
    CLIENT = "client", "The client."
    FAMILY = "family", "Somebody of the client's family."
    OUTSIDE_PARTY = "outside_party", "Somebody of another organization."


TEAM: Final = frozenset(Role) - {Role.CLIENT, Role.FAMILY, Role.OUTSIDE_PARTY}
"""The roles of the team: who of them reached a client can say how the client is."""
