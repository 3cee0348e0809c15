"""Webhooks: receivers at other systems, which are told that events were recorded."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID, uuid4

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from service.access.caller import Caller
from service.database.connection import scoped
from service.log.keyring import KeyEncryptionKeys
from service.runtime import clock
from service.subscriptions.webhook_messages import new_secret, secret_text
from service.subscriptions.webhook_queue import followed, queue_between

MOST_WEBHOOKS: Final = 50
"""How many an organization can have: each event is queued for each of them."""


class Webhook(NamedTuple):
    """A webhook as it is kept, but for its secrets; the meaning of each field is beside the table's columns."""

    webhook_id: UUID
    url: str
    types: tuple[str, ...] | None
    description: str
    created_at: datetime
    created_by: str
    created_by_id: UUID
    key_revoked_at: datetime | None
    """When the API key that made it was revoked; None where it was not, and for what a token made."""
    state: str
    disabled_at: datetime | None
    failing_since: datetime | None
    former_until: datetime | None
    """Until when the secret before the present one signs as well."""


class UnknownWebhook(LookupError):
    """The organization has no webhook with this id."""


class TooManyWebhooks(Exception):
    """The organization has as many webhooks as it can have."""


_KEY_REVOKED_AT = """
(select k.revoked_at from access.api_key k
  where k.organization_id = webhook.organization_id and k.key_id::text = webhook.created_with) as key_revoked_at
"""
_COLUMNS = ", ".join(_KEY_REVOKED_AT if name == "key_revoked_at" else name for name in Webhook._fields)
_ONE = "organization_id = $1 and webhook_id = $2"
_CREATE = f"""
insert into subscription.webhook
       (organization_id, webhook_id, url, types, description, created_at, created_by, created_by_id, created_with,
        kek_id, secret, state, position)
select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'active',
       coalesce((select position from log.log_head where organization_id = $1), 0)
returning {_COLUMNS}
"""  # noqa: S608 columns
_CHANGE = f"""
update subscription.webhook
   set url = $3, types = $4, description = $5, retry_at = null where {_ONE} returning {_COLUMNS}
"""  # noqa: S608 columns
_ROTATE = f"""
update subscription.webhook
   set former_kek_id = case when $5::timestamptz is not null then kek_id end,
       former_secret = case when $5::timestamptz is not null then secret end,
       former_until = $5, kek_id = $3, secret = $4
 where {_ONE} returning {_COLUMNS}
"""  # noqa: S608 columns
_STOP = f"""
update subscription.webhook
   set state = $3, disabled_at = $5, position = greatest(position, $4) where {_ONE} and state = 'active'
"""  # noqa: S608 columns
_RESUME = f"""
update subscription.webhook
   set state = 'active', disabled_at = null, failures = 0, failing_since = null, retry_at = null,
       position = greatest(position, $3)
 where {_ONE}
"""  # noqa: S608 columns
_SECRETS = f"""
select kek_id, secret, former_kek_id, former_secret, former_until from subscription.webhook where {_ONE}
"""  # noqa: S608 columns
_FORGET_FORMER = """
update subscription.webhook set former_kek_id = null, former_secret = null, former_until = null
 where organization_id = $1 and former_until <= $2
"""
_SEALED_BEFORE = """
select webhook_id, kek_id, secret, former_kek_id, former_secret from subscription.webhook
 where organization_id = $1 and (kek_id <> $2 or former_kek_id <> $2) for update
"""
_SEALED_BY = """
select kek_id, count(*)
  from (select kek_id from subscription.webhook where organization_id = $1
        union all
        select former_kek_id from subscription.webhook
         where organization_id = $1 and former_kek_id is not null) as each
 group by kek_id
"""
_SEALED_ANEW = """
update subscription.webhook
   set kek_id = $2, secret = $4, former_kek_id = case when $5::bytea is not null then $2 end, former_secret = $5
 where organization_id = $1 and webhook_id = $3
"""
_MISSED = f"""
update subscription.delivery set due_at = $3, tries = 0, first_tried_at = null, given_up_at = null
 where {_ONE} and delivered_at is null
"""  # noqa: S608 columns


class Webhooks:
    """Makes, lists and changes webhooks. Raises UnknownWebhook wherever one is named that is not there."""

    def __init__(self, pool: asyncpg.Pool, keks: KeyEncryptionKeys) -> None:
        self._pool = pool
        self._keks = keks

    async def create(
        self, caller: Caller, url: str, types: Sequence[str] | None, description: str
    ) -> tuple[Webhook, str]:
        """A new webhook, which is told of what is recorded from now on, and its secret, which is told only now.

        Raises TooManyWebhooks.
        """
        organization_id, webhook_id, secret = caller.organization_id, uuid4(), new_secret()
        async with scoped(self._pool, organization_id) as connection:
            count = await connection.fetchval(
                "select count(*) from subscription.webhook where organization_id = $1", organization_id
            )
            if count >= MOST_WEBHOOKS:
                raise TooManyWebhooks
            row = await connection.fetchrow(
                _CREATE, organization_id, webhook_id, url, types, description, clock.now(), caller.actor.name,
                caller.subject_id, caller.credential_id, *await self._sealed(organization_id, webhook_id, secret),
            )  # fmt: skip
        return _found(row), secret_text(secret)

    async def list(self, organization_id: UUID) -> list[Webhook]:
        """All webhooks of the organization, the oldest first."""
        async with scoped(self._pool, organization_id) as connection:
            rows = await connection.fetch(
                f"select {_COLUMNS} from subscription.webhook where organization_id = $1"  # noqa: S608 columns
                " order by created_at, webhook_id",
                organization_id,
            )
        return [_found(row) for row in rows]

    async def get(self, organization_id: UUID, webhook_id: UUID) -> Webhook:
        """One webhook."""
        async with scoped(self._pool, organization_id) as connection:
            return await _get(connection, organization_id, webhook_id)

    async def change(
        self, organization_id: UUID, webhook_id: UUID, url: str, types: Sequence[str] | None, description: str
    ) -> Webhook:
        """Says anew where the receiver is and what it is told of; from now on, and for what waits already."""
        async with scoped(self._pool, organization_id) as connection:
            return _found(await connection.fetchrow(_CHANGE, organization_id, webhook_id, url, types, description))

    async def delete(self, organization_id: UUID, webhook_id: UUID) -> None:
        """Take a webhook away, with what waits for it and the record of its deliveries."""
        async with scoped(self._pool, organization_id) as connection:
            done = await connection.execute(
                f"delete from subscription.webhook where {_ONE}",  # noqa: S608 a condition of ours
                organization_id,
                webhook_id,
            )
        if done == "DELETE 0":
            raise UnknownWebhook

    async def rotate(self, organization_id: UUID, webhook_id: UUID, overlap: timedelta) -> tuple[Webhook, str]:
        """A new secret, which is told only now; the one before it signs as well while they overlap."""
        secret = new_secret()
        until = clock.now() + overlap if overlap else None
        sealed = await self._sealed(organization_id, webhook_id, secret)
        async with scoped(self._pool, organization_id) as connection:
            row = await connection.fetchrow(_ROTATE, organization_id, webhook_id, *sealed, until)
        return _found(row), secret_text(secret)

    async def pause(self, organization_id: UUID, webhook_id: UUID) -> Webhook:
        """Nothing is sent until it is resumed; one that does not work stays as it is."""
        async with scoped(self._pool, organization_id) as connection:
            await stop(connection, organization_id, webhook_id, "paused", None)
            return await _get(connection, organization_id, webhook_id)

    async def resume(self, organization_id: UUID, webhook_id: UUID) -> Webhook:
        """It works again, and is told of all that it missed, whether it was paused or disabled."""
        async with scoped(self._pool, organization_id) as connection:
            until = await followed(connection, organization_id)
            before = await connection.fetchrow(
                f"select state, position from subscription.webhook where {_ONE} for update",  # noqa: S608
                organization_id,
                webhook_id,
            )
            if before is None:
                raise UnknownWebhook
            if before["state"] != "active":
                now = clock.now()
                await queue_between(connection, organization_id, webhook_id, before["position"], until, now)
                await connection.execute(_MISSED, organization_id, webhook_id, now)
                await connection.execute(_RESUME, organization_id, webhook_id, until)
            return await _get(connection, organization_id, webhook_id)

    async def rewrap(self, organization_id: UUID) -> int:
        """Seals the organization's secrets anew under the current key-encryption key; of how many webhooks.

        After that, and after Keyring.rewrap, older key-encryption keys can leave the settings. A secret from before a
        rotation goes where its time is over. Raises UnknownKey, KeyUnavailable, SealBroken.
        """
        async with scoped(self._pool, organization_id) as connection:
            await connection.execute(_FORGET_FORMER, organization_id, clock.now())
            rows = await connection.fetch(_SEALED_BEFORE, organization_id, self._keks.current)
            anew = [(organization_id, self._keks.current, *await self._anew(organization_id, row)) for row in rows]
            await connection.executemany(_SEALED_ANEW, anew)
        return len(rows)

    async def wrapped_by(self, organization_id: UUID) -> dict[str, int]:
        """How many secrets hang on each key-encryption key, by its id."""
        async with scoped(self._pool, organization_id) as connection:
            return {row["kek_id"]: row["count"] for row in await connection.fetch(_SEALED_BY, organization_id)}

    async def _anew(self, organization_id: UUID, row: asyncpg.Record) -> tuple[UUID, bytes, bytes | None]:
        context = _context(organization_id, row["webhook_id"])
        newest, former = [
            sealed and await self._keks.wrap(await self._keks.unwrap(kek_id, sealed, context), context)
            for kek_id, sealed in ((row["kek_id"], row["secret"]), (row["former_kek_id"], row["former_secret"]))
        ]
        return row["webhook_id"], newest, former

    async def secrets_of(
        self, connection: PoolConnectionProxy, organization_id: UUID, webhook_id: UUID, moment: datetime
    ) -> tuple[bytes, ...]:
        """The secrets that sign at a moment, the newest first. Raises UnknownKey, KeyUnavailable, SealBroken."""
        row = await connection.fetchrow(
            _SECRETS,
            organization_id,
            webhook_id,
        )
        if row is None:
            raise UnknownWebhook
        context = _context(organization_id, webhook_id)
        newest = await self._keks.unwrap(row["kek_id"], row["secret"], context)
        if row["former_until"] is None or row["former_until"] <= moment:
            return (newest,)
        return newest, await self._keks.unwrap(row["former_kek_id"], row["former_secret"], context)

    async def _sealed(self, organization_id: UUID, webhook_id: UUID, secret: bytes) -> tuple[str, bytes]:
        return self._keks.current, await self._keks.wrap(secret, _context(organization_id, webhook_id))


async def stop(
    connection: PoolConnectionProxy,
    organization_id: UUID,
    webhook_id: UUID,
    state: str,
    disabled_at: datetime | None,
) -> bool:
    """Have nothing more queued for a webhook that is active; whether it was."""
    position = await followed(connection, organization_id)
    done = await connection.execute(_STOP, organization_id, webhook_id, state, position, disabled_at)
    return done == "UPDATE 1"


async def _get(connection: PoolConnectionProxy, organization_id: UUID, webhook_id: UUID) -> Webhook:
    return _found(
        await connection.fetchrow(
            f"select {_COLUMNS} from subscription.webhook where {_ONE}",  # noqa: S608 columns
            organization_id,
            webhook_id,
        )
    )


def _found(row: asyncpg.Record | None) -> Webhook:
    if row is None:
        raise UnknownWebhook
    webhook = Webhook(**row)
    return webhook._replace(types=None if webhook.types is None else tuple(webhook.types))


def _context(organization_id: UUID, webhook_id: UUID) -> bytes:
    return b"webhook" + organization_id.bytes + webhook_id.bytes
