"""Replay: a client's record at any moment, in both times."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
import typer

from domain.events.counseling_notes import CounselingNoteWritten
from domain.events.record import EntryCorrected
from domain.vocabulary.record import CorrectionReason
from domain.vocabulary.substances import Substance
from projections.replay import Step
from rendering import Formatting
from rendering.formatting import places
from service.access.caller import SCOPES_OF_ROLE, Caller, KeyRole
from service.bootstrap import System
from service.care import access_log
from service.cli.replay import next_place
from service.database.embedded import DatabaseUrls
from tests.builders import History, intake, lapse, plan, registered
from tests.cli.command import Command
from tests.databases import new_organization
from tests.rendering.reading_pages import said
from tests.system import draft

CLIENT = UUID("c11e0000-0000-4000-8000-000000000001")
NOTED = UUID("c11e0000-0000-4000-8000-000000000002")
LAPSE_AT = "2026-03-20T21:00-05:00"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def caller(database: DatabaseUrls) -> Caller:
    """A counselor."""
    return Caller(
        await new_organization(database), uuid4(), "ana", KeyRole.COUNSELOR, SCOPES_OF_ROLE[KeyRole.COUNSELOR]
    )


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def recorded(system: System, caller: Caller) -> list[datetime]:
    """A client's record, whose lapse of 20 March was told last; when each of its entries was recorded."""
    alcohol = {"substance": Substance.ALCOHOL, "last_used_on": datetime.fromisoformat("2026-03-01").date()}
    moments: list[datetime] = []
    for event, at in (
        (registered(), "2026-03-02T09:00-06:00"),
        (intake(substances=(alcohol,)), "2026-03-02T10:00-06:00"),
        (plan(summary="One day after another"), "2026-04-02T10:00-05:00"),
        (lapse(), LAPSE_AT),
    ):
        done = await system.recorder.record(caller, CLIENT, [draft(event, at)], new_client=not moments)
        moments.append(done.entries[-1].recorded_at)
    return moments


async def test_now_it_shows_the_timeline_the_plan_the_milestones_and_the_reviews(command: Command) -> None:
    shown = await command.done("replay", CLIENT)

    assert "As of now, as known at now" in shown
    for part in ("lapse recorded", "counselor/ana", "One day after another", "Milestones", "Postvention reviews"):
        assert part in shown


async def test_r27_of_a_counseling_note_the_header_alone_is_shown(
    command: Command, system: System, caller: Caller
) -> None:
    note = draft(CounselingNoteWritten(note="Spoke of the harbour"), "2026-04-03T10:00-05:00")
    replacement = CounselingNoteWritten(note="Spoke of the lighthouse")
    wrong = EntryCorrected(entry=note.id, reason=CorrectionReason.WRONG_CONTENT, replacement=replacement)
    await system.recorder.record(caller, NOTED, [draft(registered()), note, draft(wrong)], new_client=True)

    for asked in ([], ["--steps"], ["--as-of", "2026-04-10T12:00Z"]):
        shown = await command.done("replay", NOTED, *asked)
        assert "harbour" not in shown
        assert "lighthouse" not in shown
    assert "counseling note written corrected by #3" in await command.done("replay", NOTED)


async def test_as_of_shows_what_had_happened_by_then(command: Command) -> None:
    day_before = await command.done("replay", CLIENT, "--as-of", "2026-03-20T12:00Z", "--projection", "milestones")
    weeks_after = await command.done("replay", CLIENT, "--as-of", "2026-04-10T12:00Z", "--projection", "milestones")

    assert "19 days from Sun 1 Mar and going on" in day_before
    assert "18 days from Sun 1 Mar to Fri 20 Mar" in weeks_after
    assert "21 days from Fri 20 Mar and going on" in weeks_after


async def test_known_at_shows_what_had_been_recorded_by_then(command: Command, recorded: list[datetime]) -> None:
    before_it_was_told = (recorded[-1] - timedelta(microseconds=1)).isoformat()
    asked = ("--as-of", "2026-04-10T12:00Z", "--projection", "milestones")

    known_then = await command.done("replay", CLIENT, *asked, "--known-at", before_it_was_told)

    assert "40 days from Sun 1 Mar and going on" in known_then
    assert "20 Mar" not in known_then


async def test_only_the_projections_that_were_asked_for_are_shown(command: Command) -> None:
    shown = await command.done("replay", CLIENT, "--projection", "care_plan", "--projection", "postvention")

    assert "Care plan" in shown
    assert "Postvention reviews" in shown
    assert "Milestones" not in shown
    assert "counselor/ana" not in shown


async def test_steps_tell_what_each_entry_changed(command: Command) -> None:
    shown = await command.done("replay", CLIENT, "--steps")

    opening, *_, told_last = shown.split("#4 lapse recorded")
    assert "#3 plan" in opening
    assert "One day after another" in opening
    assert "occurred Fri 20 Mar 2026 21:00:00 CDT" in told_last
    assert "by counselor/ana through tests" in told_last
    assert "Care plan: lapse #4 added" in told_last
    assert "Milestones: stretch (started on Sun 1 Mar) #2 changed" in told_last


async def test_hindsight_tells_what_is_known_now_that_was_not_then(command: Command, recorded: list[datetime]) -> None:
    before_it_was_told = (recorded[-1] - timedelta(microseconds=1)).isoformat()

    shown = await command.done("hindsight", CLIENT, before_it_was_told)

    assert "lapse recorded" in shown
    assert "Care plan: lapse #4 added" in shown
    assert "plan #3" not in shown


async def test_all_steps_are_written_as_a_page_that_only_its_owner_reads(command: Command, tmp_path: Path) -> None:
    page = tmp_path / "replay.html"

    await command.done("replay", CLIENT, "--html", page)

    written = page.read_text(encoding="utf-8")
    assert "Care plan: lapse #4 added" in written
    assert "<script" not in written
    assert page.stat().st_mode & 0o077 == 0


def test_at_a_terminal_the_reader_goes_where_they_want() -> None:
    history = History()
    for day, event in enumerate((registered(), lapse(), lapse()), start=1):
        history.add(event, at=f"2026-03-0{day}T12:00Z")
    steps = [Step(entry, entry.recorded_at, ()) for entry in history.entries]
    fmt = Formatting(ZoneInfo("America/Chicago"), places(history.entries, history.client_id), 2026)

    assert next_place("", 0, steps, fmt) == 1
    assert next_place("", 2, steps, fmt) is None
    assert next_place("b", 2, steps, fmt) == 1
    assert next_place("b", 0, steps, fmt) == 0
    assert next_place("#3", 0, steps, fmt) == next_place("3", 0, steps, fmt) == 2
    assert next_place("2026-03-02T18:00Z", 0, steps, fmt) == 1
    assert next_place("q", 1, steps, fmt) is None
    for nowhere, why in (
        ("12", "no entry #12"),
        ("2026-01-01T00:00Z", "Nothing had been"),
        ("tomorrow", "date and time"),
    ):
        with pytest.raises(typer.BadParameter, match=why):
            next_place(nowhere, 0, steps, fmt)


async def test_before_the_first_entry_nothing_was_known(command: Command) -> None:
    shown = await command.done("replay", CLIENT, "--known-at", "2026-01-01T00:00Z")

    assert "Nothing had been recorded by then." in shown
    assert "As of Wed 31 Dec 2025 18:00:00 CST, as known at Wed 31 Dec 2025 18:00:00 CST" in shown


async def test_nobody_knows_what_will_be_known(command: Command) -> None:
    said = await command("replay", CLIENT, "--known-at", "2190-01-01T00:00Z")

    assert said.code == 1
    assert said.err.startswith("Nobody can say yet what will be known then")


async def test_a_moment_without_a_zone_is_not_understood(command: Command) -> None:
    said = await command("replay", CLIENT, "--as-of", "2026-03-20T12:00")

    assert said.code == 2
    assert "time zone" in said.err


async def test_an_unknown_client(command: Command) -> None:
    said = await command("replay", uuid4())

    assert said == (1, "", "This organization has no client with that id: check the id, and the organization.\n")


async def test_whoever_looks_stands_in_the_access_log(command: Command) -> None:
    await command.done("replay", CLIENT, "--projection", "milestones", "--purpose", "client_request")
    await command.done("summary", CLIENT)
    await command.done("access-log", "--client", CLIENT)

    shown = (await command.done("access-log", "--client", CLIENT)).splitlines()

    assert [line.split()[-2:] for line in shown[1:5]] == [
        ["care-timeline", "access-log"],
        ["care-timeline", "summary"],
        ["care-timeline", "summary"],
        ["care-timeline", "replay"],
    ]
    assert shown[4].split()[2:5] == ["system/operator", "client_request", "milestones"]
    assert f"{CLIENT}, version 4" in shown[4]
    told = await command.done("access-log", "--client", CLIENT, "--csv", "--limit", "1")
    header, first = told.splitlines()
    assert header.startswith(
        "record_id,recorded_at,operation,what,parameters,purpose,actor_id,credential_id,role,name,request"
    )
    assert ",care-timeline access-log,access_records," in first


async def test_for_legal_proceedings_nothing_is_shown_without_a_ground(command: Command) -> None:
    said = await command("replay", CLIENT, "--purpose", "legal_proceedings")

    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("For legal proceedings this is told only where a court order")


async def test_an_access_log_of_nobody(command: Command) -> None:
    assert (await command("access-log", "--client", uuid4())).code == 1


async def test_the_access_log_goes_to_a_file_part_by_part(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access_log, "_AT_ONCE", 2)
    for _ in range(3):
        await command.done("summary", CLIENT)
    lines, table = tmp_path / "accesses.jsonl", tmp_path / "accesses.csv"

    asked = ("access-log", "--client", CLIENT, "--purpose", "operations", "--since", "2026-01-01T00:00Z")
    await command.done(*asked, "--json", "--output", lines)
    await command.done(*asked, "--csv", "--output", table)

    told = [json.loads(line) for line in lines.read_text().splitlines()]
    ids = [each["record_id"] for each in told]
    assert ids == sorted(set(ids), reverse=True)
    assert {each["what"] for each in told[:6]} == {"summary", "timeline"}
    assert {each["client_id"] for each in told} == {str(CLIENT)}
    assert len(table.read_text().splitlines()) > len(told) + 1
    assert lines.stat().st_mode & 0o777 == 0o600
    assert (await command(*asked, "--json", "--output", lines)).code == 1, "it is there already"
    everybodys = await command.done("access-log", "--person", uuid4(), "--json")
    assert everybodys == ""
    assert (await command("access-log", "--output", lines)).code == 2


async def test_a_client_is_told_who_looked(command: Command, tmp_path: Path) -> None:
    await command.done("summary", CLIENT, "--purpose", "client_request")
    page = tmp_path / "list.html"

    told = await command.done("access-report", CLIENT)
    await command.done("access-report", CLIENT, "--from", "2026-01-01", "--html", page)

    assert "WHO HAS LOOKED AT YOUR RECORD" in told
    assert "your care at a glance, because you asked for it" in " ".join(told.split())
    assert "this list, or one like it" in said(page.read_text())
    assert (await command("access-report", CLIENT, "--from", "2026-03-01", "--to", "2026-02-01")).code == 1
    assert (await command("access-report", uuid4())).code == 1


async def test_unusual_access_is_shown_as_a_table_and_as_lines_of_json(command: Command) -> None:
    told = await command.done("unusual-access")
    lines = await command.done("unusual-access", "--from", "2026-01-01", "--to", "2026-03-31", "--noted", "--json")

    assert "Nothing unusual waits to be looked into." in told
    assert lines == ""
    assert (await command("unusual-access", "--from", "2026-01-01", "--to", "2026-12-31")).code == 1
