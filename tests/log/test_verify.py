"""verify names the exact event that was altered or taken away, by someone who can do anything to the database."""

from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import asyncpg
import pytest

from service.database.embedded import DatabaseUrls
from service.log.header import Reference
from service.log.store import EventStore
from service.log.verify import Verification, verify
from tests.log.events import sealed_event

Tamper = Callable[[str], Awaitable[None]]


@pytest.fixture
def tamper(database: DatabaseUrls, organization_id: UUID) -> Tamper:
    """Changes the organization's events, bypassing every protection."""

    async def change(statement: str) -> None:
        superuser = await asyncpg.connect(database.superuser)
        try:
            await superuser.execute("set session_replication_role = replica")
            done = await superuser.execute(statement.replace("ORGANIZATION", f"organization_id = '{organization_id}'"))
            assert done.split()[-1] != "0"
        finally:
            await superuser.close()

    return change


@pytest.fixture(autouse=True)
async def three_events_each_of_two_clients(store: EventStore, organization_id: UUID) -> None:
    ada, ben = uuid4(), uuid4()
    first = [sealed_event(ada, 1), sealed_event(ben, 1)]
    second = [sealed_event(ada, 2, references=(Reference("goal", first[0].id),)), sealed_event(ben, 2)]
    for events in (first, second, [sealed_event(ada, 3), sealed_event(ben, 3)]):
        await store.append(organization_id, events)


async def test_an_untouched_log_is_intact(store: EventStore, organization_id: UUID) -> None:
    assert await verify(store, organization_id) == Verification(6, [])


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("body = set_byte(body, 3, get_byte(body, 3) # 1)", "body"),
        ("leaf = set_byte(leaf, 31, get_byte(leaf, 31) # 128)", "leaf"),
        ("occurred_at = occurred_at + interval '1 microsecond'", "header"),
        ("recorded_by = 'counselor/eve'", "header"),
        ("recorded_at = recorded_at - interval '1 microsecond'", "recorded_at"),
        ("id = gen_random_uuid()", "header"),
        ("causation_id = gen_random_uuid()", "header"),
        ("source = ''", "header"),
        ("actor_id = gen_random_uuid()", "header"),
        ("reference_fields = '{goal}', reference_ids = array[id]", "header"),
    ],
)
async def test_a_changed_column_is_named_with_its_position(
    store: EventStore, organization_id: UUID, tamper: Tamper, change: str, what: str
) -> None:
    await tamper(f"update log.event set {change} where position = 4 and ORGANIZATION")

    verification = await verify(store, organization_id)

    assert not verification.intact
    assert verification.events == 6
    assert {finding.position for finding in verification.findings} == {4}
    assert any(what in finding.what for finding in verification.findings)


async def test_a_body_replaced_with_its_digest_is_named(
    store: EventStore, organization_id: UUID, tamper: Tamper
) -> None:
    await tamper("update log.event set body = 'x', body_digest = sha256('x') where position = 2 and ORGANIZATION")

    (finding,) = (await verify(store, organization_id)).findings

    assert finding.position == 2


async def test_a_deleted_event_is_a_gap(store: EventStore, organization_id: UUID, tamper: Tamper) -> None:
    await tamper("delete from log.event where position = 3 and ORGANIZATION")

    verification = await verify(store, organization_id)

    assert verification.events == 5
    assert verification.findings[0] == (3, "the event is missing")
    assert verification.findings[-1].position == 5, "the same client's next version shows it too"


async def test_deleted_events_at_either_end_are_gaps(store: EventStore, organization_id: UUID, tamper: Tamper) -> None:
    await tamper("delete from log.event where position in (1, 2, 5, 6) and ORGANIZATION")

    gaps = [finding for finding in (await verify(store, organization_id)).findings if "missing" in finding.what]

    assert gaps == [(1, "2 events are missing, up to 2"), (5, "2 events are missing, up to 6")]


async def test_events_that_changed_places_are_named(store: EventStore, organization_id: UUID, tamper: Tamper) -> None:
    await tamper("update log.event set position = 100 where position = 3 and ORGANIZATION")
    await tamper("update log.event set position = 3 where position = 5 and ORGANIZATION")
    await tamper("update log.event set position = 5 where position = 100 and ORGANIZATION")

    findings = (await verify(store, organization_id)).findings

    assert {3, 5} <= {finding.position for finding in findings}
    assert any("recorded earlier" in finding.what for finding in findings)
    assert any("version" in finding.what for finding in findings)


@pytest.mark.parametrize(
    ("change", "position", "what"),
    [
        ("update log.log_head set position = 4 where ORGANIZATION", 5, "the log's head is at 4, and events go on to 6"),
        ("update log.log_head set position = 7 where ORGANIZATION", 7, "the event is missing"),
        ("update log.timeline_head set version = 2 where position = 6 and ORGANIZATION", 6, "at version 2"),
        ("update log.timeline_head set version = 9 where position = 6 and ORGANIZATION", 6, "at version 9"),
        ("update log.timeline_head set position = 9 where position = 6 and ORGANIZATION", 9, "last event is at 6"),
        ("delete from log.timeline_head where position = 6 and ORGANIZATION", 2, "has no head"),
        (
            "update log.timeline_head set client_id = gen_random_uuid() where position = 6 and ORGANIZATION",
            2,
            "no head",
        ),
        ("delete from log.reference where ORGANIZATION", 3, "its reference goal is not in log.reference"),
        ("update log.reference set type = 'lapse_recorded' where ORGANIZATION", 3, "its reference goal is not in"),
        ("update log.reference set position = 4 where ORGANIZATION", 4, "a reference goal of it that it does not make"),
        ("update log.reference set field = 'entry' where ORGANIZATION", 3, "a reference entry of it"),
        ("update log.reference set target_id = gen_random_uuid() where ORGANIZATION", 3, "a reference goal of it"),
    ],
)
async def test_what_stands_beside_the_events_must_fit_them(
    store: EventStore, organization_id: UUID, tamper: Tamper, change: str, position: int, what: str
) -> None:
    await tamper(change)

    findings = (await verify(store, organization_id)).findings

    assert [finding for finding in findings if finding.position == position and what in finding.what]


async def test_progress_is_told_part_by_part(
    store: EventStore, organization_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.log.verify.EVENTS_A_PART", 2_000)
    client_id = uuid4()
    await store.append_bulk(organization_id, [sealed_event(client_id, version) for version in range(1, 4_001)])
    told: list[tuple[int, int]] = []

    verification = await verify(store, organization_id, progress=lambda done, of: told.append((done, of)))

    assert verification == Verification(4_006, [])
    assert told == [(2_000, 4_006), (4_000, 4_006), (4_006, 4_006)]
