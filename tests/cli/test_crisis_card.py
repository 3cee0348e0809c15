"""The crisis card as a file, with the line of the organization's own policy."""

import stat
from pathlib import Path
from uuid import UUID, uuid4

import pytest_asyncio

from service.access.caller import SCOPES_OF_ROLE, Caller, KeyRole
from service.bootstrap import System
from service.database.embedded import DatabaseUrls
from tests.builders import registered, safety_plan
from tests.cli.command import Command
from tests.databases import new_organization
from tests.erasing import erase
from tests.rendering.reading_pages import said
from tests.system import draft

CLIENT = UUID("c11e0000-0000-4000-8000-000000000002")


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def caller(database: DatabaseUrls, system: System) -> Caller:
    """Whoever recorded a client with a safety plan."""
    scopes = SCOPES_OF_ROLE[KeyRole.COUNSELOR]
    counselor = Caller(await new_organization(database), uuid4(), "ana", KeyRole.COUNSELOR, scopes)
    events = [draft(event, "2026-03-02T09:00-06:00") for event in (registered(), safety_plan())]
    await system.recorder.record(counselor, CLIENT, events, new_client=True)
    return counselor


async def test_r41_the_card_is_written_with_the_line_that_the_organization_adopted(
    command: Command, tmp_path: Path
) -> None:
    policy, card = tmp_path / "policy.toml", tmp_path / "card.html"
    policy.write_text('[crisis_card]\nafter_hours_line = "(312) 555-0142"', "utf-8")

    await command.done("policy", "adopt", policy)
    shown = await command.done("crisis-card", CLIENT, "--output", card)

    assert str(card) in shown
    assert "A walk" not in shown
    assert stat.S_IMODE(card.stat().st_mode) == 0o600
    for words in ("A walk", "(312) 555-0142 our after-hours line", "988"):
        assert words in said(card.read_text("utf-8"))


async def test_a_file_that_is_there_is_not_written_over(command: Command, tmp_path: Path) -> None:
    card = tmp_path / "card.html"
    card.write_text("mine", "utf-8")

    refused = await command("crisis-card", CLIENT, "--output", card)

    assert (refused.code, refused.out) == (1, "")
    assert "is there already" in refused.err
    assert card.read_text("utf-8") == "mine"


async def test_an_unknown_client_has_no_card(command: Command, tmp_path: Path) -> None:
    refused = await command("crisis-card", uuid4(), "--output", tmp_path / "card.html")

    assert refused.code == 1
    assert "no client with that id" in refused.err
    assert not (tmp_path / "card.html").exists()


async def test_an_erased_client_has_no_card(command: Command, system: System, caller: Caller, tmp_path: Path) -> None:
    erased = uuid4()
    await system.recorder.record(caller, erased, [draft(registered(), "2026-03-02T09:00-06:00")], new_client=True)
    await erase(system, caller.organization_id, erased)

    refused = await command("crisis-card", erased, "--output", tmp_path / "card.html")

    assert refused.code == 1
    assert not (tmp_path / "card.html").exists()
