"""Who takes part in a client's circle of care."""

from typing import Final

from domain.vocabulary.terms import Term


class Role(Term):
    """Who takes part in a client's circle of care (FHIR CareTeam.participant)."""

    COUNSELOR = "counselor"
    PEER = "peer"
    CASE_MANAGER = "case_manager"
    PRESCRIBER = "prescriber"
    NURSE = "nurse"
    PSYCHIATRIST = "psychiatrist"
    CRISIS_WORKER = "crisis_worker"
    FAMILY_SUPPORT = "family_support"
    RECOVERY_COACH = "recovery_coach"
    SUPERVISOR = "supervisor"
    CLIENT = "client"
    FAMILY = "family"
    OUTSIDE_PARTY = "outside_party"


TEAM: Final = frozenset(Role) - {Role.CLIENT, Role.FAMILY, Role.OUTSIDE_PARTY}
"""The roles of the team: who of them reached a client can say how the client is."""
