"""Organizations: clinics and programmes; each is a world of its own."""

from datetime import datetime
from uuid import UUID, uuid4

import asyncpg
from cachetools import LRUCache
from pydantic import BaseModel

from domain import time_zones
from domain.policy import Policy
from service.database.connection import scoped
from service.database.protection import see_only
from service.log.errors import UnknownOrganization
from service.runtime import clock


class Organization(BaseModel):
    """A clinic or programme: the unit of isolation, of ordering and of audit."""

    organization_id: UUID
    name: str
    time_zone: str
    created_at: datetime


class Organizations:
    """What the service knows of organizations, as its own role."""

    def __init__(self, pool: asyncpg.Pool, policy: Policy) -> None:
        self._pool = pool
        self._policy = policy
        self._policies: LRUCache[UUID, Policy] = LRUCache(1_000)

    async def policy(self, organization_id: UUID) -> Policy:
        """The policy in the organization's time zone. Raises UnknownOrganization."""
        policy = self._policies.get(organization_id)
        if policy is None:
            async with scoped(self._pool, organization_id) as connection:
                time_zone = await connection.fetchval(
                    "SELECT time_zone FROM log.organization WHERE organization_id = $1", organization_id
                )
            if time_zone is None:
                raise UnknownOrganization(organization_id)
            policy = self._policies[organization_id] = self._policy.in_time_zone(time_zone)
        return policy

    async def ids(self) -> list[UUID]:
        """The ids of all organizations, and nothing else of them."""
        return [record[0] for record in await self._pool.fetch("SELECT log.organization_ids()")]

    async def all(self) -> list[Organization]:
        """Every organization, by name."""
        found = []
        for organization_id in await self.ids():
            async with scoped(self._pool, organization_id) as connection:
                record = await connection.fetchrow(
                    "SELECT organization_id, name, time_zone, created_at FROM log.organization"
                    " WHERE organization_id = $1",
                    organization_id,
                )
            if record:
                found.append(Organization(**record))
        return sorted(found, key=lambda organization: (organization.name, organization.organization_id))


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
