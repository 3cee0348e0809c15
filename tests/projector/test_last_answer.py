"""What was last answered of a state is given again only where it is what would be answered anew."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from projections.care_plan import CARE_PLAN
from projections.catalogue import PROJECTIONS
from service.projector.last_answer import LastAnswer, as_json
from tests.builders import POLICY, History, crisis, folded
from tests.projections.test_policies import STRICTER, TWELVE_HOURS
from tests.strategies import histories

STEPS = st.lists(
    st.tuples(
        st.sampled_from([timedelta(), timedelta(microseconds=1), timedelta(hours=3), timedelta(days=9)])
        | st.timedeltas(timedelta(days=-2), timedelta(days=40)),
        st.sampled_from([POLICY, POLICY, POLICY, STRICTER, TWELVE_HOURS]),
    ),
    max_size=8,
)


@settings(max_examples=50)
@given(histories(), STEPS)
def test_kept_answers_equal_fresh_ones_at_any_moments_and_by_any_policies(
    history: History, steps: list[tuple[timedelta, object]]
) -> None:
    for projection in PROJECTIONS:
        state = folded(projection, history)
        last, at = LastAnswer(state), history.last_recorded
        for step, policy in steps:
            at += step

            answer = last.about(projection, at, policy)  # type: ignore[arg-type]

            assert answer == projection.answer(state, at, policy)  # type: ignore[arg-type]
            assert last.json(answer) == as_json(answer)


def test_what_was_left_of_an_answer_never_shows_the_whole() -> None:
    history = History()
    history.add(crisis(), at="2026-03-10T18:00Z")
    projection, at = CARE_PLAN, history.last_recorded
    last = LastAnswer(folded(projection, history))
    whole = last.about(projection, at, POLICY)
    assert last.json(whole) == as_json(whole)

    less = whole.model_copy(update={"obligations": ()})

    assert last.json(less) == as_json(less)
    assert last.json(whole) == as_json(whole)
