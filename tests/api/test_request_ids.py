"""Every answer carries the id under which the log has it, whatever it says."""

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from service.api.rate_limits import RateLimits
from tests.api.clinic import Clinic
from tests.api.routes import ROUTES, method, named
from tests.api.test_every_route import path_of


@pytest.mark.parametrize("route", ROUTES, ids=named)
async def test_every_answer_carries_the_id_that_the_caller_gave(
    clinic: Clinic, http: httpx.AsyncClient, route: APIRoute
) -> None:
    path = path_of(route)

    for number, asked in enumerate((method(route), "HEAD", "OPTIONS", "DELETE", "PATCH")):
        given = {"X-Request-Id": f"visit-{number}"}
        for answer in (
            await clinic.request(asked, path, headers=given),
            await http.request(asked, path, headers=given),
        ):
            assert answer.headers.get_list("x-request-id") == [given["X-Request-Id"]], answer.status_code


async def test_so_does_a_refusal_to_one_who_sends_too_many(clinic: Clinic, app: FastAPI) -> None:
    others, app.state.rate_limits = app.state.rate_limits, RateLimits(1, 1)
    answers = [await clinic.request("GET", "/v1/caseload", headers={"X-Request-Id": "visit-7"}) for _ in range(2)]
    app.state.rate_limits = others

    assert answers[-1].status_code == 429
    assert [each.headers["x-request-id"] for each in answers] == ["visit-7"] * 2
