"""Shapes of states: what was saved in another one is not loaded, so that nobody meets it in the middle of a fold."""

from enum import StrEnum

import pytest

from projections import saved_states


@pytest.mark.parametrize(("members", "same"), [("a b", True), ("a c", False)])
def test_a_shape_is_another_one_where_an_enumeration_has_other_members(members: str, same: bool) -> None:
    def told(of: str) -> list[str]:
        return list(saved_states._told(tuple[StrEnum("Kind", of), ...], set()))  # type: ignore[misc]

    assert (told("a b") == told(members)) is same
