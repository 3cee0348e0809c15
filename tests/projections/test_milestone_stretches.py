"""R46: recovery time per substance and overall. A lapse starts a new stretch and wipes nothing."""

from datetime import date
from uuid import UUID

import pytest

from domain.events.intake import IntakeCompleted, IntakeUpdated
from domain.vocabulary.record import Precision
from domain.vocabulary.substances import Substance
from projections.milestones import MILESTONES
from projections.milestones.remission import Abstinence
from projections.milestones.view import MilestonesAnswer, Track
from tests.builders import POLICY, History, Moment, check_in, crisis, folded, intake, lapse, moment, registered

ALCOHOL, OPIOIDS, CANNABIS = Substance.ALCOHOL, Substance.OPIOIDS, Substance.CANNABIS


def last_used(**on: str) -> IntakeCompleted:
    """An intake that tells of the last use of substances, by their names."""
    uses = tuple({"substance": Substance(name), "last_used_on": date.fromisoformat(day)} for name, day in on.items())
    return intake(substances=uses)


def shown(history: History, at: Moment, **times: Moment) -> MilestonesAnswer:
    """The milestones that the circle of care sees at that moment."""
    answer = MILESTONES.answer(folded(MILESTONES, history, **times), moment(at), POLICY)
    assert isinstance(answer, MilestonesAnswer)
    return answer


def track(history: History, name: str, at: Moment, **times: Moment) -> Track:
    (found,) = (track for track in shown(history, at, **times).tracks if track.track == name)
    return found


def stretches(found: Track) -> list[tuple[str, str | None, int]]:
    return [
        (str(stretch.started_on), str(stretch.ended_on) if stretch.ended_on else None, stretch.days)
        for stretch in found.stretches
    ]


def reached(found: Track) -> list[tuple[str, list[int]]]:
    return [
        (stretch.started_on.isoformat(), [step.days for step in stretch.steps if step.reached])
        for stretch in found.stretches
    ]


@pytest.fixture
def history() -> History:
    """A client in New York whose last drink was on New Year's Day."""
    history = History()
    history.add(registered("America/New_York"), at="2026-01-10T15:00Z")
    history.add(last_used(alcohol="2026-01-01"), at="2026-01-10T16:00Z")
    return history


def test_x12_a_substance_named_in_another_sitting_has_days_too(history: History) -> None:
    opened = history.entries[1].id
    cannabis = last_used(cannabis="2026-01-05").substances
    history.add(IntakeUpdated(intake=opened, substances=cannabis), at="2026-01-12T16:00Z")

    assert stretches(track(history, "cannabis", "2026-01-20T15:00Z"))[0][0] == "2026-01-05"
    assert stretches(track(history, "overall", "2026-01-20T15:00Z"))[-1][0] == "2026-01-05"


def test_r46_days_count_from_the_last_use_told_at_intake(history: History) -> None:
    found = track(history, "alcohol", at="2026-01-11T15:00Z")

    assert found.current_days == 10
    assert stretches(found) == [("2026-01-01", None, 10)]
    assert found.stretches[0].event_id == history.entries[1].id
    assert found.next_step
    assert (found.next_step.days, found.next_step.on, found.next_step.at) == (
        30,
        date(2026, 1, 31),
        moment("2026-01-31T05:00Z"),
    )


def test_r46_a_check_in_changes_nothing(history: History) -> None:
    before = folded(MILESTONES, history)

    history.add(check_in(craving=9), at="2026-01-12T15:00Z")

    assert folded(MILESTONES, history) == before


def test_r46_a_lapse_ends_the_stretch_and_starts_a_new_one_and_all_that_was_reached_stays(history: History) -> None:
    told = history.entries[1].id
    lapsed = history.add(lapse(ALCOHOL), at="2026-02-15T03:30Z")  # late in the evening of the 14th in New York

    found = track(history, "alcohol", at="2026-02-23T15:00Z")

    assert stretches(found) == [("2026-01-01", "2026-02-14", 43), ("2026-02-14", None, 9)]
    assert reached(found) == [("2026-01-01", [1, 7, 30]), ("2026-02-14", [1, 7])]
    assert [(stretch.event_id, stretch.ended_event_id) for stretch in found.stretches] == [
        (told, lapsed),
        (lapsed, None),
    ]
    assert {step.event_id for step in found.stretches[0].steps} == {told}
    assert (found.current_days, found.longest_days, found.cumulative_days) == (9, 43, 52)


@pytest.mark.parametrize(("at", "steps"), [("2026-01-31T20:00Z", [1, 7]), ("2026-02-01T05:00Z", [1, 7, 30])])
def test_m3_a_step_counts_when_its_day_was_lived_without_use(history: History, at: str, steps: list[int]) -> None:
    """The 30th day, in New York, is the 31st of January."""
    history.add(lapse(ALCOHOL), at=at)

    assert reached(track(history, "alcohol", at="2026-03-31T21:00Z"))[0] == ("2026-01-01", steps)


def test_r46_a_second_lapse_on_the_same_day_adds_no_stretch_without_days(history: History) -> None:
    first = history.add(lapse(ALCOHOL), at="2026-02-10T15:00Z")
    history.add(lapse(ALCOHOL), at="2026-02-10T23:00Z")

    found = track(history, "alcohol", at="2026-02-11T15:00Z")

    assert stretches(found) == [("2026-01-01", "2026-02-10", 39), ("2026-02-10", None, 1)]
    assert found.stretches[1].event_id == first


def test_r46_a_substance_never_mentioned_before_starts_its_track_with_the_lapse(history: History) -> None:
    lapsed = history.add(lapse(OPIOIDS), at="2026-02-10T15:00Z")

    found = track(history, "opioids", at="2026-02-20T15:00Z")

    assert stretches(found) == [("2026-02-10", None, 10)]
    assert found.stretches[0].event_id == lapsed


def test_r46_a_lapse_before_any_intake_starts_a_track() -> None:
    history = History()
    history.add(crisis(), at="2026-02-10T15:00Z")
    lapsed = history.add(lapse(OPIOIDS), at="2026-02-09T15:00Z", recorded="2026-02-10T15:05Z")

    found = track(history, "overall", at="2026-02-12T15:00Z")

    assert stretches(found) == [("2026-02-09", None, 3)]
    assert found.stretches[0].event_id == lapsed


def test_r46_several_substances_each_have_their_own_days_and_overall_starts_at_the_latest_last_use() -> None:
    history = History()
    history.add(registered("America/New_York"), at="2026-01-10T15:00Z")
    told = history.add(last_used(opioids="2025-12-01", alcohol="2026-01-05"), at="2026-01-10T16:00Z")
    lapsed = history.add(lapse(OPIOIDS), at="2026-02-04T17:00Z")

    tracks = {found.track: found for found in shown(history, at="2026-02-10T17:00Z").tracks}

    assert list(tracks) == ["overall", "opioids", "alcohol"]
    assert stretches(tracks["opioids"]) == [("2025-12-01", "2026-02-04", 64), ("2026-02-04", None, 6)]
    assert stretches(tracks["alcohol"]) == [("2026-01-05", None, 36)]
    assert stretches(tracks["overall"]) == [("2026-01-05", "2026-02-04", 29), ("2026-02-04", None, 6)]
    assert [(each.event_id, each.ended_event_id) for each in tracks["overall"].stretches] == [
        (told, lapsed),
        (lapsed, None),
    ]


def test_r46_one_lapse_of_two_substances_ends_both_stretches(history: History) -> None:
    history.add(lapse(ALCOHOL, CANNABIS), at="2026-02-04T17:00Z")

    tracks = {found.track: found.current_days for found in shown(history, at="2026-02-10T17:00Z").tracks}

    assert tracks == {"overall": 6, "alcohol": 6, "cannabis": 6}


def test_r08_r46_a_return_to_care_with_a_later_last_use_starts_a_new_stretch(history: History) -> None:
    again = history.add(last_used(alcohol="2026-04-20"), at="2026-05-02T16:00Z")

    found = track(history, "alcohol", at="2026-05-10T15:00Z")

    assert stretches(found) == [("2026-01-01", "2026-04-20", 108), ("2026-04-20", None, 20)]
    assert [(stretch.event_id, stretch.ended_event_id) for stretch in found.stretches][1] == (again, None)
    assert found.stretches[0].ended_event_id == again


@pytest.mark.parametrize("day", ["2026-01-01", "2025-11-30"])
def test_r46_a_return_to_care_with_no_later_last_use_changes_nothing(history: History, day: str) -> None:
    before = shown(history, at="2026-05-10T15:00Z")

    history.add(last_used(alcohol=day), at="2026-05-02T16:00Z")

    assert shown(history, at="2026-05-10T15:00Z") == before


def test_r46_r56_a_lapse_recorded_late_takes_its_place_in_the_past(history: History) -> None:
    history.add(lapse(ALCOHOL), at="2026-03-01T17:00Z")
    late = history.add(lapse(ALCOHOL), at="2026-02-01T17:00Z", recorded="2026-03-20T17:00Z")

    found = track(history, "alcohol", at="2026-03-21T15:00Z")

    assert [started for started, _, _ in stretches(found)] == ["2026-01-01", "2026-02-01", "2026-03-01"]
    assert found.stretches[0].ended_event_id == late
    as_it_was_known = track(history, "alcohol", at="2026-03-10T15:00Z", known_at="2026-03-10T15:00Z")
    assert stretches(as_it_was_known) == [("2026-01-01", "2026-03-01", 58), ("2026-03-01", None, 9)]


def test_r46_r55_a_lapse_whose_day_is_corrected_moves_the_stretches(history: History) -> None:
    lapsed = history.add(lapse(ALCOHOL), at="2026-03-01T17:00Z")
    history.correct(lapsed, occurred_at="2026-02-20T17:00Z", precision=Precision.DAY)

    found = track(history, "alcohol", at="2026-03-05T15:00Z")

    assert stretches(found) == [("2026-01-01", "2026-02-20", 49), ("2026-02-20", None, 13)]
    assert found.stretches[1].event_id == lapsed


def test_r46_r55_a_lapse_corrected_to_another_substance_leaves_the_first_one_unbroken(history: History) -> None:
    lapsed = history.add(lapse(ALCOHOL), at="2026-03-01T17:00Z")
    history.correct(lapsed, lapse(CANNABIS))

    assert stretches(track(history, "alcohol", at="2026-03-05T15:00Z")) == [("2026-01-01", None, 63)]
    assert stretches(track(history, "cannabis", at="2026-03-05T15:00Z")) == [("2026-03-01", None, 4)]


def test_r46_r55_a_retracted_lapse_gives_the_unbroken_stretch_back(history: History) -> None:
    before = shown(history, at="2026-03-05T15:00Z")
    lapsed = history.add(lapse(ALCOHOL), at="2026-03-01T17:00Z")
    history.retract(lapsed)

    assert shown(history, at="2026-03-05T15:00Z") == before


@pytest.mark.parametrize("precision", [Precision.DAY, Precision.APPROXIMATE])
def test_r46_a_lapse_known_only_to_the_day_counts_as_its_local_day(history: History, precision: Precision) -> None:
    history.add(lapse(ALCOHOL), at="2026-03-01T23:59-05:00", precision=precision)

    assert stretches(track(history, "alcohol", at="2026-03-05T15:00Z"))[1][0] == "2026-03-01"


def test_r46_close_to_90_days_the_milestone_arrives_as_its_day_begins_and_not_a_moment_sooner(history: History) -> None:
    midnight = "2026-04-01T04:00Z"  # the 90th day in New York, where summer time has begun
    before, after = "2026-04-01T03:59:59.999999Z", midnight

    assert track(history, "alcohol", at=before).current_days == 89
    assert track(history, "alcohol", at=after).current_days == 90
    coming = track(history, "alcohol", at=before).next_step
    assert coming
    assert (coming.days, coming.at, coming.reached) == (90, moment(midnight), False)
    assert reached(track(history, "alcohol", at=before)) == [("2026-01-01", [1, 7, 30, 60])]
    assert reached(track(history, "alcohol", at=after)) == [("2026-01-01", [1, 7, 30, 60, 90])]


@pytest.mark.parametrize(
    ("at", "word", "since"),
    [
        ("2026-03-31T15:00Z", None, None),
        ("2026-04-01T15:00Z", Abstinence.EARLY, date(2026, 4, 1)),
        ("2026-12-31T15:00Z", Abstinence.EARLY, date(2026, 4, 1)),
        ("2027-01-01T15:00Z", Abstinence.LASTING, date(2027, 1, 1)),
    ],
)
def test_m8_abstinence_is_early_after_three_calendar_months_and_lasting_after_twelve(
    history: History, at: str, word: Abstinence | None, since: date | None
) -> None:
    found = track(history, "alcohol", at)

    assert (found.abstinence, found.abstinence_since) == (word, since)
    assert found.remission is None
    overall = track(history, "overall", at)
    assert (overall.abstinence, overall.remission) == (None, None)


def test_r46_three_months_after_the_last_of_november_are_the_last_of_february() -> None:
    history = History()
    history.add(registered("America/New_York"), at="2025-12-01T15:00Z")
    history.add(last_used(alcohol="2025-11-30"), at="2025-12-01T15:00Z")

    assert track(history, "alcohol", at="2026-02-28T12:00Z").abstinence is Abstinence.EARLY
    assert track(history, "alcohol", at="2026-02-27T12:00Z").abstinence is None


def test_r46_a_stretch_of_many_years_shows_every_year_reached_and_the_next() -> None:
    history = History()
    history.add(registered("America/New_York"), at="2026-01-10T15:00Z")
    history.add(last_used(alcohol="1990-06-01"), at="2026-01-10T16:00Z")

    found = track(history, "alcohol", at="2026-01-11T15:00Z")

    assert found.current_days == 13_008
    assert [step.years for step in found.stretches[0].steps if step.reached][-2:] == [34, 35]
    assert found.next_step
    assert (found.next_step.years, found.next_step.on) == (36, date(2026, 6, 1))


def test_a_last_use_at_the_beginning_of_the_calendar_stops_nothing() -> None:
    history = History()
    history.add(registered("Pacific/Kiritimati"), at="2026-01-10T15:00Z")
    history.add(last_used(alcohol="1900-01-01"), at="2026-01-10T16:00Z")

    assert MILESTONES.rows(folded(MILESTONES, history))
    assert track(history, "alcohol", at="2026-01-11T15:00Z").current_days == (date(2026, 1, 12) - date(1900, 1, 1)).days


def test_every_id_shown_is_that_of_an_entry(history: History) -> None:
    history.add(lapse(ALCOHOL), at="2026-02-15T03:30Z")
    ids = {entry.id for entry in history.entries}

    shown_ids = {
        id_
        for found in shown(history, at="2026-03-01T00:00Z").tracks
        for stretch in found.stretches
        for id_ in (stretch.event_id, stretch.ended_event_id, *(step.event_id for step in stretch.steps))
        if isinstance(id_, UUID)
    }

    assert shown_ids
    assert shown_ids <= ids
