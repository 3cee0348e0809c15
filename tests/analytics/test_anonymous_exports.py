"""An export is refused where too few people share what outsiders may know of them, and says what would help."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import pyarrow as pa
import pytest
import pytest_asyncio

from analytics.safe_harbor import Standing
from analytics.view import View
from analytics.views.contacts import CONTACTS
from analytics.views.people import CLIENTS, EPISODES
from domain.events.base import Event
from domain.events.intake import EpisodeClosed
from domain.vocabulary.intake import DischargeReason
from domain.vocabulary.record import Precision
from samples.simulation.entry import SimulatedEntry
from service.access.access_records import by_operator
from service.analytics.exports.export import Wanted
from service.analytics.exports.formats import Format
from service.analytics.exports.manifest import Manifest
from service.analytics.exports.refused import ExportRefused
from service.bootstrap import System
from service.care.importing import import_entries
from service.database.embedded import DatabaseUrls
from tests.builders import intake, registered, session
from tests.databases import new_organization
from tests.system import follow


class Came(NamedTuple):
    """A client's year of birth, the month in which they came, and whether their care has ended."""

    born: int
    month: int
    ended: bool = True


ALIKE = [Came(1985, 4), Came(1986, 5), Came(1987, 6), Came(1988, 4), Came(1989, 5), Came(1987, 6)]
"""Born within five years, came within a quarter."""
OTHERS = [Came(1950, 4), Came(1987, 5, ended=False)]
"""One is older, and one is still in care, so that the end of their rows tells by how much their dates were moved."""


def entries_of(client: Came) -> list[SimulatedEntry]:
    client_id, intake_id = uuid4(), uuid4()
    came = datetime(2026, client.month, 20, 15, tzinfo=UTC)
    told: list[tuple[UUID, Event, datetime]] = [
        (uuid4(), registered(birth_date=date(client.born, 3, 2)), came),
        (intake_id, intake(), came),
        (uuid4(), session(), came + timedelta(days=7)),
    ]
    if client.ended:
        closed = EpisodeClosed(intake=intake_id, reason=DischargeReason.COMPLETED)
        told.append((uuid4(), closed, came + timedelta(days=8)))
    return [
        SimulatedEntry(client_id, id_, event, at, Precision.INSTANT, "tests", None, None, "Kim", at)
        for id_, event, at in told
    ]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def organization_id(system: System, database: DatabaseUrls) -> UUID:
    organization_id = await new_organization(database)
    entries = [entry for client in (*ALIKE, *OTHERS) for entry in entries_of(client)]
    entries.sort(key=lambda entry: entry.recorded_at)
    async for _ in import_entries(system.store, system.keyring, organization_id, entries):
        pass
    await follow(system, organization_id)
    return organization_id


async def exported(system: System, organization_id: UUID, folder: Path, **wanted: object) -> Manifest:
    views: list[View] = [CLIENTS, EPISODES, CONTACTS]
    form = Wanted(Format.ARROW, views, **wanted)  # type: ignore[arg-type]
    return await system.analytics_exports.write(form, [by_operator(organization_id, "a test")], folder)


async def test_it_is_refused_below_the_policys_k_and_says_why(
    system: System, organization_id: UUID, tmp_path: Path
) -> None:
    with pytest.raises(ExportRefused) as refused:
        await exported(system, organization_id, tmp_path / "made")
    assert "8 of 8 clients share year of birth, way into care, when care began and death" in str(refused.value)
    assert "k is 1, and the policy asks for 5" in str(refused.value)
    assert "generalize: 1" in str(refused.value)

    with pytest.raises(ExportRefused, match="2 of 8 clients"):
        await exported(system, organization_id, tmp_path / "made", generalized=1)
    with pytest.raises(ExportRefused, match="Nobody would be left"):
        await exported(system, organization_id, tmp_path / "made", leave_out_small_classes=True)
    since = {organization_id: 3}
    with pytest.raises(ExportRefused, match="make a whole export"):
        await exported(system, organization_id, tmp_path / "made", since=since, leave_out_small_classes=True)
    assert not (tmp_path / "made").exists()


async def test_told_less_exactly_and_without_those_who_stand_out_it_is_made(
    system: System, organization_id: UUID, tmp_path: Path
) -> None:
    folder = tmp_path / "made"

    manifest = await exported(system, organization_id, folder, generalized=1, leave_out_small_classes=True)

    assert (manifest.standing, manifest.generalized) == (Standing.LIMITED_DATA_SET, 1)
    [part] = manifest.organizations
    found = part.anonymity
    assert (found.k, found.people, found.classes, found.people_left_out) == (6, 6, 1, 2)
    assert found.quasi_identifiers == ["birth_year", "entry_route", "care_began", "died"]
    assert found.l["crises"] == 1
    clients, contacts = rows_of(folder / "clients.arrows"), rows_of(folder / "contacts.arrows")
    assert [row["birth_year"] for row in clients] == [1985] * 6
    opened = {row["client"]: row["episode_opened_at"] for row in clients}
    assert all(date(2026, 4, 1) <= at.date() < date(2026, 4, 8) for at in opened.values())
    assert {(row["contact_at"] - opened[row["client"]]).total_seconds() for row in contacts} == {7 * 24 * 3600}
    assert {row["client"] for row in contacts} == opened.keys()


async def test_what_no_view_of_it_tells_is_not_counted_and_who_is_in_care_is_not_hidden_by_shifted_dates(
    system: System, organization_id: UUID, tmp_path: Path
) -> None:
    access = [by_operator(organization_id, "a test")]
    wanted = Wanted(Format.ARROW, [CONTACTS], shift_dates=True)

    with pytest.raises(ExportRefused, match="1 of 8 clients share when care began and death") as refused:
        await system.analytics_exports.write(wanted, access, tmp_path / "made")
    assert "shifted dates" not in str(refused.value)
    manifest = await system.analytics_exports.write(
        replace(wanted, leave_out_small_classes=True), access, tmp_path / "made"
    )

    assert manifest.standing is Standing.DATES_SHIFTED
    found = manifest.organizations[0].anonymity
    assert (found.quasi_identifiers, found.k, found.people_left_out) == (["care_began", "died"], 7, 1)


def rows_of(file: Path) -> list[dict[str, Any]]:
    with pa.ipc.open_stream(file) as stream:
        rows: list[dict[str, Any]] = stream.read_all().to_pylist()
    return rows
