"""After an erasure the client's words are nowhere (R57): neither told by any process over HTTP nor in any file."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.data_folders import DataFolder
from tests.service_process import ServiceProcess

CANARY = "Canary Robin of Harbor Lane"
AT_ONCE = "[erasure]\nretention_years = 0\ndelay_days = 0\n"
WORKERS = 2
ASKED = 8
"""So often each address is asked, each time over a new connection: every process answers some."""


@pytest.fixture
async def service(data_folder: DataFolder) -> AsyncIterator[ServiceProcess]:
    service = ServiceProcess(data_folder.path)
    yield service
    await service.close()


def recording(event: dict[str, Any]) -> dict[str, Any]:
    return {"occurred_at": "2026-03-02T15:00:00Z", "event": event}


async def test_r57_nothing_of_an_erased_client_is_told_or_kept_anywhere(
    service: ServiceProcess, tmp_path: Path
) -> None:
    policy, log = tmp_path / "policy.toml", tmp_path / "service.log"
    policy.write_text(AT_ONCE, encoding="utf-8")
    service.command("policy", "adopt", str(policy), "--from", "2026-01-01T00:00Z")
    sue, lee = (service.command("keys", "create", "--role", "supervisor", "--name", name) for name in ("sue", "lee"))
    await service.start("--workers", str(WORKERS), log=log)
    async with httpx.AsyncClient(base_url=service.address, headers={"Connection": "close"}) as http:

        async def call(key: str, method: str, path: str, body: Any = None) -> httpx.Response:
            return await http.request(method, path, json=body, headers={"Authorization": f"Bearer {key}"})

        async def read(path: str) -> list[httpx.Response]:
            return [await call(sue, "GET", path) for _ in range(ASKED)]

        registered = {"type": "client_registered", "name": CANARY, "time_zone": "UTC"}
        goal = {"type": "goal_set", "category": "sleep", "description": CANARY}
        made = await call(sue, "POST", "/v1/clients", {"events": [recording(registered), recording(goal)]})
        of_client = f"/v1/clients/{made.json()['client_id']}"
        parts = ("events", "care-plan", "summary", "crisis-card", "replay", "export")
        assert all(CANARY in answer.text for answer in await read(f"{of_client}/care-plan"))
        requested = recording({"type": "erasure_requested", "ground": "client"})
        asked = await call(sue, "POST", f"{of_client}/events", requested)
        request = asked.json()["events"][0]["id"]
        approval = recording({"type": "erasure_approved", "request": request})
        assert (await call(lee, "POST", f"{of_client}/events", approval)).status_code == 201

        said = await asyncio.to_thread(service.command, "erasures", "carry-out", "--due", "--yes")

        assert "1 erased" in said
        for part in parts:
            answers = await read(f"{of_client}/{part}")
            assert {answer.status_code for answer in answers} == {410}, part
            assert not any(CANARY in answer.text for answer in answers)
        for path in ("/v1/worklist", "/v1/caseload", "/v1/signals", "/v1/events", "/v1/access-records", "/readyz"):
            assert not any(CANARY in answer.text for answer in await read(path)), path
    await service.stop()
    assert holding(tmp_path, b"/v1/clients") >= {log}, "what is looked for in files would be found"
    assert holding(tmp_path, CANARY.encode()) == set()


def holding(folder: Path, words: bytes) -> set[Path]:
    """The files that hold these words."""
    return {file for file in folder.rglob("*") if file.is_file() and words in file.read_bytes()}
