"""What commands say when they cannot do what was asked: one sentence, what to do, no traceback."""

import socket
from pathlib import Path

import pytest

from service.database.embedded import DatabaseUrls, EmbeddedPostgres
from tests.cli.command import Command
from tests.databases import create_database

NOBODY = "postgresql://nobody@127.0.0.1:1/nothing"


async def test_settings_that_do_not_fit_are_named(command: Command) -> None:
    said = await command("verify", PORT="eighty")

    assert said.code == 1
    assert said.err.startswith("The settings cannot be used. CARE_TIMELINE_PORT: ")


async def test_a_database_without_keys_is_refused_with_the_way_to_make_one(command: Command) -> None:
    said = await command("verify", KEY_ENCRYPTION_KEYS=None)

    assert said.code == 1
    assert "care-timeline keys new-encryption-key" in said.err


@pytest.mark.parametrize("arguments", [("verify",), ("serve", "--port", "0"), ("keys", "list")])
async def test_a_database_that_does_not_answer(command: Command, arguments: tuple[str, ...]) -> None:
    said = await command(*arguments, DATABASE_URL=NOBODY)

    assert said.code == 1
    assert said.err.startswith("The database does not answer.")
    assert "care-timeline doctor" in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    "arguments", [("migrate",), ("rebuild",), ("organizations", "create", "Harbor"), ("simulate",)]
)
async def test_a_command_that_works_as_the_owner_says_so(command: Command, arguments: tuple[str, ...]) -> None:
    said = await command(*arguments, OWNER_DATABASE_URL=None)

    assert said.code == 1
    assert said.err.startswith("Set CARE_TIMELINE_OWNER_DATABASE_URL")


async def test_a_database_that_is_not_migrated(command: Command, server: EmbeddedPostgres) -> None:
    await create_database(server, "bare", template="template0")
    bare = server.urls("bare")

    served = await command("serve", "--port", "0", DATABASE_URL=bare.app, OWNER_DATABASE_URL=bare.owner)
    verified = await command("verify", DATABASE_URL=bare.app, OWNER_DATABASE_URL=bare.owner)

    assert served.code == verified.code == 1
    assert "care-timeline migrate" in served.err
    assert "care-timeline migrate" in verified.err

    assert "newest" in await Command({**command.environment, **_urls(bare)}).done("migrate")
    assert (await command("verify", DATABASE_URL=bare.app, OWNER_DATABASE_URL=bare.owner)).code == 0


def _urls(database: DatabaseUrls) -> dict[str, str | None]:
    return {"CARE_TIMELINE_DATABASE_URL": database.app, "CARE_TIMELINE_OWNER_DATABASE_URL": database.owner}


async def test_a_port_that_is_taken(command: Command) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        said = await command("serve", "--port", port)

    assert said.code == 1
    assert f"port {port}" in said.err
    assert "--port 0" in said.err


async def test_an_address_that_this_machine_does_not_have(command: Command) -> None:
    said = await command("serve", "--host", "203.0.113.7")

    assert said.code == 1
    assert "--host" in said.err


async def test_a_policy_file_that_cannot_be_used(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text("[handoffs]\ncrisis_accepted_within_hours = -1\n")

    said = await command("policy", "adopt", file)

    assert said.code == 1
    assert "handoffs.crisis_accepted_within_hours" in said.err


async def test_what_nobody_expected_is_told_without_its_text(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("Dana said that she is afraid")

    monkeypatch.setattr("service.log.organizations.Organizations.all", broken)

    said = await command("verify")

    assert said.code == 1
    assert "This is a defect of care-timeline." in said.err
    assert "RuntimeError < test_errors.py" in said.err
    assert "Dana" not in said.err


async def test_a_command_that_was_not_understood_has_exit_code_2(command: Command) -> None:
    assert (await command("replay", "not-an-id")).code == 2
    assert (await command("rebuild", "horoscopes")).code == 2
    assert (await command("verfy")).code == 2
