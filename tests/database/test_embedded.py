"""The embedded server survives being killed, and several processes share it."""

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import psutil
import pytest

from service.database.connection import open_pool
from service.database.embedded import DatabaseUrls, EmbeddedPostgres
from service.database.migrate import migrate
from service.log.store import EventStore
from service.log.verify import verify
from tests.databases import new_organization
from tests.log.events import sealed_event

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that one test after another uses."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture
def embedded(folder: Path) -> Iterator[EmbeddedPostgres]:
    embedded = EmbeddedPostgres(folder)
    yield embedded
    embedded.stop()


async def test_what_was_acknowledged_is_there_after_every_process_was_killed(embedded: EmbeddedPostgres) -> None:
    urls = await asyncio.to_thread(embedded.start)
    await migrate(urls.owner)
    organization_id = await new_organization(urls)
    async with await open_pool(urls.app) as pool:
        store = EventStore(pool)
        acknowledged: list[int] = []

        async def keep_appending() -> None:
            while True:
                (place,) = await store.append(organization_id, [sealed_event(uuid4(), 1)])
                acknowledged.append(place.position)
                if place.position == 200:
                    _kill_all(embedded)

        await asyncio.gather(*(keep_appending() for _ in range(4)), return_exceptions=True)

        again = await asyncio.to_thread(embedded.start)

        assert again == urls
        stored = [event.position for event in await store.log(organization_id, limit=100_000)]
        assert set(acknowledged) <= set(stored)
        assert (await verify(store, organization_id)).intact
        await store.append(organization_id, [sealed_event(uuid4(), 1)])
        await store.close()


async def test_a_service_that_is_killed_leaves_a_server_that_the_next_takes_over(
    embedded: EmbeddedPostgres, folder: Path
) -> None:
    service = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _SERVICE, str(folder), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert service.stdout is not None
    assert await service.stdout.readline() == b"started\n"
    server = _server_pid(embedded)
    service.kill()
    await service.wait()

    urls = await asyncio.to_thread(embedded.start)

    assert _server_pid(embedded) == server
    await _ask(urls)
    await asyncio.to_thread(embedded.stop)
    with pytest.raises(OSError, match=r"Connection refused|No such file"):
        await _ask(urls)


async def test_the_server_stops_with_the_last_that_uses_it(embedded: EmbeddedPostgres, folder: Path) -> None:
    other = EmbeddedPostgres(folder)
    urls = await asyncio.to_thread(embedded.start)
    assert await asyncio.to_thread(other.start) == urls

    await asyncio.to_thread(embedded.stop)
    await _ask(urls)
    await asyncio.to_thread(other.stop)

    with pytest.raises(OSError, match=r"Connection refused|No such file"):
        await _ask(urls)
    await asyncio.to_thread(other.stop)


async def test_a_number_in_the_lock_file_that_is_now_another_program_is_no_obstacle(
    embedded: EmbeddedPostgres, folder: Path
) -> None:
    await asyncio.to_thread(embedded.start)
    lock_file = folder / "postgres" / "cluster" / "postmaster.pid"
    text = lock_file.read_text()
    _kill_all(embedded)
    bystander = await asyncio.create_subprocess_exec("sleep", "60")
    try:
        lock_file.write_text(text.replace(text.splitlines()[0], str(bystander.pid), 1))
        await _ask(await asyncio.to_thread(embedded.start))
    finally:
        bystander.kill()
        await bystander.wait()


async def test_what_is_left_of_a_killed_server_is_no_obstacle(embedded: EmbeddedPostgres, folder: Path) -> None:
    await asyncio.to_thread(embedded.start)
    lock_file = folder / "postgres" / "cluster" / ".s.PGSQL.5432.lock"
    text = lock_file.read_text()
    _kill_all(embedded)
    bystander = await asyncio.create_subprocess_exec("sleep", "60")
    try:
        lock_file.write_text(text.replace(text.splitlines()[0], str(bystander.pid), 1))
        await _ask(await asyncio.to_thread(embedded.start))
    finally:
        bystander.kill()
        await bystander.wait()


async def test_a_start_waits_for_a_server_that_is_ending(embedded: EmbeddedPostgres) -> None:
    urls = await asyncio.to_thread(embedded.start)
    busy = await asyncpg.connect(urls.app)
    os.kill(_server_pid(embedded), signal.SIGTERM)  # it ends when the last connection does
    starting = asyncio.create_task(asyncio.to_thread(embedded.start))
    await asyncio.sleep(0.5)
    assert not starting.done()

    await busy.close()

    await _ask(await starting)


async def test_processes_that_outlive_a_killed_server_are_ended(embedded: EmbeddedPostgres) -> None:
    urls = await asyncio.to_thread(embedded.start)
    superuser = await asyncpg.connect(urls.superuser)
    never_looks_up = "do $$ begin loop perform 1; end loop; end $$"
    busy = asyncio.create_task(superuser.execute(never_looks_up))
    await asyncio.sleep(0.2)
    os.kill(_server_pid(embedded), signal.SIGKILL)

    await _ask(await asyncio.to_thread(embedded.start))

    assert isinstance((await asyncio.gather(busy, return_exceptions=True))[0], asyncpg.PostgresError | OSError)


async def test_a_long_path_and_one_with_odd_letters_work(tmp_path: Path) -> None:
    embedded = EmbeddedPostgres(tmp_path / f"it's ünusual {'x' * 100}")
    try:
        await _ask(await asyncio.to_thread(embedded.start))
    finally:
        await asyncio.to_thread(embedded.stop)


async def test_statements_that_fail_leave_no_trace_of_what_they_held(embedded: EmbeddedPostgres) -> None:
    urls = await asyncio.to_thread(embedded.start)
    connection = await asyncpg.connect(urls.app)
    for statement in ("select 'a-canary' || 1/0", "select 'a-canary' frmo x", "select cast($1 || 'x' as integer)"):
        with pytest.raises(asyncpg.PostgresError):
            await connection.fetch(statement, *(["a-canary"] if "$1" in statement else []))
    await connection.close()

    log = embedded.log_file.read_text()
    assert "division by zero" in log
    assert "a-canary" not in log.replace('invalid input syntax for type integer: "a-canaryx"', "")


def test_the_folders_are_closed_to_other_users(embedded: EmbeddedPostgres, folder: Path) -> None:
    embedded.start()

    assert (folder / "postgres" / "cluster").stat().st_mode & 0o077 == 0
    assert (folder / "postgres" / "cluster" / ".s.PGSQL.5432").stat().st_mode & 0o077 == 0
    if os.geteuid() == 0:
        assert psutil.Process(_server_pid(embedded)).uids().effective != 0


async def test_folders_above_stay_as_closed_as_they_were(tmp_path: Path) -> None:
    above = [tmp_path / "mine", tmp_path / "mine" / "alone"]
    for each in above:
        each.mkdir(mode=0o700)
    modes = {parent: parent.stat().st_mode for parent in (above[-1], *above[-1].parents)}

    embedded = EmbeddedPostgres(above[-1])
    try:
        await _ask(await asyncio.to_thread(embedded.start))
    finally:
        await asyncio.to_thread(embedded.stop)

    assert {parent: parent.stat().st_mode for parent in modes} == modes


_SERVICE = """
import sys, time
from pathlib import Path
from service.database.embedded import EmbeddedPostgres
EmbeddedPostgres(Path(sys.argv[1])).start()
print("started", flush=True)
time.sleep(600)
"""


async def _ask(urls: DatabaseUrls) -> None:
    connection = await asyncpg.connect(urls.app)
    assert await connection.fetchval("select current_user") == "care_timeline_app"
    await connection.close()


def _server_pid(embedded: EmbeddedPostgres) -> int:
    return int((embedded.log_file.parent / "cluster" / "postmaster.pid").read_text().splitlines()[0])


def _kill_all(embedded: EmbeddedPostgres) -> None:
    """Kills every process of the server at once, none of which can say goodbye."""
    server = psutil.Process(_server_pid(embedded))
    processes = [server, *server.children(recursive=True)]
    for process in processes:
        process.suspend()
    for process in processes:
        process.send_signal(signal.SIGKILL)
    psutil.wait_procs(processes, timeout=10)
