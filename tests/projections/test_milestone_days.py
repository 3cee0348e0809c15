"""R46: days are counted in the client's own time zone, and a step is reached as its local day begins."""

from datetime import date, datetime, timedelta

import pytest

from domain.policy import Policy
from domain.policy.milestones import MilestonesPolicy
from domain.vocabulary.substances import Substance
from projections.milestones import MILESTONES
from projections.milestones.fold import STEP, STRETCH
from projections.rows import Row
from tests.builders import POLICY, History, crisis, folded, intake, lapse, moment, registered

ALCOHOL = Substance.ALCOHOL


def since(day: str, time_zone: str, policy: Policy = POLICY) -> History:
    """A client whose last use was on that day."""
    history = History(policy=policy)
    history.add(registered(time_zone), at="2026-01-01T12:00Z")
    last_used_on = date.fromisoformat(day)
    day_after = last_used_on + timedelta(days=1)
    history.add(
        intake(substances=({"substance": ALCOHOL, "last_used_on": last_used_on},)), at=f"{day_after.isoformat()}T13:00Z"
    )
    return history


def reached_at(history: History) -> dict[int, datetime]:
    """The moments of the steps of a client's one stretch with alcohol."""
    rows = MILESTONES.rows(folded(MILESTONES, history))[STEP]
    return {row[2]: row[4] for row in rows if row[0] == ALCOHOL}


def stretch_rows(history: History) -> list[Row]:
    return [row for row in MILESTONES.rows(folded(MILESTONES, history))[STRETCH] if row[0] == ALCOHOL]


@pytest.mark.parametrize(
    ("zone", "last_use", "moments"),
    [
        # The clocks go forward on 8 March 2026 at 2:00, back on 1 November.
        ("America/New_York", "2026-03-07", {1: "2026-03-08T05:00Z", 7: "2026-03-14T04:00Z", 30: "2026-04-06T04:00Z"}),
        ("America/New_York", "2026-10-31", {1: "2026-11-01T04:00Z", 7: "2026-11-07T05:00Z", 30: "2026-11-30T05:00Z"}),
        # They go forward on 24 April 2026 at midnight in Cairo: that day begins at 1:00.
        ("Africa/Cairo", "2026-04-23", {1: "2026-04-23T22:00Z", 7: "2026-04-29T21:00Z"}),
        # And on 6 September 2026 at midnight in Santiago.
        ("America/Santiago", "2026-08-30", {1: "2026-08-31T04:00Z", 7: "2026-09-06T04:00Z", 30: "2026-09-29T03:00Z"}),
        ("Asia/Kathmandu", "2026-01-01", {1: "2026-01-01T18:15Z"}),
        ("Pacific/Kiritimati", "2026-01-01", {1: "2026-01-01T10:00Z"}),
    ],
)
def test_r46_a_step_is_reached_as_its_local_day_begins_across_changes_of_the_clocks(
    zone: str, last_use: str, moments: dict[int, str]
) -> None:
    steps = reached_at(since(last_use, zone))

    assert {days: steps[days] for days in moments} == {days: moment(said) for days, said in moments.items()}


@pytest.mark.parametrize(
    ("zone", "start"),
    [("America/New_York", "2026-03-01"), ("America/New_York", "2026-10-25"), ("Africa/Cairo", "2026-04-20")],
)
def test_r46_each_local_day_adds_one_day_though_a_day_may_have_23_or_25_hours(zone: str, start: str) -> None:
    history = since(start, zone)
    state = folded(MILESTONES, history)
    noon = moment(f"{start}T12:00-00:00")

    counted = [
        MILESTONES.answer(state, noon + timedelta(days=day), POLICY).tracks[0].current_days  # type: ignore[attr-defined]
        for day in range(20)
    ]

    assert counted == list(range(20))


def test_r46_a_lapse_belongs_to_the_day_that_the_clients_clock_showed() -> None:
    history = since("2026-02-01", "America/New_York")
    history.add(lapse(ALCOHOL), at="2026-03-09T03:30Z")  # 8 March, 23:30, on the day on which the clocks went forward

    assert [row[1] for row in stretch_rows(history)] == [date(2026, 2, 1), date(2026, 3, 8)]


def test_r46_until_the_client_is_registered_days_are_those_of_the_organization_and_then_their_own() -> None:
    history = History(policy=Policy().in_time_zone("Australia/Sydney"))
    history.add(crisis(), at="2026-02-10T15:00Z")
    history.add(lapse(ALCOHOL), at="2026-02-10T14:00Z", recorded="2026-02-10T15:05Z")
    assert stretch_rows(history)[0][1] == date(2026, 2, 11)

    history.add(registered("America/New_York"), at="2026-02-12T15:00Z")

    assert stretch_rows(history)[0][1] == date(2026, 2, 10)
    assert reached_at(history)[1] == moment("2026-02-11T05:00Z")


def test_r46_r55_a_corrected_time_zone_counts_for_the_days_that_have_passed_too() -> None:
    history = since("2026-01-01", "America/New_York")
    history.add(lapse(ALCOHOL), at="2026-02-10T04:30Z")
    assert stretch_rows(history)[1][1] == date(2026, 2, 9)

    history.correct(history.entries[0].id, registered("Europe/London"))

    assert stretch_rows(history)[1][1] == date(2026, 2, 10)


def test_r46_a_stretch_that_goes_on_has_its_coming_steps_in_the_rows_as_far_as_the_policy_looks_ahead() -> None:
    history = since("2026-01-01", "UTC", Policy(milestones=MilestonesPolicy(years_ahead=2)))

    assert list(reached_at(history)) == [1, 7, 30, 60, 90, 180, 365, 730]


def test_r46_a_stretch_that_ended_has_the_steps_that_it_reached_and_no_more() -> None:
    history = since("2026-01-01", "UTC")
    history.add(lapse(ALCOHOL), at="2026-03-05T12:00Z")
    first = history.entries[1].id

    rows = MILESTONES.rows(folded(MILESTONES, history))

    steps = [(row[2], row[3], row[5]) for row in rows[STEP] if row[:2] == (ALCOHOL, date(2026, 1, 1))]
    assert steps == [
        (1, date(2026, 1, 2), first),
        (7, date(2026, 1, 8), first),
        (30, date(2026, 1, 31), first),
        (60, date(2026, 3, 2), first),
    ]
    assert (ALCOHOL, date(2026, 1, 1), first, date(2026, 3, 5), history.entries[2].id) in rows[STRETCH]


def test_r46_another_ladder_may_be_chosen_and_anniversaries_come_between() -> None:
    history = since("2026-01-01", "UTC", Policy(milestones=MilestonesPolicy(ladder_days=(3, 10, 400))))

    assert list(reached_at(history))[:4] == [3, 10, 365, 400]
