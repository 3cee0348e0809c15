"""Crises, reviews and safety plans (R36-R45): what may be recorded of them, given a history, and what may not."""

import pytest

from domain.events.crisis import SafetyPlanWritten
from domain.events.postvention import Adjustment
from domain.vocabulary.crisis import CrisisOutcome
from domain.vocabulary.postvention import AdjustmentKind, Settlement
from tests.builders import (
    History,
    crisis,
    registered,
    resolved,
    review,
    session,
    settled,
)

NOON = "2026-03-02T18:00Z"
LATER = "2026-03-03T18:00Z"


@pytest.fixture
def history() -> History:
    history = History()
    history.add(registered(), at="2026-03-01T15:00Z")
    return history


def test_x2_a_crisis_that_goes_on_may_be_reviewed_and_resolved_again(history: History) -> None:
    met = history.add(crisis(), at=NOON)
    history.add(resolved(met, CrisisOutcome.LOST_CONTACT), at=LATER)
    history.add(review(met), at=LATER)

    assert not history.refused(resolved(met), LATER)
    assert not history.refused(review(met), LATER)


def test_c9_a_crisis_goes_on_from_a_contact_in_it(history: History) -> None:
    held, met = history.add(session(), at=NOON), history.add(crisis(), at=NOON)

    assert history.refused(crisis(continues=held), LATER) == {"refers_to_fitting_entry"}
    assert not history.refused(crisis(continues=met), LATER)


def test_p1_an_adjustment_is_settled_that_a_review_asked_for_and_dropped_for_a_reason(history: History) -> None:
    met = history.add(crisis(), at=NOON)
    reviewed = history.add(review(met, Adjustment(kind=AdjustmentKind.ADDRESS_MONEY)), at=LATER)

    assert history.refused(settled(reviewed, 2), LATER) == {"adjustment_was_asked_for"}
    assert history.refused(settled(reviewed, how=Settlement.DROPPED), LATER) == {"dropped_for_a_reason"}
    assert not history.refused(settled(reviewed, how=Settlement.DROPPED, reason="She found work"), LATER)
    assert not history.refused(settled(reviewed), LATER)


def test_g3_an_empty_safety_plan_is_refused(history: History) -> None:
    assert history.refused(SafetyPlanWritten(), NOON) == {"safety_plan_says_something"}
    assert not history.refused(SafetyPlanWritten(professionals=("988",)), NOON)


def test_r37_a_crisis_contact_is_never_refused_for_being_incomplete(history: History) -> None:
    assert not history.refused(crisis(cssrs=None, overdose_danger=None, actions=()), NOON)
