"""The Kaplan–Meier curve: against a cohort worked out by hand, a second computation, and what small groups hide."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.survival import Curve, Median, Point, kaplan_meier

#: Weeks of remission under 6-mercaptopurine (Freireich et al., Blood 21, 1963), the textbooks' cohort of 21 people.
REMISSION = [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
RELAPSED = [True] * 9 + [False] * 12

#: Worked out by hand: at risk n, events d, S = product of (n − d) / n, Greenwood's sum of d / (n (n − d)).
#:   day   n  d   S                          sum
#:     6  21  3   18/21          = 0.8571    3/378                       = 0.007937
#:     7  17  1   × 16/17        = 0.8067    + 1/272 = 0.003676          = 0.011613
#:    10  15  1   × 14/15        = 0.7529    + 1/210 = 0.004762          = 0.016375
#:    13  12  1   × 11/12        = 0.6902    + 1/132 = 0.007576          = 0.023951
#:    16  11  1   × 10/11        = 0.6275    + 1/110 = 0.009091          = 0.033042
#:    22   7  1   × 6/7          = 0.5378    + 1/42  = 0.023810          = 0.056851
#:    23   6  1   × 5/6          = 0.4482    + 1/30  = 0.033333          = 0.090185
#: On days 6 and 10 another left sight, so 17, 16, 13, 11, 10, 6 and 5 remain after these days.
BY_HAND = [
    (6, 3, 17, 0.8571, 0.007937),
    (7, 1, 16, 0.8067, 0.011613),
    (10, 1, 13, 0.7529, 0.016375),
    (13, 1, 11, 0.6902, 0.023951),
    (16, 1, 10, 0.6275, 0.033042),
    (22, 1, 6, 0.5378, 0.056851),
    (23, 1, 5, 0.4482, 0.090185),
]


def every_step(durations: list[int], happened: list[bool], *days: int) -> Curve:
    return kaplan_meier(durations, happened, days, smallest=1, step=1)


def log_log(survival: float, greenwood: float) -> tuple[float, float]:
    """S to the power of exp(± 1.96 √greenwood / ln S)."""
    width = 1.959964 * math.sqrt(greenwood) / abs(math.log(survival))
    return survival ** math.exp(width), survival ** math.exp(-width)


def test_the_textbook_cohort_comes_out_as_by_hand() -> None:
    curve = every_step(REMISSION, RELAPSED)
    assert [(point.day, point.events, point.remaining) for point in curve.points] == [line[:3] for line in BY_HAND]
    for point, (_, _, _, survival, greenwood) in zip(curve.points, BY_HAND, strict=True):
        assert point.survival == pytest.approx(survival, abs=5e-5)
        assert (point.lower, point.upper) == pytest.approx(log_log(survival, greenwood), abs=2e-4)
    assert curve.median == Median(days=23, lower=13, upper=None)
    assert curve.people == 21


def test_survival_on_days_that_were_asked_for() -> None:
    curve = every_step(REMISSION, RELAPSED, 5, 10, 12, 40)
    assert {day: point and round(point.survival, 4) for day, point in curve.at.items()} == {
        5: 1.0,
        10: 0.7529,
        12: 0.7529,
        40: 0.4482,
    }
    assert [(point.day, point.events, point.remaining) for point in curve.points[3:6]] == [
        (10, 1, 13),
        (12, 0, 12),
        (13, 1, 11),
    ]


def test_who_leaves_on_a_day_is_still_at_risk_on_it() -> None:
    curve = every_step([5, 5], [True, False])
    assert [(point.remaining, point.survival) for point in curve.points] == [(0, 0.5)]


def test_it_can_happen_to_all_and_on_the_first_day() -> None:
    assert every_step([0, 0], [True, True]).points == (Point(0, 2, 0, 0.0, None, None),)
    assert every_step([3, 4], [True, True]).median == Median(days=3, lower=3, upper=None)


def test_nobody_and_nothing() -> None:
    assert kaplan_meier([], [], [30]) == Curve(people=0, points=(), at={30: None}, median=None)
    nothing = kaplan_meier([30] * 20, [False] * 20, [30])
    assert nothing.at[30] == Point(30, 0, 0, 1.0, 1.0, 1.0)
    assert nothing.median is None


@pytest.mark.parametrize(("durations", "happened", "days"), [([1], [], []), ([-1], [True], []), ([1], [True], [-30])])
def test_refuses_what_cannot_be(durations: list[int], happened: list[bool], days: list[int]) -> None:
    with pytest.raises(ValueError, match=r"give both for each|negative"):
        kaplan_meier(durations, happened, days)


class TestSmallGroups:
    def test_a_group_of_ten_is_not_shown_at_all(self) -> None:
        assert kaplan_meier([5] * 10, [True] * 10, [30]) == Curve(people=None, points=(), at={30: None}, median=None)

    def test_no_step_stands_for_fewer_than_eleven_people(self) -> None:
        curve = kaplan_meier([*range(1, 41), *[100] * 20], [True] * 40 + [False] * 20)
        assert [(point.day, point.events, point.remaining) for point in curve.points] == [
            (11, 11, 49),
            (22, 11, 38),
            (33, 11, 27),
        ]
        assert curve.points[0].survival == pytest.approx(49 / 60)

    def test_where_few_are_left_the_curve_ends(self) -> None:
        curve = kaplan_meier([*range(1, 31)], [True] * 30)
        assert [point.day for point in curve.points] == [11]  # after day 22 eight remain
        assert curve.median == Median(days=15, lower=10, upper=None)
        assert every_step([*range(1, 31)], [True] * 30).median == Median(days=15, lower=10, upper=21)

    def test_where_nobody_is_left_an_end_that_was_asked_for_is_shown(self) -> None:
        curve = kaplan_meier([*range(1, 31)], [True] * 30, [365])
        assert [(point.day, point.survival) for point in curve.points] == [(11, pytest.approx(19 / 30)), (365, 0.0)]

    def test_a_median_after_which_few_remain_is_not_shown(self) -> None:
        durations = [5] * 12 + [10] * 2 + [20] * 6
        happened = [False] * 12 + [True] * 8
        assert every_step(durations, happened).median is not None
        assert kaplan_meier(durations, happened).median is None

    def test_days_too_close_for_eleven_people_are_not_both_shown(self) -> None:
        curve = kaplan_meier([*range(1, 61)], [True] * 60, [12, 15, 30])
        assert {day: point is not None for day, point in curve.at.items()} == {12: True, 15: False, 30: True}
        assert [point.day for point in curve.points] == [12, 30, 41]  # 23 would leave 7 until 30, 52 only 8


people = st.lists(st.tuples(st.integers(0, 60), st.booleans()), min_size=1, max_size=80)


@settings(max_examples=25)
@given(people)
def test_equals_the_product_over_the_days(cohort: list[tuple[int, bool]]) -> None:
    durations, happened = [days for days, _ in cohort], [did for _, did in cohort]
    survival, greenwood = 1.0, 0.0
    expected = {}
    for day in sorted({days for days, did in cohort if did}):
        at_risk = sum(days >= day for days, _ in cohort)
        events = cohort.count((day, True))
        survival *= 1 - events / at_risk
        greenwood = greenwood + events / (at_risk * (at_risk - events)) if at_risk > events else math.inf
        expected[day] = (events, survival, greenwood)
    curve = every_step(durations, happened)
    assert [point.day for point in curve.points] == list(expected)
    for point in curve.points:
        events, survival, greenwood = expected[point.day]
        assert point.events == events
        assert point.remaining == sum(days > point.day for days, _ in cohort)
        assert point.survival == pytest.approx(survival, abs=1e-9)
        if greenwood < math.inf:
            assert (point.lower, point.upper) == pytest.approx(log_log(survival, greenwood), abs=1e-6)
        else:
            assert point.lower is point.upper is None


@settings(max_examples=25)
@given(people)
def test_the_median_is_the_first_day_by_which_it_happened_to_half(cohort: list[tuple[int, bool]]) -> None:
    """In fractions: lifelines by itself takes a half for a little more than a half."""
    left = Fraction(1)
    median = None
    for day in sorted({days for days, did in cohort if did}):
        at_risk = sum(days >= day for days, _ in cohort)
        left *= Fraction(at_risk - cohort.count((day, True)), at_risk)
        if median is None and left <= Fraction(1, 2):
            median = day
    found = every_step([days for days, _ in cohort], [did for _, did in cohort]).median
    assert (found and found.days) == median


def test_a_curve_at_exactly_a_half_has_reached_its_median() -> None:
    curve = every_step([12, 10, 11, 8, 4, 8, 5, 3, 1], [False, False, True, True, True, False, True, True, False])
    assert curve.median == Median(days=8, lower=3, upper=None)


@settings(max_examples=25)
@given(people, st.lists(st.integers(0, 60), max_size=4))
def test_between_two_shown_points_there_is_nobody_or_enough(cohort: list[tuple[int, bool]], days: list[int]) -> None:
    durations, happened = [days for days, _ in cohort], [did for _, did in cohort]
    curve = kaplan_meier(durations, happened, days, smallest=5)
    for before, point in itertools.pairwise([None, *curve.points]):
        assert point is not None
        start = before.day if before else -1
        assert point.remaining == sum(duration > point.day for duration, _ in cohort)
        assert point.remaining == 0 or point.remaining >= 5
        assert point.events == sum(did and start < duration <= point.day for duration, did in cohort)
        left = sum(not did and start < duration <= point.day for duration, did in cohort)
        assert all(count == 0 or count >= 5 for count in (point.events, left))
    assert curve.at.keys() == set(days)
