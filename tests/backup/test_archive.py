"""An archive restores any moment; the drill takes a small clinic down and brings it back."""

import asyncio
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from samples.drill.disaster import Drill, drill, told
from service.backup.archiving import Archive, keep, receiving
from service.backup.errors import BackupRefused, RestoreRefused
from service.backup.moment import restore_to
from service.database.embedded import EmbeddedPostgres
from service.runtime import clock
from tests.backup.test_backup import nothing_built


async def test_an_archive_is_restored_to_any_moment_since_its_first_base(tmp_path: Path) -> None:
    server, archive = EmbeddedPostgres(tmp_path / "first"), Archive(tmp_path / "archive")
    urls = await asyncio.to_thread(server.start)
    async with receiving(archive, urls.superuser, server.programs):
        await archive.add_base(urls.superuser, server.programs)
        connection = await asyncpg.connect(server.urls("care_timeline").superuser)
        await connection.execute("create table entry (said text)")
        await connection.execute("insert into entry values ('before')")

        until = clock.now()
        await connection.execute("insert into entry values ('after')")
        await received(connection)
        await connection.close()
    stopping = asyncio.Event()
    stopping.set()
    await keep(archive, urls.superuser, server.programs, stopping, every=timedelta(days=1), days=7)
    await asyncio.to_thread(server.stop)

    with pytest.raises(RestoreRefused, match="no base from before that moment: the first is of"):
        await restore_to(EmbeddedPostgres(tmp_path / "none"), archive, until - timedelta(days=1))
    quiet = EmbeddedPostgres(tmp_path / "quiet")
    await restore_to(quiet, archive, clock.now())
    assert await said(quiet) == ["before", "after"], "nothing was recorded after that moment"
    await asyncio.to_thread(quiet.stop)
    restored = EmbeddedPostgres(tmp_path / "second")
    await restore_to(restored, archive, until)

    assert await said(restored) == ["before"]
    there = await asyncpg.connect(restored.urls("care_timeline").superuser)
    await there.execute("insert into entry values ('and it goes on')")
    assert not await there.fetchval("show restore_command")
    await there.close()
    with pytest.raises(BackupRefused, match="or of this one before it was restored"):
        await keep(archive, restored.urls("care_timeline").superuser, restored.programs, stopping,
                   every=timedelta(days=1), days=7)  # fmt: skip
    with pytest.raises(RestoreRefused, match="There is a record in the data folder already"):
        await restore_to(restored, archive, None)
    await asyncio.to_thread(restored.stop)


async def received(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Wait until the archive has what the server has written."""
    for _ in range(500):
        if await connection.fetchval("select flush_lsn >= pg_current_wal_flush_lsn() from pg_stat_replication"):
            return
        await asyncio.sleep(0.02)
    pytest.fail("the archive lags behind")


async def said(server: EmbeddedPostgres) -> list[str]:
    """What the entries in the server's database say."""
    connection = await asyncpg.connect(server.urls("care_timeline").superuser)
    try:
        return [row[0] for row in await connection.fetch("select said from entry")]
    finally:
        await connection.close()


async def test_a_clinic_is_backed_up_destroyed_and_restored_while_somebody_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("samples.drill.disaster.build_projections", nothing_built)

    outcome = await drill(tmp_path, Drill(clients=2, events=40, before_seconds=0.1, after_seconds=0.1))

    assert outcome.good, told(outcome, clock.now())
    assert outcome.from_backup.lost > 0
    assert outcome.from_archive.lost < outcome.from_backup.lost / 2
    assert "as the last checkpoint tells" in told(outcome, clock.now())
