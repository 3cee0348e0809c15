"""A client's signed head through the API: whose it is, who may have it, and what becomes of it."""

from uuid import UUID

import asyncpg
import pytest

from service.access.caller import KeyRole
from service.database.embedded import DatabaseUrls
from service.proofs.client_head import ClientHead, open_client_head
from service.runtime import clock
from tests.api.clinic import GOAL, Clinic, problem_in, recording
from tests.erasing import erase


@pytest.fixture
async def auditor(clinic: Clinic) -> Clinic:
    return await clinic.with_key(KeyRole.AUDITOR, "ines")


def head_of(client: str) -> str:
    return f"/v1/clients/{client}/head"


async def read(clinic: Clinic, client: str) -> ClientHead:
    answer = await clinic.get(head_of(client))
    assert answer.status_code == 200, answer.text
    return open_client_head(answer.text, clinic.system.signing_keys.public(clinic.organization_id))


async def test_it_names_the_last_event_and_the_checkpoint_that_has_it(clinic: Clinic, auditor: Clinic) -> None:
    client = await clinic.client()
    first = await read(auditor, client)
    await clinic.record(client, recording(GOAL))

    later = await read(auditor, client)

    (last,) = (await clinic.system.store.log(clinic.organization_id, limit=100))[-1:]
    assert [(each.client_id, each.version, each.leaf) for each in later.timelines] == [(UUID(client), 2, last.leaf)]
    assert first.timelines[0].version == 1
    assert later.checkpoint == (await clinic.system.checkpoints.latest(clinic.organization_id)).checkpoint
    problem_in(await clinic.get(head_of(client)), "role-not-allowed")


async def test_whoever_was_merged_is_named_too_and_erased_or_not(clinic: Clinic, auditor: Clinic) -> None:
    client, other = await clinic.client(), await clinic.client()
    merge = {"type": "clients_merged", "duplicate": other}
    merged = await clinic.record(client, recording(merge, clock.now().isoformat().replace("+00:00", "Z")))
    assert merged.status_code == 201, merged.text

    own, theirs = (await read(auditor, client)).timelines
    assert (own.client_id, theirs.client_id, theirs.version) == (UUID(client), UUID(other), 2)
    assert [each.client_id for each in (await read(auditor, other)).timelines] == [UUID(other)]

    await erase(clinic.system, clinic.organization_id, other)
    assert (await read(auditor, client)).timelines[1].version == 3
    problem_in(await auditor.get(head_of(other)), "client-erased")


@pytest.mark.parametrize(
    "change",
    ["update log.event set source = 'x' where client_id = $1", "delete from log.event where client_id = $1"],
)
async def test_what_does_not_hold_any_more_is_not_signed(
    clinic: Clinic, auditor: Clinic, database: DatabaseUrls, change: str
) -> None:
    client = await clinic.client()
    await read(auditor, client)
    superuser = await asyncpg.connect(database.superuser)
    await superuser.execute("set session_replication_role = replica")
    await superuser.execute(change, UUID(client))
    await superuser.close()

    problem_in(await auditor.get(head_of(client)), "log-not-whole")
