"""Checkpoints, tiles and proofs of who may read and who has read: checked with what is answered and the public key."""

import asyncio
from uuid import uuid4

import asyncpg
import pytest_asyncio
from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from tlog_scales.reader import TilesReader

from service.access.caller import KeyRole
from service.audit.log_kinds import LogKind
from service.database.embedded import DatabaseUrls
from service.doctor import record
from service.proofs.checkpoints import Checkpoint, open_checkpoint
from service.proofs.merkle import check_consistency, check_inclusion, leaf_hash
from service.proofs.notes import decoded
from service.serving.metrics import Metrics
from tests.api.clinic import SESSION, Clinic, Json, errors_in, events_of, problem_in, recording

LOG = "/v1/access-log"


@pytest_asyncio.fixture(loop_scope="session")
async def auditor(clinic: Clinic) -> Clinic:
    """An auditor of a clinic in which somebody has read of a client, as a checkpoint says."""
    client = await clinic.client()
    await clinic.record(client, recording(SESSION))
    auditor = await clinic.with_key(KeyRole.AUDITOR, "lee")
    await auditor.get(events_of(client))
    await clinic.sign(LOG)
    return auditor


async def checkpoint_of(auditor: Clinic) -> Checkpoint:
    """The last checkpoint, checked with the log's key."""
    keys = auditor.system.signing_keys.public(auditor.organization_id, LogKind.ACCESSES)
    origin = f"clinic.example/{auditor.organization_id}/access"
    return open_checkpoint((await auditor.get(f"{LOG}/checkpoint")).text, keys, origin=origin)


async def the_record(auditor: Clinic) -> Json:
    """The access record of the read."""
    return (await auditor.get("/v1/access-records")).json()["records"][-1]


def raw(said: Json) -> list[bytes]:
    return [decoded(each, "a hash") for each in said]


async def test_an_access_record_is_proved_to_be_in_the_log_of_accesses(auditor: Clinic) -> None:
    checkpoint, read = await checkpoint_of(auditor), await the_record(auditor)

    answer = (await auditor.get(f"{LOG}/inclusion-proof", record_id=read["id"])).json()

    (leaf,) = raw([answer["leaf"]])
    check_inclusion(leaf_hash(leaf), answer["index"], checkpoint.size, raw(answer["proof"]), checkpoint.root)
    assert (answer["origin"], answer["size"]) == (checkpoint.origin, checkpoint.size)
    assert answer["checkpoint"] == (await auditor.get(f"{LOG}/checkpoints/{checkpoint.size}")).text
    for secret in (read["id"], read["client_id"], read["name"]):
        assert secret not in str(answer)


async def test_a_read_since_is_entered_with_the_next_checkpoint_which_goes_on_from_the_last(auditor: Clinic) -> None:
    before, first = await checkpoint_of(auditor), await the_record(auditor)
    await auditor.get(events_of(first["client_id"]))
    last = (await auditor.get("/v1/access-records")).json()["records"][0]
    problem_in(await auditor.get(f"{LOG}/inclusion-proof", record_id=last["id"]), "unknown-access-record")
    detail = problem_in(await auditor.get(f"{LOG}/inclusion-proof", position=before.size + 1), "not-in-a-checkpoint")
    assert f"The last checkpoint is of {before.size} entries" in detail.detail

    await auditor.sign(LOG)

    after = await checkpoint_of(auditor)
    answer = (await auditor.get(f"{LOG}/consistency-proof", old_size=before.size)).json()
    check_consistency(before.size, before.root, after.size, after.root, raw(answer["proof"]))
    assert (await auditor.get(f"{LOG}/inclusion-proof", record_id=last["id"])).status_code == 200


async def test_a_standard_client_follows_its_tiles_and_entries_say_nothing(auditor: Clinic) -> None:
    loop = asyncio.get_running_loop()

    class Http:
        """Asks as such a client would, with the auditor's key."""

        def get(self, *path: str) -> bytes | None:
            asked = asyncio.run_coroutine_threadsafe(auditor.get(f"{LOG}/{'/'.join(path)}"), loop)
            answer = asked.result()
            return answer.content if answer.status_code == 200 else None

    def follow() -> tuple[int, bytes, bytes, bytes]:
        reader = TilesReader(Http())
        checkpoint = reader.get_checkpoint()
        return checkpoint.size, checkpoint.root_hash, reader.calculate_root_hash(), reader.get_entry(0)

    size, signed, computed, entry = await asyncio.to_thread(follow)

    assert signed == computed
    assert len(entry) == 32
    told = (await auditor.get(f"{LOG}/tile/entries/000.p/{size}")).content
    assert len(told) == size * 34, "each after its length, and nothing else"


async def test_what_cannot_be_asked_of_it(auditor: Clinic) -> None:
    both = await auditor.get(f"{LOG}/inclusion-proof", position=1, record_id=str(uuid4()))
    assert errors_in(both, "invalid-input") == {("position", "one_of_two")}
    problem_in(await auditor.get(f"{LOG}/inclusion-proof", record_id=str(uuid4())), "unknown-access-record")
    problem_in(await auditor.get("/v1/log/checkpoint"), "no-checkpoint")


async def test_another_organizations_accesses_are_not_proved(auditor: Clinic, other_clinic: Clinic) -> None:
    other = await other_clinic.with_key(KeyRole.AUDITOR, "kim")
    await other.sign(LOG)
    read = await the_record(auditor)

    problem_in(await other.get(f"{LOG}/inclusion-proof", record_id=read["id"]), "unknown-access-record")
    assert (await checkpoint_of(auditor)).origin != (await checkpoint_of(other)).origin


async def test_doctor_readiness_and_metrics_know_when_nothing_is_signed_of_it_any_more(
    auditor: Clinic, app: FastAPI, database: DatabaseUrls
) -> None:
    system = auditor.system
    before = (await auditor.get("/readyz")).json()["logs_not_signed"]
    superuser = await asyncpg.connect(database.superuser)
    try:
        await superuser.execute("set session_replication_role = replica")
        await superuser.execute("delete from audit.access_entry where organization_id = $1", auditor.organization_id)
    finally:
        await superuser.close()
    await system.access_checkpoint_signer.look()
    app.state.remembered.clear()
    registry = CollectorRegistry()
    await Metrics(registry).look(system)

    said = (await record.checkpoints(system)).said
    for word in ("the logs of accesses of", str(auditor.organization_id), "with --accesses for those of accesses"):
        assert word in said
    assert (await auditor.get("/readyz")).json()["logs_not_signed"] == before + 1
    assert registry.get_sample_value("care_timeline_logs_not_signed") == before + 1
    assert (await auditor.get(f"{LOG}/checkpoint")).status_code == 200, "what was signed is told all the same"
