"""Lists over clients: the worklist (R50), the caseload (R52) and the signals that wait (R49)."""

from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

import asyncpg
import pytest

from domain.events.base import Event
from domain.events.intake import EpisodeClosed
from domain.events.registration import ClientDied
from domain.events.signals import SignalAcknowledged
from domain.events.team import TaskReassigned, TeamMemberReleased
from domain.vocabulary.intake import DischargeReason
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from domain.vocabulary.signals import SignalRule
from domain.vocabulary.team import ReassignmentReason, ReleaseReason
from service.access.caller import SCOPES_OF_ROLE, Caller, KeyRole
from service.care import lists
from service.database.connection import scoped
from service.database.embedded import DatabaseUrls
from service.projector import list_queries
from service.projector.builds import Builds
from service.projector.list_queries import Query
from service.runtime import clock
from tests.api.clinic import Clinic, errors_in, problem_in
from tests.builders import (
    appointment,
    check_in,
    crisis,
    handoff,
    intake,
    next_step,
    plan,
    registered,
    safety_plan,
    session,
    team_member,
)
from tests.system import draft, follow

LISTS = ["worklist", "caseload", "signals"]

Row = dict[str, Any]


def ago(**time: float) -> datetime:
    """So long before now."""
    return clock.now() - timedelta(**time)


async def record(clinic: Clinic, client_id: UUID, *told: tuple[Event, datetime]) -> list[UUID]:
    """Record what happened when; the ids of the entries."""
    caller = Caller(clinic.organization_id, uuid4(), "ana", KeyRole.COUNSELOR, SCOPES_OF_ROLE[KeyRole.COUNSELOR])
    new = await clinic.system.store.head(clinic.organization_id, client_id) == 0
    drafts = [draft(event, at) for event, at in told]
    await clinic.system.recorder.record(caller, client_id, drafts, new_client=new)
    return [each.id for each in drafts]


async def client_with(clinic: Clinic, *told: tuple[Event, datetime]) -> UUID:
    """A new client to whom this happened."""
    client_id = uuid4()
    await record(clinic, client_id, (registered(), ago(days=30)), *told)
    return client_id


async def pages(clinic: Clinic, path: str, **asked: Any) -> list[Row]:
    """All pages of a list."""
    found: list[Row] = []
    more: dict[str, Any] = {}
    while True:
        answer = await clinic.get(f"/v1/{path}", **asked, **more)
        assert answer.status_code == 200, answer.text
        found.append(answer.json())
        if answer.json()["next"] is None:
            return found
        more = {"after": answer.json()["next"]}


async def rows(clinic: Clinic, path: str, **asked: Any) -> list[Row]:
    """All rows of a list, once the projector has come to the end of the log."""
    await follow(clinic.system, clinic.organization_id)
    of_page = {"worklist": "tasks", "caseload": "clients", "signals": "signals"}[path]
    return [row for page in await pages(clinic, path, **asked) for row in page[of_page]]


async def erase(database: DatabaseUrls, client_id: UUID) -> None:
    """Destroy the client's key, as another process does: nothing else is told."""
    superuser = await asyncpg.connect(database.superuser)
    erased = "update keyring.client_key set wrapped_key = null, destroyed_at = now() where client_id = $1"
    assert await superuser.execute(erased, client_id) == "UPDATE 1"
    await superuser.close()


def moment(said: str) -> datetime:
    return datetime.fromisoformat(said)


async def test_r50_the_worklist_says_what_is_due_what_is_late_and_for_whom(clinic: Clinic) -> None:
    late = await client_with(clinic, (handoff(), ago(days=20)))
    crisis_at = ago(hours=1)
    client = await client_with(clinic, (crisis(), crisis_at))

    found = await rows(clinic, "worklist")

    assert found == sorted(found, key=lambda each: moment(each["due_at"]))
    assert {each["client_id"] for each in found if each["late"]} == {str(late)}
    contact = next(each for each in found if each["kind"] == "crisis_contact")
    assert contact["client_id"] == str(client)
    assert contact["step"] == 1
    assert contact["late"] is False
    assert contact["person_id"] is None
    assert contact["reassigned"] is False
    assert moment(contact["opens_at"]) == crisis_at
    assert await rows(clinic, "worklist", late="true") == [each for each in found if each["late"]]
    assert await rows(clinic, "worklist", late="false") == [each for each in found if not each["late"]]
    of_kind = await rows(clinic, "worklist", kind="crisis_contact")
    assert of_kind
    assert of_kind == [each for each in found if each["kind"] == "crisis_contact"]
    role = contact["owner_role"]
    assert await rows(clinic, "worklist", role=role) == [each for each in found if each["owner_role"] == role]


async def test_r50_what_is_met_is_on_no_worklist(clinic: Clinic) -> None:
    client = await client_with(clinic, (crisis(), ago(hours=30)))
    before = await rows(clinic, "worklist", kind="crisis_contact")

    await record(clinic, client, (session(), ago(hours=20)))

    after = await rows(clinic, "worklist", kind="crisis_contact")
    assert [each["step"] for each in after] == [each["step"] for each in before if each["step"] != 1]


async def test_r50_a_task_is_that_of_the_one_who_holds_the_role(clinic: Clinic) -> None:
    ana, ben = uuid4(), uuid4()
    client = await client_with(
        clinic,
        (team_member(Role.COUNSELOR, person_id=ana), ago(days=9)),
        (next_step(Role.COUNSELOR), ago(hours=3)),
    )
    (task,) = await rows(clinic, "worklist", kind="next_step")
    assert task["person_id"] == str(ana)
    assert await rows(clinic, "worklist", kind="next_step", person_id=str(ana)) == [task]
    assert not await rows(clinic, "worklist", person_id=str(ben))

    (member,) = await record(clinic, client, (team_member(Role.COUNSELOR, person_id=ben), ago(days=8)))
    (task,) = await rows(clinic, "worklist", kind="next_step")
    assert task["person_id"] is None, "two hold the role, and no one of them owns it more than the other"
    assert not await rows(clinic, "worklist", person_id=str(ana))

    gone = TeamMemberReleased(member=member, reason=next(iter(ReleaseReason)))
    await record(clinic, client, (gone, ago(days=1)))
    (task,) = await rows(clinic, "worklist", person_id=str(ana))
    assert task["person_id"] == str(ana)


async def test_r50_a_task_that_went_to_somebody_else_is_theirs(clinic: Clinic) -> None:
    ana, ben = uuid4(), uuid4()
    client = await client_with(clinic, (team_member(Role.PEER, person_id=ana), ago(days=9)))
    (step,) = await record(clinic, client, (next_step(Role.COUNSELOR), ago(hours=3)))
    moved = TaskReassigned(
        because=step,
        kind=ObligationKind.NEXT_STEP,
        step=1,
        to_role=Role.PEER,
        to_person_id=ben,
        reason=next(iter(ReassignmentReason)),
    )
    await record(clinic, client, (moved, ago(hours=2)))

    (task,) = await rows(clinic, "worklist", person_id=str(ben), role="peer")
    assert (task["owner_role"], task["person_id"], task["reassigned"]) == ("peer", str(ben), True)
    assert not await rows(clinic, "worklist", kind="next_step", role="counselor")
    assert not await rows(clinic, "worklist", kind="next_step", person_id=str(ana))

    by_name = moved.model_copy(update={"to_person_id": None, "to_person": "Kim Example"})
    await record(clinic, client, (by_name, ago(hours=1)))
    (task,) = await rows(clinic, "worklist", kind="next_step")
    assert task["person_id"] is None, "Kim's, whose id is not known: not that of whoever else holds the role"


async def test_r50_the_worklist_says_what_each_care_plan_says(clinic: Clinic) -> None:
    ana = uuid4()
    clients = [
        await client_with(
            clinic,
            (team_member(Role.COUNSELOR, person_id=ana), ago(days=25)),
            (intake(), ago(days=24)),
            (plan(), ago(days=23 - each)),
            (handoff(), ago(days=6 - each)),
            (crisis(), ago(hours=10 * each + 1)),
            (next_step(Role.COUNSELOR), ago(hours=each)),
            (appointment(clock.now() + timedelta(days=each + 1)), ago(hours=1)),
        )
        for each in range(3)
    ]
    columns = ("kind", "because", "step", "opens_at", "due_at")

    found = {
        (row["client_id"], *(row[name] for name in columns), row["owner_role"], row["person_id"], row["late"])
        for row in await rows(clinic, "worklist", limit=4)
    }

    expected = set()
    for client in clients:
        for each in (await clinic.get(f"/v1/clients/{client}/care-plan")).json()["care_plan"]["obligations"]:
            if each["status"] in {"open", "late"}:
                late = each["status"] == "late"
                said = (*(each[name] for name in columns), each["owner"], each["owner_person_id"], late)
                expected.add((str(client), *said))
    assert found == expected
    assert len(expected) > 12


async def test_r52_the_caseload_says_how_each_client_stands(clinic: Clinic) -> None:
    ana = uuid4()
    client = await client_with(
        clinic,
        (intake(), ago(days=20)),
        (team_member(Role.COUNSELOR, person_id=ana), ago(days=20)),
        (plan(), ago(days=19)),
        (safety_plan(), ago(days=18)),
        (session(), ago(days=2)),
        (crisis(), ago(hours=2)),
        (check_in(craving=10), ago(hours=1)),
    )
    other = await client_with(clinic)

    found = {row["client_id"]: row for row in await rows(clinic, "caseload")}

    assert list(found) == sorted([str(client), str(other)])
    row = found[str(client)]
    assert (row["plan_version"], row["safety_plan_version"], row["open_crises"]) == (1, 1, 1)
    assert row["tier_not_excluded"] == "high", "nothing was answered, so nothing is excluded"
    assert row["waiting_signals"] == 1
    tasks = await rows(clinic, "worklist")
    mine = [each for each in tasks if each["client_id"] == str(client)]
    assert row["waiting"] == len(mine)
    assert row["late"] == sum(each["late"] for each in mine)
    assert row["next_due_at"] == min(each["due_at"] for each in mine if not each["late"])
    assert moment(row["last_contact_at"]) > ago(hours=1, minutes=1)
    assert row["episode_event_id"]
    empty = found[str(other)]
    assert (empty["waiting"], empty["open_crises"], empty["tier"], empty["plan_version"]) == (0, 0, None, None)
    assert await rows(clinic, "caseload", person_id=str(ana)) == [row]
    assert await rows(clinic, "caseload", in_care="true") == [row]
    assert [each["client_id"] for each in await rows(clinic, "caseload", in_care="false")] == [str(other)]


async def test_r52_clients_are_in_care_while_an_episode_is_open(clinic: Clinic) -> None:
    client, other = await client_with(clinic), await client_with(clinic, (intake(), ago(days=20)))
    (opened,) = await record(clinic, client, (intake(), ago(days=20)))
    assert len(await rows(clinic, "caseload", in_care="true")) == 2

    closed = EpisodeClosed(intake=opened, reason=next(iter(DischargeReason)))
    await record(clinic, client, (closed, ago(days=2)))
    await record(clinic, other, (ClientDied(), ago(days=1)))

    assert not await rows(clinic, "caseload", in_care="true")
    found = {row["client_id"]: row for row in await rows(clinic, "caseload", in_care="false")}
    assert found[str(client)]["episode_closed_at"]
    assert found[str(other)]["died_at"]
    await record(clinic, client, (intake(), ago(hours=1)))
    (row,) = await rows(clinic, "caseload", in_care="true")
    assert (row["client_id"], row["episode_closed_at"]) == (str(client), None)


async def test_r49_signals_wait_until_somebody_takes_note(clinic: Clinic) -> None:
    client = await client_with(clinic)
    (first,) = await record(clinic, client, (check_in(craving=10), ago(hours=3)))
    await client_with(clinic, (check_in(mood=1), ago(hours=2)))

    found = await rows(clinic, "signals")

    assert [each["rule"] for each in found] == ["high_craving", "low_mood"], "the one that has waited longest on top"
    assert found[0]["event_id"] == str(first)
    assert found[0]["behind"] == [str(first)]
    assert await rows(clinic, "signals", rule="low_mood") == found[1:]
    noted = SignalAcknowledged(because=first, rule=SignalRule.HIGH_CRAVING, acknowledged_by=Role.COUNSELOR)
    await record(clinic, client, (noted, ago(hours=1)))
    assert await rows(clinic, "signals") == found[1:]


@pytest.mark.parametrize("path", LISTS)
async def test_another_organization_sees_nothing(clinic: Clinic, other_clinic: Clinic, path: str) -> None:
    await client_with(clinic, (crisis(), ago(hours=2)), (check_in(craving=10), ago(hours=1)))
    assert await rows(clinic, path)

    assert not await rows(other_clinic, path)


@pytest.mark.parametrize("path", LISTS)
async def test_erased_clients_are_not_listed(clinic: Clinic, database: DatabaseUrls, path: str) -> None:
    told = ((crisis(), ago(hours=2)), (check_in(craving=10), ago(hours=1)))
    erased, other = await client_with(clinic, *told), await client_with(clinic, *told)
    assert {each["client_id"] for each in await rows(clinic, path)} == {str(erased), str(other)}

    await erase(database, erased)

    assert {each["client_id"] for each in await rows(clinic, path)} == {str(other)}


async def test_a_page_says_for_how_many_clients_it_does_not_tell_everything(
    clinic: Clinic, database: DatabaseUrls
) -> None:
    client, erased = await client_with(clinic), await client_with(clinic)
    await follow(clinic.system, clinic.organization_id)
    build = await clinic.system.builds.to_read("care_plan")
    assert build
    async with scoped(clinic.system.pool, clinic.organization_id) as connection:
        await connection.execute(
            f"INSERT INTO {build.schema}.parked (organization_id, client_id, version, event_id, error)"
            " SELECT $1, unnest($2::uuid[]), 1, gen_random_uuid(), 'ValueError'",
            clinic.organization_id,
            [client, erased],
        )
    await erase(database, erased)

    assert [(await clinic.get(f"/v1/{path}")).json()["parked"] for path in LISTS] == [1, 1, 0]


@pytest.mark.parametrize("path", LISTS)
async def test_pages_fit_together(clinic: Clinic, path: str) -> None:
    at = ago(hours=2)
    for _ in range(3):
        await client_with(clinic, (crisis(), at), (check_in(craving=10, mood=1), at))
    whole = await rows(clinic, path)

    assert len(whole) >= 3
    assert await rows(clinic, path, limit=1) == whole
    assert await rows(clinic, path, limit=2) == whole


async def test_pages_fit_together_while_rows_change(clinic: Clinic) -> None:
    def due_in(days: int) -> tuple[Event, datetime]:
        return next_step(due_at=clock.now() + timedelta(days=days)), ago(hours=1)

    clients = [await client_with(clinic, due_in(days)) for days in (2, 4, 6, 8)]
    whole = await rows(clinic, "worklist")
    first = (await clinic.get("/v1/worklist", limit=2)).json()

    await record(clinic, clients[3], due_in(3))  # comes before the page's end
    await record(clinic, clients[0], due_in(7))  # comes after it
    rest = await rows(clinic, "worklist", after=first["next"])

    assert first["tasks"] == whole[:2]
    assert [row for row in rest if row in whole] == whole[2:]
    assert len(rest) == 3


async def test_a_page_says_how_far_it_has_come_and_waits_for_more(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await client_with(clinic)
    head = await clinic.system.store.log_head(clinic.organization_id)
    monkeypatch.setattr(lists, "WAIT_SECONDS", 0.05)
    behind = await clinic.get("/v1/caseload", position=head)
    assert (await clinic.get("/v1/caseload")).json()["position"] == 0
    problem_in(behind, "lists-behind")
    assert int(behind.headers["Retry-After"]) > 0

    await follow(clinic.system, clinic.organization_id)

    page = (await clinic.get("/v1/caseload", position=head)).json()
    assert page["position"] == head
    assert page["parked"] == 0
    assert [row["client_id"] for row in page["clients"]] == [str(client)]
    assert moment(page["as_of"]) <= clock.now()


async def test_lists_of_what_waits_read_it_by_its_index_page_by_page(clinic: Clinic) -> None:
    schemas = {}
    for name in ("care_plan", "signals"):
        build = await clinic.system.builds.to_read(name)
        assert build
        schemas[name] = build.schema
    query = Query.at(clinic.organization_id, clock.now())
    worklist = list_queries.worklist(schemas, query, person_id=None, role=None, limit=9)
    query = Query.at(clinic.organization_id, clock.now())
    query.where("s.raised_at <= $2")
    signals = list_queries.signals(schemas, query, limit=9)
    costly = "set local enable_sort = off; set local enable_seqscan = off"
    for (sql, arguments), index in ((worklist, "obligation_waiting"), (signals, "signal_waiting")):
        async with scoped(clinic.system.pool, clinic.organization_id, first=costly) as connection:
            plan = await connection.fetch(f"EXPLAIN {sql}", *arguments)
        lines = "\n".join(line for (line,) in plan)
        assert f"using {index} " in lines, lines
        assert "Sort" not in lines, "the index has the order already"


@pytest.mark.parametrize("path", LISTS)
async def test_without_a_build_of_this_release_there_are_no_lists(clinic: Clinic, path: str) -> None:
    async def none(self: Builds, projection_name: str) -> None:
        return None

    with patch.object(Builds, "to_read", none):
        answer = await clinic.get(f"/v1/{path}")

    problem_in(answer, "lists-not-ready")
    assert int(answer.headers["Retry-After"]) > 0


def said(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


HOSTILE = [
    "A", "e30", said("[]"), said("[1]"), said('["x"]'), said("["), said("[" * 100), said("[1e999]"),
    said('["\\u0000"]'),
    said('["0001-01-01T00:00:00+14:00","8f0e4c52-6c1e-4d8a-9b1e-2f6d1a3c5e70","crisis_contact",'
         '"8f0e4c52-6c1e-4d8a-9b1e-2f6d1a3c5e70",1]'),
]  # fmt: skip


@pytest.mark.parametrize("path", LISTS)
async def test_a_place_that_no_page_has_said_is_refused(clinic: Clinic, path: str) -> None:
    for after in HOSTILE:
        answer = await clinic.get(f"/v1/{path}", after=after)
        assert errors_in(answer, "invalid-input") == {("after", "known_place")}, after
    for after in ("", " ", "a b", "ä", "x" * 500):
        answer = await clinic.get(f"/v1/{path}", after=after)
        assert {field for field, _ in errors_in(answer, "invalid-input")} == {"after"}


@pytest.mark.parametrize("late", ["1", "yes", "True", "", "on"])
async def test_yes_and_no_are_written_in_one_way(clinic: Clinic, late: str) -> None:
    answer = await clinic.get("/v1/worklist", late=late)

    assert errors_in(answer, "invalid-input") == {("late", "true_or_false")}
