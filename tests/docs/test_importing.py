"""docs/importing.md: its lines are imported and answered as it shows, and its program makes such lines."""

import json
import re
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from service.access.caller import KeyRole
from service.bootstrap import System
from tests.api.clinic import http_to
from tests.docs.curl import assert_shown

PAGE = (Path(__file__).parents[2] / "docs" / "importing.md").read_text("utf-8")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)


async def imported(http: httpx.AsyncClient, key: str, content: str) -> list[object]:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/x-ndjson"}
    answer = await http.post("/v1/import", content=content.encode(), headers=headers)
    assert answer.status_code == 200, answer.text
    return [json.loads(each) for each in answer.text.splitlines()]


async def test_the_page_is_true(
    system: System, organization_id: UUID, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, key = await system.api_keys.create(organization_id, "ehr", KeyRole.SYSTEM, {"system/*.c"})
    lines, results = blocks("ndjson")
    monkeypatch.chdir(tmp_path)
    rows = ("2,a,Ada,2020-01-09T15:00Z", "1,a,Ada,2020-01-02T15:00Z", "3,b,Bo,2020-01-03T15:00Z")
    (tmp_path / "sessions.csv").write_text("\n".join(("number,client,name,held_at", *rows)))
    program, by_the_client = blocks("python")
    assert "import_history(connection, file)" in by_the_client  # tests/clients has it run
    exec(program, {})  # noqa: S102 - what the page tells people to run

    async with http_to(system) as http:
        assert_shown([json.loads(each) for each in results.splitlines()], await imported(http, key, lines))
        *_, end = await imported(http, key, (tmp_path / "history.ndjson").read_text())

    assert_shown({"status": "complete", "recorded": 5, "refused": 0}, end)
