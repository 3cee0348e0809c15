"""care-timeline analytics: exports by the command line."""

import json
from pathlib import Path
from uuid import uuid4

from service.access.caller import Caller
from service.bootstrap import System
from service.database.embedded import DatabaseUrls
from tests.builders import registered
from tests.cli.command import Command
from tests.databases import new_organization
from tests.rendering.reading_pages import said
from tests.system import draft, follow


async def test_an_export_says_its_position_and_the_next_goes_on_from_there(
    command: Command, system: System, database: DatabaseUrls, counselor: Caller, tmp_path: Path
) -> None:
    name = f"funder_{counselor.organization_id.hex[:8]}"
    of_it = ("--organization", counselor.organization_id, "--analyst", name, "--format", "csv")
    await command.done("analysts", "create", name, "-o", counselor.organization_id)
    await system.recorder.record(counselor, uuid4(), [draft(registered())], new_client=True)
    await follow(system, counselor.organization_id)

    refused = await command("analytics", "export", tmp_path / "first", *of_it)
    assert (refused.code, "1 of 1 clients share year of birth, way into care" in " ".join(refused.err.split())) == (
        1,
        True,
    )
    assert not (tmp_path / "first").exists()
    policy = tmp_path / "policy.toml"
    policy.write_text("[analytics]\nk = 1\n")
    await command.done("policy", "adopt", policy, "--from", "2026-01-01T00:00Z", "-o", counselor.organization_id)
    await follow(system, counselor.organization_id)

    said = await command("analytics", "export", tmp_path / "first", *of_it)
    assert (said.code, "1 rows in 41 files" in said.out) == (0, True), said.err
    assert f"{counselor.organization_id} at 2" in said.out
    assert "k 1; l of substances 1" in said.out
    assert (tmp_path / "first").stat().st_mode & 0o777 == 0o700

    await system.recorder.record(counselor, uuid4(), [draft(registered())], new_client=True)
    await follow(system, counselor.organization_id)
    manifest = tmp_path / "first" / "manifest.json"
    await command.done("analytics", "export", tmp_path / "next", *of_it, "--view", "clients", "--since", manifest)
    [part] = json.loads((tmp_path / "next" / "manifest.json").read_bytes())["organizations"]
    assert (part["since"], part["position"], part["rows"]) == (2, 3, {"clients": 1, "changed_clients": 1})

    other = await new_organization(database)
    refused = await command("analytics", "export", tmp_path / "x", "-o", other, "--analyst", name, "--since", manifest)
    assert (refused.code, f"The earlier export has nothing of {other}" in refused.err) == (1, True)


async def test_what_is_not_understood_is_said(command: Command, tmp_path: Path) -> None:
    for wrong, why in (
        (("--view", "people"), "There is no view people; there are clients"),
        (("--format", "xlsx"), "There is no format xlsx; there are parquet"),
        (("--since", "5"), "say whose pseudonyms"),
        (("--since", "5", "--analyst", "a1", "--leave-out-small-classes"), "make a whole export"),
        (("--generalize", "3"), "less than or equal to 2"),
        (("--analyst", "a1", "--shift-dates"), "was said when they were made"),
    ):
        said = await command("analytics", "export", tmp_path / "x", *wrong)
        assert (said.code, why in " ".join(said.err.split()).replace("│ ", "")) == (2, True), said.err


async def test_a_report_is_written_for_its_owner_alone(
    command: Command, system: System, counselor: Caller, tmp_path: Path
) -> None:
    report, of_it = tmp_path / "report.html", ("-o", counselor.organization_id)
    await follow(system, counselor.organization_id)

    shown = await command.done("analytics", "report", report, *of_it)

    assert str(report) in shown
    assert report.stat().st_mode & 0o777 == 0o600
    assert "Work of the team" in said(report.read_text("utf-8"))
    for wrong, code, why in (
        ((), 1, "is there already"),
        (("--from", "2025-01-15"), 1, "are no whole quarters"),
        (("--by", "week"), 2, "There is no period week"),
        (("--as-known-at", "1", "--at", "2025-06-01T00:00Z"), 2, "a position or a moment"),
    ):
        refused = await command("analytics", "report", report, *of_it, *wrong)
        assert (refused.code, why in " ".join(refused.err.split()).replace("│ ", "")) == (code, True), refused.err
