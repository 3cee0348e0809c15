"""What must happen by a time, and how later events meet or release it (R34, R42, R44; the numbers of care.md)."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given

from domain.events.base import Event
from domain.events.handoffs import HandoffAccepted, HandoffCompleted, HandoffDeclined
from domain.instruments.cssrs import CssrsAnswers
from domain.policy import Policy
from domain.policy.crises import CrisisPolicy
from domain.policy.organization import WorkingDaysPolicy
from domain.vocabulary.handoffs import HandoffDeclineReason, HandoffUrgency
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from projections.care_plan import CARE_PLAN, fold
from projections.obligations import Obligation, ObligationStatus
from tests.builders import (
    History,
    Moment,
    check_in,
    crisis,
    folded,
    handoff,
    intake,
    missed,
    moment,
    only,
    outreach,
    plan,
    registered,
    resolved,
    review,
    session,
)
from tests.strategies import histories

CHICAGO = Policy().in_time_zone("America/Chicago")
AT = "2026-03-02T15:00Z"  # Monday, nine in the morning in Chicago
OPEN, LATE, MET, MET_LATE, RELEASED, MISSED = ObligationStatus
CONTACT = ObligationKind.CRISIS_CONTACT
NOTHING_FOUND = CssrsAnswers(q1=False, q2=False, q6_ever=False)


@pytest.fixture
def history() -> History:
    history = History(policy=CHICAGO)
    history.add(registered("America/Denver"), at="2026-02-01T15:00Z")
    return history


def after(hours: float) -> datetime:
    return moment(AT) + timedelta(hours=hours)


def obligations(history: History, kind: ObligationKind) -> list[Obligation]:
    found = (each for each in fold.obligations(folded(CARE_PLAN, history).state) if each.kind is kind)
    return sorted(found, key=lambda each: (each.opens_at, each.step))


def met_by(each: Obligation) -> UUID | None:
    return each.met.event_id if each.met else None


def statuses(history: History, kind: ObligationKind, at: Moment) -> list[ObligationStatus]:
    return [each.stands(moment(at)) for each in obligations(history, kind)]


# How an obligation stands


def test_r34_an_obligation_is_late_once_its_time_is_over(history: History) -> None:
    history.add(handoff(HandoffUrgency.CRISIS), at=AT)
    acceptance = only(obligations(history, ObligationKind.HANDOFF_ACCEPTANCE))

    assert acceptance.stands(acceptance.due_at) is OPEN
    assert acceptance.stands(acceptance.due_at + timedelta(microseconds=1)) is LATE


# Handoffs


@pytest.mark.parametrize(
    ("urgency", "requested", "due"),
    [
        pytest.param(HandoffUrgency.CRISIS, AT, "2026-03-02T16:00Z", id="one hour"),
        pytest.param(HandoffUrgency.URGENT, AT, "2026-03-03T06:00Z", id="the same day where the organization is"),
        pytest.param(HandoffUrgency.URGENT, "2026-03-03T05:30Z", "2026-03-03T09:30Z", id="never less than four hours"),
        pytest.param(HandoffUrgency.URGENT, "2026-03-08T15:00Z", "2026-03-09T05:00Z", id="a day of 23 hours"),
        pytest.param(HandoffUrgency.ROUTINE, AT, "2026-03-04T06:00Z", id="the next working day"),
        pytest.param(HandoffUrgency.ROUTINE, "2026-03-06T15:00Z", "2026-03-10T05:00Z", id="over a weekend"),
        pytest.param(HandoffUrgency.ROUTINE, "2026-07-02T15:00Z", "2026-07-07T05:00Z", id="over a holiday as well"),
    ],
)
def test_r33_r34_a_handoff_is_accepted_in_time(urgency: HandoffUrgency, requested: str, due: str) -> None:
    working_days = WorkingDaysPolicy(time_zone="America/Chicago", holidays=frozenset({date(2026, 7, 3)}))
    history = History(policy=Policy(working_days=working_days))
    history.add(registered("Asia/Kathmandu"), at="2026-02-01T15:00Z")
    asked = history.add(handoff(urgency), at=requested)

    acceptance = only(obligations(history, ObligationKind.HANDOFF_ACCEPTANCE))

    assert (acceptance.because, acceptance.opens_at) == (asked, moment(requested))
    assert acceptance.due_at == moment(due)


def test_r33_the_client_is_met_within_a_week_of_the_acceptance(history: History) -> None:
    """Seven days of the client's own time zone; until it is accepted nobody is to be met."""
    asked = history.add(handoff(), at=AT)
    assert not obligations(history, ObligationKind.CLIENT_MEETING)

    history.add(HandoffAccepted(handoff=asked, accepted_by=Role.CASE_MANAGER), at=after(2))
    meeting = only(obligations(history, ObligationKind.CLIENT_MEETING))
    assert (meeting.because, meeting.opens_at, meeting.due_at) == (asked, after(2), moment("2026-03-10T06:00Z"))
    assert statuses(history, ObligationKind.HANDOFF_ACCEPTANCE, after(2)) == [MET]

    met = history.add(HandoffCompleted(handoff=asked), at="2026-03-10T06:01Z")
    meeting = only(obligations(history, ObligationKind.CLIENT_MEETING))
    assert (met_by(meeting), meeting.stands(moment("2026-03-12T00:00Z"))) == (met, MET_LATE)


def test_r33_a_completion_says_that_the_handoff_was_accepted(history: History) -> None:
    asked = history.add(handoff(), at=AT)
    met = history.add(HandoffCompleted(handoff=asked), at=after(2))

    assert met_by(only(obligations(history, ObligationKind.HANDOFF_ACCEPTANCE))) == met
    assert not obligations(history, ObligationKind.CLIENT_MEETING)

    history.add(HandoffAccepted(handoff=asked, accepted_by=Role.CASE_MANAGER), at=after(1), recorded=after(3))
    assert statuses(history, ObligationKind.HANDOFF_ACCEPTANCE, after(3)) == [MET]
    assert met_by(only(obligations(history, ObligationKind.CLIENT_MEETING))) == met


def test_r33_an_acceptance_after_the_meeting_asks_for_no_other(history: History) -> None:
    asked = history.add(handoff(), at=AT)
    met = history.add(HandoffCompleted(handoff=asked), at=after(2))
    history.add(HandoffAccepted(handoff=asked, accepted_by=Role.CASE_MANAGER), at=after(3))

    assert not obligations(history, ObligationKind.CLIENT_MEETING)
    assert met_by(only(obligations(history, ObligationKind.HANDOFF_ACCEPTANCE))) == met


@pytest.mark.parametrize(("hours", "status"), [(0.5, RELEASED), (1.5, MISSED)])
def test_r33_a_declined_handoff_waits_for_no_acceptance_any_more(
    history: History, hours: float, status: ObligationStatus
) -> None:
    asked = history.add(handoff(HandoffUrgency.CRISIS), at=AT)
    history.add(HandoffDeclined(handoff=asked, reason=HandoffDeclineReason.NO_CAPACITY), at=after(hours))

    assert statuses(history, ObligationKind.HANDOFF_ACCEPTANCE, after(1000)) == [status]


# After a crisis


def test_r42_a_crisis_asks_for_contacts_within_24_and_72_hours_7_and_30_days(history: History) -> None:
    met = history.add(crisis(), at=AT)
    contacts = obligations(history, CONTACT)

    assert [(each.because, each.step) for each in contacts] == [(met, 1), (met, 2), (met, 3), (met, 4)]
    assert [each.opens_at for each in contacts] == [after(0), after(24), after(72), after(168)]
    assert [each.due_at for each in contacts] == [after(24), after(72), after(168), after(720)]


@pytest.mark.parametrize("contact", [check_in(), session(), outreach(True)], ids=lambda event: event.type)
def test_r42_a_contact_meets_the_follow_up_whose_time_has_come(history: History, contact: Event) -> None:
    history.add(crisis(), at=AT)
    first = history.add(contact, at=after(20))

    assert [met_by(each) for each in obligations(history, CONTACT)] == [first, None, None, None]
    assert statuses(history, CONTACT, after(21)) == [MET, OPEN, OPEN, OPEN]


@pytest.mark.parametrize(
    ("hours", "then"),
    [(24, [MET, OPEN, OPEN, OPEN]), (30, [MET_LATE, OPEN, OPEN, OPEN]), (192, [MET_LATE, LATE, LATE, OPEN])],
)
def test_c1_one_contact_meets_one_step(history: History, hours: int, then: list[ObligationStatus]) -> None:
    history.add(crisis(), at=AT)
    history.add(check_in(), at=after(hours))
    assert statuses(history, CONTACT, after(hours + 1)) == then

    history.add(check_in(), at=after(hours + 1))
    second = then[:]
    second[1] = {24: MET, 30: MET, 192: MET_LATE}[hours]
    assert statuses(history, CONTACT, after(hours + 2)) == second


@pytest.mark.parametrize("event", [outreach(False), missed()], ids=lambda event: event.type)
def test_r42_who_was_not_reached_was_not_contacted(history: History, event: Event) -> None:
    history.add(crisis(), at=AT)
    history.add(event, at=after(20))

    assert statuses(history, CONTACT, after(25)) == [LATE, OPEN, OPEN, OPEN]


def test_r42_a_contact_before_the_crisis_does_not_count(history: History) -> None:
    history.add(check_in(), at=after(-1))
    history.add(crisis(), at=AT)

    assert statuses(history, CONTACT, after(0)) == [OPEN, OPEN, OPEN, OPEN]


def test_r42_an_outreach_that_names_a_crisis_follows_up_that_one_only(history: History) -> None:
    first = history.add(crisis(), at=AT)
    second = history.add(crisis(), at=after(1))
    history.add(outreach(True, crisis=second), at=after(2))

    contacts = obligations(history, CONTACT)
    assert [each.because for each in contacts if each.met] == [second]

    history.add(outreach(True), at=after(3))
    assert {each.because for each in obligations(history, CONTACT) if each.met} == {first, second}


def test_r42_an_outreach_that_names_its_crisis_may_be_noted_with_a_rounder_time(history: History) -> None:
    met = history.add(crisis(), at="2026-03-02T15:07Z")
    history.add(outreach(True, crisis=met), at=AT, recorded="2026-03-02T15:10Z")

    assert statuses(history, CONTACT, after(1)) == [MET, OPEN, OPEN, OPEN]


def test_r42_follow_ups_stop_when_the_crisis_is_resolved(history: History) -> None:
    met = history.add(crisis(cssrs=NOTHING_FOUND), at=AT)
    history.add(check_in(), at=after(2))
    resolution = history.add(resolved(met), at=after(80))

    assert statuses(history, CONTACT, after(1000)) == [MET, MISSED, RELEASED, RELEASED]
    assert [each.released and each.released.event_id for each in obligations(history, CONTACT)] == [
        None, resolution, resolution, resolution,
    ]  # fmt: skip

    history.add(check_in(), at=after(90))
    assert statuses(history, CONTACT, after(1000)) == [MET, MISSED, RELEASED, RELEASED]


def test_r42_resolving_one_crisis_leaves_the_other_open(history: History) -> None:
    first, second = history.add(crisis(), at=AT), history.add(crisis(), at=after(1))
    history.add(resolved(first), at=after(2))

    released = [each for each in obligations(history, CONTACT) if each.released]
    assert {each.because for each in released} == {first}
    assert [each.step for each in obligations(history, CONTACT) if each.because == second] == [1, 2, 3, 4]


def test_r42_follow_ups_are_those_of_the_policy() -> None:
    history = History(policy=Policy(crisis=CrisisPolicy(contact_within_hours=(12,))))
    history.add(crisis(), at=AT)

    assert only(obligations(history, CONTACT)).due_at == after(12)


@pytest.mark.parametrize(
    ("said", "hours"),
    [
        ({"overdose_danger": True}, 72),
        ({"cssrs": CssrsAnswers(q4=True)}, 72),
        ({"cssrs": NOTHING_FOUND.model_copy(update={"q6_ever": True, "q6_last_3_months": False})}, 168),
        ({"cssrs": NOTHING_FOUND}, 168),
        ({"cssrs": CssrsAnswers(q3=True)}, 72),
        ({}, 72),
    ],
)
def test_r44_a_crisis_is_reviewed_sooner_at_high_tier(history: History, said: dict[str, object], hours: int) -> None:
    met = history.add(crisis(**said), at=AT)
    history.add(resolved(met), at=after(10))
    due = only(obligations(history, ObligationKind.POSTVENTION_REVIEW))
    assert (due.because, due.due_at) == (met, after(hours))
    assert due.stands(after(hours + 1)) is LATE, "resolving the crisis does not review it"

    reviewed = history.add(review(met), at=after(hours))
    assert met_by(only(obligations(history, ObligationKind.POSTVENTION_REVIEW))) == reviewed
    assert statuses(history, ObligationKind.POSTVENTION_REVIEW, after(1000)) == [MET]


# The plan


@pytest.mark.parametrize(
    ("agreed", "due"),
    [
        pytest.param("2026-02-02T15:00Z", "2026-03-05T07:00Z", id="every 30 days at first"),
        pytest.param("2026-05-01T15:00Z", "2026-06-01T06:00Z", id="until day 89"),
        pytest.param("2026-05-02T15:00Z", "2026-08-01T06:00Z", id="every 90 days from day 90"),
    ],
)
def test_r10_a_plan_is_reviewed_often_at_first(history: History, agreed: str, due: str) -> None:
    history.add(intake(), at="2026-02-01T16:00Z")
    put = history.add(plan(), at=agreed)

    reviewing = only(obligations(history, ObligationKind.PLAN_REVIEW))
    assert (reviewing.because, reviewing.due_at) == (put, moment(due))


def test_r10_agreeing_anew_reviews_the_plan(history: History) -> None:
    history.add(plan(), at="2026-02-02T15:00Z")
    second = history.add(plan(), at="2026-02-20T15:00Z")

    third = history.add(plan(), at="2026-03-30T15:00Z")

    reviews = obligations(history, ObligationKind.PLAN_REVIEW)
    assert [met_by(each) for each in reviews] == [second, third, None]
    assert [each.stands(moment("2026-04-01T15:00Z")) for each in reviews] == [MET, MET_LATE, OPEN]
    assert (reviews[1].because, reviews[1].due_at) == (second, moment("2026-03-23T06:00Z"))


def test_r10_without_an_intake_the_first_plan_begins_the_counting(history: History) -> None:
    history.add(plan(), at="2026-02-02T15:00Z")
    history.add(plan(), at="2026-05-03T15:00Z")

    assert obligations(history, ObligationKind.PLAN_REVIEW)[1].due_at == moment("2026-08-02T06:00Z")


def test_r10_a_return_to_care_begins_a_time_of_frequent_reviews(history: History) -> None:
    history.add(intake(), at="2025-02-01T16:00Z", recorded="2026-02-01T16:00Z")
    history.add(intake(), at="2026-03-01T16:00Z")
    history.add(plan(), at="2026-03-02T15:00Z")

    assert only(obligations(history, ObligationKind.PLAN_REVIEW)).due_at == moment("2026-04-02T06:00Z")


# Whatever comes


@given(histories())
def test_every_obligation_is_asked_for_once_by_an_entry_that_stands(history: History) -> None:
    found = list(fold.obligations(folded(CARE_PLAN, history).state))
    standing = {entry.id for entry in history.effective()}

    assert len({(each.kind, each.because, each.step) for each in found}) == len(found)
    for each in found:
        assert each.because in standing
        assert each.opens_at < each.due_at
        ends = [mark for mark in (each.met, each.released, each.missed) if mark]
        assert len(ends) <= 1
        assert {mark.event_id for mark in ends} <= standing
