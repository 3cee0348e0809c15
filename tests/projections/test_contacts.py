"""Contacts in the care plan: sessions missed in a row, and when the client was last heard (R22, R24, R25)."""

import pytest

from tests.builders import (
    History,
    check_in,
    crisis,
    missed,
    outreach,
    registered,
    session,
)
from tests.projections.reading import mark, plan_shown

AT = "2026-03-02T15:00Z"
NEXT_DAY = "2026-03-03T15:00Z"
LATER = "2026-03-04T15:00Z"
MUCH_LATER = "2026-09-01T12:00Z"


@pytest.fixture
def history() -> History:
    history = History()
    history.add(registered("America/Chicago", preferred_name="Dee"), at="2026-03-01T15:00Z")
    return history


def test_r24_sessions_missed_in_a_row_are_counted_until_one_is_held(history: History) -> None:
    held = history.add(session(), at="2026-03-01T18:00Z")
    history.add(missed(), at=AT)
    last = history.add(missed(), at=NEXT_DAY)

    answer = plan_shown(history, MUCH_LATER)
    assert (answer.missed_in_a_row, answer.last_missed) == (2, mark(last, NEXT_DAY))
    assert answer.last_session == answer.last_contact == mark(held, "2026-03-01T18:00Z")

    again = history.add(session(), at=LATER)
    answer = plan_shown(history, MUCH_LATER)
    assert (answer.missed_in_a_row, answer.last_session) == (0, mark(again, LATER))


def test_r22_r25_the_last_contact_is_any_in_which_the_client_was_heard(history: History) -> None:
    for hour, event in enumerate((session(), check_in(), outreach(True), crisis()), start=15):
        said = history.add(event, at=f"2026-03-02T{hour}:00Z")
        assert plan_shown(history, MUCH_LATER).last_contact == mark(said, f"2026-03-02T{hour}:00Z")

    before = plan_shown(history, MUCH_LATER).last_contact
    history.add(outreach(False), at=NEXT_DAY)
    history.add(missed(), at=NEXT_DAY)
    assert plan_shown(history, MUCH_LATER).last_contact == before
