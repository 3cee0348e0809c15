"""The log of accesses: each fact is entered once, in an order that stays, and it is signed, shown and proved as the
events' log is."""

import asyncio
from pathlib import Path

import asyncpg
import httpx
import pytest

from service.audit.anchors import AnchorEndpoint, AnchorFolder
from service.audit.errors import CheckpointRefused, NoCheckpoint, NotSigning
from service.audit.log_kinds import LogKind
from service.audit.signing_keys import SigningKeys
from service.database.connection import scoped
from service.proofs.checkpoints import open_checkpoint
from service.proofs.cosignatures import cosignatures
from service.proofs.merkle import check_consistency, check_inclusion, leaf_hash, root_of
from service.proofs.tiles import TileId
from tests.audit.logs import KEYS, Log
from tests.audit.test_checkpoint_signer import WITNESS, written
from tests.audit.test_witnesses import Played

ENTRIES = "select number, kind, subject_id, leaf from audit.access_entry where organization_id = $1 order by number"
ACCESSES = LogKind.ACCESSES


async def entries(log: Log) -> list[asyncpg.Record]:
    async with scoped(log.pool, log.organization_id) as connection:
        return await connection.fetch(ENTRIES, log.organization_id)


async def unsigned(log: Log) -> bool:
    """Whether the statement that asks of all organizations names this one."""
    rows = await log.pool.fetch("select audit.unsigned_accesses($1)", ACCESSES.follower)
    return log.organization_id in {row[0] for row in rows}


async def test_what_is_new_is_entered_once_and_signed(accesses: Log) -> None:
    first = await accesses.signer().make(accesses.organization_id)
    assert first.checkpoint.size == 1, "the organization itself"
    assert await accesses.signer().make(accesses.organization_id) == first

    await accesses.record(2)
    second = await accesses.signer().make(accesses.organization_id)

    there = await entries(accesses)
    assert [(row["number"], row["kind"]) for row in there] == [
        (1, "organization"), (2, "access_record"), (3, "access_record")
    ]  # fmt: skip
    assert second.checkpoint.root == root_of([leaf_hash(row["leaf"]) for row in there])
    origin = f"clinic.example/{accesses.organization_id}/access"
    assert open_checkpoint(second.note, KEYS.named(origin), origin=origin) == second.checkpoint
    assert await accesses.kept().latest(accesses.organization_id) == second
    with pytest.raises(NoCheckpoint):
        await accesses.of_kind(LogKind.EVENTS).kept().latest(accesses.organization_id)


async def test_many_accesses_are_entered_in_several_transactions_and_make_whole_tiles(
    accesses: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.audit.checkpoint_signer.ENTRIES_AT_ONCE", 200)
    monkeypatch.setattr("service.audit.checkpoint_signer._AGAIN_SECONDS", 0)
    organization_id, proofs = accesses.organization_id, accesses.proofs()
    await accesses.record(599)

    kept = await accesses.signer().make(organization_id)

    there = await entries(accesses)
    hashes = [leaf_hash(row["leaf"]) for row in there]
    assert (kept.checkpoint.size, kept.checkpoint.root) == (600, root_of(hashes))
    assert await proofs.tile(organization_id, TileId(0, 1)) == b"".join(hashes[256:512])
    assert await proofs.entries(organization_id, 2, 88) == [row["leaf"] for row in there[512:]]
    place = await proofs.position_of(organization_id, there[300]["subject_id"])
    assert place == 301
    found = await proofs.inclusion(organization_id, place)
    check_inclusion(hashes[300], 300, 600, found.proof, kept.checkpoint.root)
    grown = await proofs.consistency(organization_id, 257)
    check_consistency(257, root_of(hashes[:257]), 600, kept.checkpoint.root, grown.proof)
    assert (
        await accesses.of_kind(LogKind.EVENTS).proofs().position_of(organization_id, there[300]["subject_id"]) is None
    )


async def test_processes_that_sign_at_once_enter_nothing_twice(accesses: Log) -> None:
    await accesses.record(5)

    made = await asyncio.gather(*(accesses.signer().make(accesses.organization_id) for _ in range(3)))

    assert {kept.checkpoint.size for kept in made} == {6}
    assert len({kept.note for kept in made}) == 1


async def test_one_statement_says_who_has_something_to_enter_or_to_sign(accesses: Log) -> None:
    assert await unsigned(accesses)
    await accesses.signer().look()
    assert not await unsigned(accesses)

    await accesses.record(1)
    assert await unsigned(accesses)
    await accesses.signer().look()
    assert not await unsigned(accesses)
    assert (await accesses.kept().latest(accesses.organization_id)).checkpoint.size == 2

    async with accesses.hand() as hand:
        await hand.execute("delete from audit.access_entry where organization_id = $1", accesses.organization_id)
    assert await unsigned(accesses)
    await accesses.signer().look()
    assert not await unsigned(accesses), "it is refused"


async def test_the_same_statement_says_so_of_keys_and_of_erased_clients(accesses: Log) -> None:
    await accesses.signer().make(accesses.organization_id)
    changes = [
        """insert into access.api_key (organization_id, key_id, name, role, scopes, secret_digest)
           values ($1, gen_random_uuid(), 'ana', 'counselor', '{}', 'x')""",
        "update access.api_key set revoked_at = now() where organization_id = $1",
        """insert into keyring.client_key (organization_id, client_id, key_id, kek_id, notes_key_id, destroyed_at)
           values ($1, gen_random_uuid(), gen_random_uuid(), 'x', gen_random_uuid(), now())""",
    ]
    for size, change in enumerate(changes, start=2):
        async with accesses.hand() as hand:
            await hand.execute(change, accesses.organization_id)
        assert await unsigned(accesses), change
        assert (await accesses.signer().make(accesses.organization_id)).checkpoint.size == size


async def test_entries_that_are_not_those_that_were_signed_are_signed_no_more(accesses: Log, tmp_path: Path) -> None:
    await accesses.record(2)
    await accesses.signer(folder=AnchorFolder(tmp_path)).make(accesses.organization_id)
    async with accesses.hand() as hand:
        for table in ("audit.access_entry", "access.access_record", "audit.checkpoint"):
            await hand.execute(f"delete from {table} where organization_id = $1", accesses.organization_id)
        await hand.execute(
            "update following.cursor set position = 0 where organization_id = $1", accesses.organization_id
        )
    await accesses.record(3)

    with pytest.raises(CheckpointRefused, match="folder of checkpoints has a checkpoint of 3") as refused:
        await accesses.signer(folder=AnchorFolder(tmp_path)).make(accesses.organization_id)

    assert await entries(accesses) == [], "nothing is entered on top of what is not right"
    assert "The log of accesses has 0 entries" in str(refused.value)
    assert "care-timeline checkpoint --accesses" in str(refused.value)
    assert accesses.organization_id in await accesses.signer().refused()
    assert accesses.organization_id not in await accesses.of_kind(LogKind.EVENTS).signer().refused()


async def test_entries_that_were_cut_and_went_on_otherwise_are_signed_no_more(accesses: Log) -> None:
    await accesses.record(3)
    await accesses.signer().make(accesses.organization_id)
    async with accesses.hand() as hand:
        await hand.execute(
            "update audit.access_entry set leaf = sha256('x') where number = 4 and organization_id = $1",
            accesses.organization_id,
        )
    await accesses.record(1)

    await accesses.signer().look()

    assert accesses.organization_id in await accesses.signer().refused()
    assert len(await entries(accesses)) == 4


async def test_a_database_restored_to_an_earlier_point_is_known_by_the_folder_when_a_process_begins(
    accesses: Log, tmp_path: Path
) -> None:
    folder, organization_id = AnchorFolder(tmp_path), accesses.organization_id
    first = await accesses.signer(folder=folder).make(organization_id)
    await accesses.record(2)
    second = await accesses.signer(folder=folder).make(organization_id)
    assert written(tmp_path) == [first.note, second.note]
    async with accesses.hand() as hand:
        for change in (
            "delete from access.access_record where organization_id = $1",
            "delete from audit.access_entry where number > 1 and organization_id = $1",
            "delete from audit.checkpoint where size > 1 and organization_id = $1",
            "update following.cursor set position = 1 where organization_id = $1",
        ):
            await hand.execute(change, organization_id)
    assert not await unsigned(accesses)

    await accesses.signer(folder=folder).begin()

    assert organization_id in await accesses.signer().refused()


async def test_a_process_that_begins_puts_down_what_another_signed_and_did_not_put_down(
    accesses: Log, tmp_path: Path
) -> None:
    kept = await accesses.signer().make(accesses.organization_id)
    taken: list[str] = []

    def take(request: httpx.Request) -> httpx.Response:
        taken.append(request.content.decode())
        return httpx.Response(200)

    endpoint = AnchorEndpoint("https://anchor.example/", httpx.AsyncClient(transport=httpx.MockTransport(take)))
    folder = AnchorFolder(tmp_path / "of one")
    signer = accesses.signer(folder=folder, endpoint=endpoint)
    await signer.begin()

    origin = kept.checkpoint.origin
    assert await folder.last(accesses.organization_id, KEYS.named(origin), origin) == kept.checkpoint
    assert taken.count(kept.note) == 1
    await signer.look()
    assert taken.count(kept.note) == 1
    await signer.close()


async def test_a_witness_follows_it_as_it_follows_the_events(accesses: Log) -> None:
    of_events = accesses.of_kind(LogKind.EVENTS)
    await of_events.record(3)
    played = Played(accesses), Played(of_events)
    both = [each.asked_at("https://witness.example/w") for each in played]
    signer = accesses.signer(witnesses=[WITNESS], asked=[both[0]])
    await of_events.signer(witnesses=[WITNESS], asked=[both[1]]).make(accesses.organization_id)
    for count in (130, 260):
        await accesses.record(130)
        assert (await signer.make(accesses.organization_id)).checkpoint.size == count + 1
        latest = await accesses.kept().latest(accesses.organization_id)
        assert [each.witness for each in cosignatures(latest.cosigned_note, [WITNESS])] == [WITNESS.name]
    assert [each.answered for each in played] == [[200, 200], [200]]


async def test_without_a_key_nothing_is_entered(accesses: Log) -> None:
    with pytest.raises(NotSigning):
        await accesses.signer(SigningKeys((), "clinic.example")).make(accesses.organization_id)
    assert await entries(accesses) == []
