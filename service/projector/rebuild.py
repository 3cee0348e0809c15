"""Rebuild: folds the whole log beside the live tables and swaps the result in; readers notice nothing.

Resumable: clients that stand in the shadow tables are done, since each chunk commits as a whole. No side
effects: only projections' tables are written.
"""

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from typing import NamedTuple
from uuid import UUID

import asyncpg

from domain.policy import Policy
from service.database.connection import open_pool
from service.database.protection import OWNER_ROLE
from service.log.keyring import KeyEncryptionKeys, Keyring
from service.log.organizations import Organization, list_organizations
from service.log.store import EventStore
from service.projector.projector import SWAP_LOCK
from service.projector.rebuild_worker import Chunk, Done, Rebuilder, begin, work
from service.projector.shadow import REBUILD_SCHEMA, Owner, make_shadows, swap

EVENTS_A_CHUNK = 4_000
FEW_CLIENTS = 20
"""So few clients are caught up inside the swap's transaction."""

CATCH_UP_ROUNDS = 20
LOCK_TIMEOUT = "5s"


class Progress(NamedTuple):
    """How far a rebuild has come, in events; `total` may grow while others record.

    `resumed` when an unfinished rebuild was found: what that had folded is not counted again.
    """

    done: int
    total: int
    failed_clients: int
    resumed: bool


class RebuildUnfinished(Exception):
    """The rebuild could not swap its tables in; the live tables are as they were, and it can be resumed."""


async def rebuild(
    owner_dsn: str, keks: KeyEncryptionKeys, policy: Policy, names: Sequence[str], *, processes: int | None = None
) -> AsyncGenerator[Progress, None]:
    """Rebuild these projections for all organizations, as the owner; yields its progress.

    Raises RebuildUnfinished when the swap could not get its locks in time.
    """
    owner: Owner = await asyncpg.connect(owner_dsn)
    try:
        # The login may just be a member of the role; what is made must belong to the role, as migrations' tables do.
        await owner.execute(f"SET ROLE {OWNER_ROLE}")
        resumed = await make_shadows(owner, names)
        progress = Progress(0, 0, 0, resumed)
        organizations = await list_organizations(owner)
        with ProcessPoolExecutor(
            processes or os.cpu_count(),
            get_context("spawn"),
            initializer=begin,
            initargs=(owner_dsn, keks, policy, names),
        ) as pool:
            try:
                async for progress in _fold_beside(pool, owner, organizations, names, resumed=resumed):
                    yield progress
            except BaseException:
                # Who stops a rebuild does not want to wait for what has not begun; it goes on from there next time.
                pool.shutdown(cancel_futures=True)
                raise
        last = await _finish(owner, owner_dsn, keks, policy, organizations, names)
        done = progress.done + last.events
        yield Progress(done, done, progress.failed_clients + last.failed, resumed)
    finally:
        await owner.close()


async def _fold_beside(
    pool: ProcessPoolExecutor,
    owner: Owner,
    organizations: Sequence[Organization],
    names: Sequence[str],
    *,
    resumed: bool,
) -> AsyncGenerator[Progress, None]:
    """Fold into the shadow tables until but a few clients are behind."""
    done, failed = 0, 0
    for _ in range(CATCH_UP_ROUNDS):
        chunks = [chunk async for chunk in _behind(owner, organizations, names)]
        total = done + sum(events for _, events in chunks)
        yield Progress(done, total, failed, resumed)
        if sum(len(chunk.clients) for chunk, _ in chunks) <= FEW_CLIENTS:
            return
        async for result in _each(pool, [chunk for chunk, _ in chunks]):
            done, failed = done + result.events, failed + result.failed
            yield Progress(done, max(total, done), failed, resumed)


async def _each(pool: ProcessPoolExecutor, chunks: Sequence[Chunk]) -> AsyncIterator[Done]:
    futures: list[Future[Done]] = [pool.submit(work, chunk) for chunk in chunks]
    for finished in asyncio.as_completed([asyncio.wrap_future(future) for future in futures]):
        yield await finished


async def _behind(
    owner: Owner, organizations: Sequence[Organization], names: Sequence[str]
) -> AsyncIterator[tuple[Chunk, int]]:
    """Chunks of clients who are not in the shadow tables as they now are, with their numbers of events."""
    state = f"{REBUILD_SCHEMA}.{names[0]}_state"
    for organization in organizations:
        async with owner.transaction():
            await _scope(owner, organization.organization_id)
            records = await owner.fetch(
                "SELECT head.client_id, head.version, state.client_id IS NOT NULL AS again"  # noqa: S608
                f" FROM log.timeline_head AS head LEFT JOIN {state} AS state USING (organization_id, client_id)"
                " WHERE head.organization_id = $1"
                " AND greatest(state.version, state.failed_version) IS DISTINCT FROM head.version"
                " ORDER BY again, head.client_id",
                organization.organization_id,
            )
        for again in (False, True):
            for clients, events in _packed([record for record in records if record["again"] is again]):
                yield Chunk(organization.organization_id, organization.time_zone, clients, again), events


def _packed(records: Sequence[asyncpg.Record]) -> list[tuple[list[UUID], int]]:
    packed: list[tuple[list[UUID], int]] = []
    for record in records:
        if not packed or packed[-1][1] + record["version"] > EVENTS_A_CHUNK:
            packed.append(([], 0))
        clients, events = packed[-1]
        packed[-1] = ([*clients, record["client_id"]], events + record["version"])
    return packed


async def _scope(owner: Owner, organization_id: UUID) -> None:
    await owner.execute("SELECT set_config('care_timeline.organization', $1, true)", str(organization_id))


async def _finish(
    owner: Owner,
    owner_dsn: str,
    keks: KeyEncryptionKeys,
    policy: Policy,
    organizations: Sequence[Organization],
    names: Sequence[str],
) -> Done:
    """Hold the projector back, fold what came last, and swap, in one short transaction."""
    events, failed = 0, 0
    async with await open_pool(owner_dsn, min_size=1, max_size=2) as pool:
        rebuilder = Rebuilder(EventStore(pool), Keyring(pool, keks), policy, names)
        try:
            async with owner.transaction():
                await owner.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
                await owner.execute("SELECT pg_advisory_xact_lock($1)", SWAP_LOCK)
                async for chunk, _ in _behind(owner, organizations, names):
                    await _scope(owner, chunk.organization_id)
                    done = await rebuilder.rebuild(owner, chunk)
                    events, failed = events + done.events, failed + done.failed
                await swap(owner, names)
        except asyncpg.LockNotAvailableError as error:
            raise RebuildUnfinished("A long transaction holds the live tables; run the rebuild again.") from error
    return Done(events, failed)
