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
from service.access.caller import operator
from service.audit.errors import CheckpointRefused
from service.backup.archiving import Archive, receiving
from service.backup.making import back_up
from service.backup.manifest import Backup
from service.backup.moment import restore_to
from service.backup.restoring import keys_there, require_empty, require_keys, restore, unmigrated
from service.bootstrap import Addresses, System, connected, prepare
from service.cli.organization import set_up
from service.cli.restoring import build_projections
from service.database.embedded import EMBEDDED_DATABASE, EmbeddedPostgres, postgres_programs
from service.deployment_keys import key_encryption_keys
from service.log.keyring import ClientErased
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


class Recovery(NamedTuple):
    """What came of restoring one way."""

    events: int
    """How many there are again."""
    lost: int
    """How many that had been acknowledged there are not."""
    lost_seconds: float
    """The recovery point: how long before the end the last of those was acknowledged that there are."""
    serving_seconds: float
    """The recovery time, until it records and reads again, clients one by one."""
    whole_seconds: float
    """The same, until the projections and the lists made of them are there too."""
    intact: bool
    """Whether every event verifies."""
    known: bool
    """Whether the last checkpoint, which was put down elsewhere, tells that events are lost."""
    erased: bool
    """Whether a client who stands on the list of those erased since is erased again, and their record opens no more."""


class Outcome(NamedTuple):
    """What a drill found."""

    events: int
    """How many had been acknowledged when the server was destroyed, the simulated clinic's among them."""
    checkpoint: int
    """Of how many events the last checkpoint was signed."""
    log_bytes: int
    keys_bytes: int
    backup_seconds: float
    written_meanwhile: int
    """Events acknowledged while the backup was being written."""
    from_backup: Recovery
    from_archive: Recovery

    @property
    def good(self) -> bool:
        """Whether all that was restored verifies, and the checkpoint told of what it could: of events that it has."""
        both = self.from_backup, self.from_archive
        return all(each.intact and each.erased and each.known == (each.events < self.checkpoint) for each in both)


async def drill(folder: Path, how: Drill) -> Outcome:
    """Run it in a new folder, with an embedded PostgreSQL of its own; nothing real is touched."""
    settings = Settings(
        database_url=None, owner_database_url=None, key_encryption_keys=None, signing_keys=None,
        data_dir=folder / "clinic", checkpoint_folder=folder / "checkpoints",
    )  # fmt: skip
    log_folder, keys_folder, archive = folder / "backup", folder / "keys", Archive(folder / "archive")
    key_encryption_keys(settings)
    server = EmbeddedPostgres(settings.data_dir)
    urls = await asyncio.to_thread(server.start)
    await prepare(urls.owner)
    programs, addresses = postgres_programs(), Addresses(urls.app, urls.owner)
    async with connected(settings, addresses) as system, receiving(archive, urls.superuser, programs):
        organization = await set_up(addresses, "Clinic of the drill", "America/Chicago")
        today = clock.now().date()
        clinic = SimulationOptions(1, how.clients, how.events, today - timedelta(weeks=WEEKS), today)
        await write(system, organization, clinic)
        await archive.add_base(urls.superuser, programs)
        writer = Writer(system, organization.organization_id)
        writing = asyncio.create_task(writer.write())
        await asyncio.sleep(how.before_seconds)
        begun, so_far = time.monotonic(), len(writer.acknowledged)
        await back_up(urls.superuser, programs, log_folder, keys_folder)
        backup_seconds, meanwhile = time.monotonic() - begun, len(writer.acknowledged) - so_far
        await asyncio.sleep(how.after_seconds)
        signed = await system.checkpoint_signer.make(organization.organization_id)
        destroyed_at = clock.now()
        await asyncio.to_thread(destroy, settings.data_dir)
        await writing
    await asyncio.to_thread(server.stop)
    from_backup = await _from_backup(settings, Backup.read(log_folder, keys_folder), writer, destroyed_at)
    elsewhere = settings.model_copy(update={"data_dir": folder / "elsewhere"})
    shutil.copytree(settings.data_dir, elsewhere.data_dir, ignore=shutil.ignore_patterns("postgres"))
    return Outcome(
        events=writer.acknowledged[-1][0],
        checkpoint=signed.checkpoint.size,
        log_bytes=_bytes_in(log_folder),
        keys_bytes=_bytes_in(keys_folder),
        backup_seconds=backup_seconds,
        written_meanwhile=meanwhile,
        from_backup=from_backup,
        from_archive=await _from_archive(elsewhere, archive, writer, destroyed_at),
    )


def destroy(data_dir: Path) -> None:
    """Kill the embedded server as a failing machine does, and take away its data: all but the keys beside them."""
    cluster = data_dir / "postgres" / "cluster"
    pid = int((cluster / "postmaster.pid").read_text(encoding="utf-8").partition("\n")[0])
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + _GONE_SECONDS
    while cluster.exists():
        # Processes of the killed server may write for a moment yet.
        with suppress(OSError):
            shutil.rmtree(cluster)
        if time.monotonic() > deadline:
            raise TimeoutError(f"{cluster} could not be taken away.")


async def _from_backup(settings: Settings, backup: Backup, writer: Writer, destroyed_at: datetime) -> Recovery:
    begun = time.monotonic()
    require_keys(backup.key_encryption_keys, keys_there(settings))
    async with unmigrated(settings) as addresses:
        assert addresses.owner is not None
        await require_empty(addresses.owner)
        await restore(addresses.owner, postgres_programs(), backup)
        await prepare(addresses.owner)
        async with connected(settings, addresses) as system:
            await _read_one(system, writer.organization_id)
            serving = time.monotonic() - begun
        await build_projections(settings, addresses.owner)
        whole = time.monotonic() - begun
        return await _judged(settings, addresses, writer, destroyed_at, (serving, whole))


async def _from_archive(settings: Settings, archive: Archive, writer: Writer, destroyed_at: datetime) -> Recovery:
    begun = time.monotonic()
    server = EmbeddedPostgres(settings.data_dir)
    await restore_to(server, archive, until=None)
    try:
        urls = server.urls(EMBEDDED_DATABASE)
        await prepare(urls.owner)
        addresses = Addresses(urls.app, urls.owner)
        async with connected(settings, addresses) as system:
            await _read_one(system, writer.organization_id)
            took = time.monotonic() - begun
        return await _judged(settings, addresses, writer, destroyed_at, (took, took))
    finally:
        await asyncio.to_thread(server.stop)


async def _judged(
    settings: Settings, addresses: Addresses, writer: Writer, destroyed_at: datetime, took: tuple[float, float]
) -> Recovery:
    async with connected(settings, addresses) as system:
        verified = await verify(system.store, writer.organization_id)
        events = await system.store.log_head(writer.organization_id)
        known = False
        try:
            await system.checkpoint_signer.make(writer.organization_id)
        except CheckpointRefused:
            known = True
        erased = await _erased_again(system, writer.organization_id)
    lost = sum(position > events for position, _ in writer.acknowledged)
    last = max((moment for position, moment in writer.acknowledged if position <= events), default=destroyed_at)
    return Recovery(
        events=events,
        lost=lost,
        lost_seconds=max(0.0, (destroyed_at - last).total_seconds()) if lost else 0.0,
        serving_seconds=took[0],
        whole_seconds=took[1],
        intact=verified.intact and verified.events == events,
        known=known,
        erased=erased,
    )


async def _erased_again(system: System, organization_id: UUID) -> bool:
    """Erase the client of the log's first event, as if they stood on the list of those who had been erased since."""
    (first,) = await system.store.log(organization_id, after=0, limit=1)
    await system.erasures.again(operator(organization_id), [first.client_id])
    try:
        await system.timelines.read(organization_id, first.client_id)
    except ClientErased:
        return True
    return False


async def _read_one(system: System, organization_id: UUID) -> None:
    """Read the client of the last event, as whoever calls first will."""
    end = await system.store.log_head(organization_id)
    (last,) = await system.store.log(organization_id, after=end - 1, limit=1)
    await system.timelines.read(organization_id, last.client_id)


def _bytes_in(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir())


def told(outcome: Outcome, moment: datetime) -> str:
    """The outcome in a few lines."""
    log, keys = outcome.log_bytes / 1e6, outcome.keys_bytes / 1e6
    lines = [
        f"Drill of {moment:%d %B %Y}. When the server was destroyed, {outcome.events:,} events were acknowledged.",
        (
            f"Backup: written in {outcome.backup_seconds:.1f} s, {log:,.1f} MB of log and {keys:,.1f} MB of keys;"
            f" {outcome.written_meanwhile:,} events were recorded meanwhile."
        ),
    ]
    for name, found in (("backup", outcome.from_backup), ("archive", outcome.from_archive)):
        lost = f"{found.lost:,} events of the last {found.lost_seconds:.1f} s" if found.lost else "nothing"
        told_by = ", as the last checkpoint tells" if found.known else ""
        lines += [
            f"From the {name}:",
            (
                f"  recovery time   {found.serving_seconds:.1f} s until it records and reads again,"
                f" {found.whole_seconds:.1f} s until the lists are there too"
            ),
            f"  recovery point  lost is {lost}{told_by}",
            f"  verified        {found.events:,} events, {'all' if found.intact else 'NOT ALL'} as they were recorded",
            f"  erasures        one client of the list {'is erased again' if found.erased else 'is NOT ERASED'}",
        ]
    return "\n".join(lines)
