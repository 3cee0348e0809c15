"""The views as analysts find them: one organization's rows, under pseudonyms, each column with its meaning."""

import asyncpg
import pytest

from analytics.catalogue import VIEWS
from analytics.view import View
from service.log.organizations import Organization

Analyst = asyncpg.Connection

each_view = pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)


@each_view
async def test_an_analyst_sees_rows_of_their_organization_alone(
    analyst: Analyst, clinic: Organization, other_clinic: Organization, view: View
) -> None:
    found = await analyst.fetch(f"SELECT * FROM analytics.{view.name}")

    assert {each["organization_id"] for each in found} <= {clinic.organization_id}
    assert not found or list(found[0].keys()) == [each.name for each in view.described()]
