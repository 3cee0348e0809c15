"""Small cells are hidden, and so many others that nobody can find them by adding and subtracting."""

from __future__ import annotations

import itertools
import random
from collections import defaultdict
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.feasible_ranges import Table
from analytics.sums import Sum
from analytics.suppression import suppress
from tests.analytics.tables import (
    Cells,
    crossed,
    derived,
    grid,
    imaginable,
    possible_range,
    row,
    zeros_only,
)

QUARTER = {"Q1": ["01", "02", "03"]}
SHARE = {"all": ["did", "rest"]}


@pytest.mark.parametrize(
    ("counts", "hidden", "why"),
    [
        ((50, 60), "", "nothing is small"),
        ((0, 60), "", "a zero may be shown"),
        ((11, 60), "", "11 is not small"),
        ((3,), "aT", "a total of one part is that part, and small itself"),
        ((3, 20), "ab", "beside the total one other cell is enough"),
        ((3, 20, 50, 60), "ab", "of those of a size, the first by name"),
        ((3, 200, 50, 180), "ac", "the one of the lower size class"),
        ((3, 0, 12), "ac", "a zero protects nobody"),
        ((10, 1), "ab", "11 people in two hidden cells: each could be 1 to 10"),
        ((10, 1, 30), "ab", "so neither needs a third"),
        ((3, 7, 50), "abc", "10 people in two hidden cells: neither could be 10"),
        ((10, 10, 50), "abc", "who knows that both are small knows that both are 10"),
        ((10, 9, 50), "ab", "9 and 10, but which is which?"),
        (
            (1, 1, 9),
            "abcT",
            "11 people in three hidden cells: none could be 10; only the total is left to hide",
        ),
        ((1, 1, 10), "abc", "12 people in three hidden cells: each could be 1 to 10"),
        ((1, 1, 1), "abcT", "a small total is hidden as well"),
        ((0, 0, 0), "", "nobody at all"),
    ],
    ids=str,
)
def test_hides_in_one_sum(counts: tuple[int, ...], hidden: str, why: str) -> None:
    cells, sums = row(*counts)
    assert "".join(sorted(suppress(cells, sums).hidden, key="abcdT".index)) == hidden, why


def test_hides_four_corners_where_rows_and_columns_are_added() -> None:
    cells, sums = grid([[3, 40, 50], [60, 70, 80], [90, 90, 90]])
    assert suppress(cells, sums).hidden == {"11", "12", "21", "22"}


def test_two_small_cells_may_protect_each_other_across_rows_and_columns() -> None:
    cells, sums = grid([[3, 40, 50], [60, 3, 80], [90, 90, 90]])
    assert suppress(cells, sums).hidden == {"11", "12", "21", "22"}


def test_but_not_where_one_is_known_to_be_larger_than_the_other() -> None:
    """With four cells hidden, 22 would be 2 more than 11 whatever they are, and so neither 1 nor 2."""
    cells, sums = grid([[3, 40, 50], [60, 5, 80], [90, 90, 90]])
    assert suppress(cells, sums).hidden > {"11", "12", "21", "22"}


def test_hides_the_rest_beside_a_small_numerator() -> None:
    cells = {"did": 4, "rest": 36, "all": 40}
    assert suppress(cells, [Sum("all", ("did", "rest"))]).hidden == {"did", "rest"}


def test_hides_a_small_rest_with_its_numerator() -> None:
    cells = {"did": 38, "rest": 2, "all": 40}
    assert suppress(cells, [Sum("all", ("did", "rest"))]).hidden == {"did", "rest"}


def test_a_small_month_hides_another_month_of_its_quarter_in_numerators_and_denominators() -> None:
    counts = {("01", "did"): 30, ("01", "rest"): 30, ("02", "did"): 4, ("02", "rest"): 30}
    counts |= {("03", "did"): 30, ("03", "rest"): 30}
    cells, sums = crossed(counts.items(), [QUARTER, SHARE])
    assert suppress(cells, sums).hidden == {"01/did", "01/rest", "02/did", "02/rest"}


def test_what_no_sum_connects_stays() -> None:
    cells = {"a": 3, "b": 20, "ab": 23, "c": 40, "d": 50, "cd": 90}
    assert suppress(cells, [Sum("ab", ("a", "b")), Sum("cd", ("c", "d"))]).hidden == {"a", "b"}


def test_a_policy_says_what_is_small() -> None:
    cells, sums = row(3, 5, 60, 70)
    assert suppress(cells, sums, smallest=1).hidden == set()
    assert suppress(cells, sums, smallest=2).hidden == set()
    assert suppress(cells, sums, smallest=4).hidden == {"a", "b"}
    assert suppress(cells, sums, smallest=6).primary == {"a", "b"}


def test_a_count_of_one_is_hidden_even_if_nothing_else_is_small() -> None:
    cells, sums = row(1, 5, 60)
    assert suppress(cells, sums, smallest=2).hidden == {"a", "b"}


def test_a_total_of_as_many_ones_as_are_small_is_hidden_with_all_its_parts() -> None:
    cells, sums = row(1, 1, 1)
    assert suppress(cells, sums, smallest=4).hidden == {"a", "b", "c", "T"}


def test_shows_counts_and_what_is_made_of_them() -> None:
    cells = {"did": 4, "rest": 36, "all": 40, "did elsewhere": 30, "rest elsewhere": 30, "all elsewhere": 60}
    told = suppress(cells, [Sum("all", ("did", "rest")), Sum("all elsewhere", ("did elsewhere", "rest elsewhere"))])
    assert told.published(cells) == cells | {"did": None, "rest": None}
    rates = {"rate": 0.1, "rate elsewhere": 0.5}
    made_of = {"rate": ["did", "all"], "rate elsewhere": ["did elsewhere", "all elsewhere"]}
    assert told.figures(rates, made_of) == {"rate": None, "rate elsewhere": 0.5}
    with pytest.raises(KeyError):
        told.figures({"median": 12.0}, made_of)


@pytest.mark.parametrize(
    ("cells", "sums", "smallest", "message"),
    [
        ({"a": -1}, [], 11, "'a' is negative"),
        ({"a": 1}, [Sum("T", ("a",))], 11, "names 'T', which is not a cell"),
        ({"a": 1, "T": 2}, [Sum("T", ("a",))], 11, "do not add up"),
        ({"a": 0, "T": 0}, [Sum("T", ("a", "a"))], 11, "has a part twice"),
        ({"a": 5, "b": 5}, [Sum("a", ("b",)), Sum("b", ("a",))], 11, "in a circle"),
        ({"a": 5}, [], 0, "must be 1 or more"),
    ],
)
def test_refuses_what_is_no_table(cells: Cells, sums: list[Sum], smallest: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        suppress(cells, sums, smallest)


def test_where_the_solver_gives_up_nothing_connected_is_published(monkeypatch: pytest.MonkeyPatch) -> None:
    cells, sums = row(3, 20, 50)
    monkeypatch.setattr(Table, "cheapest", lambda *_: None)
    assert suppress(cells | {"apart": 40}, sums).hidden == {"a", "b", "c", "T"}


counts_of_people = st.one_of(st.integers(0, 15), st.integers(0, 60), st.sampled_from([0, 1, 10, 11, 200]))


@st.composite
def tables(draw: st.DrawFn) -> tuple[Cells, list[Sum]]:
    """One row; a grid with both margins; months in quarters by group; shares by group and month; several at once."""
    shape = draw(st.sampled_from(["row", "grid", "quarters", "shares", "hierarchy"]))
    if shape == "row":
        return row(*draw(st.lists(counts_of_people, min_size=1, max_size=6)))
    if shape == "grid":
        width = draw(st.integers(2, 4))
        return grid(draw(st.lists(st.lists(counts_of_people, min_size=width, max_size=width), min_size=2, max_size=4)))
    levels: Sequence[dict[str, list[str]]]
    keys: list[tuple[str, ...]]
    if shape == "quarters":
        time = QUARTER | {"Q2": ["04", "05", "06"], "half": ["Q1", "Q2"]}
        months, levels = QUARTER["Q1"] + time["Q2"], [time, {"every group": ["x", "y"]}]
        keys = [*itertools.product(months, "xy")]
    elif shape == "shares":
        levels = [QUARTER, {"every group": ["x", "y"]}, SHARE]
        keys = [*itertools.product(QUARTER["Q1"], "xy", SHARE["all"])]
    else:
        levels = [{"x": ["x1", "x2"], "y": ["y1", "y2", "y3"], "z": ["x", "y"]}]
        keys = [(name,) for name in ("x1", "x2", "y1", "y2", "y3")]
    return crossed([(key, draw(counts_of_people)) for key in keys], levels)


@settings(max_examples=25)
@given(tables(), st.sampled_from([11, 5]), st.randoms(use_true_random=False))
def test_nobody_finds_a_small_cell_by_adding_and_subtracting(
    table: tuple[Cells, list[Sum]], smallest: int, shuffled: random.Random
) -> None:
    cells, sums = table
    told = suppress(cells, sums, smallest)
    small = {name for name, count in cells.items() if 0 < count < smallest}
    assert told.primary == small
    shown = told.published(cells)
    assert not {name for name in small if shown[name] is not None}
    assert not small & derived(shown, sums).keys()
    for name in sorted(small):
        lowest, highest = possible_range(shown, sums, name)
        least, _ = possible_range(zeros_only(cells), sums, name)
        assert lowest == least
        assert highest >= least + smallest - 2
    mixed = shuffled.sample(sorted(cells.items()), len(cells))
    turned = [Sum(one.total, one.parts[::-1]) for one in shuffled.sample(sums, len(sums))]
    assert suppress(dict(mixed), turned, smallest) == told


def test_many_cases_of_few_people_are_hidden_beside_a_cell_of_enough_people() -> None:
    cells, sums = row(60, 50, 40, 90)
    people = {"a": 30, "b": 3, "c": 4, "d": 40, "T": 60}
    told = suppress(cells, sums, people=people)
    assert told.primary == {"b", "c"}
    assert told.complementary == {"a"}, "b and c together may be of four people: so they do not do alone"
    assert not suppress(cells, sums, people=dict.fromkeys(cells, 30)).hidden


def test_where_all_parts_are_of_few_people_the_total_of_enough_stays() -> None:
    cells, sums = row(60, 50, 40)
    assert suppress(cells, sums, people={"a": 5, "b": 6, "c": 4, "T": 13}).hidden == {"a", "b", "c"}


@pytest.mark.parametrize(
    ("people", "message"),
    [({"a": 2, "T": 1}, "cannot be 2 people"), ({"a": 0, "T": 1}, "cannot be 0"), ({"a": 1}, "'T' is not told")],
)
def test_refuses_people_that_cannot_be(people: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        suppress({"a": 1, "T": 1}, [Sum("T", ("a",))], people=people)


@settings(max_examples=25)
@given(tables(), st.sampled_from([11, 5]), st.randoms(use_true_random=False))
def test_nobody_finds_the_cases_of_few_people_by_adding_and_subtracting(
    table: tuple[Cells, list[Sum]], smallest: int, dice: random.Random
) -> None:
    cells, sums = table
    people = {name: dice.randint(-(-count // 4), count) if count else 0 for name, count in cells.items()}
    for one in sums:  # a total has no fewer people than any of its parts; those of all parts are more than once in it
        people[one.total] = max(people[one.total], *(people[part] for part in one.parts))
    told = suppress(cells, sums, smallest, people)
    few = {name for name in cells if 0 < people[name] < smallest}
    shown = told.published(cells)
    assert told.primary == few
    assert not few & {name for name, count in shown.items() if count is not None}
    assert not few & derived(shown, sums).keys()
    for name in sorted(few):
        lowest, highest = possible_range(shown, sums, name)
        least, _ = possible_range(zeros_only(cells), sums, name)
        assert lowest <= max(least, cells[name] - (smallest - 2))
        assert highest >= (cells[name] if cells[name] >= smallest else least) + smallest - 2
    for one in sums:
        hidden = [part for part in one.parts if shown[part] is None]
        shown_parts = [part for part in one.parts if shown[part]]
        if shown[one.total] and hidden and shown_parts:
            assert not few.issuperset(hidden), one


@given(st.lists(st.integers(0, 9), min_size=1, max_size=4))
def test_trying_every_table_finds_no_small_cell_and_no_cell_hidden_without_need(counts: list[int]) -> None:
    smallest = 4
    cells, sums = row(*counts)
    told = suppress(cells, sums, smallest)

    def is_open(hidden: frozenset[str]) -> bool:
        shown = {name: None if name in hidden else count for name, count in cells.items()}
        found = list(imaginable(shown, sums, most=12))
        knowing = [one for one in found if all(one[name] < smallest for name in told.primary)]
        return any(
            {one[name] for one in found} < set(range(1, smallest)) or len({one[name] for one in knowing}) < 2
            for name in told.primary - {"T"}
        )

    if "T" not in told.hidden:
        assert not is_open(told.hidden)
        for name in told.complementary:
            assert is_open(told.hidden - {name})


@pytest.mark.parametrize("total", [9, 10, 14])
def test_running_this_code_over_every_table_gives_no_exact_count_of_a_small_cell(total: int) -> None:
    smallest = 4
    looking_alike: dict[frozenset[tuple[str, int | None]], list[Cells]] = defaultdict(list)
    for first, second in itertools.product(range(total + 1), repeat=2):
        if first + second <= total:
            cells, sums = row(first, second, total - first - second)
            looking_alike[frozenset(suppress(cells, sums, smallest).published(cells).items())].append(cells)
    for shown, alike in looking_alike.items():
        if ("T", None) in shown:
            continue  # tables of other totals look like it too
        for name, count in shown:
            found = {cells[name] for cells in alike}
            assert count is not None or len(found) > 1 or min(found) >= smallest


def test_a_year_of_months_by_group_is_protected() -> None:
    """12 months, quarters and the year, 8 groups and all, numerator, rest and denominator: 459 cells, 540 sums."""
    dice = random.Random(5)
    months = [f"{month:02}" for month in range(1, 13)]
    quarters = {f"Q{i + 1}": months[3 * i : 3 * i + 3] for i in range(4)}
    groups = [f"group {i}" for i in range(8)]
    counts = {
        key: dice.randint(9, 40) if key[1] != "group 5" else dice.randint(5, 30)
        for key in itertools.product(months, groups, SHARE["all"])
    }
    cells, sums = crossed(counts.items(), [quarters | {"year": list(quarters)}, {"every group": groups}, SHARE])
    told = suppress(cells, sums)
    shown = told.published(cells)
    assert len(cells) == 459
    assert 0 < len(told.primary) < 40
    assert len(told.hidden) < 120
    assert not told.primary & derived(shown, sums).keys()
    for name in sorted(told.primary)[::10]:
        lowest, highest = possible_range(shown, sums, name)
        assert lowest == 1
        assert highest >= 10
