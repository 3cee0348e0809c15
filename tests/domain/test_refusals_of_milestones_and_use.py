"""Milestones, lapses and days of use (R30, R47, R48): what may be recorded, given a history, and what may not."""

from datetime import date

import pytest

from domain.events.base import Event
from domain.events.milestones import MilestoneCelebrated, MilestoneDefined, MilestoneReached
from domain.vocabulary.milestones import LifeMilestone
from domain.vocabulary.substances import Substance
from tests.builders import (
    History,
    intake,
    lapse,
    registered,
)
from tests.domain.correcting import corrected

NOON = "2026-03-02T18:00Z"
LATER = "2026-03-03T18:00Z"


@pytest.fixture
def history() -> History:
    history = History()
    history.add(registered(), at="2026-03-01T15:00Z")
    return history


# Milestones


def test_r48_a_celebration_says_what_it_celebrates(history: History) -> None:
    assert history.refused(MilestoneCelebrated(how="Cake"), NOON) == {"celebrates_something"}
    assert not history.refused(MilestoneCelebrated(days=90), NOON)
    assert not history.refused(MilestoneCelebrated(own="Called my brother"), NOON)


# Days of use, and milestones


def use(**days: str) -> Event:
    """An intake that tells of the use of alcohol with these days."""
    said = {name: date.fromisoformat(day) for name, day in days.items()}
    return intake(substances=({"substance": Substance.ALCOHOL, **said},))


def test_m6_a_last_use_lies_before_the_intake_that_tells_of_it(history: History) -> None:
    assert history.refused(use(last_used_on="2062-01-01"), NOON) == {"use_lies_in_the_past"}
    assert history.refused(use(using_since="2026-03-05"), NOON) == {"use_lies_in_the_past"}
    assert not history.refused(use(last_used_on="2026-03-02"), NOON)
    assert not history.refused(use(last_used_on="2026-03-03"), NOON), "which it is in Kiritimati"


def test_m6_a_correction_cannot_put_a_last_use_after_its_intake(history: History) -> None:
    told = history.add(use(last_used_on="2026-03-01"), at=NOON)

    assert history.refused(corrected(told, use(last_used_on="2026-03-09")), "2026-04-01T00:00Z") == {
        "use_lies_in_the_past"
    }


def test_m4_use_ends_after_it_began(history: History) -> None:
    backwards = use(using_since="2026-03-01", last_used_on="2026-02-01")

    assert history.refused(backwards, NOON) == {"use_ends_after_it_begins"}


def test_m3_a_lapse_ends_after_it_began_and_not_in_the_future(history: History) -> None:
    assert history.refused(lapse(until=date(2026, 3, 1)), LATER) == {"lapse_ends_after_it_begins"}
    assert history.refused(lapse(until=date(2026, 3, 9)), LATER) == {"lapse_days_have_passed"}
    assert not history.refused(lapse(until=date(2026, 3, 9)), LATER, now="2026-03-10T18:00Z")


def test_r47_what_is_counted_of_a_substance_says_how_many_days(history: History) -> None:
    of_alcohol = MilestoneDefined(name="A hundred evenings", substance=Substance.ALCOHOL)

    assert history.refused(of_alcohol, NOON) == {"milestone_counts_days"}


def test_r47_a_milestone_is_reached_once_and_is_one(history: History) -> None:
    defined = history.add(MilestoneDefined(name="A driving licence"), at=NOON)
    assert history.refused(MilestoneReached(), NOON) == {"reaches_one_milestone"}
    both = MilestoneReached(milestone=defined, kind=LifeMilestone.BACK_TO_WORK)
    assert history.refused(both, LATER) == {"reaches_one_milestone"}

    history.add(MilestoneReached(milestone=defined), at=LATER)

    assert history.refused(MilestoneReached(milestone=defined), LATER) == {"milestone_reached_once"}
