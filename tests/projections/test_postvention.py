"""R44, R45: each crisis is reviewed, and what the review asks of the plan stays open until a plan carries it out."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given

from domain.events.crisis import CrisisContactRecorded
from domain.events.intake import EpisodeClosed
from domain.events.postvention import Adjustment
from domain.events.registration import ClientDied
from domain.instruments.cssrs import CssrsAnswers
from domain.policy import Policy
from domain.policy.crises import PostventionPolicy
from domain.vocabulary.crisis import CrisisKind, CrisisOutcome, RiskTier
from domain.vocabulary.intake import DischargeReason
from domain.vocabulary.people import Role
from domain.vocabulary.postvention import AdjustmentKind, Settlement
from projections.adjustments import Adjustment as Adjusted
from projections.crisis_chains import NO_CHAINS
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
    settled,
)
from tests.projections.reading import by_column
from tests.strategies import histories

HIGH = {"cssrs": CssrsAnswers(q1=True, q2=True, q3=True, q4=True, q5=False, q6_ever=False)}
SOME_THOUGHTS = CssrsAnswers(q1=True, q2=True, q3=True, q4=False, q5=False, q6_ever=False)
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
        ({"cssrs": CssrsAnswers(q1=True, q2=True, q3=True, q6_ever=False)}, RiskTier.MODERATE, 72),
        ({"cssrs": SOME_THOUGHTS}, RiskTier.MODERATE, 168),
        ({"cssrs": CssrsAnswers(q1=True, q2=False, q6_ever=False)}, RiskTier.LOW, 168),
        ({"cssrs": CssrsAnswers(q1=False, q2=False, q6_ever=False)}, RiskTier.NONE_FOUND, 168),
        ({"cssrs": CssrsAnswers(q1=False)}, RiskTier.UNKNOWN, 72),
        ({}, RiskTier.UNKNOWN, 72),
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
    due_later = history.add(crisis(cssrs=SOME_THOUGHTS), at="2026-03-08T18:00Z")
    due_sooner = history.add(crisis(**HIGH), at="2026-03-10T18:00Z")

    answer = shown(history, at="2026-03-14T12:00Z")

    assert [each.event_id for each in answer.reviews] == [due_sooner, due_later, held_next, held_first]
    assert [each.status for each in answer.reviews][:2] == [ObligationStatus.LATE, ObligationStatus.OPEN]


def adjustments(history: History, **times: Moment) -> tuple[Adjusted, ...]:
    """What the only review asked for, as it stands then."""
    held = only(shown(history, **times).reviews).review
    assert held
    return held.adjustments


def test_p1_r45_a_plan_that_carries_out_one_of_three_adjustments_leaves_the_others_open(history: History) -> None:
    contact = history.add(crisis(), at="2026-03-10T18:00Z")
    asked = (MORE_SESSIONS, ADDRESS_MONEY, Adjustment(kind=AdjustmentKind.ADDRESS_PAIN))
    reviewed = history.add(review(contact, *asked), at="2026-03-12T18:00Z")
    agreed = history.add(plan(contact, reviewed), at="2026-03-13T18:00Z")
    assert shown(history).open_adjustments == 3, "citing the review settles nothing"

    done = history.add(settled(reviewed, 1, by=agreed), at="2026-03-13T18:10Z")
    dropped = history.add(settled(reviewed, 2, how=Settlement.DROPPED, reason="She found work"), at="2026-03-14T18:00Z")

    assert shown(history).open_adjustments == 1
    first, second, third = adjustments(history)
    assert (first.kind, first.what, first.open, first.status) == (
        AdjustmentKind.MORE_SESSIONS_FOR_A_WHILE, "Twice a week until May", False, ObligationStatus.MET,
    )  # fmt: skip
    assert (first.carried_out and first.carried_out.event_id, first.carried_out_by) == (done, agreed)
    assert (second.dropped and second.dropped.event_id, second.reason) == (dropped, "She found work")
    assert (second.status, third.status, third.open) == (ObligationStatus.RELEASED, ObligationStatus.LATE, True)


def test_p1_what_was_dropped_may_be_carried_out_after_all(history: History) -> None:
    contact = history.add(crisis(), at="2026-03-10T18:00Z")
    reviewed = history.add(review(contact, MORE_SESSIONS), at="2026-03-12T18:00Z")
    history.add(settled(reviewed, how=Settlement.DROPPED, reason="No room"), at="2026-03-13T18:00Z")
    done = history.add(settled(reviewed), at="2026-03-20T18:00Z")
    history.add(settled(reviewed, how=Settlement.DROPPED, reason="No room again"), at="2026-03-21T18:00Z")

    found = only(adjustments(history))
    assert (found.carried_out and found.carried_out.event_id, found.dropped) == (done, None)


def test_x3_an_adjustment_carried_out_before_the_review_was_held_is_not_late(history: History) -> None:
    contact = history.add(crisis(), at="2026-03-10T18:00Z")
    agreed = history.add(plan(contact), at="2026-03-11T18:00Z")
    reviewed = history.add(review(contact, MORE_SESSIONS), at="2026-03-12T18:00Z")
    history.add(settled(reviewed, by=agreed), at="2026-03-11T18:00Z", recorded="2026-03-12T18:10Z")

    assert only(adjustments(history)).status is ObligationStatus.MET


def test_r45_r55_when_the_settlement_is_retracted_its_adjustment_is_open_again(history: History) -> None:
    contact = history.add(crisis(), at="2026-03-10T18:00Z")
    reviewed = history.add(review(contact, MORE_SESSIONS), at="2026-03-12T18:00Z")
    history.retract(history.add(settled(reviewed), at="2026-03-20T18:00Z"))

    assert shown(history).open_adjustments == 1


@pytest.mark.parametrize("ends", ["death", "episode"])
def test_r20_r61_nothing_is_to_be_changed_in_a_plan_that_is_not_followed_any_more(history: History, ends: str) -> None:
    contact = history.add(crisis(), at="2026-03-10T18:00Z")
    history.add(review(contact, MORE_SESSIONS), at="2026-03-12T18:00Z")
    intake_id = next(entry.id for entry in history.entries if entry.event.type == "intake_completed")
    closed = EpisodeClosed(intake=intake_id, reason=DischargeReason.COMPLETED)
    ended = history.add(closed if ends == "episode" else ClientDied(), at="2026-03-13T18:00Z")

    found = only(adjustments(history))
    assert (found.open, found.status) == (False, ObligationStatus.RELEASED)
    assert found.released
    assert found.released.event_id == ended


def test_c9_contacts_of_one_night_are_one_crisis_with_one_review(history: History) -> None:
    first = history.add(crisis(CrisisKind.PANIC, cssrs=SOME_THOUGHTS), at="2026-03-10T22:00Z")
    second = history.add(crisis(CrisisKind.CRAVINGS, continues=first), at="2026-03-11T01:00Z")
    history.add(crisis(continues=second, **HIGH), at="2026-03-11T03:00Z")

    found = only(shown(history, at="2026-03-11T12:00Z").reviews)
    assert (found.event_id, found.kinds) == (first, (CrisisKind.PANIC, CrisisKind.CRAVINGS))
    assert (found.tier, found.due_at) == (RiskTier.HIGH, moment("2026-03-13T22:00Z"))

    history.add(review(second), at="2026-03-12T18:00Z")
    assert only(shown(history).reviews).status is ObligationStatus.MET


def test_x2_a_crisis_that_goes_on_after_its_review_is_reviewed_again(history: History) -> None:
    first = history.add(crisis(**HIGH), at="2026-03-10T18:00Z")
    before = history.add(review(first, MORE_SESSIONS), at="2026-03-11T18:00Z")
    history.add(crisis(continues=first), at="2026-03-20T18:00Z")

    found = only(shown(history, at="2026-03-21T18:00Z").reviews)
    assert (found.review, found.due_at, found.status) == (None, moment("2026-03-23T18:00Z"), ObligationStatus.OPEN)
    assert [each.event_id for each in found.further_reviews] == [before]
    assert shown(history).open_adjustments == 1, "what the first one asked for is open all the same"

    again = history.add(review(first), at="2026-03-22T18:00Z")
    once_more = history.add(review(first), at="2026-03-24T18:00Z")
    found = only(shown(history).reviews)
    assert (found.review and found.review.event_id, found.status) == (again, ObligationStatus.MET)
    assert [each.event_id for each in found.further_reviews] == [before, once_more]


def test_c3_a_crisis_in_which_contact_was_lost_has_not_passed(history: History) -> None:
    contact = history.add(crisis(**HIGH), at="2026-03-10T18:00Z")
    history.add(resolved(contact, CrisisOutcome.LOST_CONTACT), at="2026-03-10T20:00Z")
    assert only(shown(history).reviews).resolved is None

    history.add(resolved(contact, CrisisOutcome.HOSPITALIZED), at="2026-03-11T20:00Z")
    end = only(shown(history).reviews).resolved
    assert end
    assert end.outcome is CrisisOutcome.HOSPITALIZED


def test_r44_r55_a_retracted_crisis_disappears_with_its_review(history: History) -> None:
    contact = history.add(crisis(), at="2026-03-10T18:00Z")
    reviewed = history.add(review(contact, MORE_SESSIONS), at="2026-03-12T18:00Z")
    history.add(settled(reviewed), at="2026-03-13T18:00Z")
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
    agreed = history.add(plan(reviewed), at="2026-03-13T18:00Z")
    done = history.add(settled(reviewed, 2, by=agreed), at="2026-03-13T18:00Z")

    rows = POSTVENTION.rows(folded(POSTVENTION, history))

    at = {day: moment(f"2026-03-{day}T18:00Z") for day in range(10, 14)}
    assert by_column(REVIEW, rows) == [
        {
            "crisis": contact,
            "kinds": ("panic", "cravings"),
            "tier": "high",
            "at_least": False,
            "tier_not_excluded": "high",
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
    of_both = {"review": reviewed, "crisis": contact, "asked_at": at[12], "due_at": moment("2026-03-26T18:00Z")}
    unsaid = dict.fromkeys(
        f"{name}_{part}" for name in ("carried_out", "dropped", "released") for part in ("event_id", "at")
    )
    carried_out = {"carried_out_event_id": done, "carried_out_at": at[13]}
    assert by_column(ADJUSTMENT, rows) == [
        {**of_both, **unsaid, "number": 1, "kind": "more_sessions_for_a_while", "open": True, "carried_out_by": None},
        {
            **of_both, **unsaid, **carried_out,
            "number": 2, "kind": "address_money", "open": False, "carried_out_by": agreed,
        },
    ]  # fmt: skip


@given(histories())
def test_r44_every_crisis_that_stands_has_its_review_open_or_held(history: History) -> None:
    """Of contacts that continue each other the first that stands."""
    chains = NO_CHAINS
    for entry in history.effective():
        if isinstance(entry.event, CrisisContactRecorded):
            chains = chains.joined_by(entry, entry.event)
    standing = {link.crisis for link in chains.links}
    answer = shown(history, at=history.last_recorded)
    state = folded(POSTVENTION, history)

    assert {each.event_id for each in answer.reviews} == standing
    assert {row[0] for row in POSTVENTION.rows(state)[REVIEW]} == standing
    assert answer.open_reviews == sum(each.review is None for each in answer.reviews)
