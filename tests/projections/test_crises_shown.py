"""Crises in the care plan: risk, what was done, attempts to reach the client, how they passed (R36-R38, R42)."""

import pytest

from domain.instruments.cssrs import CssrsAnswers
from domain.vocabulary.crisis import CrisisAction, CrisisKind, CrisisOutcome, RiskTier
from domain.vocabulary.people import Role
from projections.care_plan.crises import CRISIS
from tests.builders import (
    History,
    check_in,
    crisis,
    only,
    outreach,
    registered,
    resolved,
    review,
)
from tests.projections.reading import mark, plan_rows, plan_shown

AT = "2026-03-02T15:00Z"
NEXT_DAY = "2026-03-03T15:00Z"
LATER = "2026-03-04T15:00Z"
MUCH_LATER = "2026-09-01T12:00Z"


@pytest.fixture
def history() -> History:
    history = History()
    history.add(registered("America/Chicago", preferred_name="Dee"), at="2026-03-01T15:00Z")
    return history


def test_r36_r37_r38_a_crisis_shows_risk_and_what_was_done(history: History) -> None:
    met = history.add(
        crisis(
            CrisisKind.SUICIDAL_THOUGHTS,
            cssrs=CssrsAnswers(q1=True, q2=True, q3=True),
            actions=(CrisisAction.CALLED_988,),
            activated=(Role.COUNSELOR,),
        ),
        at=AT,
    )

    found = only(plan_shown(history, MUCH_LATER).crises)
    assert (found.event_id, found.open, found.tier) == (met, True, RiskTier.MODERATE)
    assert found.unanswered == ("q4", "q5", "q6_ever"), "unknown, never no"
    assert (found.actions, found.noticed_by, found.activated) == (
        (CrisisAction.CALLED_988,), Role.PEER, (Role.COUNSELOR,),
    )  # fmt: skip


def test_r37_a_crisis_without_a_screener_is_of_unknown_tier(history: History) -> None:
    history.add(crisis(), at=AT)

    found = only(plan_shown(history, MUCH_LATER).crises)
    assert (found.tier, found.unanswered) == (RiskTier.UNKNOWN, ("q1", "q2", "q6_ever"))


def test_r42_three_failed_attempts_count_as_not_reached(history: History) -> None:
    met = history.add(crisis(), at=AT)
    for hour in (16, 17):
        history.add(outreach(False), at=f"2026-03-02T{hour}:00Z")
    assert not only(plan_shown(history, MUCH_LATER).crises).not_reached

    history.add(outreach(False, crisis=met), at="2026-03-02T18:00Z")
    found = only(plan_shown(history, MUCH_LATER).crises)
    assert (found.attempts, found.not_reached, found.reached) == (3, True, None)

    answered = history.add(check_in(), at=NEXT_DAY)
    history.add(check_in(), at=LATER)
    found = only(plan_shown(history, MUCH_LATER).crises)
    assert (found.not_reached, found.reached) == (False, mark(answered, NEXT_DAY))


def test_r42_an_attempt_that_names_a_crisis_counts_for_that_one(history: History) -> None:
    first, second = history.add(crisis(), at=AT), history.add(crisis(), at=AT)
    history.add(outreach(False, crisis=second), at=NEXT_DAY)
    history.add(outreach(True, crisis=first), at=LATER)

    found = {
        each.event_id: (each.attempts, each.reached is not None) for each in plan_shown(history, MUCH_LATER).crises
    }
    assert found == {first: (0, True), second: (1, False)}


def test_r42_a_resolved_crisis_says_how_it_passed(history: History) -> None:
    met = history.add(crisis(), at=AT)
    resolution = history.add(resolved(met, CrisisOutcome.AVOIDED_LAPSE), at=NEXT_DAY)
    history.add(outreach(False), at=LATER)
    reviewed = history.add(review(met), at=LATER)

    found = only(plan_shown(history, MUCH_LATER).crises)
    assert (found.open, found.resolved, found.outcome) == (
        False, mark(resolution, NEXT_DAY), CrisisOutcome.AVOIDED_LAPSE,
    )  # fmt: skip
    assert (found.reviewed, found.attempts) == (mark(reviewed, LATER), 1), "the first contact is owed all the same"
    told = only(plan_rows(history, CRISIS))
    assert (told["resolved_event_id"], told["outcome"], told["reviewed_event_id"]) == (
        resolution,
        "avoided_lapse",
        reviewed,
    )
