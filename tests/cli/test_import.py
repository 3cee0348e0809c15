"""care-timeline import: a file of history, straight into the database."""

import json
from pathlib import Path

import pytest
import pytest_asyncio

from service.bootstrap import System
from service.database.embedded import DatabaseUrls
from tests.api.clinic import REGISTERED, SESSION
from tests.api.test_import import history, line, ndjson
from tests.cli.command import Command
from tests.databases import new_organization

WORDS = "Wednesday at the harbour"


@pytest_asyncio.fixture(loop_scope="session")
async def clinic(database: DatabaseUrls) -> str:
    """The id of a new organization."""
    return str(await new_organization(database))


async def test_a_file_is_imported_and_its_refused_lines_are_told_by_rule(
    command: Command, clinic: str, system: System, tmp_path: Path
) -> None:
    lines = history(10, 60, "file")
    lines[413] = {**lines[413], "occurred_at": "2100-01-01T00:00:00Z"}
    lines[414] = {**lines[414], "event": {"type": "session_held", "note": WORDS}}
    lines[500] = {**lines[500], "occurred_at": "2100-01-01T00:00:00Z"}
    file, results = tmp_path / "history.ndjson", tmp_path / "results.ndjson"
    file.write_bytes(ndjson(lines))

    said = await command("import", file, "--organization", clinic, "--results", results)

    assert said.code == 1
    assert "607 lines were recorded, 0 had been before, 3 were refused." in said.out
    table = [row.split() for row in said.out.splitlines()]
    assert ["not_in_the_future", "2", "414"] in table
    assert ["missing", "1", "415"] in table
    told = [json.loads(each) for each in results.read_text().splitlines()]
    assert [each["line"] for each in told] == list(range(1, 611))
    assert WORDS not in said.out + said.err + results.read_text()
    assert results.stat().st_mode & 0o077 == 0

    mended = history(10, 60, "file")
    file.write_bytes(ndjson(mended))
    again = await command("import", file, "--organization", clinic)
    assert (again.code, again.err.count("Stopped")) == (0, 0)
    assert "3 lines were recorded, 607 had been before, 0 were refused." in again.out
    rest = await command("import", file, "--organization", clinic, "--from-line", 601)
    assert "0 lines were recorded, 10 had been before" in rest.out


async def test_an_import_that_stops_says_from_which_line_to_go_on(
    command: Command, clinic: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(*_: object) -> None:
        raise ConnectionRefusedError

    file = tmp_path / "history.ndjson"
    file.write_bytes(ndjson([b"{}", line("gone", 0, REGISTERED), line("gone", 1, SESSION)]))
    monkeypatch.setattr("service.care.recorder.Recorder.record_each", gone)

    said = await command("import", file, "--organization", clinic)

    assert said.code == 1
    assert "go on with --from-line 2" in said.err
    assert "database does not answer" in said.err


async def test_what_cannot_be_read_or_written_is_told(command: Command, clinic: str, tmp_path: Path) -> None:
    there = tmp_path / "there.ndjson"
    there.write_bytes(b"")

    missing = await command("import", tmp_path / "nowhere.ndjson", "--organization", clinic)
    taken = await command("import", there, "--organization", clinic, "--results", there)

    assert (missing.code, taken.code) == (1, 1)
    assert "cannot be read: No such file" in missing.err
    assert "is there already" in taken.err
