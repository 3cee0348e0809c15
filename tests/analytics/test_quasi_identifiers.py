"""How many people share what outsiders may know of them: counted by the database as by the definition."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from analytics.anonymity import anonymity
from analytics.anonymity_in_sql import Classes
from analytics.catalogue import VIEWS
from analytics.quasi_identifiers import LADDER, QUASI_IDENTIFIERS, SENSITIVE, Rung, people
from service.analytics.reading import Readings
from service.bootstrap import System
from service.log.organizations import Organization

PAGE = Path(__file__).parents[2] / "docs" / "de-identification.md"
EVERY_VIEW = [view.name for view in VIEWS]


@pytest.mark.parametrize("rung", LADDER, ids=lambda rung: rung.care_began)
@pytest.mark.parametrize(("dates_shifted", "views"), [(False, EVERY_VIEW), (True, EVERY_VIEW), (True, ["contacts"])])
async def test_the_database_counts_what_the_definition_says(
    system: System, clinic: Organization, rung: Rung, dates_shifted: bool, views: Sequence[str]
) -> None:
    async with Readings(system.pool, system.builds).live(clinic.organization_id) as reading:
        classes = Classes.told(reading.sources, rung, dates_shifted=dates_shifted, views=views)
        counted = classes.counted(reading.sources, wanted_k=3, wanted_l=2)
        [row] = await reading.fetch(counted.rows)
        told, names = people(reading.sources, rung, dates_shifted=dates_shifted, views=views)
        everybody = [dict(each) for each in await reading.fetch(told)]
        values = {each.name: await reading.fetch(each.values(reading.sources)) for each in SENSITIVE}

    found = counted.found(dict(row))
    assert found.people == 12
    for sensitive, had in values.items():
        rows = [
            each | {"value": value}
            for each in everybody
            for value in [one["value"] for one in had if one["client"] == each["client"]] or [""]
        ]
        expected = anonymity(
            rows, person="client", quasi_identifiers=names, sensitive=["value"], wanted_k=3, wanted_l=2
        )
        assert (found.k, found.classes, found.classes_below) == (expected.k, expected.classes, expected.classes_below)
        assert (found.people, found.people_below) == (expected.people, expected.people_below)
        assert found.diversity[sensitive] == expected.diversity["value"], sensitive


def test_the_page_tells_what_is_counted_and_how_exactly_it_is_told() -> None:
    page = PAGE.read_text("utf-8")

    for each in QUASI_IDENTIFIERS:
        assert f"| `{each.name}` |" in page
        assert f"| {each.why} |" in page
    assert all(f"\n| {number} | {rung.meaning} |\n" in page for number, rung in enumerate(LADDER))
    assert all(f"`{each.name}`" in page for each in SENSITIVE)
