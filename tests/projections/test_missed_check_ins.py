"""Daily check-ins missed in a row are a signal from the moment on at which enough days are missed (R49)."""

from datetime import date
from uuid import UUID

import pytest

from domain.events.intake import EpisodeClosed
from domain.events.plan import CadenceSet
from domain.events.registration import ClientDied, ClientMoved
from domain.events.signals import SignalAcknowledged
from domain.policy import Policy
from domain.vocabulary.intake import DischargeReason
from domain.vocabulary.people import Role
from domain.vocabulary.plan import CadenceKind, Period
from domain.vocabulary.record import Precision
from domain.vocabulary.signals import SignalRule
from tests.builders import History, Moment, check_in, intake, missed, moment, only, registered
from tests.projections.signal_reading import rows, shown, waiting

RULE = SignalRule.MISSED_CHECK_INS
A_SECOND_BEFORE = "2026-03-06T05:59:59Z"
RAISED_AT = "2026-03-06T06:00Z"
"""The end of 5 March in Chicago: the 4th and the 5th went by without the check-in that came on the 3rd."""


def check_ins(
    per: Period = Period.DAY, times: int = 1, *, on: str | None = None, until: str | None = None
) -> CadenceSet:
    return CadenceSet(
        kind=CadenceKind.CHECK_IN,
        times=times,
        per=per,
        starts_on=date.fromisoformat(on) if on else None,
        until=date.fromisoformat(until) if until else None,
    )


def expecting(policy: Policy | None = None) -> tuple[History, UUID, UUID, UUID]:
    """A client who is to check in daily since 2 March, and did on the 3rd: intake, cadence and check-in."""
    history = History(policy=policy) if policy else History()
    history.add(registered(), at="2026-03-01T15:00Z")
    opened = history.add(intake(), at="2026-03-01T16:00Z")
    cadence = history.add(check_ins(), at="2026-03-02T15:00Z")
    return history, opened, cadence, history.add(check_in(mood=6), at="2026-03-03T15:00Z")


def test_r49_a_daily_check_in_missed_twice_is_a_signal_from_the_end_of_the_second_day_on() -> None:
    history, _, cadence, last = expecting()

    assert waiting(history, A_SECOND_BEFORE) == []
    assert shown(history, A_SECOND_BEFORE).signals == ()
    assert waiting(history, RAISED_AT) == [(RULE, last)]
    row = only(rows(history))
    assert (row["raised_at"], row["about_on"], row["ends_at"]) == (moment(RAISED_AT), date(2026, 3, 5), None)
    assert row["behind"] == (cadence, last)


def test_r49_a_check_in_a_second_before_leaves_no_signal_and_one_a_second_later_clears_it() -> None:
    history, _, _, _ = expecting()
    in_time = history.add(check_in(), at=A_SECOND_BEFORE)
    assert [row["event_id"] for row in rows(history)] == [in_time]

    history, _, _, last = expecting()
    late = history.add(check_in(), at="2026-03-06T06:00:01Z")

    signal = only(shown(history, "2026-03-06T07:00Z").signals)
    assert signal.cleared
    assert (signal.event_id, signal.cleared.event_id) == (last, late)
    assert waiting(history, "2026-03-08T05:59:59Z") == []
    assert waiting(history, "2026-03-09T05:00Z") == [(RULE, late)], "the 7th and the 8th: clocks went forward between"


def test_r49_before_the_first_check_in_whole_days_count_from_when_it_was_agreed() -> None:
    history = History()
    history.add(registered(), at="2026-03-01T15:00Z")
    cadence = history.add(check_ins(), at="2026-03-02T15:00Z")

    assert waiting(history, "2026-03-05T05:59:59Z") == []
    assert waiting(history, "2026-03-05T06:00Z") == [(RULE, cadence)]


@pytest.mark.parametrize(
    ("said", "precision", "raised_at"),
    [
        (check_ins(on="2026-03-02"), Precision.INSTANT, "2026-03-04T06:00Z"),
        (check_ins(on="2026-02-20"), Precision.INSTANT, "2026-03-04T06:00Z"),
        (check_ins(on="2026-03-07"), Precision.INSTANT, "2026-03-09T05:00Z"),
        (check_ins(), Precision.DAY, "2026-03-05T06:00Z"),
    ],
    ids=["from today on", "said to have begun before", "from another day on", "known to the day"],
)
def test_r49_days_count_from_the_first_on_which_a_check_in_was_expected(
    said: CadenceSet, precision: Precision, raised_at: Moment
) -> None:
    history = History()
    history.add(registered(), at="2026-03-01T15:00Z")
    at = "2026-03-02" if precision is Precision.DAY else "2026-03-02T15:00Z"
    history.add(said, at=at, recorded="2026-03-02T16:00Z", precision=precision)

    assert [row["raised_at"] for row in rows(history)] == [moment(raised_at)]


@pytest.mark.parametrize(
    "said",
    [
        check_ins(Period.WEEK, 3),
        check_ins(times=0),
        CadenceSet(kind=CadenceKind.SESSION, times=1, per=Period.DAY),
        check_ins(until="2026-03-03"),
    ],
    ids=["weekly", "not any more", "sessions", "over before two whole days"],
)
def test_r49_where_none_is_expected_daily_none_is_missed(said: CadenceSet) -> None:
    history = History()
    history.add(registered(), at="2026-03-01T15:00Z")
    history.add(said, at="2026-03-02T15:00Z")
    history.add(check_in(), at="2026-03-02T16:00Z")

    assert rows(history) == []


@pytest.mark.parametrize("per", [Period.WEEK, Period.MONTH])
def test_r49_another_cadence_releases_what_was_missed_and_what_lay_ahead(per: Period) -> None:
    history, _, _, _ = expecting()
    history.add(check_ins(per), at="2026-03-05T15:00Z")
    assert rows(history) == []

    history, _, _, last = expecting()
    ended = history.add(check_ins(per), at="2026-03-06T15:00Z")
    signal = only(shown(history, "2026-03-07T15:00Z").signals)
    assert (signal.event_id, signal.waits) == (last, False)
    assert signal.released
    assert (signal.cleared, signal.released.event_id) == (None, ended)


def test_r49_what_is_agreed_anew_goes_on_where_it_is_daily_as_before() -> None:
    history, _, _, last = expecting()
    history.add(check_ins(times=2), at="2026-03-04T15:00Z")
    assert waiting(history, RAISED_AT) == [(RULE, last)]

    history.add(check_ins(until="2026-03-09"), at="2026-03-07T15:00Z")
    assert waiting(history, "2026-03-07T16:00Z") == [(RULE, last)]
    assert len(rows(history)) == 1


def test_r49_a_cadence_for_a_while_ends_by_itself_and_so_does_its_signal() -> None:
    history = History()
    history.add(registered(), at="2026-03-01T15:00Z")
    history.add(check_ins(Period.WEEK), at="2026-03-01T16:00Z")
    cadence = history.add(check_ins(until="2026-03-06"), at="2026-03-02T15:00Z")

    assert waiting(history, "2026-03-07T05:59:59Z") == [(RULE, cadence)]
    assert waiting(history, "2026-03-07T06:00Z") == []
    signal = only(shown(history, "2026-03-07T06:00Z").signals)
    assert (signal.ends_at, signal.released) == (moment("2026-03-07T06:00Z"), None)


def test_r49_what_is_agreed_for_longer_just_after_it_ended_takes_nothing_back() -> None:
    history = History()
    history.add(registered(), at="2026-03-01T15:00Z")
    cadence = history.add(check_ins(until="2026-03-06"), at="2026-03-02T15:00Z")
    history.add(check_ins(on="2026-03-07"), at="2026-03-07T15:00Z")

    assert waiting(history, "2026-03-07T14:59:59Z") == []
    assert waiting(history, "2026-03-07T15:00Z") == [(RULE, cadence)]
    assert only(rows(history))["raised_at"] == moment("2026-03-05T06:00Z")


def test_r49_after_a_week_of_another_cadence_daily_check_ins_are_expected_again() -> None:
    history, _, cadence, _ = expecting()
    history.add(check_ins(Period.WEEK, until="2026-03-12"), at="2026-03-05T15:00Z")

    assert waiting(history, "2026-03-15T04:59:59Z") == []
    assert waiting(history, "2026-03-15T05:00Z") == [(RULE, cadence)]
    assert only(rows(history))["behind"] == (cadence,), "what was missed follows upon the week, not the check-in"


@pytest.mark.parametrize(("at", "signals"), [(A_SECOND_BEFORE, 0), (RAISED_AT, 1)])
@pytest.mark.parametrize("how", ["closed", "died"])
def test_r49_the_end_of_care_releases_it(how: str, at: Moment, signals: int) -> None:
    history, opened, _, _ = expecting()
    ends = ClientDied() if how == "died" else EpisodeClosed(intake=opened, reason=DischargeReason.COMPLETED)
    ended = history.add(ends, at=at)

    assert waiting(history, "2026-04-01T15:00Z") == []
    assert [row["released_event_id"] for row in rows(history)] == [ended] * signals


def test_r49_nothing_is_raised_after_a_death() -> None:
    history, _, _, _ = expecting()
    history.add(ClientDied(), at="2026-03-04T15:00Z")
    for day in (5, 6):
        history.add(missed(), at=f"2026-03-0{day}T15:00Z")

    assert rows(history) == []


def test_r49_a_check_in_recorded_late_takes_the_signal_back_and_its_retraction_brings_it() -> None:
    history, _, _, last = expecting()
    late = history.add(check_in(), at="2026-03-05T15:00Z", recorded="2026-03-09T15:00Z")
    assert waiting(history, RAISED_AT) == []

    history.retract(late)

    assert waiting(history, RAISED_AT) == [(RULE, last)]


def test_r49_a_retracted_cadence_expects_nothing() -> None:
    history, _, cadence, _ = expecting()
    history.retract(cadence)

    assert rows(history) == []


def test_r49_days_are_the_clients_wherever_they_live_then() -> None:
    history, _, _, _ = expecting()
    history.add(ClientMoved(time_zone="Asia/Kathmandu"), at="2026-03-04T15:00Z")

    assert only(rows(history))["raised_at"] == moment("2026-03-05T18:15Z"), "the end of 5 March in Kathmandu"


def test_r49_it_waits_no_more_once_acknowledged_and_not_before_it_is_raised() -> None:
    history, _, _, last = expecting()
    noted = SignalAcknowledged(rule=RULE, because=last, acknowledged_by=Role.PEER)
    history.add(noted, at=A_SECOND_BEFORE)
    assert waiting(history, RAISED_AT) == [(RULE, last)]

    history.add(noted, at=RAISED_AT)

    assert waiting(history, RAISED_AT) == []
    assert only(shown(history, RAISED_AT).signals).acknowledged_by_role is Role.PEER


def test_r49_how_many_days_is_the_policys() -> None:
    history, _, _, last = expecting(Policy.model_validate({"early_warning": {"missed_daily_check_ins_in_a_row": 4}}))

    assert waiting(history, "2026-03-08T05:59:59Z") == []
    assert waiting(history, "2026-03-08T06:00Z") == [(RULE, last)]
