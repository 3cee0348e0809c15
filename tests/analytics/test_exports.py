"""Exports: whole, typed, the same each time, and nobody's id in them."""

import json
import re
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pyarrow as pa
import pytest
from pyarrow import parquet

from analytics.views.contacts import CONTACTS
from analytics.views.people import CLIENTS, SUBSTANCES
from analytics.views.plans import GOALS
from domain.events.merging import ClientsMerged
from domain.events.record import EntryRetracted
from domain.policy import Policy
from domain.vocabulary.record import CorrectionReason
from service.access.access_records import Access, by_operator
from service.access.caller import Caller, operator
from service.analytics.analysts import create_analyst
from service.analytics.as_of import Past, PastReadings
from service.analytics.exports.export import AnalyticsExports, Wanted
from service.analytics.exports.formats import Format
from service.analytics.exports.manifest import Manifest
from service.analytics.exports.refused import ExportRefused
from service.analytics.reading import Reading, Readings
from service.bootstrap import System
from service.database.connection import scoped
from service.database.embedded import DatabaseUrls
from service.deployment_keys import key_encryption_keys
from service.log.organizations import Organization
from tests.analytics.exported import comparable, digests, tables_in
from tests.builders import goal_set, lapse, registered, session
from tests.erasing import erase
from tests.system import draft, follow

Analyst = asyncpg.Connection


@pytest.fixture(scope="module")
def exports(system: System) -> AnalyticsExports:
    readings = Readings(system.pool, system.builds)
    return AnalyticsExports(readings.live, system.organizations, system.accesses)


async def role_of(analyst: Analyst) -> str:
    role: str = await analyst.fetchval("select current_user::text")
    return role


@pytest.mark.parametrize("form", Format)
async def test_an_export_is_what_the_analyst_sees(
    exports: AnalyticsExports, analyst: Analyst, clinic: Organization, tmp_path: Path, form: Format
) -> None:
    manifest = await exports.write(Wanted(form, analyst=await role_of(analyst)), whole(clinic), tmp_path / "made")

    [part] = manifest.organizations
    for name, told in tables_in(tmp_path / "made", form).items():
        seen = await analyst.fetch(f"SELECT * FROM analytics.{name}")
        assert len(told) == part.rows.get(name, len(seen))
        assert sorted(map(comparable, told)) == sorted(comparable(each.values()) for each in seen), name


@pytest.mark.parametrize("form", [Format.PARQUET, Format.CSV, Format.ARROW])
async def test_it_is_the_same_whenever_it_is_made(
    exports: AnalyticsExports, analyst: Analyst, clinic: Organization, tmp_path: Path, form: Format
) -> None:
    wanted = Wanted(form, [CLIENTS, CONTACTS, SUBSTANCES], analyst=await role_of(analyst))

    first, again = [await exports.write(wanted, whole(clinic), tmp_path / name) for name in ("first", "again")]

    made = digests(tmp_path / "first")
    assert made == digests(tmp_path / "again")
    assert first == again == Manifest.model_validate_json((tmp_path / "again" / "manifest.json").read_bytes())
    del made["manifest.json"]
    assert {file.path: file.sha256 for file in first.files} == made


async def test_parquet_is_by_month_and_says_what_columns_mean(
    exports: AnalyticsExports, clinic: Organization, tmp_path: Path
) -> None:
    await exports.write(Wanted(Format.PARQUET, [CONTACTS, CLIENTS]), whole(clinic), tmp_path / "made")

    of_clinic = tmp_path / "made" / "contacts" / f"organization_id={clinic.organization_id}"
    month = parquet.read_table(of_clinic / "month=2025-03" / "rows.parquet", partitioning=None)
    assert {each.strftime("%Y-%m") for each in month["contact_at"].to_pylist()} == {"2025-03"}
    assert month.schema.field("contact_at").type == pa.timestamp("us", tz="UTC")
    meanings = json.loads(month.schema.metadata[b"columns"])
    assert meanings == {each.name: each.meaning for each in CONTACTS.described() if each.name != "organization_id"}
    clients = parquet.read_table(tmp_path / "made" / "clients")
    assert clients["conditions"].type == pa.list_(pa.string())
    assert len(set(clients["client"].to_pylist())) == 12


async def test_an_export_of_its_own_pseudonyms_fits_no_other_and_names_nobody(
    exports: AnalyticsExports, system: System, clinic: Organization, tmp_path: Path
) -> None:
    wanted = Wanted(Format.CSV, shift_dates=True)

    for name in ("one", "two"):
        await exports.write(wanted, whole(clinic), tmp_path / name)

    text = "".join(file.read_text() for file in (tmp_path / "one").glob("*.csv"))
    for ids in ("select client_id from log.event", "select id from log.event", "select actor_id from log.event"):
        async with scoped(system.pool, clinic.organization_id) as connection:
            real = {str(each[0]) for each in await connection.fetch(ids)} - {str(clinic.organization_id)}
        assert real
        assert not real & set(re.split("[,\n]", text))
    ones, others = [{row[1] for row in tables_in(tmp_path / name, Format.CSV)["clients"]} for name in ("one", "two")]
    assert not ones & others


async def test_since_a_position_it_has_those_who_changed_whole_and_says_who_they_are(
    exports: AnalyticsExports, system: System, analyst: Analyst, clinic: Organization, tmp_path: Path
) -> None:
    form, role, organization_id = Format.ARROW, await role_of(analyst), clinic.organization_id
    head = await system.store.log_head(organization_id)
    last = await system.store.log(organization_id, after=head - 3, limit=3)
    views = [CLIENTS, CONTACTS]
    await exports.write(Wanted(form, views, analyst=role), whole(clinic), tmp_path / "all")
    since = Wanted(form, views, analyst=role, since={organization_id: head - 3})

    manifest = await exports.write(since, whole(clinic), tmp_path / "since")

    changed = {str(row["client"]) for row in rows_of(tmp_path / "since" / "changed_clients.arrows")}
    assert len(changed) == len({each.client_id for each in last}) < 12
    assert manifest.organizations[0].since == head - 3
    for name in ("clients", "contacts"):
        everybody = rows_of(tmp_path / "all" / f"{name}.arrows")
        assert rows_of(tmp_path / "since" / f"{name}.arrows") == [r for r in everybody if r["client"] in changed]


async def test_who_was_merged_set_right_or_erased_since_changed_too(
    exports: AnalyticsExports, system: System, database: DatabaseUrls, counselor: Caller, tmp_path: Path
) -> None:
    organization_id, name = counselor.organization_id, f"a{counselor.organization_id.hex[:12]}"
    analyst = await create_analyst(database.owner, name, [organization_id], shifts_dates=False)
    few = Policy.model_validate({"analytics": {"k": 1, "l": 1}})
    await system.policy_adopter.adopt(operator(organization_id), few)
    survivor, duplicate, erased, other = (uuid4() for _ in range(4))
    goal = draft(goal_set())
    for client_id, drafts in (
        (survivor, [draft(registered())]),
        (duplicate, [draft(registered()), goal]),
        (erased, [draft(registered())]),
        (other, [draft(registered())]),
    ):
        await system.recorder.record(counselor, client_id, drafts, new_client=True)
    await system.recorder.record(counselor, survivor, [draft(ClientsMerged(duplicate=duplicate))])
    merged_at = await system.store.log_head(organization_id)
    wrong = EntryRetracted(entry=goal.id, reason=CorrectionReason.DID_NOT_OCCUR)
    await system.recorder.record(counselor, duplicate, [draft(wrong)])
    await erase(system, organization_id, erased)
    await follow(system, organization_id)
    wanted = Wanted(Format.ARROW, [CLIENTS, GOALS], analyst.role_name, since={organization_id: merged_at})

    manifest = await exports.write(wanted, [by_operator(organization_id, "a test")], tmp_path / "made")

    [part] = manifest.organizations
    assert part.rows == {"clients": 1, "goals": 0, "changed_clients": 3}
    assert part.erased_clients == 1


async def test_what_cannot_be_exported_leaves_nothing_behind(
    exports: AnalyticsExports, clinic: Organization, other_clinic: Organization, analyst: Analyst, tmp_path: Path
) -> None:
    role, folder = await role_of(analyst), tmp_path / "made"

    with pytest.raises(ExportRefused, match=f"{role} is no analyst of the organization {other_clinic.organization_id}"):
        await exports.write(Wanted(Format.CSV, analyst=role), [*whole(clinic), *whole(other_clinic)], folder)
    with pytest.raises(ExportRefused, match="nothing is known since 999,999"):
        await exports.write(Wanted(Format.CSV, since={clinic.organization_id: 999_999}), whole(clinic), folder)
    assert not folder.exists()
    folder.mkdir()
    with pytest.raises(ExportRefused, match="is there already"):
        await exports.write(Wanted(Format.CSV), whole(clinic), folder)


async def test_as_known_at_a_position_it_is_the_same_byte_for_byte_once_more_is_recorded(
    exports: AnalyticsExports, system: System, database: DatabaseUrls, counselor: Caller, tmp_path: Path
) -> None:
    organization_id, name = counselor.organization_id, f"a{counselor.organization_id.hex[:12]}"
    analyst = await create_analyst(database.owner, name, [organization_id], shifts_dates=True)
    wanted, access = (
        Wanted(Format.PARQUET, [CLIENTS, CONTACTS], analyst.role_name),
        [by_operator(organization_id, "a test")],
    )
    few = Policy.model_validate({"analytics": {"k": 1, "l": 1}})
    await system.policy_adopter.adopt(operator(organization_id), few)
    clients = [uuid4(), uuid4()]
    for each in clients:
        await system.recorder.record(counselor, each, [draft(registered()), draft(goal_set())], new_client=True)
    await follow(system, organization_id)
    then = await exports.write(wanted, access, tmp_path / "then")
    late = [draft(session(), "2026-03-02T09:00-06:00"), draft(lapse(), "2026-03-20T21:00-05:00")]
    await system.recorder.record(counselor, clients[0], late)
    await follow(system, organization_id)
    past = PastReadings(database.app, key_encryption_keys(system.settings), processes=1)

    def read(of: UUID) -> AbstractAsyncContextManager[Reading]:
        return past.as_known(of, Past(then.organizations[0].position))

    await exports.write(wanted, access, tmp_path / "later", read=read)
    await exports.write(wanted, access, tmp_path / "now")

    assert digests(tmp_path / "later") == digests(tmp_path / "then") != digests(tmp_path / "now")


async def test_several_organizations_stand_in_one_export_and_each_in_its_access_records(
    exports: AnalyticsExports, system: System, clinic: Organization, other_clinic: Organization, tmp_path: Path
) -> None:
    both = [*whole(clinic), *whole(other_clinic)]

    manifest = await exports.write(Wanted(Format.DUCKDB, [CLIENTS]), both, tmp_path / "made")

    counts = {each.organization_id: each.rows["clients"] for each in manifest.organizations}
    assert counts == {clinic.organization_id: 12, other_clinic.organization_id: 3}
    for part in manifest.organizations:
        async with scoped(system.pool, part.organization_id) as connection:
            kept = await connection.fetchrow(
                "select what, position, clients, parameters::json ->> 'format' as format from access.access_record"
                " order by record_id desc limit 1"
            )
        assert kept
        assert tuple(kept) == ("analytics", part.position, 0, "duckdb")


def whole(organization: Organization) -> list[Access]:
    return [by_operator(organization.organization_id, "a test")]


def rows_of(file: Path) -> list[dict[str, object]]:
    with pa.ipc.open_stream(file) as stream:
        rows: list[dict[str, object]] = stream.read_all().to_pylist()
    return rows
