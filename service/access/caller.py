"""Who is asking, and what they may do."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from domain.entry import Actor


class Scope(StrEnum):
    """What a key allows."""

    RECORD = "record"
    READ = "read"


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


_EVERYTHING = frozenset(Scope)

SCOPES_OF_ROLE: dict[KeyRole, frozenset[Scope]] = {
    KeyRole.COUNSELOR: _EVERYTHING,
    KeyRole.PEER: _EVERYTHING,
    KeyRole.CASE_MANAGER: _EVERYTHING,
    KeyRole.PRESCRIBER: _EVERYTHING,
    KeyRole.SUPERVISOR: _EVERYTHING,
    KeyRole.SYSTEM: _EVERYTHING,
    KeyRole.AUDITOR: frozenset({Scope.READ}),
    KeyRole.ANALYST: frozenset(),
}
"""The most that a role may be given. Analysts see coded rows only, never a client's record."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The holder of an API key: a person in a role, or a system."""

    organization_id: UUID
    key_id: UUID
    name: str
    role: KeyRole
    scopes: frozenset[Scope]

    @property
    def actor(self) -> Actor:
        """How the caller stands in the entries that they record: the key's id, and a name such as counselor/ana."""
        return Actor(self.key_id, f"{self.role}/{self.name}")
