"""The views as analysts find them: one organization's rows, under pseudonyms, each column with its meaning."""

from datetime import date
from uuid import uuid4

import asyncpg
import pytest

from analytics.catalogue import VIEWS
from analytics.view import View
from analytics.views.people import CLIENTS
from domain.events.restrictions import RestrictionRequested
from domain.vocabulary.purposes import PurposeOfUse
from service.access.caller import SCOPES_OF_ROLE, Caller, KeyRole
from service.analytics.reading import Readings
from service.bootstrap import System
from service.database.embedded import DatabaseUrls
from service.log.organizations import Organization
from tests.builders import registered
from tests.databases import new_organization
from tests.system import draft, follow

Analyst = asyncpg.Connection

each_view = pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)


@each_view
async def test_an_analyst_sees_rows_of_their_organization_alone(
    analyst: Analyst, clinic: Organization, other_clinic: Organization, view: View
) -> None:
    found = await analyst.fetch(f"SELECT * FROM analytics.{view.name}")

    assert {each["organization_id"] for each in found} <= {clinic.organization_id}
    assert not found or list(found[0].keys()) == [each.name for each in view.described()]


async def test_who_asked_not_to_be_looked_at_for_research_and_whoever_is_very_old_is_not_told(
    system: System, database: DatabaseUrls
) -> None:
    organization_id = await new_organization(database)
    supervisor = Caller(organization_id, uuid4(), "kim", KeyRole.SUPERVISOR, SCOPES_OF_ROLE[KeyRole.SUPERVISOR])
    born = {uuid4(): date(1990, 5, 1), uuid4(): date(1920, 5, 1), uuid4(): None}
    kept_apart = uuid4()
    for client_id, birth_date in (*born.items(), (kept_apart, date(1980, 1, 1))):
        event = registered(birth_date=birth_date)
        await system.recorder.record(supervisor, client_id, [draft(event)], new_client=True)
    asked = RestrictionRequested(agreed=True, purposes=(PurposeOfUse.RESEARCH,))
    await system.recorder.record(supervisor, kept_apart, [draft(asked)])
    await follow(system, organization_id)

    async with Readings(system.pool, system.builds).live(organization_id) as reading:
        found = await reading.fetch(CLIENTS.rows(reading.sources))

    assert {row["client"]: (row["birth_year"], row["ninety_or_older"]) for row in found} == dict(
        zip(born, [(1990, False), (None, True), (None, None)], strict=True)
    )
