"""Collections of elements: what they hold, what they share, and what changed between two of them."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from projections.collection import MOST_RECENT, Change, Elements
from projections.elements import KEY
from projections.saved_states import load, save


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


SHELVES: TypeAdapter[Elements[Cup]] = TypeAdapter(Elements[Cup])


@given(CUPS, CUPS)
def test_it_is_saved_and_goes_on_as_if_it_never_was(cups: list[Cup], more: list[Cup]) -> None:
    shelf = put(Elements(), cups)
    loaded = load(SHELVES, save(SHELVES, shelf))

    assert len(loaded) == len(shelf)
    assert put(loaded, more) == put(shelf, more)
    assert len(put(loaded, more)) == len(put(shelf, more))
    assert load(SHELVES, save(SHELVES, put(loaded, more))) == put(shelf, more)
    assert {*put(loaded, more).changes_since(loaded)} == {*put(shelf, more).changes_since(shelf)}


def test_of_saved_elements_only_those_are_read_that_somebody_asks_for() -> None:
    saved = save(SHELVES, put(Elements(), [Cup(2, 0), Cup(1, 0)])).replace(b'"pearls":0', b'"pearls":"many"', 1)
    shelf = load(SHELVES, saved)

    assert shelf.get(1) == Cup(1, 0)
    assert b'"pearls":"many"' in save(SHELVES, shelf.put(Cup(1, 1)))
    with pytest.raises(ValidationError):
        shelf.get(2)
