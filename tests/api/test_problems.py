"""Problems: each is documented, of one form, and says nothing that it should not."""

import json
from uuid import uuid4

import asyncpg
import httpx
import pytest
import structlog

from service.api.exception_handlers import problem_of
from service.api.problem import PATH, Problem
from service.api.problems import CATALOGUE
from service.log.errors import DatabaseUnavailable
from service.log.key_encryption import KeyUnavailable
from service.projector.folding import ProjectionFailed
from tests.api.clinic import REGISTERED, SESSION, Clinic, events_of, problem_in, recording

NOBODY = "7d0e2f4a-93b1-4c86-8a55-1f2e3d4c5b6a"
WORDS = "Wednesday at the harbour"


async def test_every_kind_of_problem_is_listed_and_explained_to_anyone(http: httpx.AsyncClient) -> None:
    listed = (await http.get(PATH)).json()["problems"]

    assert {each["slug"] for each in listed} == {problem.slug for problem in Problem.__subclasses__()}
    for each in listed:
        explained = await http.get(each["type"])
        assert explained.json() == each
        assert len(each["explanation"]) > len(each["title"])


def test_every_kind_of_problem_has_a_slug_of_its_own() -> None:
    assert len(CATALOGUE) == len(Problem.__subclasses__())


async def test_every_kind_of_problem_is_documented_where_it_can_happen(http: httpx.AsyncClient) -> None:
    paths = (await http.get("/openapi.json")).json()["paths"]

    documented = {
        slug
        for operations in paths.values()
        for operation in operations.values()
        for status, answer in operation["responses"].items()
        for slug, example in answer.get("content", {}).get("application/problem+json", {}).get("examples", {}).items()
        if CATALOGUE[slug].status == int(status) == example["value"]["status"]
    }

    before_any_operation = {"malformed-request", "request-timeout", "header-too-large", "too-many-connections"}
    anywhere = {"unknown-path", "method-not-allowed", *before_any_operation}
    assert documented | anywhere == set(CATALOGUE)


async def test_an_unknown_problem_is_a_problem(http: httpx.AsyncClient) -> None:
    problem_in(await http.get(f"{PATH}/nonsense"), "unknown-problem")


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/clients/", "/v2/clients", "/docs/files/nonsense.js", "/docs/"])
async def test_an_unknown_path_is_a_problem(http: httpx.AsyncClient, path: str) -> None:
    problem_in(await http.get(path), "unknown-path")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", f"/v1/clients/{NOBODY}/events", "GET, HEAD, OPTIONS, POST"),
        ("GET", "/v1/clients", "OPTIONS, POST"),
        ("PUT", f"/v1/clients/{NOBODY}/care-plan", "GET, HEAD, OPTIONS"),
        ("POST", "/docs", "GET, HEAD, OPTIONS"),
    ],
)
async def test_another_method_is_a_problem_that_tells_the_right_ones(
    http: httpx.AsyncClient, method: str, path: str, allowed: str
) -> None:
    answer = await http.request(method, path)

    problem_in(answer, "method-not-allowed")
    assert set(answer.headers["allow"].split(", ")) == set(allowed.split(", "))


@pytest.mark.parametrize(
    "raised",
    [
        DatabaseUnavailable(ConnectionResetError(WORDS)),
        asyncpg.ConnectionDoesNotExistError(WORDS),
        asyncpg.InterfaceError(WORDS),
        asyncpg.AdminShutdownError(WORDS),
        FileNotFoundError(WORDS),
        TimeoutError(WORDS),
    ],
    ids=lambda raised: type(raised).__name__,
)
async def test_a_database_out_of_reach_is_a_problem_to_wait_for(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, raised: Exception
) -> None:
    client = await clinic.client()

    async def fail(*_: object, **__: object) -> None:
        raise raised

    monkeypatch.setattr(type(clinic.system.recorder), "record", fail)
    answer = await clinic.record(client, recording(SESSION))

    problem_in(answer, "database-unavailable")
    assert int(answer.headers["retry-after"]) > 0
    assert WORDS not in answer.text


async def test_a_projection_that_fails_names_itself_and_the_entry(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, entry = await clinic.client(), uuid4()

    async def fail(*_: object, **__: object) -> None:
        raise ProjectionFailed("milestones", entry, "ValueError at fold.py:1")

    monkeypatch.setattr(type(clinic.system.projection_reader), "read", fail)
    answer = await clinic.get(f"/v1/clients/{client}/milestones")

    problem = problem_in(answer, "projection-failed")
    assert (problem.projection, problem.event_id) == ("milestones", entry)
    assert "known_at" in problem.detail


async def test_what_nobody_foresaw_is_a_problem_whose_id_is_in_the_log_without_words(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await clinic.client()

    async def fail(*_: object, **__: object) -> None:
        try:
            raise ValueError(WORDS)
        except ValueError as error:
            raise RuntimeError(WORDS) from error

    monkeypatch.setattr(type(clinic.system.recorder), "record", fail)
    with structlog.testing.capture_logs() as logged:
        answer = await clinic.record(client, recording(SESSION))

    error_id = str(problem_in(answer, "unexpected").error_id)
    line = next(each for each in logged if each.get("error_id") == error_id)
    assert WORDS not in answer.text
    assert WORDS not in json.dumps(logged)
    assert [error.partition(" ")[0] for error in line["error"]] == ["RuntimeError", "ValueError"]


async def test_a_value_that_the_driver_cannot_send_is_our_defect_and_no_outage(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise asyncpg.exceptions.DataError(WORDS)

    client = await clinic.client()
    monkeypatch.setattr(type(clinic.system.recorder), "record", fail)

    problem_in(await clinic.record(client, recording(SESSION)), "unexpected")


@pytest.mark.parametrize(("said", "kept"), [("visit-7_a", True), ("x" * 65, False), ("a b", False), ("é", False)])
async def test_a_request_id_comes_back_when_it_is_fit_to_be_logged(
    http: httpx.AsyncClient, said: str, kept: bool
) -> None:
    answer = await http.get("/healthz", headers={b"X-Request-Id": said.encode("latin-1")})

    assert (answer.headers["x-request-id"] == said) is kept
    assert answer.headers["x-request-id"]


async def test_a_request_is_logged_by_its_route(clinic: Clinic) -> None:
    with structlog.testing.capture_logs() as logged:
        client = await clinic.client(recording({**REGISTERED, "name": WORDS}))
        await clinic.get(events_of(client), {"X-Request-Id": "visit-7"}, as_of="2026-03-01T00:00:00Z")

    line = logged[-1]
    assert (line["route"], line["method"], line["status"]) == ("/v1/clients/{client_id}/events", "GET", 200)
    assert line["organization_id"] == str(clinic.organization_id)
    assert line["milliseconds"] > 0
    for private in (client, WORDS, clinic.key, "2026-03-01T00"):
        assert private not in json.dumps(logged)


def test_while_a_key_service_does_not_answer_it_is_said_and_may_be_tried_again() -> None:
    problem = problem_of(KeyUnavailable("kms-1 does not answer."))

    assert problem is not None
    assert (problem.status, problem.headers) == (503, {"Retry-After": "5"})
