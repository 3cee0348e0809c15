"""Handoffs (R33): which step may follow which, given a history, and which may not."""

from uuid import UUID

import pytest

from domain.events.handoffs import (
    HandoffAccepted,
    HandoffCompleted,
    HandoffDeclined,
    HandoffLost,
    HandoffWithdrawn,
)
from domain.vocabulary.handoffs import HandoffDeclineReason, HandoffLossReason, HandoffWithdrawalReason
from domain.vocabulary.people import Role
from tests.builders import (
    History,
    handoff,
    registered,
)

NOON = "2026-03-02T18:00Z"
LATER = "2026-03-03T18:00Z"


@pytest.fixture
def history() -> History:
    history = History()
    history.add(registered(), at="2026-03-01T15:00Z")
    return history


def accepted(handoff_id: UUID) -> HandoffAccepted:
    return HandoffAccepted(handoff=handoff_id, accepted_by=Role.CASE_MANAGER)


def declined(handoff_id: UUID) -> HandoffDeclined:
    return HandoffDeclined(handoff=handoff_id, reason=HandoffDeclineReason.NO_CAPACITY)


def lost(handoff_id: UUID) -> HandoffLost:
    return HandoffLost(handoff=handoff_id, reason=HandoffLossReason.PLACE_LOST)


def withdrawn(handoff_id: UUID) -> HandoffWithdrawn:
    return HandoffWithdrawn(handoff=handoff_id, reason=HandoffWithdrawalReason.NOT_NEEDED_ANY_MORE)


def test_r33_a_handoff_is_accepted_once(history: History) -> None:
    asked = history.add(handoff(), at=NOON)
    history.add(accepted(asked), at=LATER)

    assert history.refused(accepted(asked), LATER) == {"handoff_accepted_once"}


def test_r33_an_accepted_handoff_is_not_declined_any_more(history: History) -> None:
    asked = history.add(handoff(), at=NOON)
    acceptance = history.add(accepted(asked), at=LATER)

    assert history.refused(declined(asked), LATER) == {"handoff_is_waiting"}

    history.retract(acceptance)
    assert not history.refused(declined(asked), LATER)


def test_r33_a_declined_handoff_has_ended(history: History) -> None:
    asked = history.add(handoff(), at=NOON)
    history.add(declined(asked), at=LATER)

    for event in (accepted(asked), HandoffCompleted(handoff=asked), declined(asked), lost(asked)):
        assert history.refused(event, LATER) == {"handoff_not_ended"}
    assert not history.refused(withdrawn(asked), LATER), "no new receiver is needed"


def test_h2_an_accepted_handoff_that_was_lost_has_ended(history: History) -> None:
    asked = history.add(handoff(), at=NOON)
    history.add(accepted(asked), at=NOON)
    history.add(lost(asked), at=LATER)

    assert history.refused(HandoffCompleted(handoff=asked), LATER) == {"handoff_not_ended"}
    history.add(withdrawn(asked), at=LATER)
    assert history.refused(withdrawn(asked), LATER) == {"handoff_withdrawn_once"}


def test_h2_a_completed_handoff_is_neither_lost_nor_withdrawn(history: History) -> None:
    asked = history.add(handoff(), at=NOON)
    history.add(HandoffCompleted(handoff=asked), at=LATER)

    for event in (lost(asked), withdrawn(asked)):
        assert history.refused(event, LATER) == {"handoff_not_completed"}


def test_r33_a_handoff_is_completed_once_and_may_be_accepted_in_hindsight(history: History) -> None:
    asked = history.add(handoff(), at=NOON)
    history.add(HandoffCompleted(handoff=asked), at=LATER)

    assert history.refused(HandoffCompleted(handoff=asked), LATER) == {"handoff_completed_once"}
    assert history.refused(declined(asked), LATER) == {"handoff_is_waiting"}
    assert not history.refused(accepted(asked), NOON)
