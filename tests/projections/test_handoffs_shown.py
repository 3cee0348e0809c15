"""Handoffs in the care plan: how they stand, and what is overdue (R33, R34)."""

import pytest

from domain.events.handoffs import HandoffAccepted, HandoffCompleted, HandoffDeclined
from domain.vocabulary.handoffs import HandoffDeclineReason, HandoffUrgency
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from projections.care_plan.handoffs import HANDOFF
from projections.obligations import ObligationStatus
from tests.builders import (
    History,
    handoff,
    moment,
    only,
    registered,
)
from tests.projections.reading import mark, plan_rows, plan_shown

AT = "2026-03-02T15:00Z"
NEXT_DAY = "2026-03-03T15:00Z"
MUCH_LATER = "2026-09-01T12:00Z"


@pytest.fixture
def history() -> History:
    history = History()
    history.add(registered("America/Chicago", preferred_name="Dee"), at="2026-03-01T15:00Z")
    return history


def test_r33_a_handoff_from_request_to_completion(history: History) -> None:
    harbor = {"to_role": Role.OUTSIDE_PARTY, "to_party": "Harbor Housing"}
    asked = history.add(handoff(HandoffUrgency.CRISIS, **harbor), at=AT)
    found = only(plan_shown(history, at="2026-03-02T16:30Z").handoffs)
    assert (found.status, found.accept_status, found.to_party) == ("requested", "late", "Harbor Housing")

    accepted = history.add(HandoffAccepted(handoff=asked, accepted_by=Role.OUTSIDE_PARTY), at="2026-03-02T15:30Z")
    found = only(plan_shown(history, at="2026-03-02T16:30Z").handoffs)
    assert (found.status, found.accept_status, found.met_status) == ("accepted", "met", "open")
    assert (found.accepted, found.accepted_by_role) == (mark(accepted, "2026-03-02T15:30Z"), Role.OUTSIDE_PARTY)
    assert found.met_due_at == moment("2026-03-03T15:30Z")

    met = history.add(HandoffCompleted(handoff=asked), at=NEXT_DAY)
    found = only(plan_shown(history, MUCH_LATER).handoffs)
    assert (found.status, found.met_status, found.completed) == ("completed", "met", mark(met, NEXT_DAY))
    told = only(plan_rows(history, HANDOFF))
    assert (told["event_id"], told["status"], told["accepted_event_id"], told["completed_event_id"]) == (
        asked, "completed", accepted, met,
    )  # fmt: skip


def test_r33_a_declined_handoff_says_why(history: History) -> None:
    asked = history.add(handoff(), at=AT)
    said = history.add(HandoffDeclined(handoff=asked, reason=HandoffDeclineReason.NO_CAPACITY), at=NEXT_DAY)

    found = only(plan_shown(history, MUCH_LATER).handoffs)
    assert (found.status, found.declined) == ("declined", mark(said, NEXT_DAY))
    assert (found.decline_reason, found.accept_status) == (HandoffDeclineReason.NO_CAPACITY, "released")


def test_r34_an_overdue_acceptance_shows_among_what_must_happen(history: History) -> None:
    asked = history.add(handoff(HandoffUrgency.CRISIS), at=AT)

    waiting = only(plan_shown(history, MUCH_LATER).obligations)
    assert (waiting.kind, waiting.because) == (ObligationKind.HANDOFF_ACCEPTANCE, asked)
    assert (waiting.status, waiting.due_at) == (ObligationStatus.LATE, moment("2026-03-02T16:00Z"))
