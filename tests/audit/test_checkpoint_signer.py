"""Checkpoints: one root for each size, for ever, of a log that is only added to."""

import asyncio
from pathlib import Path

import asyncpg
import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from service.audit.anchors import AnchorEndpoint, AnchorFolder
from service.audit.errors import AnchorsUnreadable, CheckpointRefused, NoCheckpoint, NotSigning
from service.audit.signing_keys import SigningKeys
from service.database.connection import scoped
from service.proofs.checkpoints import open_checkpoint, read_checkpoint
from service.proofs.cosignatures import cosign, cosignatures
from service.proofs.merkle import root_of
from service.proofs.notes import COSIGNATURE, VerifierKey, read_note
from tests.audit.logs import KEYS, Log

OTHER_NAME = SigningKeys((bytes(range(32)),), "clinic.example/second")
WITNESS = VerifierKey(
    "witness.example", COSIGNATURE, Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()
)


async def test_a_checkpoint_is_signed_of_the_log_as_it_stands(log: Log) -> None:
    await log.record(300)

    kept = await log.signer().make(log.organization_id)

    assert kept.checkpoint.size == 300
    assert kept.checkpoint.root == root_of(await log.hashes())
    assert kept.checkpoint.origin == f"clinic.example/{log.organization_id}"
    assert open_checkpoint(kept.note, KEYS.public(log.organization_id)) == kept.checkpoint
    assert await log.kept().latest(log.organization_id) == kept


async def test_nothing_is_signed_twice_and_what_was_recorded_since_is(log: Log) -> None:
    await log.record(2)
    first = await log.signer().make(log.organization_id)
    assert await log.signer().make(log.organization_id) == first

    await log.record(1)
    second = await log.signer().make(log.organization_id)

    assert (first.checkpoint.size, second.checkpoint.size) == (2, 3)
    assert await log.kept().of_size(log.organization_id, 2) == first


async def test_a_log_in_which_nothing_stands_has_no_checkpoint(log: Log) -> None:
    with pytest.raises(NoCheckpoint):
        await log.signer().make(log.organization_id)
    with pytest.raises(NoCheckpoint):
        await log.kept().latest(log.organization_id)


async def test_without_a_key_nothing_is_signed(log: Log) -> None:
    await log.record(1)
    signer = log.signer(SigningKeys((), "clinic.example"))

    with pytest.raises(NotSigning, match="new-signing-key"):
        await signer.make(log.organization_id)
    await asyncio.wait_for(signer.run(asyncio.Event()), 1)


async def test_who_looks_signs_what_has_grown_and_nothing_else(log: Log) -> None:
    signer = log.signer()
    await log.record(1)
    await signer.look()
    assert (await log.kept().latest(log.organization_id)).checkpoint.size == 1

    assert log.organization_id not in {row[0] for row in await log.pool.fetch("select audit.unsigned('checkpoints')")}
    await log.record(1)
    assert log.organization_id in {row[0] for row in await log.pool.fetch("select audit.unsigned('checkpoints')")}
    await signer.look()
    assert (await log.kept().latest(log.organization_id)).checkpoint.size == 2


async def test_two_keys_both_sign_while_one_follows_the_other(log: Log) -> None:
    await log.record(1)
    old, new = bytes(range(32)), bytes(31) + b"\7"
    kept = await log.signer(SigningKeys((new, old), "clinic.example")).make(log.organization_id)

    for key in SigningKeys((new, old), "clinic.example").public(log.organization_id):
        assert open_checkpoint(kept.note, [key]) == kept.checkpoint


async def test_what_a_retired_key_signed_is_believed_and_keeps_the_log_from_being_signed_otherwise(
    log: Log, tmp_path: Path
) -> None:
    folder, new = AnchorFolder(tmp_path), bytes(31) + b"\7"
    await log.record(5)
    await log.signer(folder=folder).make(log.organization_id)
    async with log.hand() as hand:
        await hand.execute("delete from audit.checkpoint where organization_id = $1", log.organization_id)
    await log.cut(3)
    (old,) = KEYS.public(log.organization_id)

    with pytest.raises(CheckpointRefused, match="the folder of checkpoints has a checkpoint of 5"):
        await log.signer(SigningKeys((new,), "clinic.example", (old.public_key,)), folder=folder).make(
            log.organization_id
        )


@pytest.mark.parametrize("there", ["of another name", "damaged"])
async def test_under_another_name_checkpoints_of_sizes_that_there_were_are_put_down_too(
    log: Log, tmp_path: Path, there: str
) -> None:
    folder = AnchorFolder(tmp_path)
    await log.record(5)
    await log.signer(folder=folder).make(log.organization_id)
    (file,) = (tmp_path / str(log.organization_id)).iterdir()
    if there == "damaged":
        file.write_text("no checkpoint")

    made = await log.signer(OTHER_NAME, folder=folder).make(log.organization_id)
    await log.signer(OTHER_NAME, folder=folder).make(log.organization_id)

    keys, origin = OTHER_NAME.public(log.organization_id), OTHER_NAME.origin(log.organization_id)
    assert await folder.last(log.organization_id, keys, origin) == made.checkpoint
    assert len(list(file.parent.iterdir())) == 2, "each once"


async def test_signers_at_the_same_time_never_sign_two_roots_for_one_size(log: Log) -> None:
    await log.record(250)

    async def sign() -> None:
        signer = log.signer()
        for _ in range(4):
            await log.record(3)
            await signer.make(log.organization_id)

    await asyncio.gather(*(sign() for _ in range(5)))

    hashes = await log.hashes()
    async with scoped(log.pool, log.organization_id) as connection:
        rows = await connection.fetch("select size, root, note from audit.checkpoint order by size")
    assert len(rows) > 1
    assert rows[-1]["size"] == len(hashes) == 310
    for row in rows:
        assert row["root"] == root_of(hashes[: row["size"]]) == read_checkpoint(row["note"]).root


async def test_the_database_keeps_one_checkpoint_of_a_size_and_none_that_the_log_is_too_short_for(log: Log) -> None:
    await log.record(5)
    await log.signer().make(log.organization_id)
    origin = KEYS.origin(log.organization_id)
    refusals = [
        (5, asyncpg.UniqueViolationError),
        (4, asyncpg.InvalidParameterValueError),
        (0, asyncpg.InvalidParameterValueError),
        (6, asyncpg.InvalidParameterValueError),
    ]
    for size, error in refusals:
        with pytest.raises(error):
            async with scoped(log.pool, log.organization_id) as connection:
                await connection.execute(
                    "select audit.keep_checkpoint($1, 'events', $2, $3, $4, 'other')",
                    log.organization_id, origin, size, bytes(32),
                )  # fmt: skip


async def test_nobody_changes_a_checkpoint_or_a_tile_not_even_the_owner(log: Log) -> None:
    await log.record(256)
    await log.signer().make(log.organization_id)
    owner = await asyncpg.connect(log.database.owner)
    try:
        await owner.execute(f"set care_timeline.organization = '{log.organization_id}'")
        for table in ("tile", "checkpoint", "cosignature"):
            for change in (f"delete from audit.{table}", f"truncate audit.{table}"):
                with pytest.raises(asyncpg.PostgresError, match=r"append-only|foreign key"):
                    await owner.execute(change)
    finally:
        await owner.close()


@pytest.mark.parametrize("to", [0, 3, 256])
async def test_a_log_that_was_cut_is_signed_no_more(log: Log, to: int) -> None:
    await log.record(300)
    await log.signer().make(log.organization_id)
    await log.cut(to)

    await log.signer().look()

    assert log.organization_id in await log.signer().refused()
    with pytest.raises(CheckpointRefused, match="restored to an earlier point") as refused:
        await log.signer().make(log.organization_id)
    for word in (f"has {to} events", "checkpoint of 300", KEYS.origin(log.organization_id), "CHECKPOINT_ORIGIN"):
        assert word in str(refused.value)
    assert (await log.kept().latest(log.organization_id)).checkpoint.size == 300


@pytest.mark.parametrize(("before", "to", "after"), [(300, 290, 330), (512, 500, 530), (512, 100, 600), (3, 2, 5)])
async def test_a_log_that_was_cut_and_went_on_otherwise_is_signed_no_more(
    log: Log, before: int, to: int, after: int
) -> None:
    await log.record(before)
    await log.signer().make(log.organization_id)
    await log.cut(to)
    await log.record(after - to)

    await log.signer().look()

    assert log.organization_id in await log.signer().refused()
    assert (await log.kept().latest(log.organization_id)).checkpoint.size == before


async def test_a_log_of_which_an_event_is_missing_is_not_signed(log: Log) -> None:
    await log.record(300)
    async with log.hand() as hand:
        await hand.execute("delete from log.event where organization_id = $1 and position = 7", log.organization_id)

    with pytest.raises(CheckpointRefused, match="events are missing before position 256"):
        await log.signer().make(log.organization_id)


async def test_what_is_refused_goes_on_when_it_is_mended(log: Log) -> None:
    await log.record(10)
    await log.signer().make(log.organization_id)
    async with log.hand() as hand:
        await hand.execute("create temporary table taken as select * from log.event where position = 10"
                           f" and organization_id = '{log.organization_id}'")  # fmt: skip
        await hand.execute("delete from log.event where position = 10 and organization_id = $1", log.organization_id)
        await log.record(1)
        with pytest.raises(CheckpointRefused):
            await log.signer().make(log.organization_id)
        with pytest.raises(CheckpointRefused, match="found before"):
            await log.signer().make(log.organization_id, again=False)
        await hand.execute("insert into log.event select * from taken")

    assert (await log.signer().make(log.organization_id)).checkpoint.size == 11
    assert log.organization_id not in await log.signer().refused()


async def test_under_another_name_a_log_that_lost_events_goes_on(log: Log, tmp_path: Path) -> None:
    folder = AnchorFolder(tmp_path)
    await log.record(10)
    await log.signer(folder=folder).make(log.organization_id)
    await log.cut(4)
    with pytest.raises(CheckpointRefused):
        await log.signer(folder=folder).make(log.organization_id)

    kept = await log.signer(OTHER_NAME, folder=folder).make(log.organization_id)

    assert (kept.checkpoint.size, kept.checkpoint.root) == (4, root_of(await log.hashes()))
    assert await log.kept(OTHER_NAME).latest(log.organization_id) == kept
    assert (await log.kept().latest(log.organization_id)).checkpoint.size == 10


async def test_a_database_restored_to_an_earlier_point_is_known_by_the_folder(log: Log, tmp_path: Path) -> None:
    folder = AnchorFolder(tmp_path)
    await log.record(4)
    first = await log.signer(folder=folder).make(log.organization_id)
    await log.record(6)
    second = await log.signer(folder=folder).make(log.organization_id)
    assert written(tmp_path) == [first.note, second.note]

    await log.cut(4)
    async with log.hand() as hand:
        await hand.execute("delete from audit.checkpoint where organization_id = $1 and size > 4", log.organization_id)
        await hand.execute("update following.cursor set position = 4 where organization_id = $1", log.organization_id)
    assert (await log.signer().make(log.organization_id)) == first, "without the folder nobody can know"

    await log.signer(folder=folder).begin()
    assert log.organization_id in await log.signer().refused()
    await log.record(6)
    with pytest.raises(CheckpointRefused, match="the folder of checkpoints has: they were changed"):
        await log.signer(folder=folder).make(log.organization_id)


def written(folder: Path) -> list[str]:
    """What the folder holds of its one log, in the order of its names."""
    (directory,) = folder.iterdir()
    return [file.read_text("utf-8") for file in sorted(directory.iterdir())]


async def test_a_log_that_was_brought_back_without_its_tiles_goes_on(log: Log, tmp_path: Path) -> None:
    folder = AnchorFolder(tmp_path)
    await log.record(600)
    first = await log.signer(folder=folder).make(log.organization_id)
    async with log.hand() as hand:
        for table in ("audit.checkpoint", "audit.tile", "following.cursor"):
            await hand.execute(f"delete from {table} where organization_id = $1", log.organization_id)
    await log.record(1)

    again = await log.signer(folder=folder).make(log.organization_id)

    assert (first.checkpoint.size, again.checkpoint.size) == (600, 601)
    assert again.checkpoint.root == root_of(await log.hashes())


async def test_what_was_refused_leaves_no_tile_of_a_log_that_is_not_right(log: Log) -> None:
    await log.record(300)
    await log.signer().make(log.organization_id)
    async with log.hand() as hand:
        await hand.execute("create temporary table taken as select * from log.event where position > 200"
                           f" and organization_id = '{log.organization_id}'")  # fmt: skip
        await log.cut(200)
        await log.record(500)
        with pytest.raises(CheckpointRefused):
            await log.signer().make(log.organization_id)
        await log.cut(200)
        await hand.execute("insert into log.event select * from taken")
        await hand.execute("update log.log_head set position = 300 where organization_id = $1", log.organization_id)
    await log.record(300)

    assert (await log.signer().make(log.organization_id)).checkpoint.root == root_of(await log.hashes())


async def test_without_the_folder_that_should_be_there_nothing_is_signed(log: Log, tmp_path: Path) -> None:
    await log.record(1)
    folder = tmp_path / str(log.organization_id)
    folder.mkdir()
    (folder / f"{1:020}.checkpoint").mkdir()

    with pytest.raises(AnchorsUnreadable, match="CHECKPOINT_FOLDER"):
        await log.signer(folder=AnchorFolder(tmp_path)).make(log.organization_id)


async def test_what_is_not_signed_in_the_folder_does_not_count(log: Log, tmp_path: Path) -> None:
    await log.record(2)
    folder = tmp_path / str(log.organization_id)
    folder.mkdir()
    (folder / f"{9:020}.checkpoint").write_text("nothing\n")
    (folder / f"{10:020}.checkpoint").write_bytes(b"\xff")

    assert (await log.signer(folder=AnchorFolder(tmp_path)).make(log.organization_id)).checkpoint.size == 2


async def test_a_checkpoint_that_this_process_signed_is_not_forgotten_with_the_database(log: Log) -> None:
    signer = log.signer()
    await log.record(5)
    await signer.make(log.organization_id)
    async with log.hand() as hand:
        await hand.execute("delete from audit.checkpoint where organization_id = $1", log.organization_id)
    await log.cut(3)
    await log.record(9)

    with pytest.raises(CheckpointRefused, match="this process"):
        await signer.make(log.organization_id)


async def test_checkpoints_are_posted_and_cosignatures_that_come_back_are_kept(log: Log) -> None:
    posted: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        posted.append(request)
        note = request.content.decode()
        line = cosign(read_note(note).text, WITNESS.name, bytes(32), 1_790_000_000).line
        stranger = cosign(read_note(note).text, "stranger.example", bytes(31) + b"\1", 1).line
        return httpx.Response(503 if len(posted) == 1 else 200, text=note + line + stranger)

    endpoint = AnchorEndpoint("https://anchor.example/", httpx.AsyncClient(transport=httpx.MockTransport(answer)))
    signer = log.signer(endpoint=endpoint, witnesses=[WITNESS])
    await log.record(1)
    kept = await signer.make(log.organization_id)
    assert (await log.kept().latest(log.organization_id)).cosignatures == ()

    await signer.look()  # what was not taken is posted again

    notes = [request.content.decode() for request in posted]
    assert [note for note in notes if note.startswith(kept.checkpoint.origin)] == [kept.note] * 2
    assert posted[0].headers["content-type"] == "text/plain; charset=utf-8"
    latest = await log.kept().latest(log.organization_id)
    assert [each.witness for each in cosignatures(latest.cosigned_note, [WITNESS])] == [WITNESS.name]
    assert len(latest.cosignatures) == 1
    await signer.close()
