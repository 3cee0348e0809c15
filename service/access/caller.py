"""Who calls, and what they may do."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from uuid import UUID

from domain.entry import Actor
from domain.vocabulary.purposes import PurposeOfUse
from service.access.permissions import FOR_RECIPIENTS
from service.access.recipients import Recipient
from service.access.roles import KeyRole
from service.access.scopes import SCOPES_OF_ROLE, NotPermitted, permissions_of, permitted

__all__ = ["SCOPES_OF_ROLE", "Caller", "KeyRole", "operator"]

_OPERATOR: Final = UUID("00000000-0000-4000-8000-00006f706572")

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
    """Who it is, by an id that stays: that of the API key or, with tokens, of their subject, unless either is said to
    be a person's who has others. Where somebody is assigned to a team under it (`person_id`), that is them."""
    name: str
    role: KeyRole
    scopes: frozenset[str]
    credential_id: str | None = None
    """With what they call: the API key's id or, with tokens, that of the issuer's signing key."""
    purpose: PurposeOfUse | None = None
    """What they read for unless a request says otherwise; None leaves it to their role."""
    recipient: Recipient | None = None
    """The other organization whose system it is: it reads only what a consent allows. None for one of this one."""
    permissions: frozenset[str] = field(init=False, repr=False, compare=False)
    """What the scopes give to the role, and of that to another organization."""

    def __post_init__(self) -> None:
        given = permissions_of(self.role, self.scopes)
        object.__setattr__(self, "permissions", given if self.recipient is None else given & FOR_RECIPIENTS)

    @property
    def usual_purpose(self) -> PurposeOfUse:
        """What they read for where a request does not say it."""
        return self.purpose or PURPOSE_OF_ROLE[self.role]

    @property
    def actor(self) -> Actor:
        """How the caller stands in the entries that they record: their id, and a name such as counselor/ana."""
        return Actor(self.subject_id, f"{self.role}/{self.name}")

    def require(self, permission: str) -> None:
        """That the caller has this permission, such as CarePlan.r, or *.c: any that records. Raises NotPermitted."""
        if not permitted(permission, self.permissions):
            raise NotPermitted(self.role, permission, outside=self.recipient is not None)


def operator(organization_id: UUID) -> Caller:
    """Whoever runs the service and reads a record with the command line."""
    scopes = frozenset({"system/*.rs"})
    return Caller(organization_id, _OPERATOR, "operator", KeyRole.SYSTEM, scopes, purpose=PurposeOfUse.OPERATIONS)


def importing_operator(organization_id: UUID) -> Caller:
    """The same, who imports history with the command line."""
    return replace(operator(organization_id), scopes=SCOPES_OF_ROLE[KeyRole.SYSTEM])
