"""Rebuild: makes a build of a projection from the log, beside the one that is live, and switches it in.

How far each organization's log went when the building began is noted as the build's cursor. Whole clients are folded
up to there, in several processes; from there the follower takes it over, as it does with every build. Readers notice
nothing but new rows. Resumable: a client who stands in the build's snapshots is done, since each chunk is written
whole. No side effects: only the build's tables are written.
"""

import asyncio
import os
from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import asynccontextmanager
from multiprocessing import get_context
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from projections.projection import Projection
from service.database.connection import open_pool
from service.database.owner import Owner, connect_owner
from service.database.protection import see_only
from service.following.cursors import behind
from service.following.follower import Follower
from service.following.wakeups import Wakeups
from service.log.keyring import KeyEncryptionKeys, Keyring
from service.log.organizations import Organization, Organizations, list_organizations
from service.projector.build_lifecycle import (
    all_builds,
    make_build,
    one_at_a_time,
    open_to_service,
    switch_in,
)
from service.projector.builds import Build, Builds
from service.projector.projector import Projector
from service.projector.rebuild_worker import Catalogue, Chunk, Done, Target, begin, work
from service.projector.tables import SCHEMA, parked_table, snapshot_table

EVENTS_A_CHUNK = 4_000
_ONE_REBUILD = 0x636172655F7265  # an arbitrary number that only rebuilds lock


class Progress(NamedTuple):
    """How far a rebuild has come, in events.

    `resumed` when an unfinished rebuild was found: what that had folded is not counted again.
    """

    done: int
    total: int
    parked: int
    """How often a projection failed for a client."""
    resumed: bool


class RebuildUnderWay(Exception):
    """Another rebuild is running."""

    def __init__(self) -> None:
        super().__init__("Another rebuild is running: wait for it, or stop it and run this again to go on from there.")


async def rebuild(
    owner_dsn: str,
    keks: KeyEncryptionKeys,
    names: Sequence[str],
    catalogue: Catalogue,
    *,
    processes: int | None = None,
) -> AsyncGenerator[Progress, None]:
    """Build the catalogue's projections of these names for all organizations, as the owner, and switch them in.

    Yields its progress. Raises RebuildUnderWay, and SwitchRefused when a long query reads what was live.
    """
    projections = {projection.name: projection for projection in catalogue() if projection.name in names}
    owner = await connect_owner(owner_dsn)
    try:
        if not await owner.fetchval("SELECT pg_try_advisory_lock($1)", _ONE_REBUILD):
            raise RebuildUnderWay
        builds, resumed = await _begun(owner, projections.values())
        building = [build for build in builds if build.state == "building"]
        chunks = [chunk async for chunk in _to_fold(owner, building)] if building else []
        progress = Progress(0, sum(chunk.events for chunk in chunks), 0, resumed)
        yield progress
        with ProcessPoolExecutor(
            processes or os.cpu_count(),
            get_context("spawn"),
            initializer=begin,
            initargs=(owner_dsn, keks, catalogue),
        ) as pool:
            try:
                async for done in _each(pool, chunks):
                    progress = progress._replace(
                        done=progress.done + done.chunk.events, parked=progress.parked + done.parked
                    )
                    await _note(owner, done)
                    yield progress
            except BaseException:
                # Who stops a rebuild does not want to wait for what has not begun; it goes on from there next time.
                pool.shutdown(cancel_futures=True)
                raise
        for build in building:
            async with owner.transaction():
                await open_to_service(owner, build, projections[build.name])
        await _follow(owner_dsn, keks, projections.values(), [build.schema for build in builds])
        for build in builds:
            await switch_in(owner, build, projections[build.name])
        yield progress
    finally:
        await owner.close()


async def _begun(owner: Owner, projections: Iterable[Projection[Any]]) -> tuple[list[Build], bool]:
    """A build of each, with its place in every log; whether one of them had been begun before.

    One that was built and could not be switched in goes on from there.
    """
    builds, resumed = [], False
    async with owner.transaction():
        await one_at_a_time(owner)
        begun = {build.key: build for build in await all_builds(owner) if build.state in {"building", "following"}}
        for projection in projections:
            build = begun.get((projection.name, projection.version))
            build = build or await make_build(owner, projection)
            if build.events_total is None:
                await owner.execute(
                    "INSERT INTO following.cursor (organization_id, name, position)"
                    " SELECT organization_id, $1, position FROM log.log_head",
                    build.schema,
                )
                total = await owner.fetchval(
                    "SELECT coalesce(sum(position), 0)::bigint FROM following.cursor WHERE name = $1", build.schema
                )
                await owner.execute(
                    f"UPDATE {SCHEMA}.build SET events_total = $2 WHERE number = $1",  # noqa: S608
                    build.number,
                    total,
                )
            else:
                resumed = True
            builds.append(build)
    return builds, resumed


async def _to_fold(owner: Owner, builds: Sequence[Build]) -> AsyncIterator[Chunk]:
    """Chunks of clients who do not stand in all of the builds."""
    for organization in await list_organizations(owner):
        async with owner.transaction():
            await owner.execute(see_only(organization.organization_id))
            places = await owner.fetch(
                "SELECT name, position FROM following.cursor WHERE organization_id = $1 AND name = ANY($2)",
                organization.organization_id,
                [build.schema for build in builds],
            )
            missing = await owner.fetch(_missing(builds), organization.organization_id)
        stands: dict[str, int] = {record["name"]: record["position"] for record in places}
        targets = {build: Target(build.schema, build.name, stands.get(build.schema, 0)) for build in builds}
        clients: dict[tuple[Target, ...], list[tuple[UUID, int]]] = defaultdict(list)
        for client_id, version, *there in missing:
            absent = tuple(targets[build] for build, stands in zip(builds, there, strict=True) if not stands)
            if absent and client_id != organization.organization_id:
                clients[absent].append((UUID(int=client_id.int), version))
        for chunk in _packed(organization, clients):
            yield chunk


def _missing(builds: Sequence[Build]) -> str:
    def stands(build: Build) -> str:
        kept, parked = snapshot_table(build.schema).fullname, parked_table(build.schema).fullname
        return (
            f"EXISTS (SELECT FROM {kept} WHERE organization_id = $1 AND client_id = head.client_id)"  # noqa: S608
            f" OR EXISTS (SELECT FROM {parked} WHERE organization_id = $1 AND client_id = head.client_id)"
        )

    return (
        f"SELECT head.client_id, head.version, {', '.join(map(stands, builds))} FROM log.timeline_head AS head"  # noqa: S608
        " WHERE head.organization_id = $1 ORDER BY head.client_id"
    )


def _packed(
    organization: Organization, clients: Mapping[tuple[Target, ...], Sequence[tuple[UUID, int]]]
) -> Iterable[Chunk]:
    for targets, waiting in clients.items():
        packed: list[UUID] = []
        events = 0
        for place, (client_id, version) in enumerate(waiting, start=1):
            packed.append(client_id)
            events += version
            if place == len(waiting) or events + waiting[place][1] > EVENTS_A_CHUNK:
                yield Chunk(organization.organization_id, tuple(packed), targets, events)
                packed, events = [], 0


async def _each(pool: ProcessPoolExecutor, chunks: Sequence[Chunk]) -> AsyncIterator[Done]:
    futures: list[Future[Done]] = [pool.submit(work, chunk) for chunk in chunks]
    for finished in asyncio.as_completed([asyncio.wrap_future(future) for future in futures]):
        yield await finished


async def _note(owner: Owner, done: Done) -> None:
    await owner.execute(
        f"UPDATE {SCHEMA}.build SET events_done = events_done + $2 WHERE schema_name = ANY($1)",  # noqa: S608
        [target.schema for target in done.chunk.targets],
        done.chunk.events,
    )


async def _follow(
    owner_dsn: str,
    keks: KeyEncryptionKeys,
    projections: Iterable[Projection[Any]],
    names: Sequence[str],
) -> None:
    """Follow the logs from where the builds were made up to now, so that no reader goes back in time."""
    async with _pools(owner_dsn) as (pool, log_pool):
        builds = Builds(pool, tuple(projections))
        await builds.refresh()
        keyring = Keyring(log_pool, keks)
        projector = Projector(keyring, Organizations(log_pool, keyring), builds)
        follower = Follower(pool, Wakeups(owner_dsn), lambda: names, projector.handle, workers=1)
        for organization_id in await behind(pool, names):
            await follower.follow(organization_id)


@asynccontextmanager
async def _pools(owner_dsn: str) -> AsyncIterator[tuple[asyncpg.Pool, asyncpg.Pool]]:
    async with await open_pool(owner_dsn, min_size=1) as pool, await open_pool(owner_dsn, min_size=1) as log_pool:
        yield pool, log_pool
