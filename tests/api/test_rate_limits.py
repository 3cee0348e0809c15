"""A key that sends too much waits for itself alone, and knows beforehand."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from service.access.caller import KeyRole
from service.api.rate_limits import RateLimits
from tests.api.clinic import Clinic, problem_in
from tests.api.routes import method, named
from tests.api.test_every_route import OF_CLIENTS, path_of


class Clock:
    """A clock that is set by hand."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_then_as_many_as_come_again() -> None:
    clock, ana, ben = Clock(), uuid4(), uuid4()
    limits = RateLimits(60, 3, timer=clock)  # one comes again each second

    taken = [limits.take(ana) for _ in range(4)]
    assert [each and (each.requests, each.full_in, each.wait) for each in taken] == [
        (2, 1, 0), (1, 2, 0), (0, 3, 0), (0, 3, 1),
    ]  # fmt: skip
    others = limits.take(ben)
    assert others
    assert others.requests == 2

    clock.now += 0.75
    early = limits.take(ana)
    assert early
    assert early.wait == pytest.approx(0.25)
    clock.now += 0.25
    again = limits.take(ana)
    assert again
    assert (again.requests, again.wait) == (0, 0)
    clock.now += 60
    rested = limits.take(ana)
    assert rested
    assert rested.requests == 2


def test_without_a_limit_nothing_is_counted() -> None:
    assert RateLimits(0, 1).take(uuid4()) is None


@pytest.fixture
def limits(app: FastAPI) -> Iterator[Clock]:
    """The application with a limit of two at once, six a minute, by the clock that is given."""
    clock, others = Clock(), app.state.rate_limits
    app.state.rate_limits = RateLimits(6, 2, timer=clock)
    yield clock
    app.state.rate_limits = others


async def test_each_answer_says_what_is_left_and_too_many_are_told_to_wait(clinic: Clinic, limits: Clock) -> None:
    other = await clinic.with_key(KeyRole.COUNSELOR, "ben")
    path = f"/v1/clients/{uuid4()}/events"

    first, second, third = [await clinic.get(each) for each in ("/v1/caseload", path, path)]

    assert first.headers["ratelimit-policy"] == '"key";q=2;w=20'
    assert first.headers["ratelimit"] == '"key";r=1;t=10'
    assert second.status_code == 404
    assert second.headers["ratelimit"] == '"key";r=0;t=20'
    problem_in(third, "too-many-requests")
    assert third.headers["retry-after"] == "10"
    assert third.headers["ratelimit"] == '"key";r=0;t=20'
    assert (await other.get("/v1/caseload")).status_code != 429
    limits.now += 10
    assert (await clinic.get(path)).status_code == 404


async def test_a_second_key_of_the_same_person_is_no_second_helping(clinic: Clinic, limits: Clock) -> None:
    first, key = await clinic.system.api_keys.create(clinic.organization_id, "ben", KeyRole.COUNSELOR)
    _, other = await clinic.system.api_keys.create(
        clinic.organization_id, "ben-phone", KeyRole.COUNSELOR, person_id=first.key_id
    )

    told = [await replace(clinic, key=each).get("/v1/caseload") for each in (key, other, other)]

    assert [each.status_code == 429 for each in told] == [False, False, True]


@pytest.mark.parametrize("route", OF_CLIENTS, ids=named)
async def test_every_route_counts(clinic: Clinic, limits: Clock, route: APIRoute) -> None:
    supervisor = await clinic.with_key(KeyRole.SUPERVISOR, "lee")
    await supervisor.get("/v1/caseload")
    await supervisor.get("/v1/caseload")
    answer = await supervisor.request(method(route), path_of(route), content=b"no JSON")

    assert answer.status_code == 429
