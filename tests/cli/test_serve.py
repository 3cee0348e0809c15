"""Serve: the service as an operator starts and stops it."""

import asyncio
import json
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx
import psutil
import pytest

from service.access.caller import SCOPES_OF_ROLE, Caller, KeyRole
from service.bootstrap import Addresses, System, connected
from service.database.embedded import DatabaseUrls
from tests.builders import registered
from tests.cli.command import environment_of
from tests.data_folders import DataFolder
from tests.databases import new_organization
from tests.projector.comparing import assert_equal_to_fresh_folds
from tests.service_process import COMMAND, ServiceProcess
from tests.system import draft, followed, settings_for


@pytest.fixture
def metrics_port(monkeypatch: pytest.MonkeyPatch) -> int:
    """A port that was free a moment ago, at which the services of this module answer Prometheus."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
    monkeypatch.setenv("CARE_TIMELINE_METRICS_PORT", str(port))
    return port


@pytest.fixture
async def service(data_folder: DataFolder, metrics_port: int) -> AsyncIterator[ServiceProcess]:
    """A service over an embedded server of its own."""
    service = ServiceProcess(data_folder.path)
    yield service
    await service.close()


async def test_it_tells_its_address_follows_the_log_and_ends_in_order(
    database: DatabaseUrls, tmp_path: Path, system: System, counselor: Caller
) -> None:
    await system.recorder.record(counselor, uuid4(), [draft(registered())], new_client=True)
    process, (answers_on, explained_on, ctrl_c) = await _started(database, tmp_path)
    async with httpx.AsyncClient() as http:
        alive = await http.get(f"{answers_on.split()[-1]}/healthz")
        page = await http.get(explained_on.split()[-1])
    await followed(system, counselor.organization_id)
    process.send_signal(signal.SIGTERM)
    last_words, rest = await process.communicate()
    logged = [json.loads(line) for line in rest.splitlines()]

    assert (alive.status_code, page.status_code) == (200, 200)
    assert "Ctrl-C" in ctrl_c
    assert (process.returncode, last_words) == (0, b"Stopped.\n")
    assert not [line for line in logged if line.get("logger") == "uvicorn.access"]
    assert await assert_equal_to_fresh_folds(system, counselor.organization_id) == 1


@pytest.mark.parametrize(
    ("options", "apis", "projectors"),
    [((), 0, 1), (("--no-projector",), 0, 0), (("--workers", "2"), 2, 1), (("--workers", "2", "--no-projector"), 2, 0)],
)
async def test_it_runs_the_processes_asked_for_and_none_is_left_when_it_stops(
    service: ServiceProcess, metrics_port: int, options: tuple[str, ...], apis: int, projectors: int
) -> None:
    await service.start(*options)
    started = [*service.processes("api"), *service.processes("projector")]
    counted = (len(service.processes("api")), len(service.processes("projector")))
    async with httpx.AsyncClient(base_url=service.address) as http:
        alive = [(await http.get("/healthz", headers={"Connection": "close"})).status_code for _ in range(20)]
        metrics = (await http.get(f"http://127.0.0.1:{metrics_port}/metrics")).text.splitlines()
        beside_the_api = await http.get("/metrics")
    async with asyncio.timeout(30):  # the projector gives way to the API
        while any(each.nice() == os.nice(0) for each in service.processes("projector")):  # noqa: ASYNC110 nobody tells
            await asyncio.sleep(0.05)
    niceness = {each.nice() for each in service.processes("api")}
    code = await service.stop()

    assert counted == (apis, projectors)
    assert alive == [200] * 20
    healthy = 'care_timeline_request_seconds_count{method="GET",route="/healthz",status="200"} 20.0'
    assert healthy in metrics, "whichever process answered"
    assert any(line.startswith('care_timeline_projection_lag_events{projection="care_plan"}') for line in metrics)
    assert beside_the_api.status_code == 404
    assert niceness <= {os.nice(0)}
    assert code == 0
    assert [each for each in started if each.is_running()] == []
    assert service.postgresql() == []


async def test_on_one_processor_the_projector_runs_beside_the_api(
    database: DatabaseUrls, tmp_path: Path, system: System, counselor: Caller
) -> None:
    await system.recorder.record(counselor, uuid4(), [draft(registered())], new_client=True)
    on_one = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); "
    process, _ = await _started(database, tmp_path, before=on_one)
    await followed(system, counselor.organization_id)
    children = psutil.Process(process.pid).children()
    process.send_signal(signal.SIGTERM)
    await process.communicate()

    assert process.returncode == 0
    assert children == []


@pytest.mark.parametrize("workers", ["1", "2"])
async def test_it_tells_of_a_log_that_does_not_end_where_its_head_says_and_stops_the_api_before_the_projector(
    fresh_database: DatabaseUrls, tmp_path: Path, workers: str
) -> None:
    recording, differing = [await new_organization(fresh_database) for _ in range(2)]
    superuser = await asyncpg.connect(fresh_database.superuser)
    await superuser.execute("update log.log_head set position = 7 where organization_id = $1", differing)
    await superuser.close()
    addresses = Addresses(fresh_database.app, fresh_database.owner)
    async with connected(settings_for(fresh_database, tmp_path), addresses) as system:
        ana = Caller(recording, uuid4(), "ana", KeyRole.COUNSELOR, SCOPES_OF_ROLE[KeyRole.COUNSELOR])
        await system.recorder.record(ana, uuid4(), [draft(registered())], new_client=True)
        process, (answers_on, *_) = await _started(fresh_database, tmp_path, "--workers", workers)
        await followed(system, recording)
    process.send_signal(signal.SIGTERM)
    _, logged = await process.communicate()

    assert (process.returncode, "http://" in answers_on) == (0, True)
    lines = [json.loads(line) for line in logged.splitlines()]
    told = [line for line in lines if line["event"] == "heads_differ"]
    assert [line["organization_id"] for line in told] == [str(differing)]
    assert "care-timeline verify" in told[0]["to_do"]
    said = [line["event"].partition(" [")[0] for line in lines]
    assert said.count("Waiting for application shutdown.") == int(workers)
    assert "projector_stopped" not in said[: said.index("Waiting for application shutdown.")]
    assert said.count("projector_stopped") == 1


async def test_an_api_that_cannot_start_is_an_error(database: DatabaseUrls, tmp_path: Path) -> None:
    broken = "import service.serving.children as c; c.COMMAND = ('false',); "
    process, said = await _started(database, tmp_path, "--workers", "2", before=broken)
    _, errors = await process.communicate()

    assert said == []
    assert process.returncode == 1
    assert b"The process of the api ended as it began" in errors


async def test_any_asgi_server_serves_the_application_with_its_projector(
    database: DatabaseUrls, tmp_path: Path, system: System, counselor: Caller
) -> None:
    await system.recorder.record(counselor, uuid4(), [draft(registered())], new_client=True)
    environment = {**os.environ, **{k: v for k, v in environment_of(database, tmp_path).items() if v}}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "uvicorn", "--factory", "service.serving.factory:app", "--port", "0"),
        env=environment,
        stderr=PIPE,
    )
    assert process.stderr is not None
    while "running on http://" not in (said := json.loads(await process.stderr.readline())["event"]):
        pass
    async with httpx.AsyncClient() as http:
        ready = await http.get(f"{said.split()[3]}/readyz")
    await followed(system, counselor.organization_id)
    process.send_signal(signal.SIGTERM)
    await process.communicate()

    assert ready.status_code == 200
    assert await assert_equal_to_fresh_folds(system, counselor.organization_id) == 1


async def test_project_alone_keeps_projections_up_to_date(
    database: DatabaseUrls, tmp_path: Path, system: System, counselor: Caller
) -> None:
    await system.recorder.record(counselor, uuid4(), [draft(registered())], new_client=True)
    environment = {**os.environ, **{k: v for k, v in environment_of(database, tmp_path).items() if v}}
    process = await asyncio.create_subprocess_exec(*COMMAND, "project", env=environment, stdout=PIPE, stderr=PIPE)
    await followed(system, counselor.organization_id)
    process.send_signal(signal.SIGTERM)
    said, _ = await process.communicate()

    assert process.returncode == 0
    assert said.decode().splitlines() == ["The projections are kept up to date. Ctrl-C stops it.", "Stopped."]
    assert await assert_equal_to_fresh_folds(system, counselor.organization_id) == 1


async def _started(
    database: DatabaseUrls, data_dir: Path, *options: str, before: str = ""
) -> tuple[asyncio.subprocess.Process, list[str]]:
    """The service over the database of the tests, and the three lines it says when it answers."""
    environment = {**os.environ, **{k: v for k, v in environment_of(database, data_dir).items() if v}}
    program = (sys.executable, "-c", f"{before}from service.cli.main import app; app()", "serve", "--port", "0")
    process = await asyncio.create_subprocess_exec(*program, *options, env=environment, stdout=PIPE, stderr=PIPE)
    assert process.stdout is not None
    lines = [(await process.stdout.readline()).decode() for _ in range(3)]
    return process, [line for line in lines if line]
