"""What holds for the milestones of any client, whatever was recorded and in whatever order."""

from datetime import date, timedelta
from itertools import pairwise
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from domain.events.intake import IntakeCompleted, IntakeUpdated
from domain.events.lapses import LapseRecorded
from domain.events.record import EntryCorrected, EntryRetracted
from domain.events.registration import ClientRegistered
from domain.vocabulary.substances import Substance
from projections.context import Context, time_zones
from projections.milestones import MILESTONES
from projections.milestones.fold import STEP, STRETCH
from projections.milestones.view import MilestonesAnswer
from tests.builders import POLICY, History, folded, lapse
from tests.strategies import histories

TELLING_ANEW = (ClientRegistered, IntakeCompleted, IntakeUpdated, EntryCorrected, EntryRetracted)

Reached = set[tuple[str, date, int, UUID]]


def shown(history: History) -> MilestonesAnswer:
    answer = MILESTONES.answer(folded(MILESTONES, history), history.last_recorded, POLICY)
    assert isinstance(answer, MilestonesAnswer)
    return answer


def reached(answer: MilestonesAnswer) -> Reached:
    return {
        (track.track, stretch.started_on, step.days, step.event_id)
        for track in answer.tracks
        for stretch in track.stretches
        for step in stretch.steps
        if step.reached
    }


@given(histories(), st.sampled_from(Substance), st.integers(0, 200_000))
def test_r46_nothing_reached_is_wiped_by_a_later_lapse(history: History, substance: Substance, minutes: int) -> None:
    """A day of use is none without: what had been counted on trust since it began is all that goes."""
    before = shown(history)
    last = max([history.last_recorded, *(entry.occurred_at for entry in history.effective())])

    history.add(lapse(substance), at=last + timedelta(minutes=minutes))

    after = shown(history)
    day = Context(history.policy, time_zones(history.entries)).day(history.entries[-1])
    lived = {step for step in reached(before) if step[1] + timedelta(days=step[2]) < day}
    assert lived <= reached(after)
    assert before.goals_reached == after.goals_reached
    assert before.close_calls == after.close_calls
    longest = {track.track: track.longest_days for track in after.tracks}
    # But the day of the lapse and, where a move west brings a day back, that one.
    assert all(longest[track.track] >= track.longest_days - 2 for track in before.tracks)


@given(histories())
def test_r46_nothing_reached_is_ever_wiped_except_by_what_tells_the_past_anew(history: History) -> None:
    """What tells the past anew: corrections, retractions, intakes, a time zone that becomes known, and any entry of
    something that had happened before, or on the day at which, the milestones were looked at.
    """
    story = History()
    before: Reached = set()
    for entry in history.entries:
        anew = isinstance(entry.event, TELLING_ANEW) or entry.occurred_at < story.last_recorded + timedelta(days=1)
        story.entries.append(entry)
        after = reached(shown(story))
        assert anew or before <= after
        before = after


@given(histories())
def test_r46_stretches_follow_one_another_with_use_between_them(history: History) -> None:
    ids = {entry.id: entry.event for entry in history.entries}
    for track in shown(history).tracks:
        for stretch, following in pairwise(track.stretches):
            assert stretch.ended_on is not None
            assert stretch.started_on + timedelta(days=1) < stretch.ended_on <= following.started_on
        assert all(stretch.ended_on for stretch in track.stretches[:-1])
        assert (track.current_days is None) == bool(track.last_use_unknown)
        assert track.last_use_unknown or track.stretches[-1].ended_on is None
        assert track.cumulative_days == sum(stretch.days for stretch in track.stretches)
        told = {"intake_completed", "intake_updated", "lapse_recorded"}
        assert {ids[stretch.event_id].type for stretch in track.stretches} <= told


@given(histories())
def test_m1_no_lapse_that_stands_lies_in_a_stretch_in_whatever_order_it_was_recorded(history: History) -> None:
    context = Context(history.policy, time_zones(history.entries))
    lived = {
        track.track: [(stretch.started_on, stretch.ended_on or date.max) for stretch in track.stretches]
        for track in shown(history).tracks
    }
    for entry in history.effective():
        if isinstance(entry.event, LapseRecorded):
            day = context.day(entry)
            for substance in entry.event.substances:
                assert not any(started < day < ended for started, ended in lived[substance])


@given(histories())
def test_rows_agree_with_what_is_shown(history: History) -> None:
    state = folded(MILESTONES, history)
    rows = MILESTONES.rows(state)
    answer = shown(history)

    assert {row[:3] for row in rows[STRETCH]} == {
        (track.track, stretch.started_on, stretch.event_id) for track in answer.tracks for stretch in track.stretches
    }
    shown_steps = {
        (track.track, stretch.started_on, step.days, step.on, step.at, step.event_id)
        for track in answer.tracks
        for stretch in track.stretches
        for step in stretch.steps
    }
    assert {row[:6] for row in rows[STEP] if row[4] <= history.last_recorded} <= shown_steps
