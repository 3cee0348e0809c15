"""The report over a simulated clinic, by the command line and over the API."""

import re
import stat
from pathlib import Path

import pytest

from service.bootstrap import System
from service.database.connection import scoped
from service.database.embedded import DatabaseUrls
from service.log.organizations import Organization
from tests.cli.command import Command, environment_of
from tests.rendering.reading_pages import elements, said

UUIDS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@pytest.fixture
def command(database: DatabaseUrls, tmp_path: Path) -> Command:
    """Runs commands as an administrator does."""
    return Command(environment_of(database, tmp_path))


async def test_the_report_says_what_it_is_of_and_names_nobody(
    command: Command, system: System, clinic: Organization, tmp_path: Path
) -> None:
    file = tmp_path / "report.html"
    of_it = ("--organization", clinic.organization_id, "--by", "year", "--from", "2025-01-01")
    shown = await command.done("analytics", "report", file, *of_it)
    async with scoped(system.pool, clinic.organization_id) as connection:
        position = await connection.fetchval("select max(position) from log.event")
        kept = await connection.fetchrow(
            "select what, operation, position, clients from access.access_record order by record_id desc limit 1"
        )

    page = file.read_text("utf-8")
    assert str(file) in shown
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert kept
    assert tuple(kept) == ("analytics", "care-timeline analytics report", position, 0)
    assert f"{clinic.name}, 1 January 2025 to 31 December 2025" in said(page)
    assert f"at position {position:,} of the log" in said(page)
    assert "script" not in elements(page)
    assert not UUIDS.search(page)


async def test_what_cannot_be_made_is_said_before_anything_is_counted(
    command: Command, clinic: Organization, tmp_path: Path
) -> None:
    of_it = ("analytics", "report", tmp_path / "report.html", "-o", clinic.organization_id)

    refused = await command(*of_it, "--from", "2025-01-15", "--to", "2025-03-31")

    assert refused.code == 1
    assert "2025-01-15 to 2025-03-31 are no whole quarters" in refused.err
    assert not (tmp_path / "report.html").exists()
    for wrong in (("--by", "week"), ("--as-known-at", "1", "--at", "2025-06-01T00:00Z")):
        assert (await command(*of_it, *wrong)).code == 2
