"""The quick start, word for word: its commands and its program are run, and the answers compared with those shown."""

import asyncio
import os
import re
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import nullcontext
from pathlib import Path
from uuid import UUID

import pytest_asyncio
import uvicorn

from service.access.caller import KeyRole
from service.api.app import create_app
from service.bootstrap import System
from tests.client_package import generated
from tests.docs.curl import ADDRESS, assert_shown, curl, steps

PAGE = (Path(__file__).parents[2] / "docs" / "quick-start.md").read_text("utf-8")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def address(system: System) -> AsyncIterator[str]:
    """Where the service answers, on a port of this machine."""
    server = uvicorn.Server(uvicorn.Config(create_app(lambda: nullcontext(system)), log_config=None))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = asyncio.create_task(server.serve([listening]))
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        await serving


async def test_the_commands_answer_as_shown(address: str, system: System, organization_id: UUID) -> None:
    _, key = await system.api_keys.create(organization_id, "ana", KeyRole.COUNSELOR)

    shown = list(steps(PAGE.partition("## With Python")[0]))

    assert len(shown) >= 6
    for command, answer in shown:
        assert_shown(answer, await curl(command, address, key))


async def test_the_program_prints_what_is_shown(address: str, system: System, organization_id: UUID) -> None:
    _, key = await system.api_keys.create(organization_id, "ana", KeyRole.COUNSELOR)
    ((program, shown),) = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", PAGE, re.DOTALL)

    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program.replace(ADDRESS, address)),
        env={**os.environ, "KEY": key, "PYTHONPATH": str(generated())},
        stdout=asyncio.subprocess.PIPE,
    )
    printed, _ = await process.communicate()

    assert process.returncode == 0
    assert printed.decode() == shown
