"""Strict reading of JSON: what is sound passes, and one flaw anywhere is found where it is."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.api.strict_json import MAX_DEPTH, errors_in

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
NUMBERS = st.integers(-(10**17), 10**17) | st.floats(allow_nan=False, allow_infinity=False)
SOUND = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXT, inner, max_size=5),
    max_leaves=30,
)
FLAWED = st.sampled_from(["a\0", "\ud800", "\udfff\ud83d", float("nan"), float("inf"), 10**18])
PLACES = st.lists(st.integers(0, 3) | st.from_regex("[a-z]{1,8}", fullmatch=True), max_size=MAX_DEPTH)


@given(SOUND, st.booleans())
def test_what_is_sound_passes_however_it_is_escaped(value: Any, escaped: bool) -> None:
    assert errors_in(json.dumps(value, ensure_ascii=escaped).encode()) == []


@given(FLAWED, PLACES)
def test_a_flaw_is_found_where_it_is(flaw: Any, places: list[int | str]) -> None:
    document, path = flaw, ""
    for place in reversed(places):
        document = [0] * place + [document] if isinstance(place, int) else {"other": "sound", place: document}
    for place in places:
        path += f"[{place}]" if isinstance(place, int) else f".{place}" if path else place

    errors = errors_in(json.dumps(document).encode())

    assert [error.field for error in errors] == [path]


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_nesting_ends_at_its_limit(opening: str) -> None:
    def nested(levels: int) -> bytes:
        return (opening * levels + "1" + {"[": "]", "{": "}"}[opening[0]] * levels).encode()

    assert errors_in(nested(MAX_DEPTH)) == []
    assert [error.rule for error in errors_in(nested(MAX_DEPTH + 1))] == ["not_too_deep"]


def test_brackets_and_commas_in_a_text_are_no_structure() -> None:
    assert errors_in(json.dumps(["[{" * 1_000 + "," * 100_000]).encode()) == []


def test_a_name_that_is_no_name_of_a_field_is_not_shown() -> None:
    (error,) = errors_in(b'{"Wednesday at the harbour": {"a": 1e999}}')

    assert error.field == "(unnamed).a"
