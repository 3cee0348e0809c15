"""Versions as entity tags: recording only on what was read, and not reading again what has not changed."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from domain.policy import Policy
from service.access.caller import operator
from service.runtime import clock
from tests.api.clinic import CRISIS, GOAL, READS, SESSION, Clinic, events_of, problem_in, recording


async def test_recording_on_the_version_that_was_read(clinic: Clinic) -> None:
    client = await clinic.client()
    read = await clinic.get(f"/v1/clients/{client}/care-plan")

    recorded = await clinic.record(client, recording(SESSION), headers={"If-Match": read.headers["etag"]})

    assert (recorded.status_code, recorded.headers["etag"]) == (201, '"2"')


@pytest.mark.parametrize("version", ["0", "1", "3"])
async def test_recording_on_another_version_is_refused_and_tells_where_it_stands(clinic: Clinic, version: str) -> None:
    client = await clinic.client()
    await clinic.record(client, recording(GOAL))

    answer = await clinic.record(client, recording(SESSION), headers={"If-Match": f'"{version}"'})

    assert problem_in(answer, "version-conflict").actual_version == 2
    assert await clinic.versions(client) == [1, 2]


async def test_of_50_who_record_on_the_same_version_one_wins(clinic: Clinic) -> None:
    client = await clinic.client()

    answers = await asyncio.gather(
        *(clinic.record(client, recording(SESSION), headers={"If-Match": '"1"'}) for _ in range(50))
    )

    assert sorted(answer.status_code for answer in answers) == [201] + [412] * 49
    assert await clinic.versions(client) == [1, 2]


async def test_50_who_record_without_a_version_all_win_and_leave_no_gap(clinic: Clinic) -> None:
    client = await clinic.client()

    answers = await asyncio.gather(*(clinic.record(client, recording(SESSION)) for _ in range(50)))

    assert {answer.status_code for answer in answers} == {201}
    assert await clinic.versions(client) == list(range(1, 52))


async def test_of_50_who_take_turns_after_a_mismatch_all_win(clinic: Clinic) -> None:
    client = await clinic.client()

    async def insist() -> int:
        version, attempts = 1, 0
        while True:
            attempts += 1
            answer = await clinic.record(client, recording(SESSION), headers={"If-Match": f'"{version}"'})
            if answer.status_code == 201:
                return attempts
            version = problem_in(answer, "version-conflict").actual_version or 0

    attempts = await asyncio.gather(*(insist() for _ in range(10)))

    assert max(attempts) > 1
    assert await clinic.versions(client) == list(range(1, 12))


@pytest.mark.parametrize("read", READS)
async def test_every_read_tells_its_version(clinic: Clinic, read: str) -> None:
    client = await clinic.client()
    await clinic.record(client, recording(SESSION))

    answer = await clinic.get(f"/v1/clients/{client}/{read}")
    tag = answer.headers["etag"]
    recorded, late = [await clinic.record(client, recording(SESSION), headers={"If-Match": tag}) for _ in range(2)]

    assert answer.json()["version"] == 2
    assert tag == '"2"' if read == "events" else tag.startswith('"2.')
    assert answer.headers["cache-control"] == "no-store"
    assert (recorded.status_code, late.status_code) == (201, 412)


@pytest.mark.parametrize("said", ['"1"', 'W/"1"', '"7", "1"', "*"])
async def test_a_timeline_that_has_not_changed_is_not_sent_again(clinic: Clinic, said: str) -> None:
    client = await clinic.client()

    same = await clinic.get(events_of(client), {"If-None-Match": said})
    await clinic.record(client, recording(SESSION))
    changed = await clinic.get(events_of(client), {"If-None-Match": '"1"'})

    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", '"1"')
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')


@pytest.mark.parametrize("read", READS[1:])
@pytest.mark.parametrize("as_of", [None, "2026-04-01T00:00:00Z"])
async def test_what_is_made_of_the_record_is_not_sent_again_while_it_is_the_same(
    clinic: Clinic, read: str, as_of: str | None
) -> None:
    client = await clinic.client()
    path = f"/v1/clients/{client}/{read}" + (f"?as_of={as_of}" if as_of else "")
    tag = (await clinic.get(path)).headers["etag"]

    same = await clinic.get(path, {"If-None-Match": tag})
    by_version_alone = await clinic.get(path, {"If-None-Match": '"1"'})
    await clinic.record(client, recording(SESSION))
    changed = await clinic.get(path, {"If-None-Match": tag})

    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    assert (by_version_alone.status_code, changed.status_code) == (200, 200)


async def test_what_changes_with_the_clock_alone_is_sent_again(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    client = await clinic.client(recording(CRISIS, at=clock.now().isoformat()))
    path = f"/v1/clients/{client}/postvention-reviews"
    tag = (await clinic.get(path)).headers["etag"]

    later = clock.now() + timedelta(days=30)
    monkeypatch.setattr(clock, "now", lambda: later)
    changed = await clinic.get(path, {"If-None-Match": tag})

    assert (changed.status_code, changed.json()["version"]) == (200, 1)


async def test_what_another_policy_makes_of_the_same_record_is_sent_again(clinic: Clinic) -> None:
    """Here the organization's days, by which those of a client who is not registered yet are counted."""
    client = await clinic.client(recording(CRISIS))
    path = f"/v1/clients/{client}/milestones?as_of=2026-04-01T00:00:00Z"
    before = await clinic.get(path)
    moved = Policy.model_validate({"working_days": {"time_zone": "Asia/Kathmandu"}})

    since = datetime(2026, 1, 1, tzinfo=UTC)
    await clinic.system.policy_adopter.adopt(operator(clinic.organization_id), moved, in_force_from=since)
    after = await clinic.get(path, {"If-None-Match": before.headers["etag"]})

    assert (after.status_code, after.json()["version"]) == (200, before.json()["version"])
    assert after.json() != before.json()


async def test_an_event_is_sent_again_when_something_was_recorded_about_it(clinic: Clinic) -> None:
    client = await clinic.client()
    event = (await clinic.record(client, recording(SESSION))).json()["events"][0]["id"]
    path = f"{events_of(client)}/{event}"
    same = await clinic.get(path, {"If-None-Match": '"2"'})

    await clinic.record(client, recording({"type": "entry_retracted", "entry": event, "reason": "duplicate"}))
    changed = await clinic.get(path, {"If-None-Match": '"2"'})

    assert (same.status_code, changed.status_code) == (304, 200)
    assert changed.json()["status"] == "retracted"
