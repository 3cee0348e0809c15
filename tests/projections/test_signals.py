"""Early-warning signals: raised by a rule, with the events behind them, cleared and acknowledged (R49)."""

from uuid import UUID

import pytest

from domain.events.appointments import AppointmentCancelled
from domain.events.intake import EpisodeClosed
from domain.events.registration import ClientDied
from domain.events.signals import SignalAcknowledged
from domain.policy import Policy
from domain.vocabulary.appointments import CancelledBy
from domain.vocabulary.intake import DischargeReason
from domain.vocabulary.people import Role
from domain.vocabulary.signals import SignalRule
from projections.signals import SIGNAL, SIGNALS, SignalsAnswer
from tests.builders import History, appointment, check_in, folded, intake, missed, moment, only, registered, session
from tests.projections.reading import by_column

NOW = "2026-04-01T15:00Z"


@pytest.fixture
def history() -> History:
    history = History()
    history.add(registered(), at="2026-03-01T15:00Z")
    return history


def shown(history: History) -> SignalsAnswer:
    answer = SIGNALS.answer(folded(SIGNALS, history), moment(NOW), history.policy)
    assert isinstance(answer, SignalsAnswer)
    return answer


def raised(history: History) -> list[tuple[str, tuple[UUID, ...], bool]]:
    """Each signal's rule, the events behind it, and whether it holds still."""
    return [(each.rule, each.behind, each.cleared is None) for each in shown(history).signals]


def test_r49_a_high_craving_is_a_signal_until_a_check_in_tells_of_a_lower_one(history: History) -> None:
    high = history.add(check_in(craving=7), at="2026-03-02T15:00Z")
    history.add(check_in(craving=8), at="2026-03-03T15:00Z")
    history.add(check_in(mood=9), at="2026-03-03T16:00Z")
    assert raised(history) == [(SignalRule.HIGH_CRAVING, (high,), True)]

    lower = history.add(check_in(craving=6), at="2026-03-04T15:00Z")

    signal = only(shown(history).signals)
    assert (signal.raised_at, signal.cleared and signal.cleared.event_id) == (moment("2026-03-02T15:00Z"), lower)
    assert shown(history).waiting == 0


def test_r49_a_craving_that_rises_by_three_within_three_check_ins_names_both_ends(history: History) -> None:
    first = history.add(check_in(craving=2), at="2026-03-02T15:00Z")
    history.add(check_in(craving=4), at="2026-03-03T15:00Z")
    assert raised(history) == []

    last = history.add(check_in(craving=5), at="2026-03-04T15:00Z")

    assert raised(history) == [(SignalRule.RISING_CRAVING, (first, last), True)]


def test_r49_a_slow_rise_is_none(history: History) -> None:
    for day, craving in enumerate((1, 2, 3, 4, 5), start=2):
        history.add(check_in(craving=craving), at=f"2026-03-0{day}T15:00Z")

    assert raised(history) == []


@pytest.mark.parametrize(("mood", "is_signal"), [(0, True), (3, True), (4, False), (None, False)])
def test_r49_a_low_mood_is_a_signal_and_what_was_not_said_is_none(
    history: History, mood: int | None, is_signal: bool
) -> None:
    history.add(check_in(mood=mood), at="2026-03-02T15:00Z")

    assert [rule for rule, _, _ in raised(history)] == [SignalRule.LOW_MOOD] * is_signal


def test_r49_two_sessions_missed_in_a_row_are_a_signal_until_one_is_held(history: History) -> None:
    history.add(missed(), at="2026-03-02T15:00Z")
    history.add(session(), at="2026-03-03T15:00Z")
    two = history.add(missed(), at="2026-03-04T15:00Z"), history.add(missed(), at="2026-03-05T15:00Z")
    assert raised(history) == [(SignalRule.MISSED_SESSIONS, two, True)]

    history.add(session(), at="2026-03-06T15:00Z")
    assert raised(history) == [(SignalRule.MISSED_SESSIONS, two, False)]


def test_r49_a_signal_that_was_acknowledged_waits_no_more_and_says_by_whom(history: History) -> None:
    low = history.add(check_in(mood=1), at="2026-03-02T15:00Z")
    assert shown(history).waiting == 1

    taken = SignalAcknowledged(rule=SignalRule.LOW_MOOD, because=low, acknowledged_by=Role.PEER)
    history.add(taken, at="2026-03-02T16:00Z")

    row = only(by_column(SIGNAL, SIGNALS.rows(folded(SIGNALS, history))))
    assert (row["rule"], row["event_id"], row["behind"]) == (SignalRule.LOW_MOOD, low, (low,))
    assert (row["acknowledged_at"], row["acknowledged_by_role"]) == (moment("2026-03-02T16:00Z"), Role.PEER)
    assert shown(history).waiting == 0


def test_r49_what_called_off_appointments_raised_can_be_acknowledged(history: History) -> None:
    made = [history.add(appointment(f"2026-03-{day}T15:00Z"), at="2026-03-02T15:00Z") for day in (10, 11)]
    _, second = (
        history.add(AppointmentCancelled(appointment=each, by=CancelledBy.CLIENT), at=f"2026-03-0{day}T15:00Z")
        for day, each in enumerate(made, start=3)
    )
    assert shown(history).waiting == 1

    noted = SignalAcknowledged(rule=SignalRule.MISSED_SESSIONS, because=second, acknowledged_by=Role.PEER)
    history.add(noted, at="2026-03-05T15:00Z")

    assert shown(history).waiting == 0


@pytest.mark.parametrize(("how", "waits"), [("died", 0), ("closed", 1)])
def test_r49_what_was_told_is_still_to_be_seen_after_an_episode_but_not_after_a_death(
    history: History, how: str, waits: int
) -> None:
    opened = history.add(intake(), at="2026-03-02T15:00Z")
    low = history.add(check_in(mood=1), at="2026-03-03T15:00Z")
    ends = ClientDied() if how == "died" else EpisodeClosed(intake=opened, reason=DischargeReason.COMPLETED)
    ended = history.add(ends, at="2026-03-04T15:00Z")

    assert shown(history).waiting == waits
    row = only([row for row in by_column(SIGNAL, SIGNALS.rows(folded(SIGNALS, history))) if row["event_id"] == low])
    assert row["released_event_id"] == (None if waits else ended)


def test_r49_a_check_in_recorded_late_is_seen_where_it_belongs(history: History) -> None:
    history.add(check_in(craving=2), at="2026-03-04T15:00Z")
    high = history.add(check_in(craving=9), at="2026-03-02T15:00Z", recorded="2026-03-09T15:00Z")

    assert raised(history) == [(SignalRule.HIGH_CRAVING, (high,), False)]


def test_r49_the_numbers_are_the_policys() -> None:
    strict = Policy.model_validate({"early_warning": {"craving_at_least": 3, "mood_at_most": 5}})
    history = History(policy=strict)
    history.add(registered(), at="2026-03-01T15:00Z")
    history.add(check_in(craving=3, mood=5), at="2026-03-02T15:00Z")

    assert {rule for rule, _, _ in raised(history)} == {SignalRule.HIGH_CRAVING, SignalRule.LOW_MOOD}
