"""The clinic of the story: its organization, made once, and fresh keys for its team."""

from dataclasses import dataclass

import asyncpg

from samples.demo.cast import ORGANIZATION, TEAM, TIME_ZONE
from service.access.caller import KeyRole
from service.bootstrap import System
from service.log.organizations import Organization, create_organization


@dataclass(frozen=True, slots=True)
class DemoClinic:
    """An organization, and a key for each role of its team."""

    organization: Organization
    keys: dict[KeyRole, str]


async def open_clinic(system: System, owner_address: str) -> DemoClinic:
    """The story's clinic, made if it is not there yet, with new secrets for its keys: nobody has the old ones."""
    organization = await _organization(system, owner_address)
    id_ = organization.organization_id
    living = {key.name: key.key_id for key in await system.api_keys.list(id_) if key.revoked_at is None}
    keys = {}
    for role, name in TEAM.items():
        known = living.get(name)
        _, keys[role] = await (system.api_keys.rotate(id_, known) if known else system.api_keys.create(id_, name, role))
    return DemoClinic(organization, keys)


async def _organization(system: System, owner_address: str) -> Organization:
    for known in await system.organizations.all():
        if known.name == ORGANIZATION:
            return known
    owner = await asyncpg.connect(owner_address)
    try:
        return await create_organization(owner, ORGANIZATION, TIME_ZONE)
    finally:
        await owner.close()
