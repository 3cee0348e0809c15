"""Continuous archiving: base backups of the embedded server, and its write-ahead log as it is written.

From both the server is restored to any moment since the oldest base. What is restored is the whole server, so keys
cannot be apart here: the wrapped keys of clients are in it, those too that were destroyed since. That is why bases are
kept for days, not for years (making.py writes what is kept longer).
"""

import asyncio
import json
import shutil
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import asyncpg

from service.backup.errors import BackupRefused
from service.backup.postgres_tools import ToolFailed, run_tool
from service.runtime import clock

WAL_FOLDER: Final = "wal"
UNFINISHED: Final = ".unfinished"
SLOT: Final = "care_timeline_archive"
"""The replication slot by which the server keeps what the archive has not got yet."""

_BASE: Final = "base-"
_MOMENT: Final = "%Y%m%dT%H%M%S.%fZ"
_LOOK_SECONDS: Final = 1.0
_STOP_SECONDS: Final = 2.0
_SERVER: Final = "select s.system_identifier, c.timeline_id from pg_control_system() s, pg_control_checkpoint() c"


class Archive:
    """A folder with bases, each named by when it was finished, and the write-ahead log."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.wal = folder / WAL_FOLDER

    def bases(self) -> list[tuple[datetime, Path]]:
        """The finished bases with the moments from which on they can be restored, the oldest first."""
        names = [each for each in self.folder.glob(f"{_BASE}*Z") if each.is_dir()]
        return sorted((datetime.strptime(each.name, f"{_BASE}{_MOMENT}").replace(tzinfo=UTC), each) for each in names)

    async def add_base(self, address: str, programs: Path) -> Path:
        """Add a base of the server as it is now. Raises BackupRefused."""
        made = self.folder / f"{_BASE}new{UNFINISHED}"
        shutil.rmtree(made, ignore_errors=True)
        try:
            how = (f"--pgdata={made}", "--checkpoint=fast", "--no-password")
            await run_tool(programs / "pg_basebackup", address, *how)
        except ToolFailed as error:
            raise BackupRefused(f"PostgreSQL could not copy itself: {error}.") from None
        base = self.folder / f"{_BASE}{clock.now():{_MOMENT}}"  # it is good from its end on
        made.rename(base)
        return base

    async def forget(self, before: datetime, programs: Path) -> None:
        """Take away the bases from before that moment, but for the newest one, and the log that no base needs.

        Raises BackupRefused.
        """
        bases = self.bases()
        kept = [base for finished, base in bases if finished >= before] or [base for _, base in bases[-1:]]
        for _, base in bases:
            if base not in kept:
                await asyncio.to_thread(shutil.rmtree, base)
        if not kept:
            return
        try:
            await run_tool(programs / "pg_archivecleanup", None, str(self.wal), _needs(kept[0]))
        except ToolFailed as error:
            raise BackupRefused(f"PostgreSQL could not tidy {self.wal}: {error}.") from None


@asynccontextmanager
async def receiving(archive: Archive, address: str, programs: Path) -> AsyncIterator[Callable[[], bool]]:
    """Meanwhile, receive the server's write-ahead log as it is written; gives what says whether it still does.

    Raises BackupRefused.
    """
    archive.wal.mkdir(parents=True, exist_ok=True, mode=0o700)
    archive.folder.chmod(0o700)
    program = programs / "pg_receivewal"
    try:
        await run_tool(program, address, "--create-slot", "--if-not-exists", f"--slot={SLOT}")
    except ToolFailed as error:
        raise BackupRefused(f"PostgreSQL does not hand out its write-ahead log: {error}.") from None
    process = await asyncio.create_subprocess_exec(
        str(program), f"--dbname={address}", f"--directory={archive.wal}", f"--slot={SLOT}", "--synchronous",
        stdin=asyncio.subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        yield lambda: process.returncode is None
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        try:
            await asyncio.wait_for(process.wait(), _STOP_SECONDS)
        except TimeoutError:
            process.kill()  # it waits for a server that is gone; what it has received is on the disk already
            await process.wait()


async def keep(
    archive: Archive, address: str, programs: Path, stopping: asyncio.Event, *, every: timedelta, days: int
) -> None:
    """Receive the log and add a base now and then, until asked to stop. Raises BackupRefused.

    Bases older than so many days go when a new one is there, and what no base needs of the log.
    """
    await _require_its_own(archive, address)
    async with receiving(archive, address, programs) as receives:
        while not stopping.is_set():
            bases = archive.bases()
            if not bases or clock.now() - bases[-1][0] >= every:
                await archive.add_base(address, programs)
                await archive.forget(clock.now() - timedelta(days=days), programs)
            if not receives():
                raise BackupRefused("pg_receivewal ended: what it said stands above. Start the archive again.")
            try:
                await asyncio.wait_for(stopping.wait(), _LOOK_SECONDS)
            except TimeoutError:
                continue


async def _require_its_own(archive: Archive, address: str) -> None:
    """Raises BackupRefused where the archive is of another server, or of this one before it was restored."""
    connection = await asyncpg.connect(address)
    try:
        here = await connection.fetchrow(_SERVER)
    finally:
        await connection.close()
    for _, base in archive.bases()[-1:]:
        manifest = json.loads((base / "backup_manifest").read_text(encoding="utf-8"))
        if (manifest["System-Identifier"], manifest["WAL-Ranges"][-1]["Timeline"]) != tuple(here or ()):
            raise BackupRefused(
                f"{archive.folder} is the archive of another server, or of this one before it was restored: name a new"
                " folder, and keep that one until you need it no more."
            )


def _needs(base: Path) -> str:
    """The name of the first file of the log that a base needs."""
    label = (base / "backup_label").read_text(encoding="utf-8")
    return label.partition("(file ")[2].partition(")")[0]
