"""API keys. A key says who asks; only its digest is kept, so that nobody can read a key from the database.

A key reads `ct_` and then 48 random-looking characters in base64: the organization's id, the key's id and
a secret. The organization is in the key because row-level security shows nothing before it is known.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import UUID, uuid4

import asyncpg
from cachetools import TTLCache
from pydantic import BaseModel, TypeAdapter, ValidationError

from domain.events.base import Slug
from domain.vocabulary.purposes import PurposeOfUse
from service.access.caller import SCOPES_OF_ROLE, Caller, KeyRole, Scope
from service.database.connection import scoped
from service.database.owner import as_owner
from service.runtime import clock

PREFIX = "ct_"
SECRET_BYTES = 32
REMEMBERED_SECONDS = 30.0
"""How long a key that was checked is believed; a revoked key dies within this time in every process."""

_slug = TypeAdapter(Slug)


class ApiKey(BaseModel):
    """A key as it is kept: everything but the secret."""

    organization_id: UUID
    key_id: UUID
    name: str
    role: KeyRole
    scopes: tuple[Scope, ...]
    purpose: PurposeOfUse | None
    """What its holder reads for unless a request says otherwise; None leaves it to their role."""
    created_at: datetime
    revoked_at: datetime | None


class ApiKeys:
    """Checks and lists keys as the service's own role; makes and revokes them as the database's owner.

    `owner` is the owner's address; without it nothing can be made or revoked. `timer` gives seconds.
    """

    def __init__(
        self, pool: asyncpg.Pool, owner: str | None = None, *, timer: Callable[[], float] = time.monotonic
    ) -> None:
        self._pool = pool
        self._owner = owner
        self._remembered: TTLCache[bytes, Caller] = TTLCache(1_000, REMEMBERED_SECONDS, timer=timer)

    async def create(
        self,
        organization_id: UUID,
        name: str,
        role: KeyRole,
        scopes: Iterable[Scope] | None = None,
        *,
        purpose: PurposeOfUse | None = None,
    ) -> tuple[ApiKey, str]:
        """A new key and its text, which can be shown only now.

        Raises OwnerNeeded; ValueError for a bad name or too wide scopes.
        """
        try:
            _slug.validate_python(name)
        except ValidationError as error:
            raise ValueError("A key's name is a slug: a-z, 0-9, '.', '_', '-', at most 64 characters.") from error
        granted = SCOPES_OF_ROLE[role] if scopes is None else frozenset(scopes)
        if not granted <= SCOPES_OF_ROLE[role]:
            allowed = ", ".join(sorted(SCOPES_OF_ROLE[role])) or "none"
            raise ValueError(f"The role {role} may have these scopes at most: {allowed}.")
        key = ApiKey(
            organization_id=organization_id,
            key_id=uuid4(),
            name=name,
            role=role,
            scopes=tuple(sorted(granted)),
            purpose=purpose,
            created_at=clock.now(),
            revoked_at=None,
        )
        secret = secrets.token_bytes(SECRET_BYTES)
        async with as_owner(self._owner, organization_id) as connection:
            await connection.execute(
                "INSERT INTO access.api_key (organization_id, key_id, name, role, scopes, secret_digest, created_at,"
                " purpose) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                key.organization_id, key.key_id, key.name, key.role.value, list(key.scopes), _digest(secret),
                key.created_at, purpose and purpose.value,
            )  # fmt: skip
        token = base64.urlsafe_b64encode(organization_id.bytes + key.key_id.bytes + secret).rstrip(b"=")
        return key, PREFIX + token.decode()

    async def authenticate(self, token: str) -> Caller | None:
        """Whose key this is; None when it is not, or no longer, a key."""
        remembered_as = _digest(token.encode("utf-8", "surrogatepass"))
        caller = self._remembered.get(remembered_as)
        if caller is None and (caller := await self._look_up(token)):
            self._remembered[remembered_as] = caller
        return caller

    async def list(self, organization_id: UUID) -> list[ApiKey]:
        """All keys of the organization, the oldest first."""
        async with scoped(self._pool, organization_id) as connection:
            records = await connection.fetch(
                "SELECT organization_id, key_id, name, role, scopes, purpose, created_at, revoked_at"
                " FROM access.api_key"
                " WHERE organization_id = $1 ORDER BY created_at, key_id",
                organization_id,
            )
        return [ApiKey(**record) for record in records]

    async def revoke(self, organization_id: UUID, key_id: UUID) -> bool:
        """Revoke a key, for good; whether there was one to revoke. Raises OwnerNeeded."""
        async with as_owner(self._owner, organization_id) as connection:
            done = await connection.execute(
                "UPDATE access.api_key SET revoked_at = $3"
                " WHERE organization_id = $1 AND key_id = $2 AND revoked_at IS NULL",
                organization_id, key_id, clock.now(),
            )  # fmt: skip
        return bool(done == "UPDATE 1")

    async def _look_up(self, token: str) -> Caller | None:
        parts = _parts(token)
        if parts is None:
            return None
        organization_id, key_id, secret = parts
        async with scoped(self._pool, organization_id) as connection:
            record = await connection.fetchrow(
                "SELECT name, role, scopes, purpose, secret_digest FROM access.api_key"
                " WHERE organization_id = $1 AND key_id = $2 AND revoked_at IS NULL",
                organization_id, key_id,
            )  # fmt: skip
        if record is None or not hmac.compare_digest(record["secret_digest"], _digest(secret)):
            return None
        scopes = frozenset(Scope(scope) for scope in record["scopes"])
        purpose = PurposeOfUse(record["purpose"]) if record["purpose"] else None
        return Caller(organization_id, key_id, record["name"], KeyRole(record["role"]), scopes, key_id, purpose)


def _digest(data: bytes) -> bytes:
    """SHA-256: enough for secrets of 256 random bits, which nobody can guess."""
    return hashlib.sha256(data).digest()


def _parts(token: str) -> tuple[UUID, UUID, bytes] | None:
    if not token.startswith(PREFIX) or not token.isascii():
        return None
    text = token.removeprefix(PREFIX)
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        return None
    if len(data) != 32 + SECRET_BYTES:
        return None
    return UUID(bytes=data[:16]), UUID(bytes=data[16:32]), data[32:]
