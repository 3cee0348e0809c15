"""Whatever is recorded: how a timeline begins, when it may have happened, what it refers to, what a list is told."""

import ast
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given

from domain.entry import Draft
from domain.events.base import Event
from domain.events.catalogue import EVENT_TYPES
from domain.events.intake import EpisodeClosed
from domain.events.milestones import MilestoneCelebrated
from domain.events.plan import GoalMeasured
from domain.events.registration import ClientDied
from domain.refusals import Refused
from domain.vocabulary.intake import DischargeReason
from domain.vocabulary.record import Precision
from tests.builders import (
    POLICY,
    History,
    crisis,
    goal_set,
    intake,
    lapse,
    moment,
    only,
    outreach,
    plan,
    registered,
    resolved,
    safety_plan,
    session,
)
from tests.domain.correcting import corrected, retracted
from tests.strategies import histories

ROOT = Path(__file__).parents[2]
NOON = "2026-03-02T18:00Z"
LATER = "2026-03-03T18:00Z"
UNKNOWN = UUID(int=404)


@pytest.fixture
def history() -> History:
    history = History()
    history.add(registered(), at="2026-03-01T15:00Z")
    return history


# Beginnings


def test_r08_a_timeline_opens_with_a_registration_or_a_crisis() -> None:
    assert History().refused(session(), NOON) == {"opens_with_registration"}
    assert not History().refused(registered(), NOON)
    assert not History().refused(crisis(), NOON)


def test_r08_who_came_through_a_crisis_is_registered_afterwards() -> None:
    history = History()
    history.add(crisis(), at=NOON)

    assert not history.refused(registered(), LATER)
    assert not history.refused(session(), LATER)


def test_a_client_is_registered_once(history: History) -> None:
    assert history.refused(registered(), NOON) == {"client_registered_once"}


def test_ids_are_new(history: History) -> None:
    draft = history.draft(session(), NOON)
    history.add(session(), at=NOON)

    with pytest.raises(Refused, match="id_is_new"):
        history.record.admit([draft], moment(NOON), POLICY)


def test_a_client_dies_once_and_an_episode_is_closed_once() -> None:
    history = History()
    history.add(registered(), at="2026-03-01T15:00Z")
    opened = history.add(intake(), at="2026-03-01T16:00Z")
    closed = EpisodeClosed(intake=opened, reason=DischargeReason.COMPLETED)
    history.add(closed, at="2026-05-01T16:00Z")
    history.add(ClientDied(), at="2026-06-01T16:00Z")

    assert history.refused(closed, at="2026-06-02T16:00Z") == {"episode_closed_once"}
    assert history.refused(ClientDied(), at="2026-06-02T16:00Z") == {"client_died_once"}


# Time


def test_r56_what_happened_long_ago_may_be_recorded(history: History) -> None:
    assert not history.refused(lapse(), at="1999-12-31T23:00Z", now=NOON)


def test_a_year_that_nobody_living_saw_is_a_slip(history: History) -> None:
    held = history.add(session(), at=NOON)

    assert not history.refused(lapse(), at="1900-01-01T00:00Z", now=NOON)
    assert history.refused(lapse(), at="1899-12-31T23:59Z", now=NOON) == {"not_before_1900"}
    assert history.refused(corrected(held, occurred_at=moment("0202-03-02T18:00Z")), NOON) == {"not_before_1900"}


def test_nothing_is_recorded_before_it_happens(history: History) -> None:
    tolerance = timedelta(minutes=POLICY.recording.future_tolerance_minutes)

    assert not history.refused(session(), at=moment(NOON) + tolerance, now=NOON)
    assert history.refused(session(), at=moment(NOON) + tolerance + timedelta(seconds=1), now=NOON) == {
        "not_in_the_future"
    }


def test_nothing_is_corrected_into_the_future(history: History) -> None:
    held = history.add(session(), at=NOON)

    assert history.refused(corrected(held, occurred_at=moment(LATER)), at=NOON, now=NOON) == {"not_in_the_future"}


# References


@pytest.mark.parametrize(
    "event",
    [
        resolved(UNKNOWN),
        outreach(True, crisis=UNKNOWN),
        safety_plan(crisis=UNKNOWN),
        plan(UNKNOWN),
        MilestoneCelebrated(goal=UNKNOWN),
        corrected(UNKNOWN, occurred_at=moment(NOON)),
        retracted(UNKNOWN),
    ],
    ids=lambda event: event.type,
)
def test_references_are_to_entries_of_the_same_client(history: History, event: Event) -> None:
    assert history.refused(event, NOON) == {"refers_to_known_entry"}


def test_references_fit(history: History) -> None:
    held = history.add(session(), at=NOON)

    assert history.refused(resolved(held), LATER) == {"refers_to_fitting_entry"}
    assert history.refused(outreach(True, crisis=held), LATER) == {"refers_to_fitting_entry"}
    assert history.refused(MilestoneCelebrated(goal=held), LATER) == {"refers_to_fitting_entry"}
    assert not history.refused(plan(held), LATER)


def test_references_are_to_entries_that_stand(history: History) -> None:
    goal = history.add(goal_set(), at=NOON)
    history.retract(goal)

    assert history.refused(GoalMeasured(goal=goal, value=1), LATER) == {"refers_to_standing_entry"}
    assert history.refused(retracted(goal), LATER) == {"refers_to_standing_entry"}
    assert history.refused(corrected(goal, goal_set(target=1)), LATER) == {"refers_to_standing_entry"}


# Lists


def test_drafts_of_one_list_may_refer_to_each_other(history: History) -> None:
    goal = history.draft(goal_set(), NOON)
    reading = Draft(UUID(int=7), GoalMeasured(goal=goal.id, value=5), goal.occurred_at, Precision.INSTANT, "tests")

    history.record.admit([goal, reading], moment(NOON), POLICY)
    with pytest.raises(Refused, match="refers_to_known_entry"):
        history.record.admit([reading, goal], moment(NOON), POLICY)


def test_every_broken_rule_is_told_with_its_place_its_field_and_what_to_do(history: History) -> None:
    drafts = [
        Draft(UUID(int=1), session(), moment(NOON), Precision.INSTANT, "tests"),
        Draft(UUID(int=2), resolved(UNKNOWN), moment(LATER), Precision.INSTANT, "tests"),
        Draft(UUID(int=1), registered(), moment(NOON), Precision.INSTANT, "tests"),
    ]

    with pytest.raises(Refused) as told:
        history.record.admit(drafts, moment(NOON), POLICY)

    assert [(place, refusal.rule, refusal.field) for place, refusal in told.value.refusals] == [
        (1, "not_in_the_future", "occurred_at"),
        (1, "refers_to_known_entry", "crisis"),
        (2, "id_is_new", "id"),
        (2, "client_registered_once", ""),
    ]
    assert all(refusal.message.endswith(".") for _, refusal in told.value.refusals)


@given(histories(max_steps=8))
def test_asking_changes_nothing(history: History) -> None:
    """Whether a list is admitted or refused, the record stays as it was."""
    before = [(entry, history.retracted(entry.id)) for entry in history.entries]

    for event in (registered(), crisis(), retracted(history.entries[-1].id)):
        asked_once = history.refused(event, history.last_recorded)
        assert history.refused(event, history.last_recorded) == asked_once
    assert before == [(entry, history.retracted(entry.id)) for entry in history.entries]


def test_refusals_tell_nothing_that_was_written_about_a_client(history: History) -> None:
    named = registered(name="Robin Canary")

    with pytest.raises(Refused) as told:
        history.add(named, at=NOON)
    assert "Robin" not in str(told.value)
    assert only(told.value.refusals)[1].rule == "client_registered_once"


# Every rule


def test_every_rule_of_the_domain_is_tested() -> None:
    """Here, or with what projections make of the event."""
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    rules = {
        name.value
        for module in (ROOT / "domain").rglob("*.py")
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refusal"
        for name in node.args[:1]
        if isinstance(name, ast.Constant) and isinstance(name.value, str)
    }
    rules |= {
        f"{event_type}_once"
        for event_type, event_class in EVENT_TYPES.items()
        if event_class.once or any(mark.once for mark in event_class.references().values())
    }

    assert len(rules) > 20
    assert not {rule for rule in rules if f'"{rule}"' not in source}
