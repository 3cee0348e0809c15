"""Pages of other origins: none, unless they are named."""

import json
from collections.abc import AsyncIterator
from contextlib import nullcontext

import httpx
import pytest
from fastapi import FastAPI
from pydantic import ValidationError

from service.api.app import create_app
from service.api.cors import READ, SENT
from service.bootstrap import System
from service.settings import Settings
from tests.api.clinic import problem_in

OURS, THEIRS = "https://clinic.example.org", "https://elsewhere.example.org"


@pytest.fixture
async def page(system: System, app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """What a page calls the application from, where one origin is allowed."""
    allowing = create_app(lambda: nullcontext(system), allowed_origins=[OURS])
    async with (
        allowing.router.lifespan_context(allowing),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app=allowing), base_url="http://care-timeline.test", headers={"Origin": OURS}
        ) as http,
    ):
        yield http


async def test_unless_it_is_set_no_page_is_let_in(http: httpx.AsyncClient) -> None:
    asked = {"Origin": OURS, "Access-Control-Request-Method": "GET"}

    answers = [await http.get("/v1/problems", headers=asked), await http.options("/v1/problems", headers=asked)]

    assert not [name for each in answers for name in each.headers if name.startswith("access-control")]


async def test_a_page_of_an_origin_that_is_named_sends_and_reads_what_it_needs(page: httpx.AsyncClient) -> None:
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization, if-match"}

    before = await page.options("/v1/clients", headers=asked)
    answer = await page.get("/v1/problems")
    problem = await page.get("/v1/worklist")

    assert before.status_code == 200
    assert "POST" in before.headers["access-control-allow-methods"]
    assert before.headers["x-request-id"]
    problem_in(problem, "key-needed")
    for each in (before, answer, problem):
        assert each.headers["access-control-allow-origin"] == OURS
        assert "access-control-allow-credentials" not in each.headers
    assert {"ETag", "Link", "X-Request-Id"} <= set(answer.headers["access-control-expose-headers"].split(", "))


async def test_a_page_of_another_origin_is_not_let_in(page: httpx.AsyncClient) -> None:
    asked = {"Origin": THEIRS, "Access-Control-Request-Method": "GET"}

    before = await page.options("/v1/problems", headers=asked)
    answer = await page.get("/v1/problems", headers={"Origin": THEIRS})

    assert before.status_code == 400
    assert all("access-control-allow-origin" not in each.headers for each in (before, answer))


def test_pages_send_and_read_every_header_that_the_description_names(app: FastAPI) -> None:
    described = [each for path in app.openapi()["paths"].values() for each in path.values()]
    sent = {one["name"] for each in described for one in each.get("parameters", ()) if one["in"] == "header"}
    read = {name for each in described for answer in each["responses"].values() for name in answer.get("headers", ())}

    assert sent <= set(SENT)
    assert read - {"Allow"} <= set(READ)


def test_origins_are_named_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARE_TIMELINE_ALLOWED_ORIGINS", json.dumps([OURS, "http://localhost:3000"]))
    assert Settings().allowed_origins == (OURS, "http://localhost:3000")

    for wrong in ("*", "clinic.example.org", f"{OURS}/", f"{OURS} {THEIRS}", "null"):
        monkeypatch.setenv("CARE_TIMELINE_ALLOWED_ORIGINS", json.dumps([wrong]))
        with pytest.raises(ValidationError, match="allowed_origins"):
            Settings()
