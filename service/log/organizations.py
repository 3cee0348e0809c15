"""Organizations: clinics and programmes; each is a world of its own."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID, uuid4

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from cachetools import LRUCache
from pydantic import BaseModel

from domain import time_zones
from domain.entry import Entry
from domain.events.organization import PolicyAdopted
from domain.policies import Adoption, Policies, UnreadAdoption
from domain.policy import Policy
from service.database.connection import scoped
from service.database.protection import see_only
from service.log.errors import UnknownOrganization, answering
from service.log.keyring import Keyring
from service.log.reading import EVENTS, stored
from service.log.timelines import open_or_mark
from service.runtime import clock

_STANDS = """select o.time_zone, coalesce(h.version, 0)
  from log.organization o
  left join log.timeline_head h on h.organization_id = o.organization_id and h.client_id = o.organization_id
 where o.organization_id = $1"""
_ADOPTED = f"{EVENTS} and client_id = $1 and type = $2 order by version"


class Organization(BaseModel):
    """A clinic or programme: the unit of isolation, of ordering and of audit."""

    organization_id: UUID
    name: str
    time_zone: str
    created_at: datetime


class _Kept(NamedTuple):
    """An organization's policies, and how far its own timeline had come when they were read."""

    version: int
    policies: Policies


class Organizations:
    """What the service knows of organizations, as its own role or as the owner.

    An organization has a timeline of its own, under its own id, for what it decides: the policies that it adopts.
    """

    def __init__(self, pool: asyncpg.Pool, keyring: Keyring) -> None:
        self._pool = pool
        self._keyring = keyring
        self._kept: LRUCache[UUID, _Kept] = LRUCache(1_000)

    async def policies(
        self,
        organization_id: UUID,
        *,
        own_version: int | None = None,
        connection: PoolConnectionProxy | None = None,
    ) -> Policies:
        """The policies that the organization has adopted, in its time zone.

        `own_version` is how far its own timeline has come, where whoever asks has read that along with something else:
        then the database is asked only if that is further than what is kept. Without it, it is asked how far, by
        index. Ask after reading entries, never before: whatever was adopted before those is then among the policies,
        and what was adopted after them does not concern them. `connection`, when given, is one in a transaction of
        that organization already.

        An adoption that cannot be read is told as such. Raises UnknownOrganization, and UnknownKey or SealBroken when
        the organization's own key does not open.
        """
        kept = self._kept.get(organization_id)
        if kept and own_version is not None and own_version <= kept.version:
            return kept.policies
        if connection is not None:
            return (await self._read(connection, organization_id, kept)).policies
        with answering(writing=False):
            async with scoped(self._pool, organization_id) as own:
                return (await self._read(own, organization_id, kept)).policies

    async def _read(self, connection: PoolConnectionProxy, organization_id: UUID, kept: _Kept | None) -> _Kept:
        found = await connection.fetchrow(_STANDS, organization_id)
        if found is None:
            raise UnknownOrganization(organization_id)
        time_zone, version = found
        if kept and kept.version >= version:
            return kept
        before = Policy().in_time_zone(time_zone)
        entries = await self._adoptions(connection, organization_id) if version else []
        adoptions = tuple(
            Adoption(entry.position, entry.recorded_at, entry.event.in_force_from, entry.event.numbers)
            for entry in entries
            if isinstance(entry.event, PolicyAdopted)
        )
        unread = (entry for entry in entries if not isinstance(entry.event, PolicyAdopted))
        first = next((UnreadAdoption(entry.id, entry.position, entry.recorded_at) for entry in unread), None)
        kept = self._kept[organization_id] = _Kept(version, Policies(before, adoptions, first))
        return kept

    async def _adoptions(self, connection: PoolConnectionProxy, organization_id: UUID) -> list[Entry]:
        events = stored(await connection.fetch(_ADOPTED, organization_id, "policy_adopted"))
        if not events:
            return []
        keys = await self._keyring.keys(organization_id, [organization_id], connection=connection)
        return [open_or_mark(event, keys.of(organization_id)) for event in events]

    async def ids(self) -> list[UUID]:
        """The ids of all organizations, and nothing else of them."""
        return [record[0] for record in await self._pool.fetch("SELECT log.organization_ids()")]

    async def of_id(self, organization_id: UUID) -> Organization:
        """The organization with this id. Raises UnknownOrganization."""
        found = await self._find(organization_id)
        if found is None:
            raise UnknownOrganization(organization_id)
        return found

    async def all(self) -> list[Organization]:
        """Every organization, by name."""
        found = [await self._find(organization_id) for organization_id in await self.ids()]
        return sorted(filter(None, found), key=lambda organization: (organization.name, organization.organization_id))

    async def _find(self, organization_id: UUID) -> Organization | None:
        async with scoped(self._pool, organization_id) as connection:
            record = await connection.fetchrow(
                "SELECT organization_id, name, time_zone, created_at FROM log.organization WHERE organization_id = $1",
                organization_id,
            )
        return Organization(**record) if record else None


async def create_organization(owner: asyncpg.Connection, name: str, time_zone: str) -> Organization:
    """Create an organization, as the owner. Raises ValueError for an unknown time zone."""
    if time_zone not in time_zones.names():
        raise ValueError(f"{time_zone} is no time zone of the IANA database, such as America/Chicago.")
    organization = Organization(organization_id=uuid4(), name=name, time_zone=time_zone, created_at=clock.now())
    async with owner.transaction():
        await owner.execute(see_only(organization.organization_id))
        await owner.execute(
            "INSERT INTO log.organization (organization_id, name, time_zone, created_at) VALUES ($1, $2, $3, $4)",
            *organization.model_dump().values(),
        )
        await owner.execute("INSERT INTO log.log_head (organization_id) VALUES ($1)", organization.organization_id)
    return organization


async def list_organizations(owner: asyncpg.Connection) -> list[Organization]:
    """All organizations, as the owner, by name."""
    records = await owner.fetch(
        "SELECT organization_id, name, time_zone, created_at FROM log.organization ORDER BY name, organization_id"
    )
    return [Organization(**record) for record in records]
