"""care-timeline analysts: who may ask the views, and what they connect with."""

import asyncpg
import pytest

from service.analytics.analysts import NewAnalyst
from service.cli.analysts import tell_how_to_connect
from service.database.embedded import DatabaseUrls
from tests.cli.command import Command
from tests.databases import new_organization


async def test_an_analyst_connects_with_what_is_printed_until_they_are_removed(
    command: Command, database: DatabaseUrls
) -> None:
    one, other = await new_organization(database), await new_organization(database)
    name = f"funder_{one.hex[:8]}"  # roles are of the whole server, which other tests use

    made = await command("analysts", "create", name, "--organization", one, "-o", other, "--shift-dates")
    url = made.out.splitlines()[0]
    assert (made.code, f"ATTACH '{url}' AS care (TYPE postgres, READ_ONLY);" in made.out) == (0, True), made.err
    assert f"username analyst_{name}" in made.out
    connection = await asyncpg.connect(url)
    assert await connection.fetch("SELECT * FROM clients") == []
    await connection.close()

    listed = await command.done("analysts", "list")
    assert (name in listed, "shifted" in listed) == (True, True)
    again = await command("analysts", "create", name, "-o", one)
    assert (again.code, f"There is a role analyst_{name} already" in again.err) == (1, True)

    await command.done("analysts", "remove", name)
    assert "There is none yet" in await command.done("analysts", "list")
    gone = await command("analysts", "remove", name)
    assert (gone.code, f"There is no analyst {name}" in gone.err) == (1, True)


def test_the_address_keeps_how_the_owner_reaches_the_server_and_nothing_of_the_owner(
    capsys: pytest.CaptureFixture[str],
) -> None:
    owner = "postgresql://owner:secret@db.example:5433/care?sslmode=verify-full&sslcert=owner.pem"

    tell_how_to_connect(NewAnalyst("analyst_a", "word"), owner, embedded=True)

    said = capsys.readouterr()
    assert said.out.splitlines()[0] == "postgresql://analyst_a:word@db.example:5433/care?sslmode=verify-full"
    assert "host db.example, port 5433, database care, username analyst_a" in said.out
    assert "SSL on" in said.out
    assert "asks nobody for a password" in said.err
