"""A client on one screen through the API: three projections at one version (R51)."""

from typing import Any
from uuid import UUID

import pytest

from projections.projection import Projection
from service.projector.fresh_states import Fresh, FreshStates
from tests.api.clinic import CRISIS, REGISTERED, Clinic, Json, problem_in, recording

CHECK_IN: Json = {"type": "check_in_received", "channel": "text", "craving": 9}


async def test_r51_the_screen_tells_the_client_in_short(clinic: Clinic) -> None:
    client = await clinic.client(recording(REGISTERED))
    crisis = (await clinic.record(client, recording(CRISIS))).json()["events"][0]["id"]
    await clinic.record(client, recording(CHECK_IN, at="2026-03-03T15:00:00Z"))

    answer = await clinic.get(f"/v1/clients/{client}/summary")
    shown = answer.json()["summary"]

    assert (answer.status_code, answer.json()["version"]) == (200, 3)
    assert answer.headers["etag"].startswith('"3.')
    assert shown["goes_by"] == "Dana Example"
    assert [each["event_id"] for each in shown["risk"]["open_crises"]] == [crisis]
    assert [each["rule"] for each in shown["risk"]["waiting_signals"]] == ["high_craving"]
    assert shown["last_contact"]["at"] == "2026-03-03T15:00:00Z"
    assert shown["late"] > 0


async def test_r51_the_screen_can_be_asked_for_any_moment(clinic: Clinic) -> None:
    client = await clinic.client(recording(REGISTERED))
    await clinic.record(client, recording(CRISIS))

    before = await clinic.get(f"/v1/clients/{client}/summary", as_of="2026-03-02T14:59:00Z")

    assert before.json()["as_of"] == "2026-03-02T14:59:00Z"
    assert (before.json()["summary"]["risk"]["open_crises"], before.json()["summary"]["late"]) == ([], 0)


@pytest.mark.parametrize("times", [1, 10])
async def test_r51_whatever_is_recorded_meanwhile_the_three_stand_at_one_version(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    """Once: the states are read anew. All the time: they are folded from the log, which is read once."""
    client = await clinic.client(recording(REGISTERED))
    read, told = FreshStates.read, 0

    async def reading(
        self: FreshStates, organization_id: UUID, client_id: UUID, projection: Projection[Any]
    ) -> Fresh | None:
        nonlocal told
        found = await read(self, organization_id, client_id, projection)
        if projection.name == "milestones" and told < times:
            told += 1
            await clinic.record(client, recording(CRISIS))
        return found

    monkeypatch.setattr(FreshStates, "read", reading)
    answer = (await clinic.get(f"/v1/clients/{client}/summary")).json()

    assert answer["version"] == 1 + told
    assert len(answer["summary"]["risk"]["open_crises"]) == told


async def test_r51_another_organization_sees_nothing_of_it(clinic: Clinic, other_clinic: Clinic) -> None:
    client = await clinic.client()

    problem_in(await other_clinic.get(f"/v1/clients/{client}/summary"), "unknown-client")
