"""What may be recorded, rule by rule: given a history, when an event comes, then it is refused for a named reason."""

import ast
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given

from domain.entry import Draft
from domain.events.base import Event
from domain.events.catalogue import EVENT_TYPES
from domain.events.crisis import SafetyPlanWritten
from domain.events.handoffs import (
    HandoffAccepted,
    HandoffCompleted,
    HandoffDeclined,
    HandoffLost,
    HandoffWithdrawn,
)
from domain.events.intake import EpisodeClosed
from domain.events.milestones import MilestoneCelebrated, MilestoneDefined, MilestoneReached
from domain.events.plan import GoalClosed, GoalMeasured
from domain.events.postvention import Adjustment
from domain.events.record import EntryCorrected, EntryRetracted
from domain.events.registration import ClientDied
from domain.refusals import Refused
from domain.vocabulary.crisis import CrisisOutcome
from domain.vocabulary.goals import GoalOutcome
from domain.vocabulary.handoffs import HandoffDeclineReason, HandoffLossReason, HandoffWithdrawalReason
from domain.vocabulary.intake import DischargeReason
from domain.vocabulary.milestones import LifeMilestone
from domain.vocabulary.people import Role
from domain.vocabulary.postvention import AdjustmentKind, Settlement
from domain.vocabulary.record import CorrectionReason, Precision
from domain.vocabulary.substances import Substance
from tests.builders import (
    POLICY,
    History,
    check_in,
    crisis,
    goal_set,
    handoff,
    intake,
    lapse,
    moment,
    only,
    outreach,
    plan,
    registered,
    resolved,
    review,
    safety_plan,
    session,
    settled,
)
from tests.strategies import histories

ROOT = Path(__file__).parents[2]
NOON = "2026-03-02T18:00Z"
LATER = "2026-03-03T18:00Z"
MUCH_LATER = "2026-03-04T18:00Z"
UNKNOWN = UUID(int=404)


@pytest.fixture
def history() -> History:
    history = History()
    history.add(registered(), at="2026-03-01T15:00Z")
    return history


def corrected(entry: UUID, replacement: Event | None = None, **said: object) -> EntryCorrected:
    return EntryCorrected.model_validate(
        {"entry": entry, "reason": CorrectionReason.WRONG_CONTENT, "replacement": replacement, **said}
    )


def retracted(entry: UUID) -> EntryRetracted:
    return EntryRetracted(entry=entry, reason=CorrectionReason.DUPLICATE)


def accepted(handoff_id: UUID) -> HandoffAccepted:
    return HandoffAccepted(handoff=handoff_id, accepted_by=Role.CASE_MANAGER)


def declined(handoff_id: UUID) -> HandoffDeclined:
    return HandoffDeclined(handoff=handoff_id, reason=HandoffDeclineReason.NO_CAPACITY)


def lost(handoff_id: UUID) -> HandoffLost:
    return HandoffLost(handoff=handoff_id, reason=HandoffLossReason.PLACE_LOST)


def withdrawn(handoff_id: UUID) -> HandoffWithdrawn:
    return HandoffWithdrawn(handoff=handoff_id, reason=HandoffWithdrawalReason.NOT_NEEDED_ANY_MORE)


def closed(goal: UUID) -> GoalClosed:
    return GoalClosed(goal=goal, outcome=GoalOutcome.ACHIEVED)


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


# Goals


def test_r11_a_goal_is_measured_and_closed_while_it_is_open(history: History) -> None:
    goal = history.add(goal_set(), at=NOON)
    closing = history.add(closed(goal), at=LATER)

    assert history.refused(GoalMeasured(goal=goal, value=1), MUCH_LATER) == {"goal_is_open"}
    assert history.refused(closed(goal), LATER) == {"goal_closed_once"}

    history.retract(closing)
    assert not history.refused(GoalMeasured(goal=goal, value=1), MUCH_LATER)
    assert not history.refused(closed(goal), LATER)


def test_g1_a_reading_from_before_the_closing_is_recorded_after_it(history: History) -> None:
    goal = history.add(goal_set(), at="2026-03-01T18:00Z")
    closing = history.add(closed(goal), at="2026-03-10T18:00Z")
    reading = GoalMeasured(goal=goal, value=5)

    assert not history.refused(reading, at="2026-03-05T18:00Z", now="2026-03-20T18:00Z")
    assert not history.refused(reading, at="2026-03-10T18:00Z", now="2026-03-20T18:00Z")
    assert history.refused(reading, at="2026-03-10T18:01Z", now="2026-03-20T18:00Z") == {"goal_is_open"}

    history.correct(closing, occurred_at="2026-03-04T18:00Z")
    assert history.refused(reading, at="2026-03-05T18:00Z", now="2026-03-20T18:00Z") == {"goal_is_open"}


def test_g1_a_reading_of_the_day_on_which_the_goal_was_closed_is_recorded(history: History) -> None:
    goal = history.add(goal_set(), at="2026-03-01T18:00Z")
    history.add(closed(goal), at="2026-03-10", precision=Precision.DAY, recorded="2026-03-11T18:00Z")
    reading = GoalMeasured(goal=goal, value=5)

    assert not history.refused(reading, at="2026-03-11T05:59Z", now="2026-03-20T18:00Z"), "still 10 March in Honolulu"
    assert history.refused(reading, at="2026-03-11T12:01Z", now="2026-03-20T18:00Z") == {"goal_is_open"}


def test_g1_a_list_may_close_a_goal_and_bring_its_last_reading(history: History) -> None:
    goal = history.add(goal_set(), at="2026-03-01T18:00Z")
    closing = Draft(UUID(int=7), closed(goal), moment("2026-03-10T18:00Z"), Precision.INSTANT, "tests")

    def reading(at: str) -> Draft:
        return Draft(UUID(int=8), GoalMeasured(goal=goal, value=5), moment(at), Precision.INSTANT, "tests")

    history.record.admit([closing, reading("2026-03-05T18:00Z")], moment("2026-03-20T18:00Z"), POLICY)
    with pytest.raises(Refused, match="goal_is_open"):
        history.record.admit([closing, reading("2026-03-11T18:00Z")], moment("2026-03-20T18:00Z"), POLICY)


# Handoffs


def test_r33_a_handoff_is_accepted_once(history: History) -> None:
    asked = history.add(handoff(), at=NOON)
    history.add(accepted(asked), at=LATER)

    assert history.refused(accepted(asked), LATER) == {"handoff_accepted_once"}


def test_r33_an_accepted_handoff_is_not_declined_any_more(history: History) -> None:
    asked = history.add(handoff(), at=NOON)
    acceptance = history.add(accepted(asked), at=LATER)

    assert history.refused(declined(asked), LATER) == {"handoff_is_waiting"}

    history.retract(acceptance)
    assert not history.refused(declined(asked), LATER)


def test_r33_a_declined_handoff_has_ended(history: History) -> None:
    asked = history.add(handoff(), at=NOON)
    history.add(declined(asked), at=LATER)

    for event in (accepted(asked), HandoffCompleted(handoff=asked), declined(asked), lost(asked)):
        assert history.refused(event, LATER) == {"handoff_not_ended"}
    assert not history.refused(withdrawn(asked), LATER), "no new receiver is needed"


def test_h2_an_accepted_handoff_that_was_lost_has_ended(history: History) -> None:
    asked = history.add(handoff(), at=NOON)
    history.add(accepted(asked), at=NOON)
    history.add(lost(asked), at=LATER)

    assert history.refused(HandoffCompleted(handoff=asked), LATER) == {"handoff_not_ended"}
    history.add(withdrawn(asked), at=LATER)
    assert history.refused(withdrawn(asked), LATER) == {"handoff_withdrawn_once"}


def test_h2_a_completed_handoff_is_neither_lost_nor_withdrawn(history: History) -> None:
    asked = history.add(handoff(), at=NOON)
    history.add(HandoffCompleted(handoff=asked), at=LATER)

    for event in (lost(asked), withdrawn(asked)):
        assert history.refused(event, LATER) == {"handoff_not_completed"}


def test_r33_a_handoff_is_completed_once_and_may_be_accepted_in_hindsight(history: History) -> None:
    asked = history.add(handoff(), at=NOON)
    history.add(HandoffCompleted(handoff=asked), at=LATER)

    assert history.refused(HandoffCompleted(handoff=asked), LATER) == {"handoff_completed_once"}
    assert history.refused(declined(asked), LATER) == {"handoff_is_waiting"}
    assert not history.refused(accepted(asked), NOON)


# Crises


def test_x2_a_crisis_that_goes_on_may_be_reviewed_and_resolved_again(history: History) -> None:
    met = history.add(crisis(), at=NOON)
    history.add(resolved(met, CrisisOutcome.LOST_CONTACT), at=LATER)
    history.add(review(met), at=LATER)

    assert not history.refused(resolved(met), LATER)
    assert not history.refused(review(met), LATER)


def test_c9_a_crisis_goes_on_from_a_contact_in_it(history: History) -> None:
    held, met = history.add(session(), at=NOON), history.add(crisis(), at=NOON)

    assert history.refused(crisis(continues=held), LATER) == {"refers_to_fitting_entry"}
    assert not history.refused(crisis(continues=met), LATER)


def test_p1_an_adjustment_is_settled_that_a_review_asked_for_and_dropped_for_a_reason(history: History) -> None:
    met = history.add(crisis(), at=NOON)
    reviewed = history.add(review(met, Adjustment(kind=AdjustmentKind.ADDRESS_MONEY)), at=LATER)

    assert history.refused(settled(reviewed, 2), LATER) == {"adjustment_was_asked_for"}
    assert history.refused(settled(reviewed, how=Settlement.DROPPED), LATER) == {"dropped_for_a_reason"}
    assert not history.refused(settled(reviewed, how=Settlement.DROPPED, reason="She found work"), LATER)
    assert not history.refused(settled(reviewed), LATER)


def test_g3_an_empty_safety_plan_is_refused(history: History) -> None:
    assert history.refused(SafetyPlanWritten(), NOON) == {"safety_plan_says_something"}
    assert not history.refused(SafetyPlanWritten(professionals=("988",)), NOON)


def test_r37_a_crisis_contact_is_never_refused_for_being_incomplete(history: History) -> None:
    assert not history.refused(crisis(cssrs=None, overdose_danger=None, actions=()), NOON)


# Milestones


def test_r48_a_celebration_says_what_it_celebrates(history: History) -> None:
    assert history.refused(MilestoneCelebrated(how="Cake"), NOON) == {"celebrates_something"}
    assert not history.refused(MilestoneCelebrated(days=90), NOON)
    assert not history.refused(MilestoneCelebrated(own="Called my brother"), NOON)


# Corrections and retractions


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


def test_a_client_dies_once_and_an_episode_is_closed_once() -> None:
    history = History()
    history.add(registered(), at="2026-03-01T15:00Z")
    opened = history.add(intake(), at="2026-03-01T16:00Z")
    closed = EpisodeClosed(intake=opened, reason=DischargeReason.COMPLETED)
    history.add(closed, at="2026-05-01T16:00Z")
    history.add(ClientDied(), at="2026-06-01T16:00Z")

    assert history.refused(closed, at="2026-06-02T16:00Z") == {"episode_closed_once"}
    assert history.refused(ClientDied(), at="2026-06-02T16:00Z") == {"client_died_once"}


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
