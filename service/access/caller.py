"""Who calls, and what they may do."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from domain.entry import Actor


class Scope(StrEnum):
    """What a key allows."""

    RECORD = "record"
    READ = "read"
    WEBHOOKS = "webhooks"


class KeyRole(StrEnum):
    """The role of a key's holder."""

    COUNSELOR = "counselor"
    PEER = "peer"
    CASE_MANAGER = "case_manager"
    PRESCRIBER = "prescriber"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    ANALYST = "analyst"
    SYSTEM = "system"


_OPERATOR: Final = UUID("00000000-0000-4000-8000-00006f706572")

_CARE = frozenset({Scope.RECORD, Scope.READ})
_EVERYTHING = frozenset(Scope)

SCOPES_OF_ROLE: dict[KeyRole, frozenset[Scope]] = {
    KeyRole.COUNSELOR: _CARE,
    KeyRole.PEER: _CARE,
    KeyRole.CASE_MANAGER: _CARE,
    KeyRole.PRESCRIBER: _CARE,
    KeyRole.SUPERVISOR: _EVERYTHING,
    KeyRole.SYSTEM: _EVERYTHING,
    KeyRole.AUDITOR: frozenset({Scope.READ}),
    KeyRole.ANALYST: frozenset(),
}
"""The most that a role may be given. Analysts see coded rows only, never a client's record."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: a person in a role, or a system."""

    organization_id: UUID
    subject_id: UUID
    """Who it is, by an id that stays: that of the API key or, with tokens, of their subject."""
    name: str
    role: KeyRole
    scopes: frozenset[Scope]

    @property
    def actor(self) -> Actor:
        """How the caller stands in the entries that they record: their id, and a name such as counselor/ana."""
        return Actor(self.subject_id, f"{self.role}/{self.name}")


def operator(organization_id: UUID) -> Caller:
    """Whoever runs the service and reads a record with the command line."""
    return Caller(organization_id, _OPERATOR, "operator", KeyRole.SYSTEM, frozenset({Scope.READ}))
