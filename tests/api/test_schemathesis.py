"""Schemathesis calls every operation with what its description allows and with what it forbids.

It must find no 5xx, no undocumented status, media type or header, and no answer that breaks its schema.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
import pytest_asyncio
import schemathesis
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.openapi import from_url
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi import checks

from service.access.caller import KeyRole
from service.api import examples
from service.api.import_stream import NDJSON
from service.bootstrap import System
from service.database.embedded import DatabaseUrls
from tests.api.clinic import Json, events_of
from tests.api.live import Live, running_service
from tests.api.routes import ROUTES, method, named

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
MOST_CALLS = 20
MOST_CALLS_OF = {"/v1/analytics/report": 3}
"""Of what takes a second each time."""
schemathesis.serializer.alias(NDJSON, "text/plain")
KNOWN = {
    "client_id": examples.CLIENT,
    "event_id": examples.CRISIS,
    "note_id": examples.NOTE,
    "slug": "refused",
    "event_type": "goal_measured",
    "webhook_id": examples.WEBHOOK,
    "size": 1,
    "level": "0",
    "tile": "000.p/1",
    "view": "clients",
    "measure": "retention_90",
}
"""Ids of what there is, so that calls get further than to a 404."""


@dataclass(frozen=True)
class Described:
    """A running service, and what it says of itself."""

    live: Live
    schema: BaseSchema


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def service(
    database: DatabaseUrls, system: System, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Described]:
    """A running service that has the example client."""
    async with running_service(database, system, tmp_path_factory.mktemp("service")) as running:
        # A key of a role that may do everything.
        live = replace(running, clinic=await running.clinic.with_key(KeyRole.SUPERVISOR, "kim"))
        for body in examples.NEW_CLIENTS.values():
            await live.clinic.request("POST", "/v1/clients", json=body)
        for body in examples.RECORDINGS.values():
            await live.clinic.request("POST", events_of(examples.CLIENT), json=body)
        for log in ("/v1/log", "/v1/access-log"):
            await live.clinic.sign(log)
        supervisor = await live.clinic.with_key(KeyRole.SUPERVISOR, "lee")
        as_supervisor = replace(live, clinic=supervisor)
        yield Described(as_supervisor, await asyncio.to_thread(from_url, f"{live.address}/openapi.json", timeout=60))


def can_be_called_wrongly(route: APIRoute) -> bool:
    return "{" in route.path or bool(route.dependant.query_params) or route.body_field is not None


@pytest.mark.parametrize("route", ROUTES, ids=named)
async def test_what_is_allowed_is_answered_as_described(service: Described, route: APIRoute) -> None:
    await asyncio.to_thread(call, service, route, GenerationMode.POSITIVE)


@pytest.mark.parametrize("route", [each for each in ROUTES if can_be_called_wrongly(each)], ids=named)
async def test_what_is_forbidden_is_answered_as_described(service: Described, route: APIRoute) -> None:
    await asyncio.to_thread(call, service, route, GenerationMode.NEGATIVE)


def call(service: Described, route: APIRoute, mode: GenerationMode) -> None:
    """Call the endpoint in many ways and check each answer."""

    @given(case=service.schema[route.path_format][method(route)].as_strategy(mode))
    @settings(
        max_examples=MOST_CALLS_OF.get(route.path, MOST_CALLS),
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )
    def each(case: Case[Any]) -> None:
        if mode is GenerationMode.POSITIVE:
            make_believable(case)
        if str(case.query.get("position", "")).isdecimal():
            # A list that is to reflect what nobody has recorded yet answers 503, as it should.
            case.query["position"] = 1
        case.query.pop("wait", None)  # nothing new comes meanwhile
        response = case.call(headers={"Authorization": f"Bearer {service.live.clinic.key}"})
        case.validate_response(response, checks=CHECKS)

    each()


def make_believable(case: Case[Any]) -> None:
    """Speak of what there is, in the present century, so that the call gets past the first rules."""
    case.path_parameters.update({name: KNOWN[name] for name in case.path_parameters})
    body: Json = case.body
    recordings = body if isinstance(body, list) else body.get("events", [body]) if isinstance(body, dict) else []
    for recording in recordings:
        recording["occurred_at"] = "2026-03-20T15:00:00Z"
