"""Corrections and retractions (R55): what may be corrected or taken back, given a history, and what may not."""

from dataclasses import replace
from uuid import UUID

import pytest

from domain.entry import Draft
from domain.events.plan import GoalClosed, GoalMeasured
from domain.events.record import EntryRetracted
from domain.refusals import Refused
from domain.vocabulary.goals import GoalOutcome
from domain.vocabulary.record import CorrectionReason, Precision
from tests.builders import (
    POLICY,
    History,
    check_in,
    crisis,
    goal_set,
    moment,
    outreach,
    plan,
    registered,
    review,
    session,
)
from tests.domain.correcting import corrected, retracted

NOON = "2026-03-02T18:00Z"
LATER = "2026-03-03T18:00Z"


@pytest.fixture
def history() -> History:
    history = History()
    history.add(registered(), at="2026-03-01T15:00Z")
    return history


def closed(goal: UUID) -> GoalClosed:
    return GoalClosed(goal=goal, outcome=GoalOutcome.ACHIEVED)


def test_r55_a_correction_says_something(history: History) -> None:
    held = history.add(session(), at=NOON)

    assert history.refused(corrected(held), LATER) == {"correction_says_something"}
    assert not history.refused(corrected(held, precision=Precision.DAY), LATER)


def test_r55_a_correction_keeps_the_type(history: History) -> None:
    held = history.add(session(), at=NOON)

    assert history.refused(corrected(held, check_in()), LATER) == {"correction_keeps_type"}


def test_r55_a_correction_keeps_the_references(history: History) -> None:
    first, second = history.add(crisis(), at=NOON), history.add(crisis(), at=NOON)
    called = history.add(outreach(True, crisis=first), at=LATER)
    agreed = history.add(plan(first), at=LATER)

    assert history.refused(corrected(called, outreach(True, crisis=second)), LATER) == {"correction_keeps_references"}
    assert history.refused(corrected(called, outreach(True)), LATER) == {"correction_keeps_references"}
    assert history.refused(corrected(agreed, plan(first, second)), LATER) == {"correction_keeps_references"}
    assert not history.refused(corrected(called, outreach(False, crisis=first)), LATER)


def test_r55_only_entries_of_care_are_corrected(history: History) -> None:
    held = history.add(session(), at=NOON)
    correction = history.correct(held, session(minutes=50))

    assert history.refused(corrected(correction, occurred_at=moment(NOON)), LATER) == {"corrects_an_entry_of_care"}


def test_r55_a_correction_may_be_retracted(history: History) -> None:
    held = history.add(session(), at=NOON)
    correction = history.correct(held, session(minutes=50))

    assert not history.refused(retracted(correction), LATER)


def test_p2_a_retraction_may_be_retracted_and_the_entry_counts_again(history: History) -> None:
    met = history.add(crisis(), at=NOON)
    reviewed = history.add(review(met), at=LATER)
    mistake = history.retract(met)
    assert history.refused(outreach(True, crisis=met), LATER) == {"refers_to_standing_entry"}

    undone = history.retract(mistake)

    assert [entry.id for entry in history.effective()[1:]] == [met, reviewed]
    assert not history.refused(outreach(True, crisis=met), LATER)
    assert history.refused(retracted(undone), LATER) == {"retraction_stays"}
    assert history.refused(retracted(mistake), LATER) == {"refers_to_standing_entry"}
    history.retract(met)
    assert [entry.id for entry in history.effective()[1:]] == [reviewed]


def test_p2_what_was_known_while_it_was_retracted_stays_as_it_was(history: History) -> None:
    met = history.add(crisis(), at=NOON)
    mistake = history.retract(met)
    known_at = history.last_recorded
    history.retract(mistake)

    assert [entry.id for entry in history.effective(known_at=known_at)] == [history.entries[0].id]


def test_p2_a_retraction_stays_when_another_entry_has_come_into_the_place(history: History) -> None:
    goal = history.add(goal_set(), at=NOON)
    closing = history.add(closed(goal), at=LATER)
    mistake = history.retract(closing)
    assert not history.refused(retracted(mistake), LATER)

    another = history.add(closed(goal), at=LATER)
    assert history.refused(retracted(mistake), LATER) == {"goal_closed_once"}
    history.retract(another)
    assert not history.refused(retracted(mistake), LATER)


def test_p2_retractions_of_one_list_are_decided_one_after_the_other(history: History) -> None:
    goal = history.add(goal_set(), at=NOON)
    mistake = Draft(UUID(int=7), retracted(goal), moment(LATER), Precision.INSTANT, "tests")
    undone = Draft(UUID(int=8), retracted(mistake.id), moment(LATER), Precision.INSTANT, "tests")
    reading = Draft(UUID(int=9), GoalMeasured(goal=goal, value=5), moment(LATER), Precision.INSTANT, "tests")

    history.record.admit([mistake, undone, reading], moment(LATER), POLICY)
    with pytest.raises(Refused, match="retraction_stays"):
        history.record.admit(
            [mistake, undone, replace(mistake, id=UUID(int=10), event=retracted(undone.id))], moment(LATER), POLICY
        )


def test_t1_who_was_registered_by_mistake_after_a_crisis_is_registered_anew() -> None:
    history = History()
    history.add(crisis(), at=NOON)
    wrong = history.add(registered(name="Somebody Else"), at=NOON)
    wrong_client = EntryRetracted(entry=wrong, reason=CorrectionReason.WRONG_CLIENT)

    assert history.refused(retracted(wrong), LATER) == {"registration_stays"}
    assert history.refused(registered(), LATER) == {"client_registered_once"}
    mistake = history.add(wrong_client, at=LATER)
    history.add(registered(), at=LATER)

    assert [entry.event.type for entry in history.effective()] == ["crisis_contact_recorded", "client_registered"]
    assert history.refused(retracted(mistake), LATER) == {"client_registered_once"}


def test_r55_a_registration_is_corrected_and_retracted_for_no_other_reason(history: History) -> None:
    registration = history.entries[0].id

    assert history.refused(retracted(registration), LATER) == {"registration_stays"}
    assert not history.refused(corrected(registration, registered("America/Denver")), LATER)
