"""A small export, made of a log that is in memory."""

from collections.abc import Mapping, Sequence
from copy import copy
from hashlib import sha256
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from service.proofs.access_leaf import access_leaf
from service.proofs.checkpoints import Checkpoint, sign_checkpoint
from service.proofs.client_head import TimelineHead
from service.proofs.export_check import header_of, leaf_of
from service.proofs.export_file import write_export
from service.proofs.merkle import leaf_hash, root_of
from service.proofs.notes import SigningKey, encoded
from tests.proofs.making import hashes, inclusion

ORGANIZATION = UUID(int=7)
CLIENT = UUID(int=1)
KEY = SigningKey(f"clinic.example/{ORGANIZATION}", bytes(range(32)))
DATA_KEY_ID, DATA_KEY = UUID(int=5), bytes(range(32, 64))
NOTES_KEY_ID = UUID(int=6)
MADE_AT = "2026-03-02T15:00:00.000000Z"

Json = Any


def event(version: int, position: int, **said: Json) -> Json:
    """An event of the client, without a proof."""
    made: Json = {
        "part": "event", "position": position, "recorded_at": f"2026-03-02T12:00:{position:02}.000000Z",
        "client_id": str(CLIENT), "version": version, "id": str(UUID(int=100 + position)), "type": "check_in_received",
        "schema_version": 1, "occurred_at": "2026-03-01T21:40:00.250000Z", "precision": "instant",
        "actor_id": str(UUID(int=3)), "recorded_by": "peer/sam", "on_behalf_of": None, "source": "test",
        "correlation_id": None,
        "causation_id": None, "references": [], "key_id": str(DATA_KEY_ID),
    } | said  # fmt: skip
    body = AESGCM(DATA_KEY).encrypt(bytes(12), b'{"craving":3}', header_of(ORGANIZATION, made))
    return {**made, "body_digest": sha256(bytes(12) + body).hexdigest(), "body": encoded(bytes(12) + body)}


def leaf(said: Mapping[str, Json]) -> bytes:
    return leaf_of(
        said["position"], said["recorded_at"], header_of(ORGANIZATION, said), bytes.fromhex(said["body_digest"])
    )


EVENTS = [
    event(1, 2),
    event(
        2, 3, references=[["about", str(UUID(int=102))]], causation_id=str(UUID(int=9)), on_behalf_of="counselor/ana"
    ),
    event(3, 6, key_id=str(NOTES_KEY_ID)) | {"body": None},
]
"""Of one client: the last is a counseling note, of which the file has no body."""


def read(entry: int, **said: Json) -> Json:
    """An access record of the client, without a proof."""
    return {
        "part": "access_record", "record_id": str(UUID(int=200 + entry)), "operation": "GET /v1/clients/{client_id}",
        "recorded_at": f"2026-03-02T13:00:{entry:02}.000025Z", "what": "timeline", "parameters": "{}",
        "purpose": "TREAT", "actor_id": str(UUID(int=3)), "credential_id": None, "role": "counselor", "name": "ana",
        "request_id": f"request {entry}", "version": 2, "position": None, "client_id": str(CLIENT), "clients": 1,
        "clients_digest": sha256(CLIENT.bytes).hexdigest(), "recipient": None, "allowed_by": None, "entry": entry,
    } | said  # fmt: skip


READS = [read(2), read(5, what="export", request_id="made")]
"""By somebody of the team, and by whoever made the export; in a log of accesses of six entries."""

ACCESSES = 6


def access_leaves() -> list[bytes]:
    """The hashes of the log of accesses in which these reads stand."""
    leaves = hashes(ACCESSES)
    for each in READS:
        leaves[each["entry"] - 1] = leaf_hash(access_leaf(ORGANIZATION, each))
    return leaves


def access_keys(keys: Sequence[SigningKey]) -> list[SigningKey]:
    """The keys under the name of the log of accesses."""
    renamed = [copy(each) for each in keys]
    for each in renamed:
        each.name = f"{each.name}/access"
    return renamed


def export(
    events: Sequence[Json] = EVENTS,
    *,
    end: TimelineHead | None = None,
    size: int = 7,
    log: Sequence[Json] = EVENTS,
    checkpoint: Checkpoint | None = None,
    keys: Sequence[SigningKey] = (KEY,),
    reads: Sequence[Json] = READS,
    of_accesses: Checkpoint | None = None,
    **others: Json,
) -> bytes:
    """The file with these events, of a log of that size in which `log` stands; `others` replace parts by their name."""
    leaves = hashes(size)
    for each in log:
        if each["position"] <= size:
            leaves[each["position"] - 1] = leaf_hash(leaf(each))
    root = root_of(leaves)
    checkpoint = checkpoint or Checkpoint(KEY.name, size, root)
    proved = [
        each if "proof" in each else {**each, "proof": list(map(encoded, inclusion(leaves, each["position"] - 1)))}
        for each in events
    ]
    of_accesses = of_accesses or Checkpoint(f"{KEY.name}/access", ACCESSES, root_of(access_leaves()))
    entered = access_leaves()
    proved_reads = [
        each if "proof" in each else {**each, "proof": list(map(encoded, inclusion(entered, each["entry"] - 1)))}
        for each in reads
    ]
    parts: dict[str, Json] = {
        "about": {
            "part": "about", "organization_id": str(ORGANIZATION), "client_id": str(CLIENT), "request_id": "made",
        },
        "checkpoint": {"part": "checkpoint", "note": sign_checkpoint(checkpoint, keys)},
        "checkpoint of accesses": {
            "part": "access_checkpoint", "note": sign_checkpoint(of_accesses, access_keys(keys))
        },
        "policy": {"part": "policy"},
        "key": {
            "part": "key", "client_id": str(CLIENT), "key_id": str(DATA_KEY_ID), "key": encoded(DATA_KEY),
            "notes_key_id": str(NOTES_KEY_ID),
        },
        **{f"event {each['version']}": each for each in proved},
        **{f"access record {number}": each for number, each in enumerate(proved_reads, 1)},
        "timeline.html": {"part": "page", "name": "timeline.html", "html": "<p>…</p>"},
    } | others  # fmt: skip
    last = events[-1]
    ends = [end or TimelineHead(CLIENT, last["version"], leaf(last))]
    there = [(name, said) for name, said in parts.items() if said is not None]
    return write_export(keys, Checkpoint(KEY.name, size, root), MADE_AT, ends, there)
