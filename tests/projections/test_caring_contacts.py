"""Caring contacts after a crisis (R42), and the obligations of what its review asked for (R45)."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest

from domain.events.postvention import Adjustment
from domain.events.registration import ClientDied
from domain.instruments.cssrs import CssrsAnswers
from domain.policy import Policy
from domain.policy.crises import CaringContactsPolicy
from domain.vocabulary.contacts import OutreachPurpose
from domain.vocabulary.crisis import CrisisKind, CrisisOutcome
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from domain.vocabulary.postvention import AdjustmentKind, Settlement
from projections.care_plan import CARE_PLAN, CarePlanAnswer
from projections.care_plan.caring_contacts import CARING_CONTACTS, months_after
from projections.obligations import Obligation, ObligationStatus
from tests.builders import History, crisis, folded, moment, only, outreach, registered, resolved, review, settled
from tests.projections.reading import by_column

PASSED = "2026-01-31T18:00Z"  # noon in Chicago
OPEN, LATE, MET, MET_LATE, RELEASED, MISSED = ObligationStatus
CARING, ADJUSTMENT = ObligationKind.CARING_CONTACT, ObligationKind.PLAN_ADJUSTMENT


@pytest.fixture
def history() -> History:
    history = History()
    history.add(registered("America/Chicago"), at="2026-01-01T15:00Z")
    return history


def passed_crisis(history: History, *kinds: CrisisKind, at: str = PASSED, **said: Any) -> tuple[UUID, UUID]:
    """A crisis and its resolution, an hour later at the moment given."""
    met = history.add(crisis(*kinds, **said), at="2026-01-30T18:00Z" if at == PASSED else at)
    return met, history.add(resolved(met), at=at)


def caring(**said: Any) -> Any:
    return outreach(False, purpose=OutreachPurpose.CARING_CONTACT, **said)


def shown(history: History, at: str = "2026-02-01T12:00Z") -> CarePlanAnswer:
    answer = CARE_PLAN.answer(folded(CARE_PLAN, history), moment(at), history.policy)
    assert isinstance(answer, CarePlanAnswer)
    return answer


def asked(history: History, kind: ObligationKind, at: str = "2026-02-01T12:00Z") -> list[Obligation]:
    found = (each for each in shown(history, at).obligations if each.kind is kind)
    return sorted(found, key=lambda each: (each.because, each.step))


def test_r42_caring_contacts_are_owed_for_a_year_after_a_crisis_with_thoughts_of_suicide(history: History) -> None:
    """By the calendar where the client lives: the last day of February stands for its 31st."""
    met, passed = passed_crisis(history, CrisisKind.SUICIDAL_THOUGHTS)

    owed = asked(history, CARING)
    assert [each.because for each in owed] == [passed] * 9
    assert [each.due_at.isoformat()[:16] for each in owed] == [
        "2026-02-02T06:00", "2026-03-01T06:00", "2026-04-01T05:00", "2026-05-01T05:00", "2026-06-01T05:00",
        "2026-08-01T05:00", "2026-10-01T05:00", "2026-12-01T06:00", "2027-02-01T06:00",
    ]  # fmt: skip
    series = only(shown(history).caring_contacts)
    assert (series.crisis, series.since, series.made, series.last_made) == (met, moment(PASSED), 0, None)
    assert series.next_due_at == moment("2026-02-02T06:00Z")


@pytest.mark.parametrize(
    ("kinds", "said", "calls"),
    [
        ((CrisisKind.CRAVINGS,), {}, False),
        ((CrisisKind.CRAVINGS,), {"cssrs": CssrsAnswers(q1=False, q2=False, q6_ever=False)}, False),
        ((CrisisKind.CRAVINGS,), {"cssrs": CssrsAnswers(q1=True)}, True),
        ((CrisisKind.CRAVINGS,), {"overdose_danger": True}, True),
        ((CrisisKind.SUICIDAL_THOUGHTS,), {}, True),
    ],
)
def test_r42_only_thoughts_of_suicide_or_a_high_tier_call_for_caring_contacts(
    history: History, kinds: tuple[CrisisKind, ...], said: dict[str, Any], *, calls: bool
) -> None:
    passed_crisis(history, *kinds, **said)

    assert bool(shown(history).caring_contacts) is calls


def test_r42_c3_lost_contact_begins_no_caring_contacts(history: History) -> None:
    met = history.add(crisis(CrisisKind.SUICIDAL_THOUGHTS), at=PASSED)
    history.add(resolved(met, CrisisOutcome.LOST_CONTACT), at="2026-01-31T19:00Z")

    assert shown(history).caring_contacts == ()


def test_r42_a_caring_contact_of_the_team_meets_the_one_whose_time_it_is_answered_or_not(history: History) -> None:
    passed_crisis(history, CrisisKind.SUICIDAL_THOUGHTS)
    history.add(outreach(True), at="2026-02-01T13:00Z")
    history.add(caring(made_by=Role.FAMILY), at="2026-02-01T13:30Z")
    assert shown(history).caring_contacts[0].made == 0

    first = history.add(caring(), at="2026-02-01T14:00Z")
    third = history.add(caring(), at="2026-03-10T14:00Z")
    owed = asked(history, CARING, "2026-03-11T12:00Z")
    assert [each.status for each in owed] == [MET, MISSED, MET, *[OPEN] * 6]
    assert owed[1].released
    assert owed[1].released.event_id == third, "a caring contact that was left out is not made up for"
    series = only(shown(history).caring_contacts)
    assert (series.made, series.last_made and series.last_made.event_id) == (2, third)
    row = only(by_column(CARING_CONTACTS, CARE_PLAN.rows(folded(CARE_PLAN, history))))
    assert (row["made"], row["last_made_event_id"], row["next_due_at"]) == (2, third, owed[3].due_at)
    assert owed[0].met
    assert owed[0].met.event_id == first


def test_r42_a_caring_contact_that_was_not_made_is_late(history: History) -> None:
    passed_crisis(history, CrisisKind.SUICIDAL_THOUGHTS)

    assert asked(history, CARING, "2026-02-03T12:00Z")[0].status is LATE


@pytest.mark.parametrize("how", ["died", "goes on", "another"])
def test_r42_r61_caring_contacts_end_with_death_and_give_way_to_another_crisis(history: History, how: str) -> None:
    met, _ = passed_crisis(history, CrisisKind.SUICIDAL_THOUGHTS)
    if how == "died":
        ended = history.add(ClientDied(), at="2026-02-01T06:00Z")
    elif how == "goes on":
        ended = history.add(crisis(continues=met), at="2026-02-01T06:00Z")
    else:
        _, ended = passed_crisis(history, CrisisKind.SUICIDAL_THOUGHTS, at="2026-02-01T06:00Z")

    released = asked(history, CARING)[:9]
    assert {each.status for each in released} == {RELEASED}
    assert {each.released.event_id for each in released if each.released} == {ended}
    assert len(shown(history).caring_contacts) == (2 if how == "another" else 1)


def test_r42_a_crisis_that_went_on_and_passed_again_begins_them_anew(history: History) -> None:
    met, _ = passed_crisis(history, CrisisKind.SUICIDAL_THOUGHTS)
    history.add(crisis(continues=met), at="2026-02-01T06:00Z")
    again = history.add(resolved(met), at="2026-02-02T06:00Z")

    first, second = shown(history).caring_contacts
    assert (first.next_due_at, second.event_id, second.crisis) == (None, again, met)


def test_r42_when_caring_contacts_are_made_is_a_number_of_the_policy() -> None:
    history = History(policy=Policy(caring_contacts=CaringContactsPolicy(days=(), months=(2,))))
    passed_crisis(history, CrisisKind.SUICIDAL_THOUGHTS)

    assert only(asked(history, CARING)).due_at == moment("2026-04-01T00:00Z")


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2023, 12, 31), 2, date(2024, 2, 29)),
        (date(2026, 11, 15), 12, date(2027, 11, 15)),
    ],
)
def test_months_are_those_of_the_calendar(day: date, months: int, then: date) -> None:
    assert months_after(day, months) == then


# What a review asked for


def test_r45_each_adjustment_is_to_be_settled_within_two_weeks(history: History) -> None:
    met = history.add(crisis(), at=PASSED)
    asks = (Adjustment(kind=AdjustmentKind.ADDRESS_MONEY), Adjustment(kind=AdjustmentKind.MEDICATION_REVIEW))
    reviewed = history.add(review(met, *asks), at="2026-02-01T18:00Z")
    owed = asked(history, ADJUSTMENT, "2026-02-15T18:00:01Z")
    due_at = datetime.fromisoformat("2026-02-15T18:00Z")
    assert [(each.because, each.step, each.due_at, each.status) for each in owed] == [
        (reviewed, 1, due_at, LATE), (reviewed, 2, due_at, LATE),
    ]  # fmt: skip
    assert shown(history).open_adjustments == 2

    done = history.add(settled(reviewed, 2), at="2026-02-16T18:00Z")
    dropped = history.add(settled(reviewed, how=Settlement.DROPPED, reason="She found work"), at="2026-02-16T19:00Z")
    first, second = asked(history, ADJUSTMENT)
    assert (first.released and first.released.event_id, first.status) == (dropped, MISSED)
    assert (second.met and second.met.event_id, second.status) == (done, MET_LATE)
    assert shown(history).open_adjustments == 0


def test_r45_r61_death_releases_what_was_to_change(history: History) -> None:
    met = history.add(crisis(), at=PASSED)
    history.add(review(met, Adjustment(kind=AdjustmentKind.ADDRESS_PAIN)), at="2026-02-01T18:00Z")
    died = history.add(ClientDied(), at="2026-02-02T18:00Z")

    found = only(asked(history, ADJUSTMENT))
    assert (found.released and found.released.event_id, found.status) == (died, RELEASED)
