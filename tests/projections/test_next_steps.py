"""Next steps with an owner and a time, and micro-goals that expire by themselves (R40)."""

from datetime import date
from uuid import UUID

import pytest
from pydantic import ValidationError

from domain.events.intake import EpisodeClosed
from domain.events.next_steps import NextStepAgreed, NextStepDone, NextStepDropped
from domain.events.registration import ClientDied
from domain.policy import Policy
from domain.policy.plan import NextStepsPolicy
from domain.vocabulary.intake import DischargeReason
from domain.vocabulary.next_steps import DropReason, NextStepKind
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from domain.vocabulary.record import Precision
from projections.care_plan import CARE_PLAN
from projections.care_plan.next_steps import NEXT_STEP, NextStep, NextStepStatus
from projections.obligations import Obligation, ObligationStatus
from tests.builders import POLICY, History, Moment, crisis, folded, intake, moment, next_step, only, registered
from tests.projections.reading import by_column

AGREED_AT = "2026-03-02T15:00Z"
DUE_AT = "2026-03-03T18:00Z"


def agreed(event: NextStepAgreed, policy: Policy = POLICY, **added: Precision) -> tuple[History, UUID]:
    history = History(policy=policy)
    history.add(registered(), at="2026-03-01T15:00Z")
    at = "2026-03-02" if added else AGREED_AT
    return history, history.add(event, at=at, recorded="2026-03-02T20:00Z", **added)


def shown(history: History, at: Moment) -> NextStep:
    answer = CARE_PLAN.answer(folded(CARE_PLAN, history), moment(at), history.policy)
    return only(answer.next_steps)  # type: ignore[attr-defined,no-any-return]


def asked(history: History, at: Moment) -> list[Obligation]:
    answer = CARE_PLAN.answer(folded(CARE_PLAN, history), moment(at), history.policy)
    return [each for each in answer.obligations if each.kind is ObligationKind.NEXT_STEP]  # type: ignore[attr-defined]


def test_r40_a_next_step_has_an_owner_and_a_due_time() -> None:
    history = History()
    history.add(registered(), at="2026-03-01T15:00Z")
    met = history.add(crisis(), at="2026-03-02T14:00Z")
    step = next_step(
        kind=NextStepKind.FAMILY_CHECK_IN,
        what="Plan the check-in with his brother",
        owner_person="Kim Example",
        owner_person_id=UUID(int=7),
        due_at=moment(DUE_AT),
        because_of=met,
    )
    entry = history.add(step, at=AGREED_AT)

    told = shown(history, AGREED_AT)
    assert (told.what, told.owner, told.owner_person) == (step.what, Role.CASE_MANAGER, "Kim Example")
    assert told.status is NextStepStatus.OPEN
    due = only(asked(history, AGREED_AT))
    assert (due.because, due.due_at, due.owner) == (entry, moment(DUE_AT), Role.CASE_MANAGER)
    assert (due.owner_person, due.owner_person_id) == ("Kim Example", UUID(int=7))
    row = only(by_column(NEXT_STEP, CARE_PLAN.rows(folded(CARE_PLAN, history))))
    assert (row["kind"], row["owner_role"], row["because_of"]) == ("family_check_in", "case_manager", met)
    assert not {"what", "owner_person"} & row.keys()


def test_r40_a_next_step_is_late_until_done_and_then_met_late() -> None:
    history, step = agreed(next_step(due_at=moment(DUE_AT)))
    assert only(asked(history, "2026-03-03T18:01Z")).status is ObligationStatus.LATE
    assert shown(history, "2026-03-03T18:01Z").status is NextStepStatus.LATE

    done = NextStepDone(step=step)
    history.add(done, at="2026-03-03T19:00Z")

    assert history.refused(done, at="2026-03-03T20:00Z") == {"next_step_done_once"}
    assert only(asked(history, "2026-03-03T19:00Z")).status is ObligationStatus.MET_LATE
    assert shown(history, "2026-03-03T19:00Z").status is NextStepStatus.DONE


def test_r40_a_next_step_done_in_time_is_met() -> None:
    history, step = agreed(next_step(due_at=moment(DUE_AT)))
    done = history.add(NextStepDone(step=step), at=DUE_AT)

    obligation = only(asked(history, DUE_AT))
    assert obligation.met is not None
    assert (obligation.status, obligation.met.event_id) == (ObligationStatus.MET, done)


def test_r40_a_dropped_step_says_why_and_is_released() -> None:
    history, step = agreed(next_step(due_at=moment(DUE_AT)))
    drop = NextStepDropped(step=step, reason=DropReason.CLIENT_CHOSE_OTHERWISE)
    dropped = history.add(drop, at="2026-03-03T12:00Z")

    assert history.refused(drop, at="2026-03-03T13:00Z") == {"next_step_dropped_once"}
    obligation = only(asked(history, DUE_AT))
    assert obligation.released is not None
    assert (obligation.status, obligation.released.event_id) == (ObligationStatus.RELEASED, dropped)
    row = only(by_column(NEXT_STEP, CARE_PLAN.rows(folded(CARE_PLAN, history))))
    assert row["drop_reason"] == "client_chose_otherwise"


def test_r40_a_step_dropped_when_late_was_missed_and_one_done_after_all_is_done() -> None:
    history, step = agreed(next_step(due_at=moment(DUE_AT)))
    history.add(NextStepDropped(step=step, reason=DropReason.NOT_POSSIBLE), at="2026-03-04T12:00Z")
    assert only(asked(history, "2026-03-05T12:00Z")).status is ObligationStatus.MISSED

    history.add(NextStepDone(step=step), at="2026-03-05T12:00Z")
    assert only(asked(history, "2026-03-05T12:00Z")).status is ObligationStatus.MET_LATE


def test_r40_micro_goals_appear_and_expire_by_themselves() -> None:
    history, _ = agreed(next_step(Role.CLIENT, micro_goal=True, what="Meet two housemates"))

    assert asked(history, AGREED_AT) == [], "nobody owes a micro-goal"
    assert shown(history, "2026-03-05T15:00Z").status is NextStepStatus.OPEN
    assert shown(history, "2026-03-05T15:01Z").status is NextStepStatus.EXPIRED
    row = only(by_column(NEXT_STEP, CARE_PLAN.rows(folded(CARE_PLAN, history))))
    assert (row["micro_goal"], row["due_at"]) == (True, moment("2026-03-05T15:00Z"))


def test_r40_a_micro_goal_that_was_reached_does_not_expire() -> None:
    history, step = agreed(next_step(Role.CLIENT, micro_goal=True))
    history.add(NextStepDone(step=step), at="2026-03-03T15:00Z")

    assert shown(history, "2026-04-01T15:00Z").status is NextStepStatus.DONE


def test_x1_the_hours_of_a_micro_goal_count_from_the_end_of_the_day_that_is_known() -> None:
    history, _ = agreed(next_step(Role.CLIENT, micro_goal=True), precision=Precision.DAY)

    assert shown(history, AGREED_AT).due_at == moment("2026-03-06T06:00Z")


def test_r40_a_step_without_a_time_is_due_as_the_policy_says() -> None:
    assert shown(agreed(next_step())[0], AGREED_AT).due_at == moment("2026-03-10T05:00Z")
    quick = Policy(next_steps=NextStepsPolicy(due_within_days=1, micro_goal_hours=24))
    assert shown(agreed(next_step(), quick)[0], AGREED_AT).due_at == moment("2026-03-04T06:00Z")
    with pytest.raises(ValidationError):
        NextStepsPolicy(micro_goal_hours=0)


def test_r40_what_is_arranged_for_a_while_ends_by_itself() -> None:
    """A temporary change of shift (S0)."""
    step = next_step(kind=NextStepKind.WORK_ADJUSTMENT, until=date(2026, 3, 17))
    history, asked_for = agreed(step)
    assert not shown(history, "2026-03-03T15:00Z").in_effect, "asked for is not arranged"
    history.add(NextStepDone(step=asked_for), at="2026-03-03T15:00Z")

    assert shown(history, "2026-03-18T04:59Z").in_effect
    assert not shown(history, "2026-03-18T05:00Z").in_effect


def test_r40_the_end_of_the_episode_releases_open_steps() -> None:
    history = History()
    history.add(registered(), at="2026-03-01T15:00Z")
    opened = history.add(intake(), at="2026-03-01T16:00Z")
    history.add(next_step(), at=AGREED_AT)
    closed = history.add(EpisodeClosed(intake=opened, reason=DischargeReason.COMPLETED), at="2026-03-04T15:00Z")

    obligation = only(asked(history, "2026-03-05T15:00Z"))
    assert obligation.released is not None
    assert (obligation.status, obligation.released.event_id) == (ObligationStatus.RELEASED, closed)


def test_r61_a_death_releases_open_steps_and_micro_goals() -> None:
    history, _ = agreed(next_step(Role.CLIENT, micro_goal=True))
    history.add(ClientDied(), at="2026-03-03T15:00Z")

    assert shown(history, "2026-04-01T15:00Z").status is NextStepStatus.RELEASED
