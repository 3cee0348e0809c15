"""care-timeline erasures: what waits, what is due, and that an old backup brings nobody back (R57)."""

import asyncio
import json
import re
import subprocess
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest
from prometheus_client import CollectorRegistry

from domain.events.erasure import ErasureApproved, ErasureRequested
from domain.events.identifiers import IdentifierLinked
from domain.policy import Policy
from domain.vocabulary.erasure import ErasureGround
from service.access.caller import SCOPES_OF_ROLE, Caller, KeyRole, operator
from service.bootstrap import System
from service.database.embedded import DatabaseUrls, EmbeddedPostgres
from service.serving.metrics import Metrics
from tests.builders import goal_set, registered
from tests.cli.command import Command
from tests.databases import new_database
from tests.system import draft, follow

SEALED = """
select encode(body, 'hex') from log.event where client_id = $1 and body <> ''
 union all select encode(wrapped_key, 'hex') from keyring.client_key where client_id = $1 and wrapped_key is not null
 union all select encode(wrapped_notes_key, 'hex') from keyring.client_key
            where client_id = $1 and wrapped_notes_key is not null
 union all select encode(digest, 'hex') from log.client_identifier where client_id = $1"""
"""All that stands sealed or hashed about a client: what a backup could be searched for."""


@dataclass
class Asked:
    """A client whose erasure is approved, and another."""

    organization: UUID
    erased: UUID
    other: UUID


@pytest.fixture
async def asked(system: System, organization_id: UUID) -> Asked:
    sue, lee = (
        Caller(organization_id, uuid4(), name, KeyRole.SUPERVISOR, SCOPES_OF_ROLE[KeyRole.SUPERVISOR])
        for name in ("sue", "lee")
    )
    policy = Policy.model_validate({"erasure": {"retention_years": 0, "delay_days": 0}})
    await system.policy_adopter.adopt(operator(organization_id), policy)
    client_id, other = uuid4(), uuid4()
    link = IdentifierLinked(system="ehr", value=str(client_id))
    for each in (client_id, other):
        await system.recorder.record(sue, each, [draft(registered()), draft(goal_set())], new_client=True)
    request = draft(ErasureRequested(ground=ErasureGround.REPRESENTATIVE))
    await system.recorder.record(sue, client_id, [draft(link), request])
    await system.recorder.record(lee, client_id, [draft(ErasureApproved(request=request.id))])
    await follow(system, organization_id)
    return Asked(organization_id, client_id, other)


async def test_r57_what_is_due_is_listed_and_carried_out_when_asked_twice(command: Command, asked: Asked) -> None:
    of_it = ("--organization", asked.organization)
    listed = await command.done("erasures", "list", *of_it)
    assert str(asked.erased) in listed
    assert "supervisor/lee" in listed
    assert re.search(r"since \d{4}-\d\d-\d\d \d\d:\d\d", listed)

    refused = await command("erasures", "carry-out", asked.other, *of_it, "--yes")
    assert (refused.code, "No request to erase this client waits." in refused.err) == (1, True)
    unsure = await command("erasures", "carry-out", "--due", *of_it)
    assert (unsure.code, "Nobody was erased." in unsure.err) == (1, True)
    assert (await command("erasures", "carry-out", *of_it)).code == 2

    said = await command.done("erasures", "carry-out", "--due", *of_it, "--yes")
    assert f"{asked.erased}: erased; 5 events emptied" in said
    assert "No request to erase a client waits." in await command.done("erasures", "list", *of_it)
    assert "0 erased" in await command.done("erasures", "carry-out", "--due", *of_it)
    verified = await command.done("verify", *of_it, "--projections")
    assert "all as they were recorded, but for 5 of 1 client who was erased" in verified


async def test_r57_an_old_backup_does_not_bring_the_person_back(
    command: Command, asked: Asked, server: EmbeddedPostgres, database: DatabaseUrls, tmp_path: Path
) -> None:
    backup, dump, erased = tmp_path / "backup", tmp_path / "dump.sql", tmp_path / "erased.jsonl"
    await program(server, "pg_dump", "--format=custom", "--file", backup, database.superuser)
    sealed = await found(database, asked.erased)
    assert len(sealed) == 5 + 2 + 1
    await command.done("erasures", "carry-out", asked.erased, "--organization", asked.organization, "--yes")
    await program(server, "pg_dump", "--file", dump, database.superuser)
    assert [each for each in sealed if each in dump.read_text()] == []
    await command.done("erasures", "export", erased)

    old = await new_database(server, template="template0")
    await program(server, "pg_restore", "--dbname", old.superuser, backup)
    assert await found(old, asked.erased) == sealed, "the person is back"
    of_old = {"DATABASE_URL": old.app, "OWNER_DATABASE_URL": old.owner}
    said = await command("erasures", "apply", erased, "--yes", **of_old)

    assert (said.code, "1 erased again" in said.out) == (0, True), said.err
    assert await found(old, asked.erased) == []
    await program(server, "pg_dump", "--file", dump, old.superuser)
    assert [each for each in sealed if each in dump.read_text()] == []
    assert len(await found(old, asked.other)) == 4, "nobody else is"
    again = await command("erasures", "apply", erased, "--yes", **of_old)
    assert "0 erased again" in again.out
    assert (await command("verify", **of_old)).code == 0


async def test_r57_what_is_due_and_not_carried_out_is_told(
    command: Command, asked: Asked, system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = CollectorRegistry()
    await Metrics(registry).look(system)
    assert registry.get_sample_value("care_timeline_erasures_due") == 1
    said = await command("doctor")
    assert "✓ erasures" in said.out, "a timer has yet to come"
    assert "1 client is to be erased, the first since" in said.out

    monkeypatch.setattr("service.doctor.record._LEFT_FOR", timedelta(0))
    said = await command("doctor")
    assert (said.code, "✗ erasures" in said.out, "care-timeline erasures carry-out --due" in said.out) == (
        1,
        True,
        True,
    )

    await command.done("erasures", "carry-out", "--due", "--organization", asked.organization, "--yes")
    await Metrics(registry := CollectorRegistry()).look(system)
    assert registry.get_sample_value("care_timeline_erasures_due") == 0
    assert "None is due." in (await command("doctor")).out


@pytest.mark.parametrize("wrong", ["without a moment", "the organization itself"])
async def test_a_list_that_is_none_erases_nobody(command: Command, asked: Asked, tmp_path: Path, wrong: str) -> None:
    line: dict[str, str] = {"organization_id": str(asked.organization), "client_id": str(asked.other)}
    if wrong == "the organization itself":
        line |= {"client_id": str(asked.organization), "erased_at": "2027-01-31T12:00:00Z"}
    file = tmp_path / "wrong.jsonl"
    file.write_text(json.dumps(line))

    said = await command("erasures", "apply", file, "--yes")

    assert (said.code, "line 1" in said.err) == (1, True)


async def found(database: DatabaseUrls, client_id: UUID) -> list[str]:
    """What stands sealed about the client."""
    superuser = await asyncpg.connect(database.superuser)
    try:
        return [row[0] for row in await superuser.fetch(SEALED, client_id)]
    finally:
        await superuser.close()


async def program(server: EmbeddedPostgres, name: str, *arguments: object) -> None:
    """Runs one of PostgreSQL's programs."""
    words = [str(each) for each in (server.programs / name, *arguments)]
    await asyncio.to_thread(subprocess.run, words, check=True)
