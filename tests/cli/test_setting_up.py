"""Setting up: organizations and keys."""

import re
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from domain.vocabulary.consents import RecipientClass
from projections.catalogue import PROJECTIONS
from service.access.caller import KeyRole
from service.access.errors import NotAuthenticated
from service.bootstrap import System
from service.cli import console
from service.database.embedded import DatabaseUrls
from tests.api.clinic import REGISTERED
from tests.api.test_import import line, ndjson
from tests.cli.command import Command, environment_of
from tests.database.citus import stand_in_for_citus
from tests.databases import new_organization
from tests.system import KEY_ENCRYPTION_KEY

ADDRESS = "192.0.2.7"


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def clinic(database: DatabaseUrls) -> None:
    """The module's only organization."""
    await new_organization(database)


async def test_first_an_organization_is_needed(fresh_database: DatabaseUrls, tmp_path: Path) -> None:
    command = Command(environment_of(fresh_database, tmp_path))

    said = await command("keys", "create", "--role", "counselor", "--name", "ana")

    assert (said.code, said.out) == (1, "")
    assert "care-timeline organizations create" in said.err


async def test_an_organization_is_set_up_and_listed(fresh_database: DatabaseUrls, tmp_path: Path) -> None:
    command = Command(environment_of(fresh_database, tmp_path))
    id_ = UUID((await command.done("organizations", "create", "Harbor", "--time-zone", "America/Chicago")).strip())

    listed = await command.done("organizations", "list")

    assert f"{id_}" in listed
    assert "America/Chicago" in listed


async def test_a_time_zone_that_is_none_is_told_in_one_sentence(command: Command) -> None:
    said = await command("organizations", "create", "Mars", "--time-zone", "Mars/Olympus")

    assert said.code == 1
    assert said.err == "Mars/Olympus is no time zone of the IANA database, such as America/Chicago.\n"


async def test_a_key_alone_is_on_standard_output_and_works(command: Command, system: System) -> None:
    out = await command.done("keys", "create", "--role", "peer", "--name", "marcus", "--scope", "user/*.rs")

    assert re.fullmatch(r"ct_[\w-]+\n", out)
    caller = await system.authentication.authenticate(out.strip(), ADDRESS)
    assert (caller.actor.name, caller.role) == ("peer/marcus", KeyRole.PEER)
    assert caller.scopes == {"user/*.rs"}


async def test_keys_are_listed_without_their_text(command: Command) -> None:
    token = (await command.done("keys", "create", "--role", "auditor", "--name", "lee")).strip()

    listed = await command.done("keys", "list")

    assert re.search(r"lee +auditor +user/\*\.cruds ", listed)
    assert token[3:] not in listed


async def test_a_key_for_another_organization_says_whose_it_is(command: Command, system: System) -> None:
    said = await command(
        "keys", "create", "--role", "system", "--name", "pharmacy", "--scope", "system/*.r",
        "--recipient", "Harbor Pharmacy", "--recipient-class", "treating_providers",
    )  # fmt: skip

    assert "It is held by Harbor Pharmacy" in said.err
    caller = await system.authentication.authenticate(said.out.strip(), ADDRESS)
    assert caller.recipient == ("Harbor Pharmacy", (RecipientClass.TREATING_PROVIDERS,))
    assert "pharmacy  system of Harbor Pharmacy  system/*.r" in await command.done("keys", "list")

    alone = await command(
        "keys", "create", "--role", "system", "--name", "x", "--scope", "system/*.r",
        "--recipient-class", "treating_providers",
    )  # fmt: skip
    assert alone.code == 2
    assert "--recipient" in alone.err


async def test_tables_are_whole_when_they_are_piped(
    fresh_database: DatabaseUrls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console.out, "_width", 40)
    command = Command(environment_of(fresh_database, tmp_path))
    name = "The recovery programme of the clinic at the harbour, second floor"
    id_ = (await command.done("organizations", "create", name, "--time-zone", "America/Argentina/Buenos_Aires")).strip()
    for holder in ("a-holder-of-a-key-with-a-rather-long-name-at-the-harbour", "lee"):
        await command.done("keys", "create", "--role", "counselor", "--name", holder)

    organizations = (await command.done("organizations", "list")).splitlines()
    keys = (await command.done("keys", "list")).splitlines()
    projections = (await command.done("projections")).splitlines()

    assert len(organizations) == 2
    assert all(each in organizations[1] for each in (name, id_, "America/Argentina/Buenos_Aires"))
    assert len(keys) == 3
    assert re.search(r"at-the-harbour +counselor +user/\*\.cruds +[\w-]{36} +\d{4}-", keys[1])
    assert len({len(line) for line in projections}) == 1
    assert all(any(f"projection_{one.name}_" in line for line in projections) for one in PROJECTIONS)


async def test_a_revoked_key_is_marked_and_opens_nothing(command: Command, system: System) -> None:
    token = (await command.done("keys", "create", "--role", "peer", "--name", "gone")).strip()
    row = next(line for line in (await command.done("keys", "list")).splitlines() if line.startswith("gone"))
    key_id = next(word for word in row.split() if len(word) == 36)

    assert await command.done("keys", "revoke", key_id) == "Revoked.\n"

    with pytest.raises(NotAuthenticated, match="revoked"):
        await system.authentication.authenticate(token, ADDRESS)
    again = await command("keys", "revoke", key_id)
    assert again.code == 1
    assert "care-timeline keys list" in again.err


async def test_a_key_has_an_end_and_a_new_secret_and_both_are_listed(command: Command, system: System) -> None:
    said = await command("keys", "create", "--role", "peer", "--name", "rosa", "--expires-in", "90d")
    caller = await system.authentication.authenticate(said.out.strip(), ADDRESS)
    assert re.match(r"A key for rosa.*\nIt expires on \d{4}-\d\d-\d\d \d\d:\d\d UTC\.\n", said.err)

    rotated = await command("keys", "rotate", caller.subject_id, "--overlap", "2h")

    again = await system.authentication.authenticate(rotated.out.strip(), ADDRESS)
    assert again.subject_id == caller.subject_id
    assert rotated.err.startswith("A new secret for rosa; the one before works until ")
    listed = await command.done("keys", "list")
    day = r"\d{4}-\d\d-\d\d"
    assert re.search(rf"rosa +peer +user/\*\.cruds +[\w-]{{36}} +{day} +{day} +\d{{4}}-[\d :-]+UTC", listed)


async def test_a_name_that_is_taken_and_an_end_that_makes_no_sense_are_told_in_a_sentence(command: Command) -> None:
    await command.done("keys", "create", "--role", "peer", "--name", "sol")

    taken = await command("keys", "create", "--role", "peer", "--name", "sol")
    over = await command("keys", "create", "--role", "peer", "--name", "sam", "--expires-on", "2020-01-01T00:00Z")
    both = await command(
        *("keys", "create", "--role", "peer", "--name", "sam", "--expires-on", "2040-01-01T00:00Z"),
        *("--expires-in", "1d"),
    )
    odd = await command("keys", "create", "--role", "peer", "--name", "sam", "--expires-in", "soon")

    assert taken.err.startswith("There is a key named sol already, ")
    assert over.err == "A key expires in the future.\n"
    assert "not both" in both.err
    assert "such as 90d" in odd.err
    assert (taken.code, over.code, both.code, odd.code) == (1, 1, 2, 2)


async def test_keys_are_made_and_revoked_as_the_owner_only(command: Command) -> None:
    for arguments in (
        ["create", "--role", "peer", "--name", "jo"],
        ["revoke", str(uuid4())],
        ["rotate", str(uuid4())],
    ):
        said = await command("keys", *arguments, OWNER_DATABASE_URL=None)
        assert said.code == 1
        assert said.err.startswith("Set CARE_TIMELINE_OWNER_DATABASE_URL")
    listed = await command("keys", "list", OWNER_DATABASE_URL=None)
    assert listed.code == 0
    assert " jo " not in listed.out


async def test_a_key_cannot_have_more_than_its_role_may(command: Command) -> None:
    said = await command("keys", "create", "--role", "auditor", "--name", "lee", "--scope", "user/Medication.c")

    may = "AuditEvent.r, CarePlan.r, CarePlan.s, Checkpoint.r, Export.r, Feed.s, Replay.r, Timeline.r, UnusualAccess.r"
    assert said == (1, "", f"The role auditor may not have Medication.c; it may have: {may}.\n")


async def test_a_key_of_a_system_says_what_it_may_do(command: Command) -> None:
    said = await command("keys", "create", "--role", "system", "--name", "app")

    assert said == (1, "", "Say what the system may do, such as the scope system/CheckIn.c for a check-in app.\n")


async def test_a_name_that_is_no_slug_is_told(command: Command) -> None:
    said = await command("keys", "create", "--role", "peer", "--name", "Ana Lee")

    assert said.code == 1
    assert "a-z, 0-9" in said.err


async def test_several_organizations_have_to_be_told_apart(fresh_database: DatabaseUrls, tmp_path: Path) -> None:
    command = Command(environment_of(fresh_database, tmp_path))
    await command.done("organizations", "create", "Harbor")
    other = (await command.done("organizations", "create", "Lakeside")).strip()

    unsaid = await command("keys", "list")
    by_name = await command("keys", "list", "--organization", "Lakeside")
    by_id = await command("keys", "list", "-o", other)
    unknown = await command("keys", "list", "-o", str(uuid4()))

    assert unsaid.code == unknown.code == 1
    assert "--organization" in unsaid.err
    assert "care-timeline organizations list" in unknown.err
    assert by_name == by_id
    assert "There is none yet" in by_id.out

    await command.done("organizations", "create", "Lakeside")
    twice = await command("keys", "list", "-o", "Lakeside")
    assert twice.code == 1
    assert other in twice.err


async def test_distributing_without_citus_says_what_is_missing(command: Command) -> None:
    said = await command("migrate", "--distribute")

    assert said.code == 1
    assert said.err.startswith("This database has no extension citus")
    assert "deploy/citus/README.md" in said.err


async def test_distributing_tells_which_tables_it_took(fresh_database: DatabaseUrls, tmp_path: Path) -> None:
    await stand_in_for_citus(fresh_database)
    command = Command(environment_of(fresh_database, tmp_path))

    first, again = await command.done("migrate", "--distribute"), await command.done("migrate", "--distribute")

    assert "log.event" in first
    assert "keyring.client_key" in first
    assert "none, they all were" in again


async def test_a_new_encryption_key_fits_the_settings(command: Command) -> None:
    key = (await command.done("keys", "new-encryption-key")).strip()

    said = await command("organizations", "list", KEY_ENCRYPTION_KEYS=key)

    assert said.code == 0


async def test_what_keys_wrap_is_wrapped_anew_and_the_old_key_is_not_needed_afterwards(
    command: Command, tmp_path: Path
) -> None:
    new, old = (await command.done("keys", "new-encryption-key")).strip(), KEY_ENCRYPTION_KEY.get_secret_value()
    (tmp_path / "history.ndjson").write_bytes(ndjson([line("rewrapped", 0, REGISTERED)]))
    imported = "import", tmp_path / "history.ndjson"
    await command.done(*imported)

    first, again = [await command("keys", "rewrap", KEY_ENCRYPTION_KEYS=f"{new},{old}") for _ in range(2)]

    assert re.search(r": [1-9]\d* wrapped anew\.", first.out)
    assert ": 0 wrapped anew." in again.out
    known = await command(*imported, KEY_ENCRYPTION_KEYS=new)
    assert "0 lines were recorded, 1 had been before" in known.out
    assert (await command("keys", "rewrap", KEY_ENCRYPTION_KEYS=f"{old},{new}")).code == 0
