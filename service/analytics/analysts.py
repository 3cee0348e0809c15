"""Analysts' own roles in the database: made, listed and taken away, as its owner."""

import re
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

import asyncpg

from analytics.pseudonyms import pseudonym_key
from service.database.analyst_tables import SCHEMA, analyst
from service.database.owner import Owner, OwnerNeeded, connect_owner
from service.database.protection import ANALYST_ROLE, see_only

STATEMENT_SECONDS: Final = 600
"""So long a statement of an analyst may take (our choice): the rows that it reads are those that care is given by."""

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{1,40}")
_PREFIX: Final = "analyst_"


class AnalystRefused(Exception):
    """The analyst cannot be made or found; the message says why, and what to do."""


class Analyst(NamedTuple):
    """An analyst of one organization or of several."""

    role_name: str
    organizations: Sequence[UUID]
    shifts_dates: bool
    created_at: datetime

    @property
    def name(self) -> str:
        """The name by which they were made."""
        return self.role_name.removeprefix(_PREFIX)


class NewAnalyst(NamedTuple):
    """An analyst who was just made, with the password that nobody is told again."""

    role_name: str
    password: str


def role_of(name: str) -> str:
    """The role of the analyst of that name."""
    return _PREFIX + name


async def create_analyst(
    owner_url: str | None, name: str, organizations: Sequence[UUID], *, shifts_dates: bool
) -> NewAnalyst:
    """Make the role of a new analyst, who sees rows of these organizations under pseudonyms of their own.

    Raises AnalystRefused for a name that is taken or no name for a role, and where the owner may not make roles;
    OwnerNeeded without an address.
    """
    if not _NAME.fullmatch(name):
        raise AnalystRefused(
            "A name for an analyst has small letters, digits and _ alone, 2 to 41, and a letter first."
        )
    role, password = role_of(name), secrets.token_urlsafe(24)
    key = pseudonym_key(secrets.token_bytes(32))
    async with _as_owner(owner_url) as owner, owner.transaction():
        try:
            # The password has letters, digits, - and _ alone.
            await owner.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{password}' IN ROLE {ANALYST_ROLE}")
        except asyncpg.DuplicateObjectError:
            raise AnalystRefused(f"There is a role {role} already: choose another name, or remove it first.") from None
        except asyncpg.InsufficientPrivilegeError:
            raise AnalystRefused(
                "The owner of the database may not make roles. A superuser lets it: ALTER ROLE care_timeline_owner"
                f" CREATEROLE; GRANT {ANALYST_ROLE} TO care_timeline_owner WITH ADMIN OPTION."
            ) from None
        for setting in (
            "default_transaction_read_only = on",
            f"search_path = {SCHEMA}",
            f"statement_timeout = '{STATEMENT_SECONDS}s'",
        ):
            await owner.execute(f"ALTER ROLE {role} SET {setting}")
        for organization_id in organizations:
            await owner.execute(see_only(organization_id))
            await owner.execute(
                f"INSERT INTO {analyst.fullname} (organization_id, role_name, inner_key, outer_key, shifts_dates)"  # noqa: S608
                " VALUES ($1, $2, $3, $4, $5)",
                organization_id,
                role,
                key.inner,
                key.outer,
                shifts_dates,
            )
    return NewAnalyst(role, password)


async def remove_analyst(owner_url: str | None, name: str, organizations: Sequence[UUID]) -> None:
    """Take away an analyst's role, and their key for pseudonyms in each of these, which are all organizations.

    Raises AnalystRefused where there is no such analyst, OwnerNeeded without an address.
    """
    role = role_of(name)
    async with _as_owner(owner_url) as owner, owner.transaction():
        if not await owner.fetchval("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", role):
            raise AnalystRefused(f"There is no analyst {name}: `care-timeline analysts list` names those there are.")
        for organization_id in organizations:
            await owner.execute(see_only(organization_id))
            await owner.execute(f"DELETE FROM {analyst.fullname} WHERE role_name = $1", role)  # noqa: S608
        await owner.execute(f'DROP ROLE "{role}"')


async def list_analysts(owner_url: str | None, organizations: Sequence[UUID]) -> list[Analyst]:
    """The analysts of these organizations, by name. Raises OwnerNeeded without an address."""
    found: dict[str, Analyst] = {}
    async with _as_owner(owner_url) as owner, owner.transaction():
        for organization_id in organizations:
            await owner.execute(see_only(organization_id))
            for record in await owner.fetch(f"SELECT role_name, shifts_dates, created_at FROM {analyst.fullname}"):  # noqa: S608
                one = found.get(record["role_name"]) or Analyst(record["role_name"], (), *list(record.values())[1:])
                found[one.role_name] = one._replace(organizations=(*one.organizations, organization_id))
    return [found[name] for name in sorted(found)]


@asynccontextmanager
async def _as_owner(owner_url: str | None) -> AsyncIterator[Owner]:
    if owner_url is None:
        raise OwnerNeeded
    owner = await connect_owner(owner_url)
    try:
        yield owner
    finally:
        await owner.close()
