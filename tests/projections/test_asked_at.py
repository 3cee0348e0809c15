"""How long an answer stays as it is, found out by what it was compared with."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projections.asked_at import AskedAt
from projections.care_plan import CARE_PLAN
from projections.catalogue import PROJECTIONS
from projections.projection import AnswerUntil, Projection
from tests.builders import POLICY, History, consent, crisis, folded, handoff, intake, moment, plan, registered
from tests.strategies import histories

NOON = moment("2026-03-01T12:00Z")
TICK = timedelta(microseconds=1)
END = datetime.max.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("compared", "changes_at"),
    [
        ([], None),
        ([NOON - TICK], None),
        ([NOON], NOON),
        ([NOON + 3 * TICK, NOON + 2 * TICK, NOON - TICK], NOON + 2 * TICK),
    ],
)
@pytest.mark.parametrize("how", ["__lt__", "__le__", "__gt__", "__ge__"])
def test_a_comparison_comes_out_the_same_until_the_next_moment_compared_with(
    compared: list[datetime], changes_at: datetime | None, how: str
) -> None:
    asked = AskedAt(NOON)

    said = [getattr(asked, how)(other) for other in compared]

    assert said == [getattr(NOON, how)(other) for other in compared]
    assert asked.changes_at == changes_at


def test_whoever_compares_the_other_way_round_is_noted_too() -> None:
    asked = AskedAt(NOON)

    assert not asked >= NOON + TICK
    assert asked.changes_at == NOON + TICK


def test_nothing_else_can_be_done_with_it_unnoticed() -> None:
    asked: Any = AskedAt(NOON)

    for forbidden in (lambda: asked - NOON, lambda: asked == NOON, lambda: hash(asked), lambda: asked.date):
        with pytest.raises((TypeError, AttributeError)):
            forbidden()
    assert asked.changes_at is None
    assert asked.exact == NOON
    assert asked.changes_at == NOON, "what is made of the moment itself is about no other"


@settings(max_examples=50)
@given(histories(), st.data())
def test_an_answer_is_the_answer_at_every_moment_before_it_changes(history: History, data: st.DataObject) -> None:
    known = sorted({entry.occurred_at for entry in history.entries})
    first = data.draw(st.sampled_from(known)) + data.draw(st.sampled_from([timedelta(), TICK, timedelta(hours=5)]))
    for projection in PROJECTIONS:
        state = folded(projection, history)
        for made in _answers_from(projection, state, first):
            last = made.until - TICK if made.until else END
            if made.is_about(last):
                between = made.at + (last - made.at) * data.draw(st.floats(0, 1))
                for moment_ in (between, last):
                    assert projection.answer(state, moment_, POLICY) == made.answer


def _answers_from(projection: Projection[Any], state: Any, first: datetime) -> Iterator[AnswerUntil]:
    """The answer about the first moment, and those to which it changes next."""
    at = first
    for _ in range(4):
        made = projection.answer_until(state, at, POLICY)
        yield made
        if made.until is None or made.until >= END:
            return
        at = made.until if made.until != at else at + TICK


def test_a_plan_stays_as_it_is_until_the_next_thing_is_due() -> None:
    history = History()
    for event in (registered(), intake(), consent(), plan(), handoff(), crisis()):
        history.add(event, at="2026-03-01T12:00Z")
    state, at = folded(CARE_PLAN, history), moment("2026-03-01T13:00Z")

    made = CARE_PLAN.answer_until(state, at, POLICY)

    due = {each.due_at for each in made.answer.obligations if each.due_at > at}  # type: ignore[attr-defined]
    assert made.until == min(due)
    assert not made.is_about(at - TICK), "of what was before nothing is known"


def test_an_answer_that_counts_days_is_about_its_moment_alone() -> None:
    history = History()
    history.add(registered(), at="2026-03-01T12:00Z")
    milestones = next(each for each in PROJECTIONS if each.name == "milestones")

    made = milestones.answer_until(folded(milestones, history), NOON, POLICY)

    assert made.is_about(NOON)
    assert not made.is_about(NOON + TICK)
