"""HEAD and OPTIONS, for every route: what GET would answer without its body, and what is allowed."""

from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
import structlog
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.responses import StreamingResponse

from service.access.caller import KeyRole
from service.api import examples
from tests.api.clinic import Clinic, events_of, problem_in
from tests.api.routes import ROUTES, method, named
from tests.api.test_every_route import path_of

GETS = [route for route in ROUTES if method(route) == "GET" and "Webhooks" not in route.tags]
OF_THE_MOMENT = {"date", "ratelimit", "x-request-id", "content-length"}


@pytest.fixture
async def recorded(clinic: Clinic) -> Clinic:
    """The clinic with the client of the examples."""
    for path, bodies in (("/v1/clients", examples.NEW_CLIENTS), (events_of(examples.CLIENT), examples.RECORDINGS)):
        for body in bodies.values():
            await clinic.request("POST", path, json=body)
    return clinic


@pytest.mark.parametrize("route", GETS, ids=named)
async def test_head_answers_the_headers_of_get_and_no_body(recorded: Clinic, route: APIRoute) -> None:
    ids = {"client_id": examples.CLIENT, "event_id": examples.CRISIS, "note_id": examples.NOTE}
    path = path_of(route, **{name: str(value) for name, value in ids.items()})

    if "Proofs" in route.tags:
        path = path_of(route, size=str(await recorded.sign(route.path)))
    if {"Auditing", "Proofs"} & {*route.tags}:
        recorded = await recorded.with_key(KeyRole.AUDITOR, "kim")
    if "Analytics" in route.tags:
        recorded = await recorded.with_key(KeyRole.ANALYST, "ada")

    got, head = await recorded.get(path), await recorded.request("HEAD", path)

    assert (got.status_code, head.status_code, head.content) == (200, 200, b"")
    assert int(head.headers["content-length"]) > 0
    told, expected = dict(head.headers), dict(got.headers)
    assert told.keys() == expected.keys()
    for name in told.keys() - OF_THE_MOMENT:
        assert told[name] == expected[name]


async def test_head_is_refused_as_get_is(clinic: Clinic, http: httpx.AsyncClient) -> None:
    without_key = await http.head("/v1/worklist")
    unknown = await clinic.request("HEAD", f"/v1/clients/{uuid4()}/events")
    to_record = await clinic.request("HEAD", "/v1/clients")

    assert [each.status_code for each in (without_key, unknown, to_record)] == [401, 404, 405]
    assert [each.content for each in (without_key, unknown, to_record)] == [b"", b"", b""]


async def test_head_stands_in_the_log_with_its_route(clinic: Clinic) -> None:
    with structlog.testing.capture_logs() as logged:
        await clinic.request("HEAD", "/v1/caseload")

    assert [(line["method"], line["route"]) for line in logged] == [("HEAD", "/v1/caseload")]


async def test_head_of_what_streams_ends_at_once(app: FastAPI, http: httpx.AsyncClient) -> None:
    async def for_ever() -> AsyncIterator[bytes]:
        while True:
            yield b"more"

    app.add_api_route("/for-ever", lambda: StreamingResponse(for_ever()), methods=["GET"])

    answer = await http.head("/for-ever")

    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize("route", ROUTES, ids=named)
async def test_options_tells_anyone_what_is_allowed(http: httpx.AsyncClient, route: APIRoute) -> None:
    here = {method(each) for each in ROUTES if each.path == route.path}
    allowed = sorted(here | {"OPTIONS"} | ({"HEAD"} if "GET" in here else set()))
    path = path_of(route)

    asked, wrong = await http.options(path), await http.patch(path)

    assert (asked.status_code, asked.content, asked.headers["allow"].split(", ")) == (204, b"", allowed)
    problem_in(wrong, "method-not-allowed")
    assert wrong.headers["allow"].split(", ") == allowed


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/docs/files/swagger-ui.css"])
async def test_what_no_router_has_is_read_too(http: httpx.AsyncClient, path: str) -> None:
    options, head = await http.options(path), await http.head(path)

    assert (options.status_code, options.headers["allow"]) == (204, "GET, HEAD, OPTIONS")
    assert (head.status_code, head.content) == (200, b"")


async def test_options_of_nothing_is_404(http: httpx.AsyncClient) -> None:
    problem_in(await http.options("/v1/nothing"), "unknown-path")
