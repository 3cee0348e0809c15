"""A projection with a defect: what was recorded stands, everything else answers, and the repair brings it back."""

from typing import Any, cast

import pytest
from fastapi import FastAPI

from domain.entry import Entry
from domain.events.contacts import SessionHeld
from domain.policy import Policy
from projections.milestones.fold import fold
from service.projector.catch_up import catch_up
from tests.api.clinic import GOAL, SESSION, Clinic, Json, events_of, problem_in, recording


def defect(state: Any, entry: Entry, event: SessionHeld, policy: Policy) -> Any:
    raise ZeroDivisionError("Wednesday at the harbour")


async def failures(app: FastAPI, clinic: Clinic) -> Json:
    """How many clients the milestones failed for, as readiness tells once it looks again."""
    app.state.lag = None
    ready = await clinic.http.get("/readyz")
    return next(each["failed"] for each in ready.json()["projections"] if each["projection"] == "milestones")


async def follow(clinic: Clinic) -> None:
    """Let the projector come as far as the log."""
    async for _ in catch_up(clinic.system.pool, clinic.system.projector, clinic.organization_id):
        pass


async def test_a_defect_delays_its_projection_and_nothing_else(
    app: FastAPI, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await clinic.client()
    path = f"/v1/clients/{client}/milestones"
    before = (await clinic.record(client, recording(GOAL))).json()["events"][0]["recorded_at"]

    with monkeypatch.context() as broken:
        broken.setitem(cast("dict[Any, Any]", fold._handlers), SessionHeld, defect)
        recorded = await clinic.record(client, recording(SESSION))
        problem = problem_in(await clinic.get(path), "projection-failed")

        assert recorded.status_code == 201
        assert (problem.projection, str(problem.entry_id)) == ("milestones", recorded.json()["events"][0]["id"])
        assert (await clinic.get(path, known_at=before)).status_code == 200
        assert (await clinic.get(f"/v1/clients/{client}/care-plan")).json()["version"] == 3
        assert (await clinic.get(events_of(client))).json()["version"] == 3
        assert (await clinic.record(client, recording(GOAL))).status_code == 201
        await follow(clinic)
        assert await failures(app, clinic) == 1

    await follow(clinic)
    assert (await clinic.get(path)).json()["version"] == 4
    assert await failures(app, clinic) == 0
