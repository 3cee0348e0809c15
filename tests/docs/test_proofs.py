"""docs/proofs.md, followed word for word: an auditor's programs, over the application."""

import asyncio
import contextlib
import io
import re
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from service.access.caller import Caller, KeyRole
from service.bootstrap import System
from service.database.embedded import DatabaseUrls
from tests.api.clinic import http_to
from tests.builders import check_in, registered
from tests.cli.command import Command, environment_of
from tests.system import draft

PAGE = Path(__file__).parents[2] / "docs" / "proofs.md"
FOLLOWING, PROVING = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


class Sessions:
    """Stands for the library that the page's program asks with: what it asks goes to the application."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self._loop = asyncio.get_running_loop()
        self.headers: dict[str, str] = {}

    def get(self, address: str) -> httpx.Response:
        asked = self._http.get(address, headers=self.headers)
        return asyncio.run_coroutine_threadsafe(asked, self._loop).result()


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a program of the page as it stands there; gives what it printed."""

    def execute(program: str) -> str:
        with contextlib.redirect_stdout(io.StringIO()) as said:
            exec(compile(program, str(PAGE), "exec"), {"__name__": "__main__"})  # noqa: S102 it is what is tested
        return said.getvalue().strip()

    async def run(program: str, *arguments: object) -> str:
        monkeypatch.setattr(sys, "argv", ["program", *map(str, arguments)])
        return await asyncio.to_thread(execute, program)

    return run


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
async def test_an_auditor_follows_the_page(
    system: System, database: DatabaseUrls, counselor: Caller, tmp_path: Path, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    command, organization_id, client_id = (
        Command(environment_of(database, tmp_path)),
        counselor.organization_id,
        uuid4(),
    )
    organization = ("--organization", organization_id)
    saved, proof = tmp_path / "saved.checkpoint", tmp_path / "event.tlog-proof"
    await system.recorder.record(counselor, client_id, [draft(registered())], new_client=True)
    saved.write_text(await command.done("checkpoint", *organization), "utf-8")
    recorded = draft(check_in(craving=3))
    await system.recorder.record(counselor, client_id, [recorded])
    await command.done("checkpoint", *organization)
    key = (await command.done("checkpoint", "--public-key", *organization)).strip()
    proof.write_text(await command.done("prove", recorded.id, *organization), "utf-8")
    _, auditors_key = await system.api_keys.create(organization_id, "lee", KeyRole.AUDITOR)

    async with http_to(system) as http:
        sessions = Sessions(http)
        monkeypatch.setattr("requests.Session", lambda: sessions)
        asked = "http://care-timeline.test", auditors_key, key, saved
        assert await run(FOLLOWING, *asked) == "2 events, and the first 1 are those of the checkpoint saved before."
        saved.write_text(saved.read_text("utf-8").replace("\n1\n", "\n2\n"), "utf-8")
        with pytest.raises(Exception):  # noqa: B017, PT011 of the library, whatever it is
            await run(FOLLOWING, *asked)

    told = await run(PROVING, proof, key)
    assert told.endswith(f"is in the log clinic.example/{organization_id}, among the first 2.")
