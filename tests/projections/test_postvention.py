"""R44, R45: each crisis is reviewed, and what the review asks of the plan stays open until a plan carries it out."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given

from domain.events.postvention import Adjustment
from domain.instruments import CssrsAnswers
from domain.policy import Policy, PostventionPolicy
from domain.vocabulary.crisis import CrisisKind, CrisisOutcome, RiskTier
from domain.vocabulary.people import Role
from domain.vocabulary.postvention import AdjustmentKind
from projections.obligations import ObligationStatus
from projections.postvention import ADJUSTMENT, POSTVENTION, REVIEW, PostventionAnswer
from tests.builders import (
    History,
    Moment,
    check_in,
    crisis,
    folded,
    intake,
    moment,
    only,
    plan,
    registered,
    resolved,
    review,
)
from tests.projections.reading import by_column
from tests.strategies import histories

HIGH = {"cssrs": CssrsAnswers(q1=True, q2=True, q3=True, q4=True, q5=False, q6_ever=False)}
MORE_SESSIONS = Adjustment(kind=AdjustmentKind.MORE_SESSIONS_FOR_A_WHILE, what="Twice a week until May")
ADDRESS_MONEY = Adjustment(kind=AdjustmentKind.ADDRESS_MONEY)


@pytest.fixture
def history() -> History:
    history = History()
    history.add(registered("America/New_York"), at="2026-03-01T15:00Z")
    history.add(intake(), at="2026-03-01T16:00Z")
    return history


def shown(history: History, at: Moment = "2026-06-01T12:00Z", **times: Moment) -> PostventionAnswer:
    """The reviews that the circle of care sees at that moment."""
    answer = POSTVENTION.answer(folded(POSTVENTION, history, **times), moment(at), history.policy)
    assert isinstance(answer, PostventionAnswer)
    return answer


def test_r44_a_client_without_a_crisis_has_nothing_to_review(history: History) -> None:
    assert shown(history) == PostventionAnswer(open_reviews=0, late_reviews=0, open_adjustments=0, reviews=())


@pytest.mark.parametrize(
    ("said", "tier", "hours"),
    [
        (HIGH, RiskTier.HIGH, 72),
        ({"overdose_danger": True}, RiskTier.HIGH, 72),
        ({"cssrs": CssrsAnswers(q1=True, q2=True, q3=True, q6_ever=False)}, RiskTier.MODERATE, 168),
        ({"cssrs": CssrsAnswers(q1=True, q2=False, q6_ever=False)}, RiskTier.LOW, 168),
        ({"cssrs": CssrsAnswers(q1=False, q2=False, q6_ever=False)}, RiskTier.NONE_FOUND, 168),
        ({"cssrs": CssrsAnswers(q1=False)}, RiskTier.UNKNOWN, 168),
        ({}, RiskTier.UNKNOWN, 168),
    ],
)
def test_r37_r44_the_tier_of_the_crisis_sets_when_its_review_is_due(
    history: History, said: dict[str, Any], tier: RiskTier, hours: int
) -> None:
    contact = history.add(crisis(CrisisKind.PANIC, noticed_by=Role.PEER, **said), at="2026-03-10T18:00Z")

    found = only(shown(history, at="2026-03-10T19:00Z").reviews)

    assert (found.event_id, found.tier, found.status) == (contact, tier, ObligationStatus.OPEN)
    assert found.due_at == moment("2026-03-10T18:00Z") + timedelta(hours=hours)
    assert (found.kinds, found.noticed_by, found.resolved, found.review) == ((CrisisKind.PANIC,), Role.PEER, None, None)


def test_r44_the_policy_may_set_other_hours() -> None:
    history = History(policy=Policy(postvention=PostventionPolicy(review_within_hours_high=24)))
    history.add(crisis(**HIGH), at="2026-03-10T18:00Z")

    assert only(shown(history).reviews).due_at == moment("2026-03-11T18:00Z")


def test_r44_a_review_not_held_is_open_until_it_is_due_and_late_after_that(history: History) -> None:
    history.add(crisis(**HIGH), at="2026-03-10T18:00Z")

    statuses = [only(shown(history, at).reviews).status for at in ("2026-03-13T18:00Z", "2026-03-13T18:00:00.000001Z")]

    assert statuses == [ObligationStatus.OPEN, ObligationStatus.LATE]
    assert (shown(history).open_reviews, shown(history).late_reviews) == (1, 1)


@pytest.mark.parametrize(
    ("held", "status"), [("2026-03-13T18:00Z", ObligationStatus.MET), ("2026-03-13T18:01Z", ObligationStatus.MET_LATE)]
)
def test_r44_a_review_says_what_worked_and_what_did_not_and_whether_it_came_in_time(
    history: History, held: str, status: ObligationStatus
) -> None:
    contact = history.add(crisis(**HIGH), at="2026-03-10T18:00Z")
    reviewed = history.add(review(contact, what_worked="The peer called", what_did_not="Nobody had a car"), at=held)

    found = only(shown(history).reviews)

    assert found.status is status
    assert found.review
    assert (found.review.event_id, found.review.at) == (reviewed, moment(held))
    assert (found.review.what_worked, found.review.what_did_not) == ("The peer called", "Nobody had a car")
    assert found.review.reviewed_by == (Role.COUNSELOR, Role.CLIENT)


def test_r44_r56_a_review_recorded_late_but_held_in_time_is_not_late(history: History) -> None:
    contact = history.add(crisis(**HIGH), at="2026-03-10T18:00Z")
    history.add(review(contact), at="2026-03-12T18:00Z", recorded="2026-04-01T12:00Z")

    assert only(shown(history).reviews).status is ObligationStatus.MET
    known_then = shown(history, at="2026-03-20T12:00Z", known_at="2026-03-20T12:00Z")
    assert only(known_then.reviews).status is ObligationStatus.LATE


def test_r42_r44_the_crisis_shows_how_it_passed_and_its_review_stays_due(history: History) -> None:
    contact = history.add(crisis(**HIGH), at="2026-03-10T18:00Z")
    passed = history.add(resolved(contact, CrisisOutcome.AVOIDED_LAPSE), at="2026-03-11T18:00Z")

    found = only(shown(history, at="2026-03-12T12:00Z").reviews)

    assert found.resolved
    assert (found.resolved.event_id, found.resolved.at) == (passed, moment("2026-03-11T18:00Z"))
    assert found.resolved.outcome is CrisisOutcome.AVOIDED_LAPSE
    assert found.status is ObligationStatus.OPEN


def test_r44_open_reviews_come_first_by_due_time_then_those_held_the_latest_first(history: History) -> None:
    held_first = history.add(crisis(), at="2026-03-02T18:00Z")
    history.add(review(held_first), at="2026-03-04T18:00Z")
    held_next = history.add(crisis(), at="2026-03-06T18:00Z")
    history.add(review(held_next), at="2026-03-07T18:00Z")
    due_later = history.add(crisis(), at="2026-03-08T18:00Z")
    due_sooner = history.add(crisis(**HIGH), at="2026-03-10T18:00Z")

    answer = shown(history, at="2026-03-14T12:00Z")

    assert [each.event_id for each in answer.reviews] == [due_sooner, due_later, held_next, held_first]
    assert [each.status for each in answer.reviews][:2] == [ObligationStatus.LATE, ObligationStatus.OPEN]


def test_r45_adjustments_are_open_until_a_plan_cites_the_review(history: History) -> None:
    contact = history.add(crisis(), at="2026-03-10T18:00Z")
    reviewed = history.add(review(contact, MORE_SESSIONS, ADDRESS_MONEY), at="2026-03-12T18:00Z")
    history.add(plan(contact), at="2026-03-13T18:00Z")

    before = shown(history)
    carried_out = history.add(plan(contact, reviewed), at="2026-03-20T18:00Z")
    history.add(plan(reviewed), at="2026-03-27T18:00Z")
    after = shown(history)

    assert (before.open_adjustments, after.open_adjustments) == (2, 0)
    held = only(before.reviews).review
    assert held
    assert [(each.kind, each.what, each.open, each.event_id) for each in held.adjustments] == [
        (AdjustmentKind.MORE_SESSIONS_FOR_A_WHILE, "Twice a week until May", True, reviewed),
        (AdjustmentKind.ADDRESS_MONEY, None, True, reviewed),
    ]
    held = only(after.reviews).review
    assert held
    assert {(each.open, each.carried_out_event_id, each.carried_out_at) for each in held.adjustments} == {
        (False, carried_out, moment("2026-03-20T18:00Z"))
    }


def test_r45_a_plan_may_be_noted_with_a_rounder_time_than_the_review_that_it_cites(history: History) -> None:
    contact = history.add(crisis(), at="2026-03-10T18:00Z")
    reviewed = history.add(review(contact, MORE_SESSIONS), at="2026-03-12T18:07Z")
    agreed = history.add(plan(contact, reviewed), at="2026-03-12T18:00Z", recorded="2026-03-12T19:00Z")

    answer = shown(history)
    held = only(answer.reviews).review
    assert held
    assert (answer.open_adjustments, only(held.adjustments).carried_out_event_id) == (0, agreed)


def test_r45_r55_when_the_citing_plan_is_retracted_its_adjustments_are_open_again(history: History) -> None:
    contact = history.add(crisis(), at="2026-03-10T18:00Z")
    reviewed = history.add(review(contact, MORE_SESSIONS), at="2026-03-12T18:00Z")
    history.retract(history.add(plan(reviewed), at="2026-03-20T18:00Z"))

    assert shown(history).open_adjustments == 1


def test_r44_r55_a_retracted_crisis_disappears_with_its_review(history: History) -> None:
    contact = history.add(crisis(), at="2026-03-10T18:00Z")
    reviewed = history.add(review(contact, MORE_SESSIONS), at="2026-03-12T18:00Z")
    history.add(plan(reviewed), at="2026-03-13T18:00Z")
    history.retract(contact)

    assert shown(history).reviews == ()
    assert POSTVENTION.rows(folded(POSTVENTION, history)) == {REVIEW: [], ADJUSTMENT: []}


def test_r44_r55_a_retracted_review_leaves_the_crisis_to_be_reviewed(history: History) -> None:
    contact = history.add(crisis(), at="2026-03-10T18:00Z")
    history.retract(history.add(review(contact), at="2026-03-12T18:00Z"))

    assert only(shown(history, at="2026-03-13T18:00Z").reviews).status is ObligationStatus.OPEN


def test_r37_r55_a_corrected_assessment_moves_the_due_time(history: History) -> None:
    contact = history.add(crisis(), at="2026-03-10T18:00Z")
    history.correct(contact, crisis(**HIGH))

    assert only(shown(history).reviews).due_at == moment("2026-03-13T18:00Z")


def test_a_check_in_changes_nothing(history: History) -> None:
    history.add(crisis(), at="2026-03-10T18:00Z")
    before = folded(POSTVENTION, history)
    history.add(check_in(mood=3), at="2026-03-11T18:00Z")

    assert folded(POSTVENTION, history) == before


def test_r44_r45_rows_hold_times_and_codes_and_no_words(history: History) -> None:
    contact = history.add(crisis(CrisisKind.PANIC, CrisisKind.CRAVINGS, **HIGH), at="2026-03-10T18:00Z")
    passed = history.add(resolved(contact), at="2026-03-11T18:00Z")
    reviewed = history.add(review(contact, MORE_SESSIONS, ADDRESS_MONEY), at="2026-03-12T18:00Z")
    carried_out = history.add(plan(reviewed), at="2026-03-13T18:00Z")

    rows = POSTVENTION.rows(folded(POSTVENTION, history))

    at = {day: moment(f"2026-03-{day}T18:00Z") for day in range(10, 14)}
    assert by_column(REVIEW, rows) == [
        {
            "crisis": contact,
            "kinds": ("panic", "cravings"),
            "tier": "high",
            "noticed_by": "peer",
            "occurred_at": at[10],
            "precision": "instant",
            "due_at": at[13],
            "resolved_at": at[11],
            "outcome": "stabilized",
            "resolved_event_id": passed,
            "reviewed_at": at[12],
            "reviewed_event_id": reviewed,
        }
    ]
    of_both = {"review": reviewed, "crisis": contact, "asked_at": at[12]}
    done = {"carried_out_at": at[13], "carried_out_event_id": carried_out}
    assert by_column(ADJUSTMENT, rows) == [
        {**of_both, **done, "number": 1, "kind": "more_sessions_for_a_while"},
        {**of_both, **done, "number": 2, "kind": "address_money"},
    ]


@given(histories())
def test_r44_every_crisis_that_stands_has_its_review_open_or_held(history: History) -> None:
    standing = {entry.id for entry in history.effective() if entry.event.type == "crisis_contact_recorded"}
    answer = shown(history, at=history.last_recorded)
    state = folded(POSTVENTION, history)

    assert {each.event_id for each in answer.reviews} == standing
    assert {row[0] for row in POSTVENTION.rows(state)[REVIEW]} == standing
    assert answer.open_reviews == sum(each.review is None for each in answer.reviews)
