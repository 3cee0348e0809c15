"""The worklist (R50): what is due, what is late, for whom, and whose task it is."""

from datetime import timedelta
from uuid import uuid4

from domain.events.team import TaskReassigned, TeamMemberReleased
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from domain.vocabulary.team import ReassignmentReason, ReleaseReason
from service.runtime import clock
from tests.api.clinic import Clinic
from tests.api.listing import ago, client_with, moment, record, rows
from tests.builders import (
    appointment,
    crisis,
    handoff,
    intake,
    next_step,
    plan,
    session,
    team_member,
)


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
