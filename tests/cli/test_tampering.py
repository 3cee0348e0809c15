"""The attack list: somebody who can do anything to the database alters the record, and verify names what they did.

The checkpoints that verify has in hand were signed before. What it cannot name stands here too (NOT_NAMED), so that the
day it can, this table says so.
"""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from service.access.access_records import Asked
from service.access.caller import Caller
from service.audit.checkpoint_signer import CheckpointSigner
from service.audit.tree_check import Held
from service.bootstrap import System
from service.log.sealed import StoredEvent
from service.proofs.checkpoints import Checkpoint, sign_checkpoint
from tests.builders import check_in, lapse, registered
from tests.cli.altered import NOT_NAMED, Change, Clinic, clinic
from tests.system import access_to, draft

__all__ = ["clinic"]


async def test_nothing_is_named_where_nothing_was_altered(clinic: Clinic, system: System, counselor: Caller) -> None:
    assert await clinic.named() == NOT_NAMED
    await system.recorder.record(counselor, clinic.ada, [draft(lapse())])
    await system.accesses.keep(access_to(clinic.organization_id), Asked("timeline"), [clinic.ben], version=1)
    assert await clinic.named() == NOT_NAMED, "what came after the checkpoints is no difference"


def at(position: int, **fields: Any) -> Change:
    """Change an event's fields."""
    return lambda events: [e._replace(**fields) if e.position == position else e for e in events]


def later(position: int) -> Change:
    """Set the moment at which an event was recorded."""
    return lambda events: [
        e._replace(recorded_at=e.recorded_at + timedelta(microseconds=1)) if e.position == position else e
        for e in events
    ]


def put_in(events: list[StoredEvent]) -> list[StoredEvent]:
    """An event of ben's as if it had come before ada's last."""
    forged = events[3]._replace(id=uuid4(), version=2, recorded_at=events[3].recorded_at)
    return [*events[:4], forged, events[4], events[5]._replace(version=3)]


def appended(events: list[StoredEvent]) -> list[StoredEvent]:
    return [*events, events[5]._replace(id=uuid4(), version=3)]


def bodies_swapped(events: list[StoredEvent]) -> list[StoredEvent]:
    return [*events[:3], events[3]._replace(body=events[5].body), events[4], events[5]._replace(body=events[3].body)]


def reordered(events: list[StoredEvent]) -> list[StoredEvent]:
    return [*events[:4], events[5]._replace(recorded_at=events[4].recorded_at), events[4]]


def of_ada(events: list[StoredEvent]) -> list[StoredEvent]:
    return [e for e in events if e.client_id == events[0].client_id]


SEALED = "its body does not open with its client's key"
SIGNED = "the log is not the one of which the checkpoint"
CUT = "the log ends before this, and the checkpoint in hand is of 6 events"

WITH_RIGHT_LEAVES: list[tuple[str, Change, str]] = [
    ("header", at(5, recorded_by="counselor/eve"), f"position 5: {SEALED}"),
    ("actor", at(5, actor_id=uuid4()), f"position 5: {SEALED}"),
    ("moment recorded", later(5), f"position 5: {SIGNED} in hand was signed: an event from here on, up to 6"),
    ("body", at(5, body=bytes(60)), f"position 5: {SEALED}"),
    ("bodies swapped", bodies_swapped, f"position 4: {SEALED}"),
    ("last event", lambda events: events[:5], f"position 6: {CUT}"),
    ("whole tail", lambda events: events[:4], f"position 5: {CUT}"),
    ("whole log", lambda events: [], f"position 1: {CUT}"),
    ("client", of_ada, f"position 1: {SIGNED} of 4 that the database keeps was signed: an event from here on, up to 4"),
    ("client", of_ada, f"position 5: {CUT}"),
    ("reordered", reordered, f"position 5: {SIGNED}"),
    ("put into the past", put_in, f"position 5: {SEALED}"),
    ("tail forged", appended, f"position 7: {SEALED}"),
]  # fmt: skip
"""The log written anew, with whatever can be made to fit without the clients' keys."""


@pytest.mark.parametrize(
    ("change", "what"), [each[1:] for each in WITH_RIGHT_LEAVES], ids=[each[0] for each in WITH_RIGHT_LEAVES]
)
async def test_what_is_written_anew_with_right_leaves_is_named(clinic: Clinic, change: Change, what: str) -> None:
    await clinic.rewrite(change)

    assert what in await clinic.named()


KEY = "update access.api_key set {} where ORG"
RECORD = "access.access_record where ORG and version = 1"
ROLLED_BACK = (
    "delete from audit.checkpoint where size > 4 and ORG; delete from log.event where position > 4 and ORG;"
    " update log.log_head set position = 4 where ORG;"
    " update log.timeline_head set version = 3, position = 3 where client_id = ADA;"
    " update log.timeline_head set version = 1, position = 4 where client_id = BEN;"
    " delete from audit.access_entry where ORG; delete from access.access_record where ORG;"
    " delete from access.access_record_client where ORG; delete from access.api_key where ORG"
)
ENDS = "of accesses: the log of accesses ends before this"

BESIDE_THE_LOG = [
    ("role raised", KEY.format("role = 'supervisor'"), "the API key"),
    ("scopes widened", KEY.format("scopes = scopes || 'AuditEvent.r'::text"), "was changed since"),
    ("key taken away", "delete from access.api_key where ORG", "is no longer there"),
    ("key no longer expires", KEY.format("expires_at = 'infinity'"), "entry 1 of accesses"),
    ("time zone", "update log.organization set time_zone = 'Asia/Tokyo' where ORG", "the name or time zone"),
    ("name of the organization", "update log.organization set name = 'x' || name where ORG", "the name or time zone"),
    ("access record changed", "update access.access_record set name = 'eve' where ORG and version = 1", "was changed"),
    ("access record removed", f"delete from {RECORD}", "is no longer there"),
    ("its client removed", "delete from access.access_record_client where ORG", "is not of the clients"),
    (
        "its client exchanged",
        "update access.access_record_client set client_id = ADA where ORG",
        "is not of the clients that access.access_record_client says",
    ),
    (
        "access record put in",
        ("insert into access.access_record select (jsonb_populate_record(r, jsonb_build_object('record_id',"
        f" '00000000-0000-7000-8000-000000000000'))).* from {RECORD.replace('record where', 'record r where')}"),
        "the access record 00000000-0000-7000-8000-000000000000 is older than others that were entered",
    ),
    ("entry removed", "delete from audit.access_entry where number = 2 and ORG", "entry 2 of accesses is missing"),
    ("last entry removed", "delete from audit.access_entry where number = 4 and ORG", f"entry 4 {ENDS}"),
    ("entry made to fit", "update audit.access_entry set leaf = sha256('x') where number = 4 and ORG", "was changed"),
    ("entry of another kind", "update audit.access_entry set kind = 'x' where number = 4 and ORG", "no longer there"),
    ("client's key altered", "update keyring.client_key set wrapped_key = 'x' where client_id = BEN", "position 4: "),
    ("client's key removed", "delete from keyring.client_key where client_id = BEN", "position 4: its client's key is"),
    ("rolled back", ROLLED_BACK, f"position 5: {CUT}"),
    ("rolled back", ROLLED_BACK, f"entry 1 {ENDS}, and the checkpoint in hand is of 4"),
    ("checkpoint's root", "update audit.checkpoint set root = sha256('x') where size = 4 and ORG", "its row does not"),
    ("checkpoint's note", "update audit.checkpoint set note = 'x' where size = 6 and ORG", "position 6: the"),
    ("checkpoints removed", "delete from audit.checkpoint where ORG", "no longer has the checkpoint of 6"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "what"), [each[1:] for each in BESIDE_THE_LOG], ids=[e[0] for e in BESIDE_THE_LOG])
async def test_what_is_altered_beside_the_log_is_named(clinic: Clinic, change: str, what: str) -> None:
    await clinic.alter(change)

    assert what in await clinic.named()


async def test_who_holds_the_signing_key_and_signs_a_fork_is_named(clinic: Clinic) -> None:
    keys = clinic.system.signing_keys
    fork = Checkpoint(keys.origin(clinic.organization_id), 6, bytes(32))
    note = sign_checkpoint(fork, keys.of(clinic.organization_id))
    async with clinic.superuser() as connection:
        await connection.execute("update audit.checkpoint set root = $1, note = $2 where size = 6", fork.root, note)

    assert "position 6: the checkpoint of 6 that the database keeps is not of this log" in await clinic.named()


async def test_a_log_written_anew_and_signed_anew_is_another_than_the_one_in_hand(clinic: Clinic) -> None:
    await clinic.rewrite(later(5))
    await clinic.alter("delete from audit.checkpoint where size = 6 and ORG; delete from following.cursor where ORG")
    system = clinic.system
    await CheckpointSigner(system.pool, system.signing_keys, system.checkpoints).make(clinic.organization_id)

    assert await clinic.named([]) == NOT_NAMED, "whoever has no checkpoint cannot tell"
    assert "position 6: the checkpoint in hand is not of this log" in await clinic.named()


GUARDS = [
    (
        "trigger off",
        "alter table log.event disable trigger append_only",
        "alter table log.event enable trigger append_only",
        "trigger append_only on log.event",
    ),
    (
        "row-level security off",
        "alter table access.access_record disable row level security",
        "alter table access.access_record enable row level security",
        "Row-level security is not forced on access.access_record",
    ),
    (
        "policy added",
        "create policy everybody on log.event using (true)",
        "drop policy everybody on log.event",
        "policy everybody on log.event was added",
    ),
]


@pytest.mark.parametrize(("off", "on", "what"), [each[1:] for each in GUARDS], ids=[each[0] for each in GUARDS])
async def test_a_guard_that_is_switched_off_is_named(clinic: Clinic, off: str, on: str, what: str) -> None:
    async with clinic.superuser() as connection:
        await connection.execute(off)
        try:
            assert what in await clinic.named()
        finally:
            await connection.execute(on)


async def test_in_a_log_of_whole_tiles_the_first_event_that_differs_is_named_exactly(
    clinic: Clinic, system: System, counselor: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    client_id = uuid4()
    entries = [draft(registered()), *(draft(check_in(craving=3)) for _ in range(255))]
    await system.recorder.record(counselor, client_id, entries, new_client=True)
    kept = await system.checkpoint_signer.make(clinic.organization_id)
    async with clinic.superuser() as connection:
        tiles = await connection.fetch("select * from audit.tile where organization_id = $1", clinic.organization_id)
    await clinic.rewrite(later(100))
    async with clinic.superuser() as connection:
        await connection.copy_records_to_table("tile", schema_name="audit", records=map(tuple, tiles))

    in_hand = [Held(kept.checkpoint, "the checkpoint in hand")]
    found = await clinic.named(in_hand)

    assert "position 100: its leaf is not the one of which the tree was made" in found
    assert f"position 100: {SIGNED} in hand was signed: this is the first event that differs" in found

    monkeypatch.setattr("service.audit.verifier.EVENTS_A_PART", 256)
    verified = await system.verifier.verify(clinic.organization_id, in_hand, processes=2)
    assert [f"position {each.position}: {each.what}" for each in verified.findings] == found.splitlines()


async def test_a_tile_that_was_changed_is_named(clinic: Clinic, system: System, counselor: Caller) -> None:
    entries = [draft(registered()), *(draft(check_in(craving=3)) for _ in range(255))]
    await system.recorder.record(counselor, uuid4(), entries, new_client=True)
    await system.checkpoint_signer.make(clinic.organization_id)
    await clinic.alter("update audit.tile set root = sha256('x') where ORG")

    assert "position 1: tile 0 of the tree's level 0 is not made of these events" in await clinic.named([])
