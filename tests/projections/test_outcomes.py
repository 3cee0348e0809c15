"""What is measured over time, retention, and timeliness (R53, R54)."""

from datetime import date
from typing import Any

import pytest

from domain.events.intake import EpisodeClosed
from domain.events.milestones import MilestoneDefined, MilestoneReached
from domain.events.plan import GoalClosed, GoalMeasured
from domain.events.registration import ClientDied
from domain.events.residence import ResidenceChanged
from domain.events.screening import ScreeningScored
from domain.events.supports import SupportMeetingAttended
from domain.instruments.phq9 import Phq9Answers
from domain.vocabulary.crisis import CrisisOutcome
from domain.vocabulary.goals import GoalCategory, GoalOutcome
from domain.vocabulary.intake import DischargeReason
from domain.vocabulary.milestones import LifeMilestone
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.residence import STABLE, LivingSituation
from domain.vocabulary.screening import Measure
from domain.vocabulary.substances import Substance
from domain.vocabulary.supports import SupportGroup
from projections.care_plan import CARE_PLAN
from projections.obligations import OBLIGATION
from projections.outcomes import OUTCOMES, OutcomesAnswer
from projections.outcomes.fold import OUTCOME, RETENTION
from projections.outcomes.measured import NOT_A_NUMBER, OutcomeMeasure
from tests.builders import (
    History,
    Moment,
    check_in,
    crisis,
    folded,
    goal_set,
    handoff,
    intake,
    lapse,
    missed,
    moment,
    only,
    outreach,
    registered,
    resolved,
    review,
    session,
)
from tests.projections.reading import by_column

AT = "2026-03-02T15:00Z"  # nine in the morning in Chicago
LATER = "2026-06-01T15:00Z"


@pytest.fixture
def history() -> History:
    history = History()
    history.add(registered(), at="2026-02-01T15:00Z")
    return history


def shown(history: History, at: Moment = LATER) -> OutcomesAnswer:
    answer = OUTCOMES.answer(folded(OUTCOMES, history), moment(at), history.policy)
    assert isinstance(answer, OutcomesAnswer)
    return answer


def outcome_rows(history: History) -> list[dict[str, Any]]:
    return by_column(OUTCOME, OUTCOMES.rows(folded(OUTCOMES, history)))


def values(history: History) -> list[tuple[str, float | None]]:
    return [(row["measure"], row["value"]) for row in outcome_rows(history)]


def test_r53_sleep_craving_and_mood_over_time_as_far_as_they_were_told(history: History) -> None:
    late = history.add(check_in(craving=7, sleep_hours=4.5), at="2026-03-05T03:00Z")
    history.add(check_in(craving=0, mood=6), at="2026-03-04T15:00Z", recorded="2026-03-06T15:00Z")
    history.add(check_in(), at="2026-03-07T15:00Z")

    assert values(history) == [("craving", 0.0), ("mood", 6.0), ("craving", 7.0), ("sleep_hours", 4.5)]
    assert [str(row["measured_on"]) for row in outcome_rows(history)] == ["2026-03-04"] * 4, "the client's days"
    craving = next(each for each in shown(history).measures if each.measure is OutcomeMeasure.CRAVING)
    assert [each.value for each in craving.values] == [0.0, 7.0]
    assert craving.values[-1].event_id == late


def test_r53_scores_of_instruments_and_a_range_where_questions_were_not_answered(history: History) -> None:
    questions: Any = {f"q{number}": 1 for number in range(1, 10)}
    history.add(ScreeningScored(answers=Phq9Answers(**questions)), at=AT)
    history.add(ScreeningScored(answers=Phq9Answers(**{**questions, "q2": None})), at=LATER)

    whole, partly = outcome_rows(history)
    assert (whole["measure"], whole["value"], whole["lowest"], whole["highest"]) == ("phq_9_total", 9.0, None, None)
    assert (partly["value"], partly["lowest"], partly["highest"]) == (None, 8.0, 11.0)


def test_r53_every_number_that_an_instrument_measures_is_a_measure() -> None:
    assert {measure.value for measure in set(Measure) - NOT_A_NUMBER} <= {measure.value for measure in OutcomeMeasure}


def test_r53_days_of_use_are_those_that_are_known(history: History) -> None:
    history.add(lapse(), at=AT)
    long = lapse(Substance.ALCOHOL, Substance.CANNABIS, until=date(2026, 3, 22))
    history.add(long, at="2026-03-20T15:00Z", recorded=LATER)

    assert values(history) == [("days_of_use", 1.0), ("days_of_use", 3.0)]


def test_r53_engagement_and_self_help_are_counted(history: History) -> None:
    history.add(session(), at="2026-03-03T15:00Z")
    history.add(missed(), at="2026-03-10T15:00Z")
    error = history.add(session(), at="2026-03-11T15:00Z")
    history.add(SupportMeetingAttended(support_group=SupportGroup.AA), at="2026-03-12T15:00Z")
    history.retract(error)

    assert values(history) == [("sessions_held", 1.0), ("sessions_missed", 1.0), ("support_meetings", 1.0)]


def test_r53_readings_of_goals_say_which_and_what_about(history: History) -> None:
    housing = history.add(goal_set(GoalCategory.HOUSING), at=AT)
    sleep = history.add(goal_set(GoalCategory.SLEEP), at=AT)
    history.add(GoalMeasured(goal=housing, value=1), at="2026-03-03T15:00Z")
    history.add(GoalMeasured(goal=sleep, value=5.5), at="2026-03-03T16:00Z")
    history.add(GoalClosed(goal=housing, outcome=GoalOutcome.ACHIEVED), at="2026-03-04T16:00Z")

    found = [(row["goal"], row["goal_category"], row["value"]) for row in outcome_rows(history)]
    assert found == [(housing, "housing", 1.0), (sleep, "sleep", 5.5)]
    assert [(each.measure, each.goal) for each in shown(history).measures] == [
        ("goal_reading", housing),
        ("goal_reading", sleep),
    ]
    history.retract(sleep)
    assert [row["goal"] for row in outcome_rows(history)] == [housing]


def test_r53_housing_and_work_where_milestones_tell_of_them(history: History) -> None:
    meant = history.add(MilestoneDefined(kind=LifeMilestone.BACK_TO_WORK, name="The bakery"), at=AT)
    own = history.add(MilestoneDefined(name="Swim the lake"), at=AT)
    history.add(MilestoneReached(milestone=meant), at="2026-03-20T15:00Z")
    history.add(MilestoneReached(milestone=own), at="2026-03-21T15:00Z")
    history.add(MilestoneReached(kind=LifeMilestone.HOUSING_SECURED), at="2026-03-22T15:00Z")

    assert values(history) == [("back_to_work", 1.0), ("housing_secured", 1.0)]


def test_r53_housing_is_stable_or_not_from_each_move_on(history: History) -> None:
    history.add(ResidenceChanged(situation=LivingSituation.EMERGENCY_SHELTER), at=AT)
    history.add(ResidenceChanged(situation=min(STABLE)), at="2026-04-02T15:00Z")

    assert values(history) == [("stable_housing", 0.0), ("stable_housing", 1.0)]


def test_r53_retention_is_counted_by_episode_in_days(history: History) -> None:
    first = history.add(intake(), at=AT)
    history.add(intake(), at="2026-03-03T15:00Z")
    closed = history.add(EpisodeClosed(intake=first, reason=DischargeReason.COMPLETED), at="2026-04-02T15:00Z")
    second = history.add(intake(), at="2026-05-01T15:00Z")

    ended, going_on = shown(history, "2026-05-11T15:00Z").retention
    assert (ended.event_id, ended.days_in_care, ended.reason) == (first, 31, DischargeReason.COMPLETED)
    assert (going_on.event_id, going_on.days_in_care, going_on.ended) == (second, 10, None)
    was, now = by_column(RETENTION, OUTCOMES.rows(folded(OUTCOMES, history)))
    assert (was["days_in_care"], was["ended_event_id"]) == (31, closed)
    assert (now["days_in_care"], now["ended_at"]) == (None, None)


def test_r53_an_episode_that_nobody_closed_ends_with_the_next_or_with_death(history: History) -> None:
    history.add(intake(), at=AT)
    second = history.add(intake(), at="2026-05-01T15:00Z")
    died = history.add(ClientDied(), at="2026-05-11T15:00Z")

    rows = by_column(RETENTION, OUTCOMES.rows(folded(OUTCOMES, history)))
    assert [(row["ended_event_id"], row["days_in_care"], row["discharge_reason"]) for row in rows] == [
        (second, 60, None),
        (died, 10, None),
    ]


def obligation_rows(history: History, kind: ObligationKind) -> list[dict[str, Any]]:
    rows = by_column(OBLIGATION, CARE_PLAN.rows(folded(CARE_PLAN, history)))
    return [row for row in rows if row["kind"] == kind]


def test_r54_timeliness_of_contacts_after_a_crisis_and_of_its_review(history: History) -> None:
    """HEDIS FUA and FUI ask for a follow-up within 7 days (168 hours) and 30."""
    met_with = history.add(crisis(), at=AT)
    history.add(outreach(reached=True, crisis=met_with), at="2026-03-02T17:30Z")
    history.add(review(met_with), at="2026-03-30T15:00Z")

    contact = min(obligation_rows(history, ObligationKind.CRISIS_CONTACT), key=lambda row: row["step"])
    assert (contact["hours_to_met"], contact["met_in_time"]) == (2.5, True)
    held = only(obligation_rows(history, ObligationKind.POSTVENTION_REVIEW))
    assert (held["hours_to_met"], held["met_in_time"]) == (28 * 24.0, False)


def test_r54_what_is_open_or_was_released_in_time_is_neither_timely_nor_late(history: History) -> None:
    met_with = history.add(crisis(), at=AT)
    open_ones = obligation_rows(history, ObligationKind.CRISIS_CONTACT)
    history.add(resolved(met_with, CrisisOutcome.STABILIZED), at="2026-03-02T15:10Z")

    told = [*open_ones, *(row for row in obligation_rows(history, ObligationKind.CRISIS_CONTACT) if row["released_at"])]
    assert len(told) > len(open_ones)
    assert {(row["hours_to_met"], row["met_in_time"]) for row in told} == {(None, None)}


def test_r54_timeliness_of_handoffs_shows_in_the_answer_too(history: History) -> None:
    history.add(handoff(), at=AT)

    answer = CARE_PLAN.answer(folded(CARE_PLAN, history), moment(LATER), history.policy)
    assert {(each.hours_to_met, each.met_in_time) for each in answer.obligations} == {(None, None)}  # type: ignore[attr-defined]
