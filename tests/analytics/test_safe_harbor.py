"""Nothing of who anyone is: each column is of a known kind, and neither words nor ids of the record come out."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from string import ascii_uppercase
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio
from sqlalchemy import ARRAY, Double, Integer, LargeBinary, Null, Text
from sqlalchemy.types import TypeEngine

from analytics.catalogue import VIEWS
from analytics.safe_harbor import IDENTIFIERS, NO_IDENTIFIER, NUMBERS, Kind, UnknownKind, kind_of
from analytics.view import Column, View
from analytics.views.people import CLIENTS, SUBSTANCES
from domain.vocabulary.substances import Substance
from samples.simulation.recording import SimulationOptions
from service.access.access_records import by_operator
from service.access.caller import SCOPES_OF_ROLE, Caller, KeyRole
from service.analytics.analysts import create_analyst
from service.analytics.exports.export import Wanted
from service.analytics.exports.formats import Format
from service.analytics.exports.one_view import Exactly
from service.analytics.reading import Readings
from service.bootstrap import System
from service.care.importing import import_entries
from service.database.embedded import DatabaseUrls
from service.log.organizations import Organization
from tests.analytics.canaries import entries_with_canaries, leaked
from tests.analytics.exported import tables_in
from tests.analytics.policies import asks_nothing_of_exports
from tests.builders import intake, registered
from tests.databases import new_organization
from tests.system import draft, follow

each_view = pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)


@each_view
def test_each_column_is_of_a_known_kind(view: View) -> None:
    kinds = {column.name: kind_of(view.name, column) for column in view.described()}

    assert kinds["organization_id"] is Kind.ORGANIZATION
    assert kinds["client"] is Kind.PSEUDONYM


def test_what_a_new_column_holds_has_to_be_said() -> None:
    of_types: list[TypeEngine[Any]] = [Text(), ARRAY(Text()), Integer(), Double(), LargeBinary()]
    for of_type in of_types:
        with pytest.raises(UnknownKind, match=r"clients\.telephone"):
            kind_of("clients", Column("telephone", of_type, "A telephone number", lambda _: Null()))
    assert set(NUMBERS) <= {f"{view.name}.{column.name}" for view in VIEWS for column in view.described()}


def test_all_eighteen_are_dealt_with() -> None:
    assert [each.letter for each in IDENTIFIERS] == list(ascii_uppercase[:18])
    assert frozenset().union(NO_IDENTIFIER, *(each.kinds for each in IDENTIFIERS)) == frozenset(Kind)


def test_the_page_says_what_is_told_of_each() -> None:
    page = (Path(__file__).parents[2] / "docs" / "de-identification.md").read_text("utf-8")
    for each in IDENTIFIERS:
        assert f"\n| ({each.letter}) | {each.what} | {each.told} |\n" in page, "the page is of another time"


@each_view
async def test_coded_text_holds_words_of_its_list_alone(system: System, clinic: Organization, view: View) -> None:
    coded = {column.name: {*(column.words or ()), None} for column in view.described() if column.words}
    async with Readings(system.pool, system.builds).live(clinic.organization_id) as reading:
        found = await reading.fetch(view.rows(reading.sources))

    for row in found:
        for name, words in coded.items():
            assert set(row[name] if isinstance(row[name], list) else [row[name]]) <= words, name


async def test_no_age_above_89_is_told(system: System, database: DatabaseUrls) -> None:
    organization_id = await new_organization(database)
    supervisor = Caller(organization_id, uuid4(), "kim", KeyRole.SUPERVISOR, SCOPES_OF_ROLE[KeyRole.SUPERVISOR])
    use = {"substance": Substance.ALCOHOL, "age_at_first_use": 93, "using_since": date(1925, 1, 1)}
    drafts = [draft(registered(birth_date=date(1910, 5, 1))), draft(intake(substances=(use,)))]
    await system.recorder.record(supervisor, uuid4(), drafts, new_client=True)
    await follow(system, organization_id)

    async with Readings(system.pool, system.builds).live(organization_id) as reading:
        [told] = await reading.fetch(SUBSTANCES.rows(reading.sources))

    assert told["age_at_first_use"] == 90
    assert told["using_since"] is None


class Recorded(NamedTuple):
    """A clinic whose free texts are canaries, and the ids that stand in its record."""

    organization_id: UUID
    ids: frozenset[UUID]
    analyst: asyncpg.Connection


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def canaries(system: System, database: DatabaseUrls) -> AsyncIterator[Recorded]:
    organization_id = await new_organization(database)
    organization = next(one for one in await system.organizations.all() if one.organization_id == organization_id)
    entries = [asks_nothing_of_exports(organization)]
    entries += list(entries_with_canaries(SimulationOptions(5, 4, 250, date(2025, 1, 6), date(2025, 12, 31))))
    async for _ in import_entries(system.store, system.keyring, organization_id, entries):
        pass
    await follow(system, organization_id)
    ids = {each for entry in entries for each in (entry.client_id, entry.id, entry.actor.id)} - {organization_id}
    made = await create_analyst(database.owner, f"c{organization_id.hex[:12]}", [organization_id], shifts_dates=True)
    analyst = await asyncpg.connect(database.app.replace("care_timeline_app", made.role_name))
    yield Recorded(organization_id, frozenset(ids), analyst)
    await analyst.close()


async def test_an_analyst_is_told_no_words_and_no_id(system: System, canaries: Recorded) -> None:
    told = {}
    for view in VIEWS:
        rows = await canaries.analyst.fetch(f"SELECT to_json(each)::text FROM analytics.{view.name} each")
        told[view.name] = "\n".join(row[0] for row in rows).encode()

    assert len([name for name, rows in told.items() if rows]) > 30, "there is much to be told"
    async with Readings(system.pool, system.builds).live(canaries.organization_id) as reading:
        clients = await reading.fetch(CLIENTS.rows(reading.sources))
    real = [row["client"] for row in clients]
    for form in (f"{real}", "Canary", *(each.hex for each in real)):
        assert leaked(b"abc" + form.encode(), canaries.ids), "and it would be found"
    assert leaked(b"abc" + real[0].bytes, canaries.ids)
    assert {name: found for name, rows in told.items() if (found := leaked(rows, canaries.ids))} == {}


async def test_no_answer_of_the_api_holds_words_or_ids(system: System, canaries: Recorded) -> None:
    for view in VIEWS[::6]:
        access = by_operator(canaries.organization_id, "a test")
        rows = await system.one_view.make(access, view, Format.ARROW, Exactly())
        with rows.file:
            assert leaked(rows.file.read() + str(rows.said).encode(), canaries.ids) == set(), view.name


@pytest.mark.parametrize("form", Format)
async def test_no_file_of_an_export_holds_words_or_ids(
    system: System, canaries: Recorded, tmp_path: Path, form: Format
) -> None:
    access = [by_operator(canaries.organization_id, "a test")]
    await system.analytics_exports.write(Wanted(form), access, tmp_path / "made")

    as_it_is = {file: file.read_bytes() for file in (tmp_path / "made").rglob("*") if file.is_file()}
    read = {name: str(rows).encode() for name, rows in tables_in(tmp_path / "made", form).items() if name != "days"}
    assert (tmp_path / "made" / "manifest.json") in as_it_is
    assert sum(map(len, read.values())) > 100_000
    whole = b"\0".join((*as_it_is.values(), *read.values()))
    assert leaked(whole, canaries.ids) == set()
