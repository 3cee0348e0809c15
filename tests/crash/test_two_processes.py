"""Two API processes and a projector over one database: nobody can tell that they are several."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from typing import NamedTuple
from uuid import UUID, uuid4

import httpx
import pytest

from tests.data_folders import DataFolder
from tests.service_process import ServiceProcess

CHECK_IN = {"type": "check_in_received", "channel": "text", "craving": 4, "mood": 6}
GOAL = {"type": "goal_set", "category": "sleep", "description": "Sleep through the night"}
REGISTRATION = {"type": "client_registered", "name": "Robin Example", "time_zone": "America/Chicago"}
WRITERS = 50


class Clinic(NamedTuple):
    """A client, and the two services by which their circle of care calls."""

    services: tuple[httpx.AsyncClient, httpx.AsyncClient]
    client_id: UUID

    @property
    def path(self) -> str:
        """Where the client's record is."""
        return f"/v1/clients/{self.client_id}"


@pytest.fixture
async def clinic(service: ServiceProcess, data_folder: DataFolder) -> AsyncIterator[Clinic]:
    """Two services over one data folder, the first of which runs the projector."""
    first, second, key = service, ServiceProcess(data_folder.path), data_folder.key
    await first.start()
    await second.start("--no-projector")
    client_id = uuid4()
    async with AsyncExitStack() as stack:
        services = (
            await stack.enter_async_context(_http(first.address, key)),
            await stack.enter_async_context(_http(second.address, key)),
        )
        body = {"client_id": str(client_id), "events": [_recording(uuid4(), REGISTRATION)]}
        (await services[0].post("/v1/clients", json=body)).raise_for_status()
        yield Clinic(services, client_id)
    await second.stop()


async def test_50_writers_with_if_match_through_both_win_one_after_the_other(clinic: Clinic) -> None:
    events = [uuid4() for _ in range(WRITERS)]

    async def insist(place: int, event_id: UUID) -> None:
        version = 1
        while True:
            answer = await clinic.services[place % 2].post(
                f"{clinic.path}/events",
                json=_recording(event_id, CHECK_IN),
                headers={"If-Match": f'"{version}"'},
            )
            if answer.status_code == 201:
                return
            assert answer.status_code == 412, answer.text
            version = answer.json()["actual_version"]

    await asyncio.gather(*(insist(place, event_id) for place, event_id in enumerate(events)))

    for service in clinic.services:
        page = (await service.get(f"{clinic.path}/events", params={"limit": 1_000})).json()["events"]
        assert [entry["version"] for entry in page] == list(range(1, WRITERS + 2))
        assert sorted(entry["id"] for entry in page[1:]) == sorted(map(str, events))


async def test_of_50_writers_who_expect_one_version_through_both_one_succeeds(clinic: Clinic) -> None:
    for version in range(1, 6):
        answers = await asyncio.gather(
            *(
                clinic.services[place % 2].post(
                    f"{clinic.path}/events",
                    json=_recording(uuid4(), CHECK_IN),
                    headers={"If-Match": f'"{version}"'},
                )
                for place in range(WRITERS)
            )
        )

        assert sorted(answer.status_code for answer in answers) == [201, *[412] * (WRITERS - 1)]
        assert {answer.json()["actual_version"] for answer in answers if answer.status_code == 412} == {version + 1}
        for service in clinic.services:
            assert (await service.get(f"{clinic.path}/care-plan")).json()["version"] == version + 1


async def test_a_read_through_the_other_sees_what_was_acknowledged(clinic: Clinic) -> None:
    for count in range(1, 31):
        here, there = clinic.services[count % 2], clinic.services[1 - count % 2]
        (await here.post(f"{clinic.path}/events", json=_recording(uuid4(), GOAL))).raise_for_status()

        plan = await there.get(f"{clinic.path}/care-plan")
        events = await there.get(f"{clinic.path}/events", params={"limit": 1_000})

        assert plan.json()["version"] == count + 1
        assert len(plan.json()["care_plan"]["stabilization_goals"]) == count
        assert len(events.json()["events"]) == count + 1


def _http(address: str, key: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=address, headers={"Authorization": f"Bearer {key}"}, timeout=60)


def _recording(event_id: UUID, event: Mapping[str, object]) -> dict[str, object]:
    return {"id": str(event_id), "occurred_at": "2026-03-01T15:00:00Z", "event": event}
