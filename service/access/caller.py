"""Who calls, and what they may do."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from domain.entry import Actor
from domain.vocabulary.purposes import PurposeOfUse


class Scope(StrEnum):
    """What a key allows."""

    RECORD = "record"
    READ = "read"
    AUDIT = "audit"


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

_EVERYTHING = frozenset({Scope.RECORD, Scope.READ})

SCOPES_OF_ROLE: dict[KeyRole, frozenset[Scope]] = {
    KeyRole.COUNSELOR: _EVERYTHING,
    KeyRole.PEER: _EVERYTHING,
    KeyRole.CASE_MANAGER: _EVERYTHING,
    KeyRole.PRESCRIBER: _EVERYTHING,
    KeyRole.SUPERVISOR: _EVERYTHING | {Scope.AUDIT},
    KeyRole.SYSTEM: _EVERYTHING,
    KeyRole.AUDITOR: frozenset({Scope.READ, Scope.AUDIT}),
    KeyRole.ANALYST: frozenset(),
}
"""The most that a role may be given. Analysts see coded rows only, never a client's record; who looked at one is for
auditors and supervisors to ask."""

PURPOSE_OF_ROLE: Final[Mapping[KeyRole, PurposeOfUse]] = {
    **dict.fromkeys(KeyRole, PurposeOfUse.TREATMENT),
    KeyRole.AUDITOR: PurposeOfUse.OPERATIONS,
    KeyRole.ANALYST: PurposeOfUse.OPERATIONS,
}
"""What a role reads a client's record for, where neither the request nor the key says it: our choice, so that a small
clinic's app, or a system at its side, need not send it with each request."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: a person in a role, or a system."""

    organization_id: UUID
    subject_id: UUID
    """Who it is, by an id that stays: that of the API key or, with tokens, of their subject."""
    name: str
    role: KeyRole
    scopes: frozenset[Scope]
    key_id: UUID | None = None
    """The API key by which they call; None for those who have none."""
    purpose: PurposeOfUse | None = None
    """What they read for unless a request says otherwise; None leaves it to their role."""

    @property
    def usual_purpose(self) -> PurposeOfUse:
        """What they read for where a request does not say it."""
        return self.purpose or PURPOSE_OF_ROLE[self.role]

    @property
    def actor(self) -> Actor:
        """How the caller stands in the entries that they record: their id, and a name such as counselor/ana."""
        return Actor(self.subject_id, f"{self.role}/{self.name}")


def operator(organization_id: UUID) -> Caller:
    """Whoever runs the service and reads a record with the command line."""
    scopes = frozenset({Scope.READ, Scope.AUDIT})
    return Caller(organization_id, _OPERATOR, "operator", KeyRole.SYSTEM, scopes, purpose=PurposeOfUse.OPERATIONS)
