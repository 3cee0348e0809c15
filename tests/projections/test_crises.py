"""What is told of a crisis, and which contacts are one (R36-R38, R43): each correction by its tag."""

import pytest

from domain.instruments.cssrs import CssrsAnswers
from domain.vocabulary.contacts import Channel
from domain.vocabulary.crisis import CrisisAction, CrisisKind, CrisisOutcome, RiskTier
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from domain.vocabulary.triggers import Trigger
from projections.care_plan import CARE_PLAN
from projections.care_plan.crises import CRISIS, CRISIS_CONTACT
from tests.builders import (
    History,
    crisis,
    folded,
    moment,
    only,
    outreach,
    registered,
    resolved,
    review,
)
from tests.projections.crisis_reading import AT, CONTACT, LATE, MET, NOTHING_FOUND, after, asked, statuses, the_crisis
from tests.projections.reading import by_column


@pytest.fixture
def history() -> History:
    history = History()
    history.add(registered(), at="2026-02-01T15:00Z")
    return history


# What is told


def test_r36_r37_r38_r43_a_crisis_shows_what_it_was_who_noticed_and_what_was_done(history: History) -> None:
    met = history.add(
        crisis(
            CrisisKind.PSYCHOSIS,
            CrisisKind.VIOLENCE,
            channel=Channel.IN_PERSON,
            noticed_by=Role.PEER,
            activated=(Role.COUNSELOR, Role.PSYCHIATRIST),
            triggers=(Trigger.INSOMNIA,),
            cssrs=CssrsAnswers(q1=True, q2=False, q6_ever=True),
            overdose_danger=False,
            actions=(CrisisAction.REDUCED_STIMULI, CrisisAction.URGENT_PSYCHIATRY),
            account="Three nights without sleep",
        ),
        at=AT,
    )

    found = the_crisis(history)
    contact = only(found.contacts)
    for told in (found, contact):
        assert told.kinds == (CrisisKind.PSYCHOSIS, CrisisKind.VIOLENCE)
        assert (told.noticed_by, told.activated) == (Role.PEER, (Role.COUNSELOR, Role.PSYCHIATRIST))
        assert told.actions == (CrisisAction.REDUCED_STIMULI, CrisisAction.URGENT_PSYCHIATRY)
        assert told.triggers == (Trigger.INSOMNIA,)
    assert (contact.channel, contact.account) == (Channel.IN_PERSON, "Three nights without sleep")
    assert (found.cssrs.q1, found.cssrs.q2, found.cssrs.q6_ever, found.cssrs.q6_last_3_months) == (
        True, False, True, None,
    )  # fmt: skip
    assert (found.unanswered, found.overdose_danger) == (("q6_last_3_months",), False)
    row = only(by_column(CRISIS_CONTACT, CARE_PLAN.rows(folded(CARE_PLAN, history))))
    assert (row["event_id"], row["crisis"], row["channel"], row["triggers"]) == (met, met, "in_person", ("insomnia",))
    assert "account" not in row


def test_c6_the_tier_of_a_crisis_is_a_floor_and_due_times_are_as_for_what_is_not_excluded(history: History) -> None:
    history.add(crisis(cssrs=CssrsAnswers(q2=True)), at=AT)

    found = the_crisis(history)
    assert (found.tier, found.at_least, found.not_excluded) == (RiskTier.LOW, True, RiskTier.HIGH)
    assert found.unanswered == ("q1", "q3", "q4", "q5", "q6_ever")
    assert only(asked(history, ObligationKind.POSTVENTION_REVIEW)).due_at == after(72)
    row = only(by_column(CRISIS, CARE_PLAN.rows(folded(CARE_PLAN, history))))
    assert (row["tier"], row["at_least"], row["tier_not_excluded"]) == ("low", True, "high")


@pytest.mark.parametrize(("danger", "tier"), [(None, RiskTier.HIGH), (True, RiskTier.HIGH), (False, RiskTier.UNKNOWN)])
def test_c6_danger_of_overdose_as_the_kind_of_crisis_is_high_unless_judged_otherwise(
    history: History, danger: bool | None, tier: RiskTier
) -> None:
    history.add(crisis(CrisisKind.OVERDOSE_DANGER, overdose_danger=danger), at=AT)

    assert the_crisis(history).tier is tier


# Chains


def test_c9_three_contacts_in_one_night_are_one_crisis(history: History) -> None:
    first = history.add(crisis(CrisisKind.PANIC, cssrs=NOTHING_FOUND, noticed_by=Role.FAMILY), at=AT)
    second = history.add(crisis(CrisisKind.CRAVINGS, continues=first, overdose_danger=True), at=after(2))
    third = history.add(
        crisis(CrisisKind.PANIC, continues=second, actions=(CrisisAction.BREATHING,), activated=(Role.NURSE,)),
        at=after(5),
    )

    found = the_crisis(history)
    assert (found.event_id, found.at, found.contacts_recorded) == (first, moment(AT), 3)
    assert [each.event_id for each in found.contacts] == [first, second, third]
    assert (found.kinds, found.tier) == ((CrisisKind.PANIC, CrisisKind.CRAVINGS), RiskTier.HIGH)
    assert (found.noticed_by, found.activated, found.actions) == (
        Role.FAMILY, (Role.NURSE,), (CrisisAction.BREATHING,),
    )  # fmt: skip
    assert [(each.because, each.due_at) for each in asked(history, CONTACT)] == [
        (first, after(hours)) for hours in (24, 72, 168, 720)
    ]
    assert only(asked(history, ObligationKind.POSTVENTION_REVIEW)).due_at == after(72)


def test_c9_whatever_names_one_of_its_contacts_is_about_the_crisis(history: History) -> None:
    first = history.add(crisis(), at=AT)
    second = history.add(crisis(continues=first), at=after(2))
    history.add(outreach(False, crisis=second), at=after(3))
    called = history.add(outreach(True, crisis=second), at=after(4))
    history.add(resolved(second), at=after(5))
    reviewed = history.add(review(second), at=after(6))

    found = the_crisis(history)
    assert (found.reached and found.reached.event_id, found.outcome) == (called, CrisisOutcome.STABILIZED)
    assert found.reviewed
    assert found.reviewed.event_id == reviewed


def test_c9_r55_when_the_first_contact_is_retracted_the_others_are_one_crisis_still(history: History) -> None:
    first = history.add(crisis(), at=AT)
    second = history.add(crisis(continues=first), at=after(2))
    third = history.add(crisis(continues=first), at=after(3))
    history.retract(first)

    found = the_crisis(history)
    assert (found.event_id, [each.event_id for each in found.contacts]) == (second, [second, third])


def test_c9_a_crisis_that_goes_on_after_it_had_passed_is_open_and_followed_up_anew(history: History) -> None:
    first = history.add(crisis(cssrs=NOTHING_FOUND), at=AT)
    passed = history.add(resolved(first), at=after(10))
    again = history.add(crisis(continues=first), at=after(20))

    found = the_crisis(history)
    assert (found.open, found.resolved, found.outcome) == (True, None, None)
    released = [each.released and each.released.event_id for each in asked(history, CONTACT)]
    assert released == [again, passed, passed, passed, None, None, None, None]
    assert [each.due_at for each in asked(history, CONTACT)][4:] == [after(20 + h) for h in (24, 72, 168, 720)]
    assert [each.because for each in asked(history, CONTACT)] == [first] * 8


def test_x2_a_crisis_that_goes_on_asks_for_another_review_and_only_then(history: History) -> None:
    first = history.add(crisis(), at=AT)
    history.add(review(first), at=after(30))
    history.add(review(first), at=after(31))
    assert statuses(history, ObligationKind.POSTVENTION_REVIEW) == [MET]

    history.add(crisis(continues=first), at=after(40))
    further = asked(history, ObligationKind.POSTVENTION_REVIEW)[-1]
    assert (further.because, further.step, further.due_at, further.status) == (first, 2, after(40 + 72), LATE)

    history.add(review(first), at=after(60))
    assert statuses(history, ObligationKind.POSTVENTION_REVIEW) == [MET, MET]
