"""Changing keys as an operator does: what hangs on which, and when an old one may go."""

import re
from pathlib import Path
from uuid import UUID

import pytest_asyncio

from service.access.caller import Caller
from service.bootstrap import System
from tests.builders import registered
from tests.cli.command import Command
from tests.system import KEY_ENCRYPTION_KEY, SIGNING_KEY, draft


@pytest_asyncio.fixture(loop_scope="session", autouse=True)
async def clinic(system: System, counselor: Caller) -> UUID:
    """An organization with a client."""
    client = UUID(int=counselor.organization_id.int ^ 1)
    await system.recorder.record(counselor, client, [draft(registered())], new_client=True)
    return counselor.organization_id


async def test_the_old_key_may_go_when_nothing_hangs_on_it(command: Command) -> None:
    new, old = (await command.done("keys", "new-encryption-key")).strip(), KEY_ENCRYPTION_KEY.get_secret_value()
    ids = [key.partition(":")[0] for key in (new, old)]
    both = f"{new},{old}"

    before = await command("keys", "in-use", KEY_ENCRYPTION_KEYS=both)
    assert re.search(rf"{ids[0]} +wraps and opens +0 clients, 0 secrets of webhooks +stays", before.out)
    assert re.search(rf"{ids[1]} +opens +[1-9] clients, 0 secrets of webhooks +stays until", before.out)
    without = await command("keys", "in-use", KEY_ENCRYPTION_KEYS=new)
    assert without.code == 1
    assert re.search(rf"{ids[1]} +missing +[1-9] clients.+put it back", without.out)

    await command("keys", "rewrap", KEY_ENCRYPTION_KEYS=both)
    after = await command("keys", "in-use", KEY_ENCRYPTION_KEYS=both)
    assert re.search(rf"{ids[1]} +opens +0 clients, 0 secrets of webhooks +may leave the settings", after.out)
    assert (await command("keys", "in-use", KEY_ENCRYPTION_KEYS=new)).code == 0
    await command("keys", "rewrap", KEY_ENCRYPTION_KEYS=f"{old},{new}")


async def test_the_signing_key_is_changed_with_an_overlap(command: Command, clinic: UUID, tmp_path: Path) -> None:
    old, new = SIGNING_KEY.get_secret_value(), (await command.done("keys", "new-signing-key")).strip()
    await command.done("checkpoint", "--organization", clinic)

    quiet = (await command("keys", "in-use", SIGNING_KEYS=f"{new},{old}")).out
    public = re.findall(r"^(\S{44}) +signs", quiet, re.MULTILINE)
    assert re.search(r"alone has signed the last checkpoint of \d+ logs: retire it", quiet)
    assert (await command("checkpoint", "--public-key", "-o", clinic, SIGNING_KEYS=f"{new},{old}")).out.count("\n") == 2

    retired = {"SIGNING_KEYS": new, "RETIRED_SIGNING_KEYS": f'["{public[1]}"]'}
    assert re.search(rf"{re.escape(public[1])} +retired", (await command("keys", "in-use", **retired)).out)
    keys = (await command("checkpoint", "--public-key", "-o", clinic, **retired)).out.split()
    (tmp_path / "saved").write_text((await command("checkpoint", "--show", "-o", clinic, **retired)).out, "utf-8")
    known = [word for key in keys for word in ("--key", key)]
    assert (await command("checkpoint", "--check", tmp_path / "saved", *known)).code == 0
    assert (await command("checkpoint", "--check", tmp_path / "saved", "--key", keys[0])).code == 1

    await command.done("checkpoint", "--accesses", "-o", clinic)
    verified = await command("verify", "-o", clinic, **retired)
    assert (verified.code, "The first 1 are those of a checkpoint" in verified.out) == (0, True), verified.out
    assert "no checkpoint in hand" not in verified.err, "the last one in the folder is known by the retired key"
