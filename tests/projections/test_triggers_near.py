"""A day ahead that may bring cravings or distress is a signal once it is near (R26, R49)."""

from datetime import date
from uuid import UUID

import pytest

from domain.events.intake import EpisodeClosed
from domain.events.looking_ahead import TriggerAnticipated, TriggerPassed
from domain.events.registration import ClientDied
from domain.policy import Policy
from domain.vocabulary.intake import DischargeReason
from domain.vocabulary.plan import DayAhead, DayPassed
from domain.vocabulary.signals import SignalRule
from tests.builders import History, Moment, intake, moment, only, registered
from tests.projections.signal_reading import rows, shown, waiting

RULE = SignalRule.TRIGGER_AHEAD
PASSED = next(iter(DayPassed))
A_SECOND_BEFORE = "2026-03-07T05:59:59Z"
RAISED_AT = "2026-03-07T06:00Z"
"""Three days before the 10th begins in Chicago; on the 8th the clocks go forward."""
ENDS_AT = "2026-03-11T05:00Z"


def ahead(on: str = "2026-03-10") -> TriggerAnticipated:
    return TriggerAnticipated(on=date.fromisoformat(on), kind=DayAhead.COURT_DATE)


@pytest.fixture
def history() -> History:
    history = History()
    history.add(registered(), at="2026-02-01T15:00Z")
    return history


@pytest.fixture
def trigger(history: History) -> UUID:
    return history.add(ahead(), at="2026-02-20T15:00Z")


def test_r49_a_trigger_within_three_days_is_a_signal_until_its_day_is_over(history: History, trigger: UUID) -> None:
    assert waiting(history, A_SECOND_BEFORE) == []
    assert waiting(history, RAISED_AT) == [(RULE, trigger)]
    assert waiting(history, "2026-03-11T04:59:59Z") == [(RULE, trigger)]
    assert waiting(history, ENDS_AT) == []
    assert len(shown(history, ENDS_AT).signals) == 1, "that it was raised stays on the record"
    row = only(rows(history))
    assert (row["about_on"], row["behind"]) == (date(2026, 3, 10), (trigger,))
    assert (row["raised_at"], row["ends_at"]) == (moment(RAISED_AT), moment(ENDS_AT))


@pytest.mark.parametrize(
    ("seen_at", "raised_at"),
    [("2026-03-09T15:00Z", "2026-03-09T15:00Z"), ("2026-03-11T04:59:59Z", "2026-03-11T04:59:59Z"), (ENDS_AT, None)],
)
def test_r49_what_is_seen_coming_late_is_near_at_once_and_a_day_that_is_over_is_not(
    history: History, seen_at: Moment, raised_at: Moment | None
) -> None:
    history.add(ahead(), at=seen_at)

    assert [row["raised_at"] for row in rows(history)] == ([moment(raised_at)] if raised_at else [])


@pytest.mark.parametrize(("at", "cleared"), [(A_SECOND_BEFORE, 0), (RAISED_AT, 1)])
def test_r49_a_day_that_will_not_come_clears_it_and_before_it_was_near_there_is_none(
    history: History, trigger: UUID, at: Moment, cleared: int
) -> None:
    passed = history.add(TriggerPassed(trigger=trigger, outcome=PASSED), at=at)

    assert waiting(history, "2026-03-09T15:00Z") == []
    assert [row["cleared_event_id"] for row in rows(history)] == [passed] * cleared


@pytest.mark.parametrize("how", ["closed", "died"])
def test_r49_the_end_of_care_releases_days_ahead(history: History, how: str) -> None:
    opened = history.add(intake(), at="2026-02-10T15:00Z")
    near, far = history.add(ahead(), at="2026-02-20T15:00Z"), history.add(ahead("2026-05-01"), at="2026-02-20T16:00Z")
    ends = ClientDied() if how == "died" else EpisodeClosed(intake=opened, reason=DischargeReason.COMPLETED)
    ended = history.add(ends, at=RAISED_AT)

    released = {row["event_id"]: row["released_event_id"] for row in rows(history) if row["rule"] == RULE}
    assert released == {near: ended}
    assert far not in released


def test_r49_a_corrected_day_is_near_when_it_is_and_a_retracted_one_never(history: History, trigger: UUID) -> None:
    history.correct(trigger, ahead("2026-03-20"))
    assert waiting(history, RAISED_AT) == []
    assert waiting(history, "2026-03-17T05:00Z") == [(RULE, trigger)]

    history.retract(trigger)
    assert rows(history) == []


def test_r49_how_near_is_the_policys() -> None:
    history = History(policy=Policy.model_validate({"early_warning": {"trigger_within_days": 1}}))
    history.add(registered(), at="2026-02-01T15:00Z")
    trigger = history.add(ahead(), at="2026-02-20T15:00Z")

    assert waiting(history, "2026-03-09T04:59:59Z") == []
    assert waiting(history, "2026-03-09T05:00Z") == [(RULE, trigger)]
