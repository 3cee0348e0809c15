"""Serve: the service as an operator starts and stops it."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from service.bootstrap import System
from service.care.caller import Caller
from service.database.connection import scoped
from service.database.embedded import DatabaseUrls
from tests.builders import registered
from tests.cli.command import environment_of
from tests.projector.comparing import assert_equal_to_fresh_folds
from tests.system import draft

SERVE = (sys.executable, "-c", "from service.cli.main import app; app()", "serve", "--port", "0")


async def test_it_tells_its_address_catches_up_and_ends_in_order(
    database: DatabaseUrls, tmp_path: Path, system: System, counselor: Caller
) -> None:
    await system.recorder.record(counselor, uuid4(), [draft(registered())], new_client=True)
    async with scoped(system.pool, counselor.organization_id) as connection:
        await connection.execute("update projection.care_plan_state set version = 0")
    environment = {**os.environ, **{k: v for k, v in environment_of(database, tmp_path).items() if v}}

    process = await asyncio.create_subprocess_exec(*SERVE, env=environment, stdout=PIPE, stderr=PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    answers_on, explained_on, ctrl_c = [(await process.stdout.readline()).decode() for _ in range(3)]
    async with httpx.AsyncClient() as http:
        alive = await http.get(f"{answers_on.split()[-1]}/healthz")
        page = await http.get(explained_on.split()[-1])
    logged: list[dict[str, Any]] = []
    async with asyncio.timeout(60):
        while not logged or logged[-1]["event"] != "caught_up":
            logged.append(json.loads(await process.stderr.readline()))
    process.send_signal(signal.SIGTERM)
    last_words, rest = await process.communicate()
    logged += [json.loads(line) for line in rest.splitlines()]

    assert (alive.status_code, page.status_code) == (200, 200)
    assert "Ctrl-C" in ctrl_c
    assert (process.returncode, last_words) == (0, b"Stopped.\n")
    assert not [line for line in logged if line.get("logger") == "uvicorn.access"]
    assert [line["clients"] for line in logged if line["event"] == "caught_up"] == [1]
    assert await assert_equal_to_fresh_folds(system, counselor.organization_id) == 1
