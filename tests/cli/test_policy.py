"""Adopting a policy, showing it, and asking what another one would change (R63)."""

import json
import re
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from domain.events.restrictions import RestrictionEnded, RestrictionRequested
from domain.vocabulary.purposes import PurposeOfUse
from domain.vocabulary.restrictions import RestrictionEnding
from service.access.caller import SCOPES_OF_ROLE, Caller, KeyRole
from service.bootstrap import System
from service.database.embedded import DatabaseUrls
from tests.builders import crisis, registered
from tests.cli.command import Command
from tests.databases import new_organization
from tests.system import draft


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def clinic(database: DatabaseUrls) -> UUID:
    """The module's only organization."""
    return await new_organization(database)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def client(system: System, clinic: UUID) -> UUID:
    """A client after a crisis, which they called about on 10 March; and another one, of whom nothing is due."""
    caller = Caller(clinic, uuid4(), "ana", KeyRole.COUNSELOR, SCOPES_OF_ROLE[KeyRole.COUNSELOR])
    client_id = uuid4()
    entries = [draft(registered(), at="2026-03-01T12:00Z"), draft(crisis(), at="2026-03-10T18:00Z")]
    await system.recorder.record(caller, client_id, entries, new_client=True)
    await system.recorder.record(caller, uuid4(), [draft(registered(), at="2026-03-01T12:00Z")], new_client=True)
    return client_id


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A policy by which the first contact after a crisis is due within 12 hours."""
    file = tmp_path / "policy.toml"
    file.write_text("[crisis]\ncontact_within_hours = [12, 72, 168, 720]\n", "utf-8")
    return file


async def test_what_if_tells_what_another_policy_would_change_for_a_client(
    command: Command, file: Path, client: UUID
) -> None:
    said = await command.done("what-if", "--policy", file, "--client", client, "--at", "2026-03-11T12:00Z")

    assert "something differs for 1 of 1 clients" in said
    line = next(line for line in said.splitlines() if "crisis_contact" in line)
    assert re.search(r"2026-03-11 13:00 CDT, open +\S* ?2026-03-11 01:00 CDT, late +\S* ?turns late", line), line


async def test_what_if_counts_over_an_organization_in_several_processes(
    command: Command, file: Path, client: UUID
) -> None:
    asked = ("what-if", "--policy", file, "--at", "2026-03-11T12:00Z", "--processes", 2)

    said = await command.done(*asked)
    assert "something differs for 1 of 2 clients" in said
    line = next(line for line in said.splitlines() if "crisis_contact" in line)
    assert re.findall(r"\d+", line) == ["1", "0", "0", "0", "1", "0"]

    told = json.loads(await command.done(*asked, "--json"))
    assert (told["clients"], told["clients_that_differ"], told["clients_left_out"]) == (2, 1, 0)
    (each,) = told["obligations"]
    assert (each["client_id"], each["kind"], each["step"]) == (str(client), "crisis_contact", 1)
    assert each["as_it_is"] == {"due_at": "2026-03-11T18:00:00+00:00", "owner": "counselor", "status": "open"}
    assert each["what_if"] == {"due_at": "2026-03-11T06:00:00+00:00", "owner": "counselor", "status": "late"}


async def test_what_if_counts_nobody_who_asked_not_to_be_used_for_that(
    command: Command, file: Path, client: UUID, system: System, clinic: UUID
) -> None:
    supervisor = Caller(clinic, uuid4(), "sue", KeyRole.SUPERVISOR, SCOPES_OF_ROLE[KeyRole.SUPERVISOR])
    refused = draft(RestrictionRequested(agreed=True, purposes=(PurposeOfUse.OPERATIONS,)), at="2026-03-11T12:00Z")
    await system.recorder.record(supervisor, client, [refused])
    asked = ("what-if", "--policy", file, "--at", "2026-03-11T12:00Z")

    of_them = await command(*asked, "--client", client)
    assert (of_them.code, of_them.out) == (1, "")
    assert "asked that the record not be read for this purpose" in of_them.err
    of_all = await command(*asked)
    assert "something differs for 0 of 1 clients" in of_all.out
    assert "1 clients were left out" in of_all.err
    assert "1 of 1 clients" in await command.done(*asked, "--client", client, "--purpose", "treatment")

    ended = RestrictionEnded(restriction=refused.id, by=RestrictionEnding.CLIENT_ASKED)
    await system.recorder.record(supervisor, client, [draft(ended, at="2026-03-11T12:01Z")])


async def test_what_if_about_nobody(command: Command, file: Path) -> None:
    said = await command("what-if", "--policy", file, "--client", uuid4())

    assert (said.code, said.out) == (1, "")
    assert "no client with that id" in said.err


async def test_r63_a_policy_is_adopted_from_a_moment_on_and_shown(command: Command, file: Path) -> None:
    before = await command.done("policy", "show")
    assert "It has adopted none: these are the defaults." in before
    assert re.search(r"crisis.contact_within_hours +\[24, 72, 168, 720\]", before)

    said = await command.done(
        "policy", "adopt", file, "--from", "2099-01-01T00:00-06:00", "--note", "Agreed by the board."
    )

    assert said == "Clinic adopts this policy, in force from 2099-01-01 00:00 CST.\n"
    now, then = await command.done("policy", "show"), await command.done("policy", "show", "--at", "2099-02-01T00:00Z")
    assert re.search(r"crisis.contact_within_hours +\[24, 72, 168, 720\]", now)
    assert re.search(r"crisis.contact_within_hours +\[12, 72, 168, 720\] +\[24, 72, 168, 720\]", then)
    assert "2099-01-01 00:00 CST" in now
    assert "crisis.contact_within_hours" in now.splitlines()[-1]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[handoffs]\ncrisis_accepted_within_hours = -1\n", "handoffs.crisis_accepted_within_hours"),
        ("[crises]\n", "crises: Extra inputs"),
        ("[crisis\n", "not a TOML file"),
    ],
)
@pytest.mark.parametrize("words", [("policy", "adopt"), ("what-if", "--policy")], ids=" ".join)
async def test_a_file_that_says_something_senseless_is_refused(
    command: Command, tmp_path: Path, text: str, told: str, words: tuple[str, ...]
) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(text, "utf-8")

    said = await command(*words, file)

    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("The policy cannot be used: ")
    assert told in said.err


async def test_a_file_that_is_not_there_or_no_text(command: Command, tmp_path: Path) -> None:
    assert (await command("policy", "adopt", tmp_path / "none.toml")).code == 2
    (tmp_path / "picture.toml").write_bytes(b"\xff\xfe\x00")
    said = await command("policy", "adopt", tmp_path / "picture.toml")
    assert (said.code, said.err) == (1, f"{tmp_path / 'picture.toml'} is no text in UTF-8.\n")
