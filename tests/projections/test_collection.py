"""Collections of elements: what they hold, what they share, and what changed between two of them."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Any

from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from projections.collection import MOST_RECENT, Change, Elements
from projections.elements import KEY


@dataclass(frozen=True, slots=True)
class Cup:
    """A cup on a shelf."""

    number: Annotated[int, KEY]
    """Which one."""
    pearls: int
    """How many are in it."""


CUPS = st.lists(st.builds(Cup, st.integers(0, 80), st.integers(0, 3)), max_size=200)


def put(shelf: Elements[Cup], cups: list[Cup]) -> Elements[Cup]:
    for cup in cups:
        shelf = shelf.put(cup)
    return shelf


def as_dict(shelf: Elements[Cup]) -> dict[int, Cup]:
    return {cup.number: cup for cup in shelf}


@given(CUPS)
def test_it_holds_what_a_dict_would_hold_in_the_same_order(cups: list[Cup]) -> None:
    expected: dict[int, Cup] = {}
    for cup in cups:
        expected |= {cup.number: cup}
    shelf = put(Elements(), cups)

    assert list(shelf) == list(expected.values())
    assert list(reversed(shelf)) == list(reversed(expected.values()))
    assert len(shelf) == len(expected)
    assert shelf == Elements(expected.values())
    assert hash(shelf) == hash(Elements(expected.values()))
    assert [shelf.get(number) for number in range(81)] == [expected.get(number) for number in range(81)]


@given(CUPS, CUPS, CUPS)
def test_changes_are_told_of_any_two(common: list[Cup], one: list[Cup], other: list[Cup]) -> None:
    """Of one that came of the other, and of two that came of a third."""
    base = put(Elements(), common)
    before, after = put(base, one), put(base, other)
    was, now = as_dict(before), as_dict(after)

    changes = [change for change in after.changes_since(before) if change.before != change.after]

    expected = {(was.get(number), now.get(number)) for number in was.keys() | now.keys()}
    assert {*changes} == {(old, new) for old, new in expected if old != new}
    assert len(changes) == len({*changes})
    assert list(after.changes_since(after)) == []


@given(CUPS, CUPS, st.lists(st.integers(0, 80), max_size=8), CUPS)
def test_what_is_taken_out_is_gone_and_told_among_the_changes(
    common: list[Cup], lately: list[Cup], taken: list[int], then: list[Cup]
) -> None:
    before = after = put(put(Elements(), common), lately)
    for number in taken:
        after = after.without(number)
    expected = {cup.number: cup for cup in before if cup.number not in taken}

    assert list(after) == list(expected.values())
    assert len(after) == len(expected)
    assert {*after.changes_since(before)} == {Change(cup, None) for cup in before if cup.number in taken}
    assert as_dict(put(after, then)) == expected | as_dict(put(Elements(), then))
    assert {*put(after, then).changes_since(before)} >= {
        Change(cup, None) for cup in before if cup.number in taken and cup.number not in {each.number for each in then}
    }


def test_nothing_that_was_put_ever_changes() -> None:
    shelves = [Elements[Cup]()]
    for number in range(100):
        shelves.append(shelves[-1].put(Cup(number, 0)))
    shelves.append(shelves[-1].change(7, lambda cup: Cup(cup.number, 1)))

    assert [len(shelf) for shelf in shelves] == [*range(101), 100]
    assert shelves[-2].get(7) == Cup(7, 0)
    assert shelves[-1].get(7) == Cup(7, 1)


def test_what_is_not_there_is_not_changed() -> None:
    shelf = Elements([Cup(1, 0)])

    assert shelf.change(2, lambda cup: Cup(cup.number, 1)) is shelf
    assert shelf.without(2) is shelf


def test_a_long_history_is_neither_copied_nor_compared_for_one_more_element() -> None:
    """But once for every so many."""
    shelves = [Elements(Cup(number, 0) for number in range(5_000))]
    for number in range(3 * MOST_RECENT):
        shelves.append(shelves[-1].put(Cup(number, 1)))

    copied = [after for before, after in pairwise(shelves) if after._older is not before._older]
    assert len(copied) == 2
    assert all(len(after._recent) <= MOST_RECENT for after in shelves)
    for number, (before, after) in enumerate(pairwise(shelves)):
        assert list(after.changes_since(before)) == [Change(Cup(number, 0), Cup(number, 1))]


def test_it_comes_back_from_json_as_it_was() -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(Elements[Cup])
    shelf = put(Elements(), [Cup(2, 0), Cup(1, 0), Cup(2, 1)])

    assert adapter.dump_json(shelf) == b'[{"number":2,"pearls":1},{"number":1,"pearls":0}]'
    assert adapter.validate_json(adapter.dump_json(shelf)) == shelf
