"""How many people share what could be known of them, and how much is then known of each."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.anonymity import Anonymity, anonymity

Rows = Sequence[Mapping[str, Hashable]]


def rows_of(text: str) -> Rows:
    """A row a line: whose, birth year, organization, substance."""
    names = ("client", "born", "place", "substance")
    return [dict(zip(names, line.split(), strict=True)) for line in text.strip().splitlines()]


def measured(rows: Rows, k: int = 2, diversity: int = 1, **more: Any) -> Anonymity:
    asked: dict[str, Any] = {"quasi_identifiers": ["born", "place"], "sensitive": ["substance"]} | more
    return anonymity(rows, person="client", wanted_k=k, wanted_l=diversity, **asked)


#: Worked out by hand: 1980 in the north has three people and three values, 1980 in the south two people who both use
#: opioids, 1990 in the north one person.
BY_HAND = rows_of("""
    a 1980 north alcohol
    b 1980 north opioids
    c 1980 north cannabis
    d 1980 south opioids
    e 1980 south opioids
    f 1990 north alcohol
""")


def test_a_table_worked_out_by_hand() -> None:
    assert measured(BY_HAND, k=2, diversity=2) == Anonymity(
        quasi_identifiers=("born", "place"),
        sensitive=("substance",),
        wanted_k=2,
        wanted_l=2,
        rows=6,
        people=6,
        classes=3,
        k=1,
        diversity={"substance": 1},
        classes_below=1,
        rows_below=1,
        people_below=1,
        classes_alike=2,
        rows_alike=3,
    )


@pytest.mark.parametrize(
    ("quasi_identifiers", "k", "diversity"),
    [(["born", "place"], 1, 1), (["place"], 2, 1), (["born"], 1, 1), ([], 6, 3)],
)
def test_fewer_quasi_identifiers_make_larger_classes(quasi_identifiers: list[str], k: int, diversity: int) -> None:
    found = measured(BY_HAND, quasi_identifiers=quasi_identifiers)
    assert (found.k, found.diversity) == (k, {"substance": diversity})


def test_holds_what_was_wanted_or_not() -> None:
    assert measured(BY_HAND, k=1).holds
    assert not measured(BY_HAND, k=2).holds
    assert measured(BY_HAND, k=2, quasi_identifiers=["place"]).holds
    assert not measured(BY_HAND, k=2, diversity=2, quasi_identifiers=["place"]).holds
    assert measured(BY_HAND, k=6, diversity=3, quasi_identifiers=[]).holds


def test_twenty_rows_of_one_person_are_one_person() -> None:
    found = measured(rows_of("a 1980 north alcohol\n" * 20 + "b 1980 north opioids"), k=3)
    assert (found.rows, found.people, found.k, found.rows_below, found.people_below) == (21, 2, 2, 21, 2)


def test_someone_with_rows_in_two_classes_counts_in_both() -> None:
    found = measured(rows_of("a 1980 north alcohol\na 1980 south alcohol\nb 1980 south alcohol"), k=2)
    assert (found.people, found.k, found.rows_below) == (2, 1, 1)


def test_many_values_of_one_person_do_not_hide_what_all_others_have() -> None:
    found = measured(rows_of("a 80 n opioids\na 80 n alcohol\na 80 n cannabis\nb 80 n opioids\nc 80 n opioids"))
    assert found.diversity == {"substance": 1}


def test_each_sensitive_column_by_itself() -> None:
    found = measured(BY_HAND[:3], quasi_identifiers=["place"], sensitive=["substance", "born"])
    assert found.diversity == {"substance": 3, "born": 1}


def test_missing_values_are_a_value_and_equal() -> None:
    rows = [
        {"client": whose, "born": born, "place": None, "substance": None}
        for whose, born in [("a", math.nan), ("b", None)]
    ]
    found = measured(rows)
    assert (found.classes, found.k, found.diversity) == (1, 2, {"substance": 1})


def test_no_rows_and_nothing_sensitive() -> None:
    nobody = measured([])
    assert (nobody.k, nobody.diversity, nobody.holds) == (None, {"substance": None}, True)
    assert measured(BY_HAND, sensitive=[], diversity=5).classes_alike == 0


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"quasi_identifiers": ["gender"]}, "no column 'gender'"),
        ({"quasi_identifiers": ["substance"]}, "named twice"),
        ({"k": 0}, "must be 1 or more"),
        ({"diversity": 0}, "must be 1 or more"),
    ],
)
def test_refuses_what_cannot_be_measured(more: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        measured(BY_HAND, **more)


tables = st.lists(
    st.fixed_dictionaries(
        {
            "client": st.integers(0, 12),
            "born": st.sampled_from([1970, 1980]),
            "place": st.sampled_from("ns"),
            "substance": st.sampled_from("aoc"),
        }
    ),
    max_size=40,
)


@settings(max_examples=50)
@given(tables, st.integers(1, 4), st.integers(1, 3), st.randoms(use_true_random=False))
def test_equals_counting_row_by_row(rows: Rows, k: int, diversity: int, shuffled: random.Random) -> None:
    found = measured(rows, k, diversity)
    people: dict[object, set[object]] = defaultdict(set)
    for row in rows:
        people[row["born"], row["place"]].add(row["client"])
    assert found.k == (min(map(len, people.values())) if rows else None)
    assert found.rows_below == sum(len(people[row["born"], row["place"]]) < k for row in rows)
    assert found.holds == (not found.rows_below and not found.rows_alike)
    assert measured(shuffled.sample(rows, len(rows)), k, diversity) == found
    assert measured([*rows, *rows], k, diversity).k == found.k
    coarser = measured(rows, k, diversity, quasi_identifiers=["place"])
    assert (coarser.k or 0) >= (found.k or 0)
    assert coarser.rows_below <= found.rows_below


@settings(max_examples=50)
@given(tables)
def test_with_a_row_for_each_person_it_is_the_definition_of_the_papers(rows: Rows) -> None:
    alone = [{**row, "client": number} for number, row in enumerate(rows)]
    values: dict[object, set[object]] = defaultdict(set)
    for row in alone:
        values[row["born"], row["place"]].add(row["substance"])
    assert measured(alone).diversity == {"substance": min(map(len, values.values())) if rows else None}
