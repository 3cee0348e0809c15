"""Restoring the embedded server from an archive, to a moment or as far as it reaches."""

import asyncio
import shutil
import time
from datetime import datetime
from pathlib import Path
from typing import Final

import asyncpg

from service.backup.archiving import Archive
from service.backup.errors import RestoreRefused
from service.backup.manifest import moment
from service.database.embedded import OWN_SETTINGS, EmbeddedPostgres, EmbeddedPostgresError

_RECEIVED: Final = "received_wal"
"""Where in the cluster the received log lies while it is replayed: its server may not be let into the archive."""
_LONGEST_SECONDS: Final = 6 * 3600.0
_LOOK_SECONDS: Final = 0.05
_NOTHING_LATER: Final = "recovery ended before configured recovery target was reached"
_PARTIAL: Final = ".partial"


async def restore_to(server: EmbeddedPostgres, archive: Archive, until: datetime | None) -> None:
    """Make the server's data of the newest base before `until`, and replay what the archive has up to then.

    Without `until` all that there is. Leaves the server running. Raises RestoreRefused, EmbeddedPostgresError.
    """
    if server.exists:
        raise RestoreRefused(
            "There is a record in the data folder already, and an archive is restored into an empty one only: name"
            " another with CARE_TIMELINE_DATA_DIR."
        )
    bases = [base for finished, base in archive.bases() if until is None or finished <= until]
    if not bases:
        first = next((f": the first is of {moment(finished)}" for finished, _ in archive.bases()), "")
        raise RestoreRefused(f"{archive.folder} has no base from before that moment{first}.")
    await asyncio.to_thread(_put_in_place, server, archive, bases[-1], until)
    try:
        await _replay(server)
    except (EmbeddedPostgresError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
        if until is None or _NOTHING_LATER not in server.log_file.read_text(encoding="utf-8", errors="replace"):
            raise
        # PostgreSQL stops at the first transaction after the moment. There is none: all that there is, is from before.
        await asyncio.to_thread(server.bring_settings, _settings(None))
        await _replay(server)


async def _replay(server: EmbeddedPostgres) -> None:
    urls = await asyncio.to_thread(server.start)
    connection = await asyncpg.connect(urls.superuser)
    try:
        await _replayed(connection)
        await asyncio.to_thread(server.forget_settings, _RECEIVED)
        await connection.execute("select pg_reload_conf()")
    finally:
        await connection.close()


def _settings(until: datetime | None) -> str:
    settings = [f"restore_command = 'cp {_RECEIVED}/%f %p'", "recovery_target_action = 'promote'"]
    if until is not None:
        settings.append(f"recovery_target_time = '{until.isoformat()}'")
    return "".join(f"{each}\n" for each in settings)


def _put_in_place(server: EmbeddedPostgres, archive: Archive, base: Path, until: datetime | None) -> None:
    def prepare(cluster: Path) -> None:
        received = cluster / _RECEIVED
        received.mkdir()
        for file in archive.wal.iterdir():
            name = file.name.removesuffix(_PARTIAL)
            if file.name == name or not (archive.wal / name).exists():
                shutil.copy(file, received / name)
        (cluster / OWN_SETTINGS).write_text(_settings(until), encoding="utf-8")
        (cluster / "recovery.signal").touch()

    server.take_cluster(base, prepare)


async def _replayed(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Wait until everything is replayed and the server takes writes."""
    deadline = time.monotonic() + _LONGEST_SECONDS
    while await connection.fetchval("select pg_is_in_recovery()"):
        if time.monotonic() > deadline:
            raise RestoreRefused("The server was still replaying after six hours: its log says more.")
        await asyncio.sleep(_LOOK_SECONDS)
