"""Days nearing a step of the recovery ladder are a signal (R46, R49)."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from domain.events.intake import EpisodeClosed, IntakeCompleted, IntakeUpdated
from domain.events.registration import ClientDied
from domain.events.signals import SignalAcknowledged
from domain.policy import Policy
from domain.vocabulary.intake import DischargeReason, EntryRoute
from domain.vocabulary.people import Role
from domain.vocabulary.signals import SignalRule
from domain.vocabulary.substances import Substance
from tests.builders import History, Moment, lapse, moment, registered
from tests.projections.signal_reading import rows, waiting

RULE = SignalRule.LADDER_STEP_NEAR
A_SECOND_BEFORE = "2026-03-29T04:59:59Z"
RAISED_AT = "2026-03-29T05:00Z"
"""Three days before 1 April, the 90th day since 1 January, begins in Chicago."""
ENDS_AT = "2026-04-01T05:00Z"


def told(*uses: tuple[Substance, str | None]) -> IntakeCompleted:
    said: list[dict[str, Any]] = [
        {"substance": substance, "last_used_on": last and date.fromisoformat(last)} for substance, last in uses
    ]
    return IntakeCompleted.model_validate({"entry_route": EntryRoute.REFERRAL, "substances": tuple(said)})


def counting(*uses: tuple[Substance, str | None], policy: Policy | None = None) -> tuple[History, UUID]:
    history = History(policy=policy) if policy else History()
    history.add(registered(), at="2026-03-03T15:00Z")
    uses = uses or ((Substance.ALCOHOL, "2026-01-01"),)
    return history, history.add(told(*uses), at="2026-03-03T16:00Z")


def near(history: History) -> list[tuple[date, Any]]:
    """The days of the steps that come, and what ended each signal."""
    found = [row for row in rows(history) if row["rule"] == RULE]
    return sorted((row["about_on"], row["cleared_event_id"] or row["released_event_id"]) for row in found)


def test_r49_days_nearing_a_ladder_step_are_a_signal_until_it_is_reached() -> None:
    history, opened = counting()

    assert waiting(history, A_SECOND_BEFORE) == []
    assert waiting(history, RAISED_AT) == [(RULE, opened)]
    assert waiting(history, "2026-04-01T04:59:59Z") == [(RULE, opened)]
    assert waiting(history, ENDS_AT) == []
    days = [day for day, _ in near(history)]
    assert days[:3] == [date(2026, 4, 1), date(2026, 6, 30), date(2027, 1, 1)], "90 and 180 days, then each anniversary"
    row = next(row for row in rows(history) if row["about_on"] == date(2026, 4, 1))
    assert (row["raised_at"], row["ends_at"]) == (moment(RAISED_AT), moment(ENDS_AT))
    assert row["behind"] == (opened,)


def test_r49_the_first_steps_are_none_and_a_step_that_is_near_already_is_one_at_once() -> None:
    history, _ = counting((Substance.ALCOHOL, "2026-02-28"))
    assert near(history)[0][0] == date(2026, 3, 30), "30 days; not 1 and 7"

    history, _ = counting((Substance.ALCOHOL, "2025-12-04"))
    first = min(rows(history), key=lambda row: str(row["raised_at"]))
    assert (first["about_on"], first["raised_at"]) == (date(2026, 3, 4), moment("2026-03-03T16:00Z"))


def test_r49_a_lapse_clears_the_step_that_was_near_and_looks_ahead_from_then() -> None:
    history, opened = counting()
    lapsed = history.add(lapse(), at="2026-03-30T15:00Z")

    assert near(history)[:2] == [(date(2026, 4, 1), lapsed), (date(2026, 4, 29), None)]
    assert waiting(history, "2026-03-30T16:00Z") == []
    assert waiting(history, "2026-04-26T05:00Z") == [(RULE, lapsed)]

    history.retract(lapsed)
    assert waiting(history, RAISED_AT) == [(RULE, opened)]


def test_r49_a_lapse_told_late_takes_back_what_was_never_near() -> None:
    history, opened = counting()
    lapsed = history.add(lapse(), at="2026-03-20T15:00Z", recorded="2026-04-10T15:00Z")

    assert {row["event_id"] for row in rows(history)} == {lapsed}
    assert opened != lapsed


def test_r49_a_last_use_that_is_not_known_has_no_step() -> None:
    history, _ = counting((Substance.ALCOHOL, None))

    assert near(history) == []


def test_r49_substances_counted_from_one_day_are_one_signal_and_others_their_own() -> None:
    history, _ = counting((Substance.ALCOHOL, "2026-01-01"), (Substance.CANNABIS, "2026-01-01"))
    assert [day for day, _ in near(history)][:2] == [date(2026, 4, 1), date(2026, 6, 30)]

    history, opened = counting((Substance.ALCOHOL, "2026-01-01"))
    further = told((Substance.CANNABIS, "2026-02-01")).substances
    history.add(IntakeUpdated(intake=opened, substances=further), at="2026-03-04T15:00Z")
    assert [day for day, _ in near(history)][:3] == [date(2026, 4, 1), date(2026, 4, 2), date(2026, 5, 2)]


@pytest.mark.parametrize("how", ["closed", "died"])
def test_r49_nobody_watches_for_steps_after_the_end_of_care(how: str) -> None:
    history, opened = counting()
    ends = ClientDied() if how == "died" else EpisodeClosed(intake=opened, reason=DischargeReason.COMPLETED)
    ended = history.add(ends, at="2026-03-30T15:00Z")
    assert near(history) == [(date(2026, 4, 1), ended)]

    history.add(told(), at="2026-05-01T15:00Z")
    again = [day for day, _ in near(history)][1:]
    assert again[:1] == ([] if how == "died" else [date(2026, 6, 30)]), "a new episode watches again"


def test_r49_a_step_that_was_released_while_it_was_near_is_not_raised_anew() -> None:
    history, opened = counting()
    ended = history.add(EpisodeClosed(intake=opened, reason=DischargeReason.COMPLETED), at="2026-03-30T15:00Z")
    history.add(told(), at="2026-03-31T15:00Z")

    assert near(history)[:2] == [(date(2026, 4, 1), ended), (date(2026, 6, 30), None)]


def test_r49_who_takes_note_takes_note_of_the_step_that_is_near() -> None:
    history, opened = counting()
    noted = SignalAcknowledged(rule=RULE, because=opened, acknowledged_by=Role.PEER)
    history.add(noted, at=RAISED_AT)

    assert waiting(history, RAISED_AT) == []
    assert waiting(history, "2026-06-27T05:00Z") == [(RULE, opened)]


@pytest.mark.parametrize(
    ("numbers", "raised_at"),
    [
        ({"ladder_step_within_days": 1}, "2026-03-31T05:00Z"),
        ({"ladder_steps_from_days": 91}, "2026-06-27T05:00Z"),
    ],
)
def test_r49_how_near_and_which_steps_are_the_policys(numbers: dict[str, int], raised_at: Moment) -> None:
    history, opened = counting(policy=Policy.model_validate({"early_warning": numbers}))

    assert waiting(history, raised_at) == [(RULE, opened)]
    assert not [row for row in rows(history) if row["raised_at"] < moment(raised_at)]
