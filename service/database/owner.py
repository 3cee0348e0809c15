"""Acting as the database's owner: for what operators do, and the service's own role cannot."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeAlias
from uuid import UUID

import asyncpg

from service.database.protection import OWNER_ROLE, see_only

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
"""A connection that acts as the owner."""


class OwnerNeeded(Exception):
    """This is done as the database's owner, and no address for that is set."""

    def __init__(self) -> None:
        super().__init__("Set CARE_TIMELINE_OWNER_DATABASE_URL: this command works as the owner of the database.")


async def connect_owner(address: str) -> Owner:
    """A connection that acts as the owner's role: what a login that is just a member makes must belong to the role.

    `address` is a libpq URL of a login that may act as the owner.
    """
    return await asyncpg.connect(address, server_settings={"role": OWNER_ROLE, "timezone": "UTC"})


@asynccontextmanager
async def as_owner(address: str | None, organization_id: UUID) -> AsyncIterator[Owner]:
    """A connection as the owner, in a transaction that sees one organization's rows; it commits when all goes well.

    Raises OwnerNeeded when there is no address.
    """
    if address is None:
        raise OwnerNeeded
    connection = await connect_owner(address)
    try:
        async with connection.transaction():
            await connection.execute(see_only(organization_id))
            yield connection
    finally:
        await connection.close()
