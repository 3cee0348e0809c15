"""Consents in the care plan: until when they hold, and what their rows tell (R09)."""

import pytest

from domain.vocabulary.consents import ConsentPurpose
from projections.care_plan.consents import CONSENT
from tests.builders import (
    History,
    consent,
    moment,
    only,
    registered,
)
from tests.projections.reading import plan_rows, plan_shown

AT = "2026-03-02T15:00Z"
MUCH_LATER = "2026-09-01T12:00Z"


@pytest.fixture
def history() -> History:
    history = History()
    history.add(registered("America/Chicago", preferred_name="Dee"), at="2026-03-01T15:00Z")
    return history


@pytest.mark.parametrize(
    ("at", "in_force"),
    [("2026-03-09T04:59:59Z", True), ("2026-03-09T05:00Z", False)],
)
def test_r09_a_consent_holds_to_the_end_of_its_last_day_where_the_client_lives(
    history: History, at: str, *, in_force: bool
) -> None:
    """8 March 2026 has 23 hours in Chicago."""
    granted = history.add(consent("2026-03-08"), at=AT)

    found = only(plan_shown(history, at=at).consents)
    assert (found.event_id, found.in_force) == (granted, in_force)
    assert (found.purpose, found.recipients) == (ConsentPurpose.FAMILY_INVOLVEMENT, ("Dana's sister",))


def test_r09_rows_of_consents_count_recipients_and_name_none(history: History) -> None:
    history.add(consent("2026-03-08", recipients=("Dana's sister", "Dana's brother")), at=AT)

    told = only(plan_rows(history, CONSENT))
    assert (told["recipients"], told["ends_at"]) == (2, moment("2026-03-09T05:00Z"))


def test_r09_a_consent_that_outlives_everybody_can_be_shown(history: History) -> None:
    history.add(consent("2199-12-31"), at=AT)

    assert only(plan_shown(history, MUCH_LATER).consents).in_force
