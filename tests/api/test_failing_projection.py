"""A projection with a defect: what was recorded stands, everything else answers, and the repair brings it back."""

from typing import Any, cast

import pytest
from fastapi import FastAPI

from domain.entry import Entry
from domain.events.plan import GoalSet
from projections.context import Context
from projections.milestones.fold import fold
from tests.api.clinic import GOAL, SESSION, Clinic, Json, events_of, problem_in, recording
from tests.system import follow


def defect(state: Any, entry: Entry, event: GoalSet, context: Context) -> Any:
    raise ZeroDivisionError("Wednesday at the harbour")


async def failures(app: FastAPI, clinic: Clinic) -> Json:
    """How many clients the milestones failed for, as readiness tells once it looks again."""
    app.state.remembered.clear()
    ready = await clinic.http.get("/readyz")
    return next(each["parked"] for each in ready.json()["projections"] if each["projection"] == "milestones")


async def test_a_defect_delays_its_projection_and_nothing_else(
    app: FastAPI, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await clinic.client()
    path = f"/v1/clients/{client}/milestones"
    before = (await clinic.record(client, recording(SESSION))).json()["events"][0]["recorded_at"]

    with monkeypatch.context() as broken:
        broken.setitem(cast("dict[Any, Any]", fold._handlers), GoalSet, defect)
        recorded = await clinic.record(client, recording(GOAL))
        problem = problem_in(await clinic.get(path), "projection-failed")

        assert recorded.status_code == 201
        assert (problem.projection, str(problem.event_id)) == ("milestones", recorded.json()["events"][0]["id"])
        assert (await clinic.get(path, known_at=before)).status_code == 200
        assert (await clinic.get(f"/v1/clients/{client}/care-plan")).json()["version"] == 3
        assert (await clinic.get(events_of(client))).json()["version"] == 3
        assert (await clinic.record(client, recording(SESSION))).status_code == 201
        await follow(clinic.system, clinic.organization_id)
        assert await failures(app, clinic) == 1

    assert [well async for well in clinic.system.catch_up.retry(clinic.organization_id)] == [True]
    assert (await clinic.get(path)).json()["version"] == 4
    assert await failures(app, clinic) == 0
