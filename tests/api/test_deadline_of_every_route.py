"""Every route has a deadline, and what waits inside it answers before that."""

import asyncio
import dataclasses
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from service.bootstrap import System
from tests.api.clinic import Clinic, problem_in
from tests.api.routes import method, named
from tests.api.test_every_route import OF_CLIENTS, path_of
from tests.system import follow


class _Hangs:
    """Stands for a part of the system whose database hangs."""

    def __getattr__(self, _: str) -> Any:
        async def hang(*_: object, **__: object) -> None:
            await asyncio.sleep(60)

        return hang


@contextmanager
def giving_up_after(app: FastAPI, seconds: float, **parts: Any) -> Iterator[None]:
    """The application with that deadline, and other parts of the system."""
    system: System = app.state.system
    settings = system.settings.model_copy(update={"request_seconds": seconds})
    app.state.system = dataclasses.replace(system, settings=settings, **parts)
    try:
        yield
    finally:
        app.state.system = system


@pytest.mark.parametrize("route", OF_CLIENTS, ids=named)
async def test_a_request_that_hangs_is_given_up(clinic: Clinic, app: FastAPI, route: APIRoute) -> None:
    with giving_up_after(app, 0.01, authentication=_Hangs()):
        answer = await clinic.request(method(route), path_of(route))

    problem_in(answer, "deadline-exceeded")
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize("path", ["worklist", "caseload", "signals"])
async def test_a_list_that_waits_for_a_position_answers_before_its_deadline(
    clinic: Clinic, app: FastAPI, path: str
) -> None:
    await clinic.client()
    await follow(clinic.system, clinic.organization_id)

    began = time.monotonic()
    with giving_up_after(app, 1.0):
        answer = await clinic.get(f"/v1/{path}", position=1_000)

    problem_in(answer, "lists-behind")
    assert time.monotonic() - began < 1
