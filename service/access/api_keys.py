"""API keys. A key says who asks; only digests are kept, so that nobody can read a key from the database.

A key reads `ct_` and then 86 random-looking characters in base64: the organization's id, the key's id and
a secret. The organization is in the key because row-level security shows nothing before it is known.

The id stays when the secret is replaced, so that what was recorded goes on naming the same holder.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import Enum
from typing import Final, NamedTuple
from uuid import UUID, uuid4

import asyncpg
from pydantic import BaseModel

from domain.vocabulary.consents import RecipientClass
from domain.vocabulary.purposes import PurposeOfUse
from service.access.caller import Caller
from service.access.key_checks import KeyRefused, check_expiry, check_person, checked_name, checked_recipient, granted
from service.access.recipients import Recipient
from service.access.roles import KeyRole
from service.database.connection import scoped
from service.database.owner import as_owner
from service.runtime import clock

PREFIX: Final = "ct_"
SECRET_BYTES: Final = 32
OVERLAP: Final = timedelta(hours=24)
"""How long the secret before a rotation is good unless told otherwise (our choice: a day to reach every machine)."""

_KEPT: Final = (
    "organization_id, key_id, name, role, scopes, purpose, person_id, recipient, recipient_classes, secret_digest,"
    " previous_digest, previous_until, created_at, rotated_at, expires_at, revoked_at"
)


class Presented(NamedTuple):
    """What a key says when it is presented; whether it is true, the digests tell."""

    ids: bytes
    """The organization's id, and the key's."""
    secret: bytes

    @property
    def organization_id(self) -> UUID:
        """Whose key it says it is."""
        return UUID(bytes=self.ids[:16])

    @property
    def key_id(self) -> UUID:
        """Which key it says it is."""
        return UUID(bytes=self.ids[16:])


class Standing(Enum):
    """What a presented secret is to the key whose id it names."""

    GOOD = "good"
    WRONG = "wrong"
    EXPIRED = "expired"
    ROTATED = "rotated"
    REVOKED = "revoked"


class ApiKey(BaseModel):
    """A key as it is kept; of its secrets, the digests."""

    organization_id: UUID
    key_id: UUID
    name: str
    role: KeyRole
    scopes: tuple[str, ...]
    secret_digest: bytes
    purpose: PurposeOfUse | None = None
    """What its holder reads for unless a request says otherwise; None leaves it to their role."""
    person_id: UUID | None = None
    """Who holds it, where they call with something else as well and are known by that; None: the key's own id is who
    it is."""
    recipient: str | None = None
    """The other organization that holds it, as consents name it; None for one of this organization."""
    recipient_classes: tuple[RecipientClass, ...] = ()
    """The classes of recipients to which that organization belongs."""
    previous_digest: bytes | None = None
    previous_until: datetime | None = None
    created_at: datetime
    rotated_at: datetime | None = None
    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    def standing(self, secret: bytes, now: datetime) -> Standing:
        """Whether the secret is this key's and still good. Whoever does not have it learns that it is wrong only."""
        digest = _digest(secret)
        is_current = hmac.compare_digest(digest, self.secret_digest)
        if not is_current and not hmac.compare_digest(digest, self.previous_digest or b""):
            return Standing.WRONG
        if self.revoked_at:
            return Standing.REVOKED
        if self.expired(now):
            return Standing.EXPIRED
        if not is_current and (self.previous_until is None or self.previous_until <= now):
            return Standing.ROTATED
        return Standing.GOOD

    def expired(self, now: datetime) -> bool:
        """Whether its time is over."""
        return self.expires_at is not None and self.expires_at <= now

    @property
    def subject_id(self) -> UUID:
        """Who it is that calls with it."""
        return self.person_id or self.key_id

    @property
    def caller(self) -> Caller:
        """Who calls with it."""
        recipient = Recipient(self.recipient, self.recipient_classes) if self.recipient else None
        return Caller(
            self.organization_id, self.subject_id, self.name, self.role, frozenset(self.scopes), str(self.key_id),
            purpose=self.purpose, recipient=recipient,
        )  # fmt: skip


class ApiKeys:
    """Finds and lists keys as the service's own role; makes, rotates and revokes them as the database's owner.

    `owner` is the owner's address; without it nothing can be changed, and whatever changes raises OwnerNeeded.
    """

    def __init__(self, pool: asyncpg.Pool, owner: str | None = None) -> None:
        self._pool = pool
        self._owner = owner

    async def create(
        self,
        organization_id: UUID,
        name: str,
        role: KeyRole,
        scopes: Iterable[str] | None = None,
        expires_at: datetime | None = None,
        *,
        purpose: PurposeOfUse | None = None,
        person_id: UUID | None = None,
        recipient: Recipient | None = None,
    ) -> tuple[ApiKey, str]:
        """A new key and its text, which can be shown only now.

        Without scopes it may do all that its role may. A system's are always said, since it needs few. With a recipient
        it is for a system of that organization, which reads what consents allow it. With a person's id it is another
        key of theirs: who records, who is on a team and who read is then one, whatever they call with.
        Raises OwnerNeeded; KeyRefused for a bad or taken name, for scopes that are none or too wide, for a system
        without, for a recipient that cannot be one, for a system said to be a person, or for an expiry that is over.
        """
        now = clock.now()
        check_expiry(expires_at, now)
        its_scopes = granted(role, scopes)
        check_person(person_id, role)
        outside = checked_recipient(recipient, role, its_scopes) if recipient else None
        secret = secrets.token_bytes(SECRET_BYTES)
        key = ApiKey(
            organization_id=organization_id,
            key_id=uuid4(),
            name=checked_name(name),
            role=role,
            scopes=its_scopes,
            secret_digest=_digest(secret),
            purpose=purpose,
            person_id=person_id,
            recipient=outside and outside.name,
            recipient_classes=outside.classes if outside else (),
            created_at=now,
            expires_at=expires_at,
        )
        async with as_owner(self._owner, organization_id) as connection:
            try:
                async with connection.transaction():
                    await connection.execute(
                        "INSERT INTO access.api_key"
                        " (organization_id, key_id, name, role, scopes, secret_digest, created_at, expires_at, purpose,"
                        " person_id, recipient, recipient_classes)"
                        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
                        key.organization_id, key.key_id, key.name, key.role.value, list(key.scopes),
                        key.secret_digest, key.created_at, key.expires_at, purpose and purpose.value, key.person_id,
                        key.recipient, [each.value for each in key.recipient_classes],
                    )  # fmt: skip
            except asyncpg.UniqueViolationError:
                taken_by = await connection.fetchval(
                    "SELECT key_id FROM access.api_key"
                    " WHERE organization_id = $1 AND name = $2 AND revoked_at IS NULL",
                    organization_id, name,
                )  # fmt: skip
                raise KeyRefused(
                    f"There is a key named {name} already, {taken_by}: give it a new secret with keys rotate, revoke it"
                    " first, or choose another name."
                ) from None
        return key, _text(organization_id, key.key_id, secret)

    async def rotate(
        self,
        organization_id: UUID,
        key_id: UUID,
        *,
        overlap: timedelta = OVERLAP,
        expires_at: datetime | None = None,
    ) -> tuple[ApiKey, str]:
        """The same key with a new secret, and its text, which can be shown only now.

        The secret that it had is good until the `overlap` is over; one that it had before that, no longer.
        `expires_at` replaces the key's expiry; None leaves it.
        Raises OwnerNeeded; KeyRefused when there is no such key, it was revoked, or it has expired and gets no new
        expiry.
        """
        now = clock.now()
        check_expiry(expires_at, now)
        secret = secrets.token_bytes(SECRET_BYTES)
        async with as_owner(self._owner, organization_id) as connection:
            record = await connection.fetchrow(
                f"SELECT {_KEPT} FROM access.api_key"  # noqa: S608 - a constant
                " WHERE organization_id = $1 AND key_id = $2 AND revoked_at IS NULL FOR UPDATE",
                organization_id, key_id,
            )  # fmt: skip
            if record is None:
                raise KeyRefused(f"There is no key {key_id} that works: keys list shows them all.")
            key = ApiKey(**record)
            if expires_at is None and key.expired(now):
                raise KeyRefused(f"The key {key_id} has expired: say until when the new secret shall be good.")
            rotated = key.model_copy(
                update={
                    "secret_digest": _digest(secret),
                    "previous_digest": key.secret_digest,
                    "previous_until": now + overlap,
                    "rotated_at": now,
                    "expires_at": expires_at or key.expires_at,
                }
            )
            await connection.execute(
                "UPDATE access.api_key SET secret_digest = $3, previous_digest = $4, previous_until = $5,"
                " rotated_at = $6, expires_at = $7 WHERE organization_id = $1 AND key_id = $2",
                organization_id, key_id, rotated.secret_digest, rotated.previous_digest, rotated.previous_until,
                rotated.rotated_at, rotated.expires_at,
            )  # fmt: skip
        return rotated, _text(organization_id, key_id, secret)

    async def list(self, organization_id: UUID) -> list[ApiKey]:
        """All keys of the organization, the oldest first."""
        async with scoped(self._pool, organization_id) as connection:
            records = await connection.fetch(
                f"SELECT {_KEPT} FROM access.api_key"  # noqa: S608 - a constant
                " WHERE organization_id = $1 ORDER BY created_at, key_id",
                organization_id,
            )
        return [ApiKey(**record) for record in records]

    async def find(self, organization_id: UUID, key_id: UUID) -> ApiKey | None:
        """The key with this id, whether it still works or not."""
        async with scoped(self._pool, organization_id) as connection:
            record = await connection.fetchrow(
                f"SELECT {_KEPT} FROM access.api_key WHERE organization_id = $1 AND key_id = $2",  # noqa: S608
                organization_id, key_id,
            )  # fmt: skip
        return ApiKey(**record) if record else None

    async def revoke(self, organization_id: UUID, key_id: UUID) -> bool:
        """Revoke a key, for good; whether there was one to revoke. Raises OwnerNeeded."""
        async with as_owner(self._owner, organization_id) as connection:
            done = await connection.execute(
                "UPDATE access.api_key SET revoked_at = $3"
                " WHERE organization_id = $1 AND key_id = $2 AND revoked_at IS NULL",
                organization_id, key_id, clock.now(),
            )  # fmt: skip
        return bool(done == "UPDATE 1")


def presented(text: str) -> Presented | None:
    """The parts of a key's text; None where it is none."""
    if not text.startswith(PREFIX) or not text.isascii():
        return None
    encoded = text.removeprefix(PREFIX)
    try:
        data = base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        return None
    if len(data) != 32 + SECRET_BYTES:
        return None
    return Presented(data[:32], data[32:])


def _text(organization_id: UUID, key_id: UUID, secret: bytes) -> str:
    return PREFIX + base64.urlsafe_b64encode(organization_id.bytes + key_id.bytes + secret).rstrip(b"=").decode()


def _digest(data: bytes) -> bytes:
    """SHA-256: enough for secrets of 256 random bits, which nobody can guess."""
    return hashlib.sha256(data).digest()
