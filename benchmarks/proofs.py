"""What proofs cost: appends while checkpoints are signed beside them, and a proof of inclusion in a long log."""

import asyncio
import random
import time
from contextlib import suppress
from uuid import UUID, uuid4

from benchmarks.append import WRITERS, append_ours
from benchmarks.ground import BenchmarkClinic, Ground
from benchmarks.harness import Limit, Result, Rounds
from service.audit.checkpoint_signer import CheckpointSigner
from service.audit.checkpoint_store import CheckpointStore
from service.audit.log_proofs import LogProofs
from service.audit.signing_keys import SigningKeys
from service.database.protection import see_only
from service.proofs.merkle import check_inclusion, leaf_hash

WITHIN_MILLISECONDS = 5.0
"""So long may a proof of inclusion take, however long the log is."""

SIGN_SECONDS = 1.0
"""How often checkpoints are signed beside the appends: sixty times as often as unless told otherwise."""

KEYS = SigningKeys((bytes(32),), "bench.example")

_ORGANIZATION = "insert into log.organization (organization_id, name, time_zone) values ($1, 'Proved', 'UTC')"
_HEAD = "insert into log.log_head (organization_id, position) values ($1, $2)"
_EVENTS = """
insert into log.event (organization_id, position, client_id, version, id, type, schema_version, occurred_at, precision,
  recorded_at, actor_id, recorded_by, source, reference_fields, reference_ids, key_id, body, body_digest, leaf)
select $1, place, $1, place, gen_random_uuid(), 'session_held', 1, now(), 'instant', now(), $1, '', '', '{}', '{}', $1,
  '', '', sha256(int8send(place))
from generate_series($2::bigint, $3::bigint) as place
"""
_ROWS_A_CALL = 100_000


async def measure(
    ground: Ground, rounds: Rounds, *, each: int = 500, events: int = 1_000_000, proofs: int = 200
) -> list[Result]:
    """Two rows. `each` is events of each writer in a round, `events` the size of the log of which is proved."""
    async with ground.clinic() as clinic:
        signed, alone = await rounds.interleaved(
            [
                ("append, signed beside", lambda: _signed_beside(clinic, each)),
                ("append", lambda: append_ours(clinic, each)),
            ]
        )
        organization_id = await _long_log(clinic, events)
        log_proofs = LogProofs(clinic.system.pool, _store(clinic))

        async def prove() -> float:
            places = [random.randint(1, events) for _ in range(proofs)]
            began = time.perf_counter()
            found = [await log_proofs.inclusion(organization_id, place) for place in places]
            took = (time.perf_counter() - began) / proofs * 1_000
            for proof in found:
                check_inclusion(leaf_hash(proof.leaf), proof.position - 1, events, proof.proof, proof.root)
            return took

        async def allowed() -> float:
            return WITHIN_MILLISECONDS

        proved, limit = await rounds.interleaved([("inclusion", prove), ("allowed", allowed)])
    signing = f"store append, {WRITERS} concurrent writers, a checkpoint signed each second"
    proving = f"proof of inclusion among {events:,} events, one after the other"
    return [
        Result(signing, "the same, nothing signed", "events/s", signed, alone, Limit(0.9)),
        Result(proving, "what it may take", "ms", proved, limit, Limit(1, at_most=True)),
    ]


async def _signed_beside(clinic: BenchmarkClinic, each: int) -> float:
    stopping = asyncio.Event()
    signing = asyncio.create_task(_signer(clinic).run(stopping))
    try:
        return await append_ours(clinic, each)
    finally:
        stopping.set()
        with suppress(asyncio.CancelledError):
            await signing


async def _long_log(clinic: BenchmarkClinic, events: int) -> UUID:
    """An organization whose log has so many leaves, of which a checkpoint was signed."""
    organization_id, hand = uuid4(), clinic.superuser
    await hand.execute("set session_replication_role = replica")
    async with hand.transaction():
        await hand.execute(see_only(organization_id))
        await hand.execute(_ORGANIZATION, organization_id)
        await hand.execute(_HEAD, organization_id, events)
        for start in range(1, events + 1, _ROWS_A_CALL):
            await hand.execute(_EVENTS, organization_id, start, min(start + _ROWS_A_CALL - 1, events))
    await hand.execute("reset session_replication_role")
    await hand.execute("analyze log.event")
    await _signer(clinic).make(organization_id)
    return organization_id


def _signer(clinic: BenchmarkClinic) -> CheckpointSigner:
    return CheckpointSigner(clinic.system.pool, KEYS, _store(clinic), seconds=SIGN_SECONDS)


def _store(clinic: BenchmarkClinic) -> CheckpointStore:
    return CheckpointStore(clinic.system.pool, KEYS)
