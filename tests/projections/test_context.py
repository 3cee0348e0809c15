"""Where a client's days are counted, and when what is known to the day had occurred for certain."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from domain.events.registration import ClientMoved
from domain.vocabulary.record import Precision
from projections.context import Context, TimeZones, time_zones
from tests.builders import POLICY, History, lapse, moment, registered, session


@pytest.fixture
def history() -> History:
    """A client who moves from Los Angeles to New York on the evening of 10 April."""
    history = History()
    history.add(registered("America/Los_Angeles"), at="2026-03-01T15:00Z")
    history.add(ClientMoved(time_zone="America/New_York"), at="2026-04-10T18:00-07:00")
    return history


def context(history: History) -> Context:
    return Context(POLICY, time_zones(history.entries))


def test_r64_days_that_were_lived_keep_the_zone_they_were_lived_in(history: History) -> None:
    found = context(history)

    assert found.zone_on(date(2026, 4, 9)) == ZoneInfo("America/Los_Angeles")
    assert found.zone_on(date(2026, 4, 10)) == found.zone_on(date(2026, 4, 11)) == ZoneInfo("America/New_York")
    assert found.day_at(moment("2026-04-10T05:00Z")) == date(2026, 4, 9)
    assert found.day_at(moment("2026-04-11T05:00Z")) == date(2026, 4, 11)
    assert found.end_of(date(2026, 4, 12)) == moment("2026-04-13T00:00-04:00")


def test_r64_a_move_that_is_retracted_or_corrected_counts_as_it_stands(history: History) -> None:
    moved = history.entries[1].id
    history.correct(moved, ClientMoved(time_zone="America/Denver"))
    assert context(history).zone_on(date(2026, 5, 1)) == ZoneInfo("America/Denver")

    history.retract(moved)
    assert context(history).zone_on(date(2026, 5, 1)) == ZoneInfo("America/Los_Angeles")


def test_days_before_registration_are_counted_where_the_client_was_registered(history: History) -> None:
    assert context(history).day_at(moment("2026-02-01T05:00Z")) == date(2026, 1, 31)


def test_until_a_client_is_registered_days_are_counted_where_the_organization_is() -> None:
    somewhere = Context(POLICY.in_time_zone("Asia/Tokyo"), TimeZones())

    assert somewhere.day_at(moment("2026-02-01T15:30Z")) == date(2026, 2, 2)


@pytest.mark.parametrize("written", ["2026-04-11T00:00Z", "2026-04-11T23:00-07:00", "2026-04-11T12:00+14:00"])
def test_where_just_the_day_is_known_the_local_date_is_the_fact(history: History, written: str) -> None:
    history.add(lapse(), at=written, recorded="2026-05-01T15:00Z", precision=Precision.DAY)
    found, entry = context(history), history.entries[-1]

    assert found.day(entry) == date(2026, 4, 11)
    assert found.known_by(entry) == moment("2026-04-12T00:00-04:00")


def test_what_is_known_exactly_or_about_had_occurred_by_the_moment_that_was_noted(history: History) -> None:
    for precision in (Precision.INSTANT, Precision.APPROXIMATE):
        history.add(session(), at="2026-04-11T20:00Z", precision=precision)
        assert context(history).known_by(history.entries[-1]) == moment("2026-04-11T20:00Z")


def test_a_moment_that_is_corrected_to_be_known_to_the_day_lies_in_its_local_day(history: History) -> None:
    held = history.add(session(), at="2026-04-12T02:00Z")
    history.correct(held, precision=Precision.DAY)
    (entry,) = [entry for entry in history.effective() if entry.id == held]

    assert context(history).day(entry) == date(2026, 4, 11)
