"""A database with what an older release recorded is brought to the newest schema, read, and recorded in."""

from base64 import b64encode
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from pydantic import SecretStr

from service.access.caller import SCOPES_OF_ROLE, Caller, KeyRole
from service.bootstrap import Addresses, connected, prepare
from service.database.embedded import DatabaseUrls, EmbeddedPostgres
from service.database.migrate import migrate
from service.log.verify import verify
from service.settings import Settings
from tests.builders import check_in
from tests.database.recorded import CLIENT, FOLDER, KEK, KEK_ID
from tests.databases import new_database
from tests.system import access_to, draft, follow

KEPT = {kept.stem: kept.read_text("utf-8") for kept in sorted(FOLDER.glob("*.sql"))}


async def recorded_at(server: EmbeddedPostgres, revision: str, statements: str) -> DatabaseUrls:
    """A database at an older revision, with what was recorded then."""
    database = await new_database(server, template="template0")
    await migrate(database.owner, revision)
    superuser = await asyncpg.connect(database.superuser)
    await superuser.execute(statements)
    await superuser.close()
    return database


@pytest.mark.parametrize(("revision", "statements"), KEPT.items(), ids=list(KEPT))
async def test_what_was_recorded_at_an_older_revision_is_read_and_goes_on(
    server: EmbeddedPostgres, revision: str, statements: str
) -> None:
    database = await recorded_at(server, revision, statements)

    await prepare(database.owner)

    settings = Settings(
        database_url=SecretStr(database.app),
        key_encryption_keys=SecretStr(f"{KEK_ID}:{b64encode(KEK).decode()}"),
        data_dir=Path("unused"),
    )
    async with connected(settings, Addresses(database.app, database.owner)) as system:
        (organization_id,) = await system.organizations.ids()
        assert (await system.api_keys.list(organization_id))[0].name == "ana"
        async with system.timeline_reader.whole(access_to(organization_id), CLIENT) as before:
            assert [entry.event.type for entry in before.entries] == ["client_registered", "goal_set", "goal_measured"]

        caller = Caller(organization_id, uuid4(), "ana", KeyRole.COUNSELOR, SCOPES_OF_ROLE[KeyRole.COUNSELOR])
        result = await system.recorder.record(caller, CLIENT, [draft(check_in())], expected_version=3)
        await follow(system, organization_id)

        answered = await system.projection_reader.read(access_to(organization_id), CLIENT, "care_plan")
        assert (result.version, answered.version) == (4, 4)
        assert [goal.target for goal in answered.answer.stabilization_goals] == [7]  # type: ignore[attr-defined]
        assert (await verify(system.store, organization_id)).intact


def test_there_is_something_of_the_first_revision() -> None:
    assert "0001" in KEPT
