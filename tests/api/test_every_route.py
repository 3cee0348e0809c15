"""What holds for every route, found by walking them: strict bodies and queries, and nobody is read without a key."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
import structlog
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.types import Message

from service.access.caller import KeyRole
from service.api.dependencies import RecordingAccess, RunningSystem
from service.api.parameters import ClientId
from service.api.recording_route import RecordingRoute
from tests.api.clinic import Clinic, errors_in, problem_in
from tests.api.routes import ROUTES, method, named, needs_a_key

WORDS = "Wednesday at the harbour"
"""Stands for words about a client: no problem may quote it."""

TAKE_A_BODY = [route for route in ROUTES if route.body_field]
RECORD = [route for route in TAKE_A_BODY if "Recording" in route.tags]
OF_CLIENTS = [route for route in ROUTES if needs_a_key(route)]


@pytest_asyncio.fixture(loop_scope="session")
async def clinic(clinic: Clinic) -> Clinic:
    """The clinic calls with a supervisor's key, which may do all that a key may."""
    return await clinic.with_key(KeyRole.SUPERVISOR, "lee")


def fields_of(route: APIRoute) -> dict[str, Any]:
    """The fields of the route's query."""
    found: dict[str, Any] = {}
    for parameter in route.dependant.query_params:
        form = parameter.field_info.annotation
        assert isinstance(form, type)
        assert issubclass(form, BaseModel), "queries are models, so that all of their fields are known"
        found |= form.model_fields
    return found


QUERIED = [(route, name) for route in ROUTES for name in fields_of(route)]
COUNTS = [
    (route, name)
    for route, name in QUERIED
    if int in (fields_of(route)[name].annotation, *getattr(fields_of(route)[name].annotation, "__args__", ()))
]


OF_A_LOG = {"size": "1", "level": "0", "tile": "000.p/1"}
"""What paths of proofs ask for."""


def path_of(route: APIRoute, **said: str) -> str:
    """The route's path, with ids of nobody where others are not said."""
    ids = {name: str(uuid4()) for name in ("client_id", "event_id", "note_id", "webhook_id")}
    names = {"slug": "refused", "event_type": "goal_measured", "view": "clients", "measure": "attendance"}
    known = {**ids, **names, **said}
    known |= {name: each for name, each in OF_A_LOG.items() if name not in said}
    return route.path_format.format_map(known)


def example_of(route: APIRoute) -> Any:
    """A body that the route takes, from its description."""
    assert route.body_field
    return next(iter(route.body_field.field_info.openapi_examples.values()))["value"]  # type: ignore[attr-defined]


HOSTILE = {
    "empty": b"",
    "cut short": b'{"events": [',
    "not UTF-8": f'{{"words": "{WORDS}\udcff"}}'.encode("utf-8", "surrogateescape"),
    "NUL": f'{{"words": "{WORDS}\\u0000"}}'.encode(),
    "lone surrogate": f'{{"words": "{WORDS}\\ud83d"}}'.encode(),
    "field twice": f'{{"words": "{WORDS}", "words": ""}}'.encode(),
    "NaN": b'{"value": NaN}',
    "1e999": b'{"value": 1e999}',
    "huge integer": b'{"value": ' + b"9" * 5_000 + b"}",
    "deep": b"[" * 100_000,
}


@pytest.mark.parametrize("sent", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("route", TAKE_A_BODY, ids=named)
async def test_a_body_without_one_meaning_is_refused(clinic: Clinic, route: APIRoute, sent: bytes) -> None:
    headers = {"Content-Type": "application/json"}

    answer = await clinic.request(method(route), path_of(route), content=sent, headers=headers)

    problem_in(answer, "malformed-body")
    assert WORDS not in answer.text


@pytest.mark.parametrize("route", TAKE_A_BODY, ids=named)
async def test_unknown_fields_are_refused(clinic: Clinic, route: APIRoute) -> None:
    example = example_of(route)
    sent = [{**example[0], WORDS: 1}] if isinstance(example, list) else {**example, WORDS: 1}

    answer = await clinic.request(method(route), path_of(route), json=sent)

    assert {rule for _, rule in errors_in(answer, "invalid-input")} == {"extra_forbidden"}
    assert WORDS not in answer.text


@pytest.mark.parametrize("route", RECORD, ids=named)
async def test_a_number_given_as_a_text_is_refused(clinic: Clinic, route: APIRoute) -> None:
    event = {"type": "check_in_received", "channel": "app", "craving": "7"}
    told = {"occurred_at": "2026-03-02T15:00:00Z", "event": event}
    sent = {"events": [told]} if isinstance(example_of(route), dict) and "events" in example_of(route) else [told]

    answer = await clinic.request(method(route), path_of(route), json=sent)

    assert "int_type" in {rule for _, rule in errors_in(answer, "invalid-input")}


@pytest.mark.parametrize("route", TAKE_A_BODY, ids=named)
async def test_bodies_are_json_of_at_most_a_megabyte(clinic: Clinic, route: APIRoute) -> None:
    sent = json.dumps(example_of(route)).encode()
    path = path_of(route)

    as_text = await clinic.request(method(route), path, content=sent, headers={"Content-Type": "text/plain"})
    large = await clinic.request(
        method(route), path, content=sent + b" " * 1_000_000, headers={"Content-Type": "application/json"}
    )

    problem_in(as_text, "unsupported-media-type")
    problem_in(large, "body-too-large")


@pytest.mark.parametrize("route", OF_CLIENTS, ids=named)
async def test_without_a_key_nothing_is_read(http: httpx.AsyncClient, route: APIRoute) -> None:
    read: list[APIRoute] = []

    async def body() -> AsyncIterator[bytes]:
        read.append(route)
        yield b"{}"

    content = body() if route.body_field else None
    answer = await http.request(method(route), path_of(route, client_id="nonsense") + "?limit=many", content=content)

    problem_in(answer, "key-needed")
    assert not read


def test_nobody_is_answered_without_a_key_but_by_these() -> None:
    public = {named(route) for route in ROUTES if route not in OF_CLIENTS}

    assert public == {
        "GET /healthz",
        "GET /readyz",
        "GET /v1/problems",
        "GET /v1/problems/{slug}",
        "GET /v1/vocabulary",
        "GET /v1/event-types",
        "GET /v1/event-types/{event_type}",
    }


@pytest.mark.parametrize("route", TAKE_A_BODY, ids=named)
async def test_whoever_leaves_in_the_middle_of_a_body_is_no_defect(
    clinic: Clinic, app: FastAPI, route: APIRoute
) -> None:
    sent: list[Message] = []
    messages: Iterator[Message] = iter(
        [{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}]
    )

    async def receive() -> Message:
        return next(messages)

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"authorization", f"Bearer {clinic.key}".encode()), (b"content-type", b"application/json")]
    scope = {"type": "http", "method": method(route), "path": path_of(route), "query_string": b"", "headers": headers}
    with structlog.testing.capture_logs() as logged:
        await app({**scope, "http_version": "1.1", "scheme": "http", "root_path": ""}, receive, send)

    assert [(line["event"], line["status"]) for line in logged] == [("request", 499)]
    assert not sent


async def test_the_short_way_takes_no_endpoint_that_asks_for_more() -> None:
    async def endpoint(access: RecordingAccess, system: RunningSystem, client_id: ClientId, dry_run: bool) -> None:
        """Asks for something that RecordingRoute does not read."""

    with pytest.raises(TypeError, match="RecordingRoute does not read"):
        APIRouter(route_class=RecordingRoute).add_api_route("/{client_id}", endpoint, methods=["POST"])


@pytest.mark.parametrize("header", ["Authorization", "Host"])
@pytest.mark.parametrize("route", OF_CLIENTS, ids=named)
async def test_headers_that_decide_are_given_once(clinic: Clinic, route: APIRoute, header: str) -> None:
    key = ("Authorization", f"Bearer {clinic.key}")
    headers = [key, ("Host", "care-timeline.test"), key if header == "Authorization" else (header, "elsewhere.test")]

    answer = await clinic.http.request(method(route), path_of(route), headers=headers)

    assert errors_in(answer, "malformed-header") == {(header, "header_once")}


@pytest.mark.parametrize("route", ROUTES, ids=named)
async def test_unknown_parameters_are_refused(clinic: Clinic, route: APIRoute) -> None:
    answer = await clinic.request(method(route), f"{path_of(route)}?as_off=2026-03-02T15:00:00Z")

    assert errors_in(answer, "invalid-input") == {("as_off", "extra_forbidden")}


@pytest.mark.parametrize(("route", "name"), QUERIED, ids=str)
async def test_parameters_are_given_once(clinic: Clinic, route: APIRoute, name: str) -> None:
    answer = await clinic.request(method(route), f"{path_of(route)}?{name}=1&{name}=1")

    assert errors_in(answer, "invalid-input") == {(name, "parameter_once")}


@pytest.mark.parametrize("said", ["1_0", "%2B5", "1.0", "%201", "ten", "", "٣"])
@pytest.mark.parametrize(("route", "name"), COUNTS, ids=str)
async def test_numbers_are_written_in_digits(clinic: Clinic, route: APIRoute, name: str, said: str) -> None:
    answer = await clinic.request(method(route), f"{path_of(route)}?{name}={said}")

    assert errors_in(answer, "invalid-input") == {(name, "int_parsing")}


@pytest.mark.parametrize(
    "said", ["{{{0}}}", "urn:uuid:{0}", "nonsense", "%00"], ids=["braces", "URN", "nonsense", "NUL"]
)
@pytest.mark.parametrize("route", [each for each in ROUTES if "{client_id}" in each.path], ids=named)
async def test_ids_in_paths_are_plain_uuids(clinic: Clinic, route: APIRoute, said: str) -> None:
    body = example_of(route) if route.body_field else None

    answer = await clinic.request(method(route), path_of(route, client_id=said.format(uuid4())), json=body)

    assert ("client_id", "uuid") in errors_in(answer, "invalid-input")
