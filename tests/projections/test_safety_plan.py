"""The safety plan and its versions (R39)."""

import pytest

from domain.events.crisis import SafetyPlanWritten
from domain.refusals import Refused
from projections.care_plan import PLAN as PLAN_TABLE
from tests.builders import (
    History,
    crisis,
    only,
    registered,
    safety_plan,
)
from tests.projections.reading import plan_rows, plan_shown

AT = "2026-03-02T15:00Z"
NEXT_DAY = "2026-03-03T15:00Z"
MUCH_LATER = "2026-09-01T12:00Z"


@pytest.fixture
def history() -> History:
    history = History()
    history.add(registered("America/Chicago", preferred_name="Dee"), at="2026-03-01T15:00Z")
    return history


def test_r39_the_safety_plan_has_versions(history: History) -> None:
    history.add(safety_plan(), at=AT)
    written = history.add(safety_plan(own_coping=("Music",), means_safety=("Medicine locked away",)), at=NEXT_DAY)

    found = plan_shown(history, MUCH_LATER).safety_plan
    assert found is not None
    assert (found.version, found.event_id, found.own_coping) == (2, written, ("Music",))
    before = plan_shown(history, MUCH_LATER, as_of=AT).safety_plan
    assert before is not None
    assert (before.version, before.own_coping) == (1, ("A walk",))
    assert only(plan_rows(history, PLAN_TABLE))["safety_plan_version"] == 2
    assert (found.steps, only(plan_rows(history, PLAN_TABLE))["safety_plan_steps"]) == ((1, 2, 6), (1, 2, 6))


def test_r39_the_six_steps_of_a_safety_plan_show_and_the_crisis_that_it_was_written_after(history: History) -> None:
    met = history.add(crisis(), at=AT)
    steps = {
        "warning_signs": ("Nights without sleep",),
        "own_coping": ("A walk",),
        "people_and_places": ("The library",),
        "people_to_ask": ("Her sister",),
        "professionals": ("988",),
        "means_safety": ("Medicine locked away",),
    }
    history.add(safety_plan(**steps, crisis=met), at=NEXT_DAY)

    found = plan_shown(history, MUCH_LATER).safety_plan
    assert found is not None
    assert {name: getattr(found, name) for name in steps} == steps
    assert (found.crisis, found.steps) == (met, (1, 2, 3, 4, 5, 6))
    assert only(plan_rows(history, PLAN_TABLE))["safety_plan_crisis"] == met


def test_g3_an_empty_safety_plan_never_replaces_a_full_one(history: History) -> None:
    history.add(safety_plan(), at=AT)
    later = history.add(safety_plan(own_coping=("Music",)), at=NEXT_DAY)
    with pytest.raises(Refused, match="safety_plan_says_something"):
        history.correct(later, SafetyPlanWritten())

    found = plan_shown(history, MUCH_LATER).safety_plan
    assert found is not None
    assert (found.event_id, found.version) == (later, 2)
