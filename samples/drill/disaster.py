"""The drill: what is done, and what it says of the time that it took and of what was lost."""

import asyncio
import os
import shutil
import signal
import time
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple
from uuid import UUID

from samples.drill.writer import Writer
from samples.simulation.recording import SimulationOptions, write
from service.audit.errors import CheckpointRefused
from service.backup.making import back_up, reading_all
from service.backup.manifest import Backup
from service.backup.restoring import keys_there, require_empty, require_keys, restore, unmigrated
from service.bootstrap import (
    Addresses,
    System,
    connected,
    key_encryption_keys,
    prepare,
)
from service.cli.organization import set_up
from service.cli.restoring import build_projections
from service.database.embedded import EmbeddedPostgres, postgres_programs
from service.log.verify import verify
from service.runtime import clock
from service.settings import Settings

WEEKS: Final = 26
_GONE_SECONDS: Final = 30


class Drill(NamedTuple):
    """How a drill is run."""

    clients: int = 200
    events: int = 20_000
    before_seconds: float = 1.0
    """How long is written before the backup is taken."""
    after_seconds: float = 3.0
    """How long it goes on after it, until all is destroyed: in life the time since the last backup."""


class Outcome(NamedTuple):
    """What a drill found."""

    events: int
    """How many had been acknowledged when the server was destroyed, the simulated clinic's among them."""
    lost: int
    lost_seconds: float
    """The recovery point: how far before the end the last event is that was restored."""
    log_bytes: int
    keys_bytes: int
    backup_seconds: float
    written_meanwhile: int
    """Events acknowledged while the backup was being taken."""
    serving_seconds: float
    """The recovery time, until it records and reads again, clients one by one."""
    built_seconds: float
    """The same, until the projections and the lists made of them are there too."""
    intact: bool
    """Whether every event that was restored verifies."""
    known: bool
    """Whether the loss was known by the last checkpoint, which was put down elsewhere."""


async def drill(folder: Path, how: Drill) -> Outcome:
    """Run it in a new folder, with an embedded PostgreSQL of its own; nothing real is touched."""
    settings = Settings(
        database_url=None, owner_database_url=None, key_encryption_keys=None, signing_keys=None,
        data_dir=folder / "clinic", checkpoint_folder=folder / "checkpoints",
    )  # fmt: skip
    log_folder, keys_folder = folder / "backup", folder / "keys"
    key_encryption_keys(settings)
    server = EmbeddedPostgres(settings.data_dir)
    urls = await asyncio.to_thread(server.start)
    await prepare(urls.owner)
    addresses = Addresses(urls.app, urls.owner)
    async with connected(settings, addresses) as system:
        organization = await set_up(addresses, "Clinic of the drill", "America/Chicago")
        id_ = organization.organization_id
        today = clock.now().date()
        clinic = SimulationOptions(1, how.clients, how.events, today - timedelta(weeks=WEEKS), today)
        await write(system, organization, clinic)
        writer = Writer(system, id_)
        writing = asyncio.create_task(writer.write())
        await asyncio.sleep(how.before_seconds)
        begun, so_far = time.monotonic(), len(writer.acknowledged)
        async with reading_all(settings) as address:
            await back_up(address, postgres_programs(), log_folder, keys_folder)
        backup_seconds, meanwhile = time.monotonic() - begun, len(writer.acknowledged) - so_far
        await asyncio.sleep(how.after_seconds)
        await system.checkpoint_signer.make(id_)
        destroyed_at = clock.now()
        await asyncio.to_thread(destroy, settings.data_dir)
        await writing
        last = writer.acknowledged[-1][0]
    found = await _recovered(settings, Backup.read(log_folder, keys_folder), id_)
    lost = [moment for position, moment in writer.acknowledged if position > found.events]
    since = next((moment for position, moment in reversed(writer.acknowledged) if position <= found.events), None)
    return Outcome(
        events=last,
        lost=len(lost),
        lost_seconds=(destroyed_at - since).total_seconds() if since else 0.0,
        log_bytes=_bytes_in(log_folder),
        keys_bytes=_bytes_in(keys_folder),
        backup_seconds=backup_seconds,
        written_meanwhile=meanwhile,
        serving_seconds=found.serving_seconds,
        built_seconds=found.built_seconds,
        intact=found.intact,
        known=found.known,
    )


def destroy(data_dir: Path) -> None:
    """Kill the embedded server as a failing machine does, and take away its data: all but the keys beside them."""
    cluster = data_dir / "postgres" / "cluster"
    pid = int((cluster / "postmaster.pid").read_text(encoding="utf-8").partition("\n")[0])
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + _GONE_SECONDS
    while (data_dir / "postgres").exists():
        # Processes of the killed server may write for a moment yet.
        with suppress(OSError):
            shutil.rmtree(data_dir / "postgres")
        if time.monotonic() > deadline:
            raise TimeoutError(f"{data_dir} could not be taken away.")


class _Recovered(NamedTuple):
    events: int
    intact: bool
    known: bool
    serving_seconds: float
    built_seconds: float


async def _recovered(settings: Settings, backup: Backup, organization_id: UUID) -> _Recovered:
    begun = time.monotonic()
    require_keys(backup, keys_there(settings))
    async with unmigrated(settings) as addresses:
        assert addresses.owner is not None
        await require_empty(addresses.owner)
        await restore(addresses.owner, postgres_programs(), backup)
        await prepare(addresses.owner)
        async with connected(settings, addresses) as system:
            events = await system.store.log_head(organization_id)
            await _read_one(system, organization_id)
            serving = time.monotonic() - begun
        await build_projections(settings, addresses.owner)
        built = time.monotonic() - begun
        async with connected(settings, addresses) as system:
            verified = await verify(system.store, organization_id)
            known = False
            try:
                await system.checkpoint_signer.make(organization_id)
            except CheckpointRefused:
                known = True
    return _Recovered(events, verified.intact and verified.events == events, known, serving, built)


async def _read_one(system: System, organization_id: UUID) -> None:
    """Read the client of the last event, as whoever calls first will."""
    end = await system.store.log_head(organization_id)
    (last,) = await system.store.log(organization_id, after=end - 1, limit=1)
    await system.timelines.read(organization_id, last.client_id)


def _bytes_in(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir())


def told(outcome: Outcome, moment: datetime) -> str:
    """The outcome in a few lines."""
    intact = "every event is as it was recorded" if outcome.intact else "NOT ALL EVENTS FIT"
    known = "the last checkpoint tells" if outcome.known else "no checkpoint tells"
    log, keys = outcome.log_bytes / 1e6, outcome.keys_bytes / 1e6
    return "\n".join(
        (
            f"Drill of {moment:%d %B %Y}. When the server was destroyed, {outcome.events:,} events were acknowledged.",
            f"Backup:         {outcome.backup_seconds:.1f} s for {log:,.1f} MB of log and {keys:,.1f} MB of keys;"
            f" {outcome.written_meanwhile:,} events were recorded meanwhile.",
            f"Recovery time:  {outcome.serving_seconds:.1f} s until it records and reads again,"
            f" {outcome.built_seconds:.1f} s until the lists are there too.",
            f"Recovery point: {outcome.lost_seconds:.1f} s. Lost are {outcome.lost:,} events, those since the backup;"
            f" {known}.",
            f"Verified:       {intact}.",
        )
    )
