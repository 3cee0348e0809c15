"""Lists over clients: the caseload (R52), the signals that wait (R49), and what holds for every list."""

from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from unittest.mock import patch
from uuid import uuid4

import pytest

from domain.events.base import Event
from domain.events.intake import EpisodeClosed
from domain.events.looking_ahead import TriggerAnticipated
from domain.events.plan import CadenceSet
from domain.events.registration import ClientDied
from domain.events.signals import SignalAcknowledged
from domain.vocabulary.intake import DischargeReason
from domain.vocabulary.people import Role
from domain.vocabulary.plan import CadenceKind, DayAhead, Period
from domain.vocabulary.signals import SignalRule
from service.care import lists
from service.database.connection import scoped
from service.database.embedded import DatabaseUrls
from service.projector.builds import Builds
from service.projector.list_pages import signals_page, worklist_page
from service.runtime import clock
from tests.api.clinic import Clinic, errors_in, problem_in
from tests.api.listing import ago, client_with, erase, moment, record, rows
from tests.builders import (
    check_in,
    crisis,
    intake,
    next_step,
    plan,
    safety_plan,
    session,
    team_member,
)
from tests.erasing import erase as erased_for_good
from tests.system import follow

LISTS = ["worklist", "caseload", "signals"]


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


async def test_r49_signals_that_lie_ahead_or_are_over_are_not_listed(clinic: Clinic) -> None:
    def trigger(days: int) -> TriggerAnticipated:
        return TriggerAnticipated(on=(clock.now() + timedelta(days=days)).date(), kind=DayAhead.COURT_DATE)

    daily = CadenceSet(kind=CadenceKind.CHECK_IN, times=1, per=Period.DAY)
    silent = await client_with(clinic, (daily, ago(days=9)))
    (last,) = await record(clinic, silent, (check_in(), ago(days=8)))
    ahead = await client_with(clinic, (daily, ago(days=9)), (check_in(), ago(hours=1)), (trigger(30), ago(days=9)))
    over = await client_with(clinic, (trigger(-5), ago(days=20)))

    (signal,) = await rows(clinic, "signals")

    assert (signal["rule"], signal["event_id"]) == ("missed_check_ins", str(last))
    assert signal["client_id"] == str(silent)
    waiting = {row["client_id"]: row["waiting_signals"] for row in await rows(clinic, "caseload")}
    assert waiting == {str(silent): 1, str(ahead): 0, str(over): 0}


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

    assert [(await clinic.get(f"/v1/{path}")).json()["parked"] for path in LISTS] == [1, 1, 1], (
        "the plan tells who was merged"
    )


async def test_a_page_says_how_many_clients_were_erased_up_to_its_position(clinic: Clinic) -> None:
    client, _ = await client_with(clinic), await client_with(clinic)
    await follow(clinic.system, clinic.organization_id)
    before = [(await clinic.get(f"/v1/{path}")).json() for path in LISTS]
    await erased_for_good(clinic.system, clinic.organization_id, client)
    await follow(clinic.system, clinic.organization_id)

    after = [(await clinic.get(f"/v1/{path}")).json() for path in LISTS]

    assert [(each["erased_clients"], each["parked"]) for each in before + after] == [(0, 0)] * 3 + [(1, 0)] * 3
    assert [each["position"] for each in after] == [each["position"] + 1 for each in before]


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
    at_all = frozenset[str]()
    worklist = worklist_page(schemas["care_plan"], at_all, None, 9)
    signals = signals_page(schemas["signals"], schemas["care_plan"], at_all, 9)
    given = {"organization_id": clinic.organization_id, "now": clock.now()}
    costly = "set local enable_sort = off; set local enable_seqscan = off"
    for page, index in ((worklist, "obligation_waiting"), (signals, "signal_waiting")):
        async with scoped(clinic.system.pool, clinic.organization_id, first=costly) as connection:
            plan = await connection.fetch(f"EXPLAIN {page.sql}", *page.arguments(given))
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
