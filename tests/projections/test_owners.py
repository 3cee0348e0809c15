"""Whose task it is: the role's, a person's where known, and somebody else's once it was moved (R62)."""

from typing import cast
from uuid import UUID

from domain.events.team import TaskReassigned, TeamMemberReleased
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from domain.vocabulary.team import ReassignmentReason, ReleaseReason
from projections.care_plan import CARE_PLAN
from projections.care_plan.owners import TASK_OWNER
from projections.obligations import OBLIGATION, Obligation
from tests.builders import (
    History,
    Moment,
    crisis,
    folded,
    moment,
    next_step,
    only,
    outreach,
    registered,
    team_member,
)
from tests.projections.reading import by_column

LEE, KIM = UUID(int=7), UUID(int=8)


def in_crisis() -> tuple[History, UUID]:
    history = History()
    history.add(registered(), at="2026-03-01T15:00Z")
    return history, history.add(crisis(), at="2026-03-02T15:00Z")


def follow_up(history: History, step: int, at: Moment = "2026-03-03T15:00Z") -> Obligation:
    """That follow-up of the crisis as the plan answers it."""
    answer = CARE_PLAN.answer(folded(CARE_PLAN, history), moment(at), history.policy)
    contacts = [each for each in answer.obligations if each.kind is ObligationKind.CRISIS_CONTACT]  # type: ignore[attr-defined]
    return cast("Obligation", next(each for each in contacts if each.step == step))


def moved(because: UUID, **said: object) -> TaskReassigned:
    return TaskReassigned.model_validate(
        {
            "because": because,
            "kind": ObligationKind.CRISIS_CONTACT,
            "to_role": Role.PEER,
            "reason": ReassignmentReason.OFF_SHIFT,
            **said,
        }
    )


def test_r62_a_task_goes_to_somebody_else_with_a_reason() -> None:
    history, met = in_crisis()
    event = moved(met, step=2, to_person="Lee Example", to_person_id=LEE, note="On until ten")
    entry = history.add(event, at="2026-03-02T16:00Z")

    second = follow_up(history, 2)
    assert (second.owner, second.owner_person, second.owner_person_id) == (Role.PEER, "Lee Example", LEE)
    assert follow_up(history, 1).owner is Role.COUNSELOR
    plan = folded(CARE_PLAN, history)
    told = only(CARE_PLAN.answer(plan, moment("2026-03-03T15:00Z"), history.policy).task_owners)  # type: ignore[attr-defined]
    assert (told.reason, told.note, told.event_id) == (ReassignmentReason.OFF_SHIFT, "On until ten", entry)
    row = only(by_column(TASK_OWNER, CARE_PLAN.rows(plan)))
    assert (row["kind"], row["because"], row["step"]) == ("crisis_contact", met, 2)
    assert (row["owner_role"], row["owner_person_id"], row["reason"]) == ("peer", LEE, "off_shift")
    assert "note" not in row


def test_r62_the_last_move_counts_and_a_retracted_one_does_not() -> None:
    history, met = in_crisis()
    history.add(moved(met), at="2026-03-02T16:00Z")
    second = history.add(moved(met, to_role=Role.CASE_MANAGER), at="2026-03-02T17:00Z")

    assert follow_up(history, 1).owner is Role.CASE_MANAGER
    assert only(by_column(TASK_OWNER, CARE_PLAN.rows(folded(CARE_PLAN, history))))["moves"] == 2
    history.retract(second)
    assert follow_up(history, 1).owner is Role.PEER


def test_r62_a_task_that_was_moved_is_met_late_or_released_as_before() -> None:
    history, met = in_crisis()
    history.add(moved(met), at="2026-03-02T16:00Z")
    call = history.add(outreach(reached=True), at="2026-03-02T18:00Z")

    first = follow_up(history, 1)
    assert first.met is not None
    assert (first.owner, first.met.event_id) == (Role.PEER, call)


def test_r62_what_waits_for_a_role_is_that_of_the_one_who_holds_it() -> None:
    history, _ = in_crisis()
    ada = history.add(team_member(person_id=KIM), at="2026-03-01T16:00Z")
    assert (follow_up(history, 1).owner_person, follow_up(history, 1).owner_person_id) == ("Ada Example", KIM)

    history.add(team_member(person="Bo Example"), at="2026-03-02T16:00Z")
    assert follow_up(history, 1).owner_person is None, "two counselors: no one of them owns it more than the other"

    history.add(TeamMemberReleased(member=ada, reason=ReleaseReason.ON_LEAVE), at="2026-03-02T17:00Z")
    assert follow_up(history, 1).owner_person == "Bo Example"


def test_r62_a_move_of_what_nothing_asks_for_moves_nothing() -> None:
    history, met = in_crisis()
    history.add(moved(met, kind=ObligationKind.NALOXONE), at="2026-03-02T16:00Z")

    answer = CARE_PLAN.answer(folded(CARE_PLAN, history), moment("2026-03-03T15:00Z"), history.policy)
    assert len(answer.task_owners) == 1  # type: ignore[attr-defined]
    assert ObligationKind.NALOXONE not in {each.kind for each in answer.obligations}  # type: ignore[attr-defined]


def test_r62_a_next_step_that_was_moved_names_its_new_owner_in_its_rows() -> None:
    history, _ = in_crisis()
    step = history.add(next_step(owner_person="Kim Example", owner_person_id=KIM), at="2026-03-02T16:00Z")
    history.add(moved(step, kind=ObligationKind.NEXT_STEP, to_person_id=LEE), at="2026-03-02T17:00Z")

    rows = CARE_PLAN.rows(folded(CARE_PLAN, history))
    row = only([row for row in by_column(OBLIGATION, rows) if row["kind"] == "next_step"])
    assert (row["owner_role"], row["owner_person_id"]) == ("peer", LEE)
