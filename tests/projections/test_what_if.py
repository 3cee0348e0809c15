"""What another policy would change, told from two folds of one history."""

from datetime import datetime
from typing import Any

from hypothesis import given

from domain.policy import Policy
from domain.vocabulary.obligations import ObligationKind
from projections.care_plan import CARE_PLAN
from projections.catalogue import PROJECTIONS
from projections.milestones import MILESTONES
from projections.obligations import ObligationStatus
from projections.projection import Projection
from projections.what_if import Differences, Standing, compare
from tests.builders import History, crisis, fold, lapse, moment, registered
from tests.strategies import histories

NOON = moment("2026-03-12T12:00Z")


def what_if(projection: Projection[Any], history: History, numbers: dict[str, Any], at: datetime) -> Differences:
    """What these numbers would change."""
    other = Policy.model_validate(numbers)
    entries = history.effective()
    return compare(projection, fold(projection, entries), fold(projection, entries, other), at)


def in_crisis() -> History:
    history = History()
    history.add(registered(), at="2026-03-01T12:00Z")
    history.add(crisis(), at="2026-03-10T18:00Z")
    return history


def contact(found: Differences, step: int) -> tuple[Standing | None, Standing | None]:
    """How a contact after the crisis stands by the one policy and by the other."""
    (each,) = (each for each in found.obligations if (each.kind, each.step) == (ObligationKind.CRISIS_CONTACT, step))
    return each.as_it_is, each.what_if


def test_what_is_due_earlier_turns_late() -> None:
    found = what_if(
        CARE_PLAN, in_crisis(), {"crisis": {"contact_within_hours": [12, 72, 168, 720]}}, at=moment("2026-03-11T12:00Z")
    )

    (each,) = found.obligations
    assert each.as_it_is
    assert each.what_if
    assert (each.as_it_is.due_at, each.as_it_is.status) == (moment("2026-03-11T18:00Z"), ObligationStatus.OPEN)
    assert (each.what_if.due_at, each.what_if.status) == (moment("2026-03-11T06:00Z"), ObligationStatus.LATE)
    assert (each.turns_late, each.turns_timely) == (True, False)


def test_what_is_due_later_turns_timely() -> None:
    found = what_if(CARE_PLAN, in_crisis(), {"crisis": {"contact_within_hours": [48, 72, 168, 720]}}, NOON)

    (each,) = found.obligations
    assert (each.turns_late, each.turns_timely) == (False, True)


def test_what_one_policy_alone_asks_for_is_told() -> None:
    fewer = what_if(CARE_PLAN, in_crisis(), {"crisis": {"contact_within_hours": [24]}}, NOON)
    more = what_if(
        CARE_PLAN,
        in_crisis(),
        {"crisis": {"contact_within_hours": [24, 72, 168, 720, 1000]}},
        NOON,
    )

    assert [contact(fewer, step)[1] for step in (2, 3, 4)] == [None] * 3
    assert contact(more, 5)[0] is None
    assert [each.step for each in more.obligations] == [5]


def test_other_rows_that_differ_are_counted() -> None:
    """Another ladder makes other milestones; obligations have their own account."""
    history = History()
    history.add(registered(), at="2026-03-01T12:00Z")
    history.add(lapse(), at="2026-03-02T12:00Z")

    found = what_if(MILESTONES, history, {"milestones": {"ladder_days": [1, 7, 30, 60, 91]}}, NOON)

    assert found.obligations == ()
    assert any(name.startswith("milestone") for name in found.rows)


@given(histories())
def test_the_same_policy_changes_nothing(history: History) -> None:
    for projection in PROJECTIONS:
        assert not what_if(projection, history, {}, history.last_recorded)


def test_differences_add_up() -> None:
    found = what_if(CARE_PLAN, in_crisis(), {"crisis": {"contact_within_hours": [12]}}, NOON)

    twice = found + found
    assert len(twice.obligations) == 2 * len(found.obligations)
    assert twice.rows == {name: 2 * many for name, many in found.rows.items()}
