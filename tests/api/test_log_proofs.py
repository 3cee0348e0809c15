"""Checkpoints, tiles and proofs over HTTP: checked with nothing but what is answered and the log's public key."""

import asyncio
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tlog_scales.reader import TilesReader

from service.access.caller import KeyRole
from service.audit.checkpoint_store import CheckpointStore
from service.proofs.checkpoints import Checkpoint, open_checkpoint
from service.proofs.cosignatures import cosign, cosignatures
from service.proofs.merkle import check_consistency, check_inclusion, leaf_hash
from service.proofs.notes import COSIGNATURE, VerifierKey, decoded
from tests.api.clinic import SESSION, Clinic, Json, errors_in, events_of, problem_in, recording
from tests.api.test_deadline_of_every_route import giving_up_after as with_parts

LOG = "/v1/log"
WITNESS = VerifierKey(
    "witness.example", COSIGNATURE, Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()
)


@pytest_asyncio.fixture(loop_scope="session")
async def auditor(clinic: Clinic) -> Clinic:
    """An auditor of a clinic with three events, of which a checkpoint was signed, and a fourth one since."""
    client = await clinic.client()
    for _ in range(2):
        await clinic.record(client, recording(SESSION))
    await clinic.system.checkpoint_signer.make(clinic.organization_id)
    await clinic.record(client, recording(SESSION))
    return await clinic.with_key(KeyRole.AUDITOR, "lee")


async def checkpoint_of(auditor: Clinic) -> Checkpoint:
    """The last checkpoint, checked with the log's key."""
    answer = await auditor.get(f"{LOG}/checkpoint")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    keys = auditor.system.signing_keys.public(auditor.organization_id)
    return open_checkpoint(answer.text, keys, origin=f"clinic.example/{auditor.organization_id}")


async def ids(auditor: Clinic) -> list[str]:
    """The ids of all events, in order."""
    return [event["id"] for event in (await auditor.get("/v1/events")).json()["events"]]


def raw(said: Json) -> list[bytes]:
    return [decoded(each, "a hash") for each in said]


async def test_an_event_is_proved_to_be_in_the_log(auditor: Clinic) -> None:
    checkpoint = await checkpoint_of(auditor)
    assert checkpoint.size == 3
    for position, event_id in enumerate((await ids(auditor))[:3], start=1):
        for named in ({"event_id": event_id}, {"position": position}):
            answer = (await auditor.get(f"{LOG}/inclusion-proof", **named)).json()

            (leaf,) = raw([answer["leaf"]])
            check_inclusion(leaf_hash(leaf), answer["index"], 3, raw(answer["proof"]), checkpoint.root)
            assert (answer["position"], answer["origin"]) == (position, checkpoint.origin)
            assert answer["checkpoint"] == (await auditor.get(f"{LOG}/checkpoint")).text

    earlier = (await auditor.get(f"{LOG}/inclusion-proof", position=1, size=2)).json()
    assert earlier["checkpoint"] is None
    stored = await auditor.system.store.log(auditor.organization_id, limit=1)
    assert raw([earlier["leaf"]]) == [stored[0].leaf]


async def test_the_log_is_proved_to_be_only_added_to(auditor: Clinic) -> None:
    before = await checkpoint_of(auditor)
    await auditor.system.checkpoint_signer.make(auditor.organization_id)
    after = await checkpoint_of(auditor)

    answer = (await auditor.get(f"{LOG}/consistency-proof", old_size=before.size)).json()

    assert (before.size, after.size) == (answer["old_size"], answer["new_size"]) == (3, 4)
    check_consistency(before.size, before.root, after.size, after.root, raw(answer["proof"]))
    assert (await auditor.get(f"{LOG}/checkpoints/3")).text.startswith(f"{before.text}\n")
    problem_in(await auditor.get(f"{LOG}/checkpoints/2"), "no-checkpoint")


async def test_a_standard_client_follows_the_tiles(auditor: Clinic) -> None:
    loop = asyncio.get_running_loop()

    class Http:
        """Asks as such a client would, with the auditor's key."""

        def get(self, *path: str) -> bytes | None:
            asked = asyncio.run_coroutine_threadsafe(auditor.get(f"{LOG}/{'/'.join(path)}"), loop)
            answer = asked.result()
            return answer.content if answer.status_code == 200 else None

    def follow() -> tuple[bytes, bytes, bytes]:
        reader = TilesReader(Http())
        checkpoint = reader.get_checkpoint()
        reader.get_inclusion_proof(2, 3).check(leaf_hash(reader.get_entry(2)), checkpoint.root_hash)
        return checkpoint.root_hash, reader.calculate_root_hash(), reader.get_entry(0)

    signed, computed, entry = await asyncio.to_thread(follow)

    assert signed == computed
    assert entry == (await auditor.system.store.log(auditor.organization_id, limit=1))[0].leaf
    tile = await auditor.get(f"{LOG}/tile/0/000.p/3")
    assert tile.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert tile.headers["content-type"] == "application/octet-stream"


@pytest.mark.parametrize(
    "path",
    ["inclusion-proof?position=4", "inclusion-proof?size=4", "inclusion-proof?position=3&size=2",
     "consistency-proof?old_size=4", "consistency-proof?old_size=1&new_size=4", "tile/0/000.p/4", "tile/0/000",
     "tile/0/001.p/1", "tile/1/000.p/1", "tile/63/x999/x999/x999/x999/999", "tile/entries/000",
     "tile/entries/000.p/4"],
)  # fmt: skip
async def test_sizes_that_are_in_no_checkpoint(auditor: Clinic, path: str) -> None:
    assert "3 events" in problem_in(await auditor.get(f"{LOG}/{path}"), "not-in-a-checkpoint").detail


async def test_what_cannot_be_asked(auditor: Clinic) -> None:
    both = await auditor.get(f"{LOG}/inclusion-proof", position=1, event_id=str(uuid4()))
    assert errors_in(both, "invalid-input") == {("position", "one_of_two")}
    wrong = await auditor.get(f"{LOG}/consistency-proof", old_size=2, new_size=1)
    assert errors_in(wrong, "invalid-input") == {("new_size", "not_below_old_size")}
    problem_in(await auditor.get(f"{LOG}/inclusion-proof", event_id=str(uuid4())), "unknown-event")
    for path in ("tile/0/0", "tile/0/000.p/256", "tile/entries/1", "tile/0/x000/001"):
        assert errors_in(await auditor.get(f"{LOG}/{path}"), "invalid-input") == {("tile", "tile_path")}
    for path in ("tile/64/000", "tile/00/000", "checkpoints/0"):
        problem_in(await auditor.get(f"{LOG}/{path}"), "invalid-input")


async def test_before_the_first_checkpoint_nothing_is_proved(clinic: Clinic) -> None:
    auditor = await clinic.with_key(KeyRole.AUDITOR, "lee")
    await clinic.client()
    problem_in(await auditor.get(f"{LOG}/checkpoint"), "no-checkpoint")
    problem_in(await auditor.get(f"{LOG}/inclusion-proof"), "no-checkpoint")
    problem_in(await auditor.get(f"{LOG}/inclusion-proof", position=1), "not-in-a-checkpoint")


async def test_another_organizations_events_are_not_proved(auditor: Clinic, other_clinic: Clinic) -> None:
    other = await other_clinic.with_key(KeyRole.AUDITOR, "kim")
    await other_clinic.client()
    await other.system.checkpoint_signer.make(other.organization_id)
    event_id = (await ids(auditor))[0]

    problem_in(await other.get(f"{LOG}/inclusion-proof", event_id=event_id), "unknown-event")
    mine, theirs = await checkpoint_of(auditor), await checkpoint_of(other)
    assert mine.origin != theirs.origin


async def test_witnesses_cosignatures_are_kept_beside_the_checkpoint(auditor: Clinic, http: httpx.AsyncClient) -> None:
    system = auditor.system
    supervisor = await auditor.with_key(KeyRole.SUPERVISOR, "kim")
    text = (await checkpoint_of(auditor)).text
    good = cosign(text, WITNESS.name, bytes(32), 1_790_000_000).line
    stranger = cosign(text, "stranger.example", bytes(31) + b"\1", 1).line
    forged = cosign(text.replace("\n3\n", "\n4\n"), WITNESS.name, bytes(32), 1).line
    store = CheckpointStore(system.pool, system.signing_keys, (WITNESS,))
    path = f"{LOG}/checkpoints/3/cosignatures"
    app = http._transport.app  # type: ignore[attr-defined]
    with with_parts(app, 30.0, checkpoints=store):
        kept = await supervisor.request("POST", path, json={"lines": good + stranger})
        refused = await supervisor.request("POST", path, json={"lines": forged})
        nonsense = await supervisor.request("POST", path, json={"lines": "nothing\n"})
        nowhere = await supervisor.request("POST", f"{LOG}/checkpoints/2/cosignatures", json={"lines": good})

    assert kept.json()["kept"] == [WITNESS.name]
    problem_in(refused, "cosignature-refused")
    problem_in(nonsense, "cosignature-refused")
    problem_in(nowhere, "no-checkpoint")
    shown = (await auditor.get(f"{LOG}/checkpoint")).text
    assert shown == kept.json()["checkpoint"]
    assert [each.time for each in cosignatures(shown, [WITNESS])] == [1_790_000_000]
    problem_in(await auditor.request("POST", path, json={"lines": good}), "role-not-allowed")


async def test_tiles_say_nothing_of_anybody(auditor: Clinic) -> None:
    events = await auditor.system.store.log(auditor.organization_id, limit=3)
    told = (await auditor.get(f"{LOG}/tile/entries/000.p/3")).content
    proof = (await auditor.get(f"{LOG}/inclusion-proof", position=1)).text

    assert len(told) == 3 * 34
    for event in events:
        for secret in (str(event.client_id), event.type, event.recorded_by):
            assert secret not in proof
    assert UUID(str(events[0].id)).bytes not in told
    assert (await auditor.get(events_of(str(events[0].client_id)))).status_code == 200
