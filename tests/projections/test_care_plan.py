"""The shared care plan: given a history, it shows what was agreed, what is under way and who said so."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from domain.events.crisis import SafetyPlanWritten
from domain.events.handoffs import HandoffAccepted, HandoffCompleted, HandoffDeclined
from domain.events.plan import GoalClosed, GoalMeasured
from domain.instruments.cssrs import CssrsAnswers
from domain.policy import Policy
from domain.refusals import Refused
from domain.vocabulary.consents import ConsentPurpose
from domain.vocabulary.crisis import CrisisAction, CrisisKind, CrisisOutcome, RiskTier
from domain.vocabulary.goals import GoalCategory, GoalOutcome
from domain.vocabulary.handoffs import HandoffDeclineReason, HandoffUrgency
from domain.vocabulary.intake import Condition, EntryRoute, StageOfChange
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from domain.vocabulary.substances import Substance
from projections.answers import answered
from projections.care_plan import CARE_PLAN, CarePlanAnswer
from projections.care_plan import PLAN as PLAN_TABLE
from projections.care_plan.consents import CONSENT
from projections.care_plan.crises import CRISIS
from projections.care_plan.episodes import SUBSTANCE
from projections.care_plan.goals import GOAL, GOAL_READING
from projections.care_plan.handoffs import HANDOFF
from projections.elements import ViewContext
from projections.mark import Mark
from projections.obligations import ObligationStatus
from tests.builders import (
    History,
    Moment,
    check_in,
    consent,
    crisis,
    crisis_card,
    folded,
    goal_set,
    handoff,
    intake,
    lapse,
    missed,
    moment,
    naloxone_kit,
    only,
    outreach,
    plan,
    registered,
    resolved,
    review,
    safety_plan,
    session,
)
from tests.projections.reading import by_column

AT = "2026-03-02T15:00Z"
NEXT_DAY = "2026-03-03T15:00Z"
LATER = "2026-03-04T15:00Z"
MUCH_LATER = "2026-09-01T12:00Z"


@pytest.fixture
def history() -> History:
    history = History()
    history.add(registered("America/Chicago", preferred_name="Dee"), at="2026-03-01T15:00Z")
    return history


def shown(history: History, at: Moment = MUCH_LATER, **times: Moment) -> CarePlanAnswer:
    """The plan that the circle of care sees at that moment."""
    answer = CARE_PLAN.answer(folded(CARE_PLAN, history, **times), moment(at), history.policy)
    assert isinstance(answer, CarePlanAnswer)
    return answer


def row(history: History, table: Any) -> dict[str, Any]:
    """The one row that the client has in that table, by column."""
    return only(by_column(table, CARE_PLAN.rows(folded(CARE_PLAN, history))))


def mark(event_id: UUID, at: str) -> Mark:
    return answered(Mark(event_id, moment(at)), ViewContext(moment(at), Policy()))


# The client and the episode


def test_r08_who_comes_through_a_crisis_has_a_plan_before_registration() -> None:
    history = History()
    met = history.add(crisis(CrisisKind.PANIC), at=AT)

    answer = shown(history)
    assert (answer.client, answer.episode, answer.plan) == (None, None, None)
    assert only(answer.crises).event_id == met


def test_r01_r08_an_intake_opens_an_episode_and_keeps_count_of_earlier_ones(history: History) -> None:
    history.add(intake(), at="2025-03-01T16:00Z")
    returned = history.add(
        intake(
            Substance.OPIOIDS,
            entry_route=EntryRoute.RE_ENTRY_DETOX,
            conditions=(Condition.PTSD,),
            readiness=StageOfChange.ACTION,
        ),
        at=AT,
    )

    answer = shown(history)
    assert answer.client is not None
    assert answer.client.goes_by == "Dee"
    episode = answer.episode
    assert episode is not None
    assert (episode.event_id, episode.opened_at, episode.earlier_episodes) == (returned, moment(AT), 1)
    assert (episode.entry_route, episode.conditions) == (EntryRoute.RE_ENTRY_DETOX, (Condition.PTSD,))
    assert only(episode.substances).substance is Substance.OPIOIDS
    assert row(history, SUBSTANCE)["event_id"] == returned
    assert row(history, PLAN_TABLE)["earlier_episodes"] == 1


# The plan


def test_r10_each_agreement_is_the_next_version_and_cites_what_led_to_it(history: History) -> None:
    history.add(plan(summary="First"), at=AT)
    met = history.add(crisis(), at=NEXT_DAY)
    agreed = history.add(plan(met, summary="Second", agreed_by=(Role.CLIENT, Role.PEER)), at=LATER)

    shown_plan = shown(history).plan
    assert shown_plan is not None
    assert (shown_plan.version, shown_plan.event_id, shown_plan.summary) == (2, agreed, "Second")
    assert (shown_plan.agreed_by, shown_plan.because_of) == ((Role.CLIENT, Role.PEER), (met,))
    assert shown_plan.review_due_at == moment("2026-04-04T05:00Z")
    before = shown(history, as_of=NEXT_DAY).plan
    assert before is not None
    assert (before.version, before.summary, before.because_of) == (1, "First", ())


def test_r10_the_review_of_the_plan_falls_due(history: History) -> None:
    history.add(plan(), at=AT)

    on_time, late = shown(history, at="2026-04-01T12:00Z").plan, shown(history).plan
    assert on_time is not None
    assert late is not None
    assert on_time.review_due_at == moment("2026-04-02T05:00Z")
    assert (on_time.review_status, late.review_status) == (ObligationStatus.OPEN, ObligationStatus.LATE)


# Goals


def test_r11_a_goal_shows_its_latest_reading_and_how_it_ended(history: History) -> None:
    goal = history.add(goal_set(baseline=4.5, target=7, target_on=date(2026, 6, 1)), at=AT)
    latest = history.add(GoalMeasured(goal=goal, value=6), at=LATER)
    history.add(GoalMeasured(goal=goal, value=5), at=NEXT_DAY, recorded="2026-03-20T15:00Z")

    found = only(shown(history).stabilization_goals)
    assert found.reading is not None
    assert (found.event_id, found.reading.value, found.reading.event_id, found.readings) == (goal, 6, latest, 2)
    assert (found.closed, found.outcome) == (None, None)

    closing = history.add(GoalClosed(goal=goal, outcome=GoalOutcome.ACHIEVED), at="2026-03-21T15:00Z")
    found = only(shown(history).stabilization_goals)
    assert (found.closed, found.outcome) == (mark(closing, "2026-03-21T15:00Z"), GoalOutcome.ACHIEVED)
    told = row(history, GOAL)
    assert (told["reading"], told["reading_event_id"], told["closed_event_id"]) == (6, latest, closing)


def test_r11_every_reading_shows_with_what_was_said(history: History) -> None:
    goal = history.add(goal_set(unit="hours"), at=AT)
    latest = history.add(GoalMeasured(goal=goal, value=6, note="By the app"), at=LATER)
    before = history.add(GoalMeasured(goal=goal, value=5), at=NEXT_DAY, recorded="2026-03-20T15:00Z")
    history.add(GoalClosed(goal=goal, outcome=GoalOutcome.ACHIEVED, note="Rested"), at="2026-03-21T15:00Z")

    answer = shown(history)
    assert [(each.event_id, each.goal_event_id, each.value, each.note) for each in answer.goal_readings] == [
        (before, goal, 5, None),
        (latest, goal, 6, "By the app"),
    ]
    assert only(answer.stabilization_goals).closing_note == "Rested"
    rows = by_column(GOAL_READING, CARE_PLAN.rows(folded(CARE_PLAN, history)))
    assert [(each["event_id"], each["goal_event_id"], each["value"], each["measured_at"]) for each in rows] == [
        (before, goal, 5, moment(NEXT_DAY)),
        (latest, goal, 6, moment(LATER)),
    ]


@pytest.mark.parametrize("category", GoalCategory)
def test_r12_stabilization_stands_apart_from_longer_term_aims(history: History, category: GoalCategory) -> None:
    goal = history.add(goal_set(category), at=AT)
    stabilization = category in {GoalCategory.SLEEP, GoalCategory.NUTRITION, GoalCategory.WITHDRAWAL_CARE}

    answer = shown(history)
    apart = [tuple(each.event_id for each in goals) for goals in (answer.stabilization_goals, answer.longer_term_goals)]
    assert apart == ([(goal,), ()] if stabilization else [(), (goal,)])
    assert row(history, GOAL)["stabilization"] is stabilization


def test_r55_a_retracted_goal_takes_its_readings_along(history: History) -> None:
    goal = history.add(goal_set(), at=AT)
    history.add(GoalMeasured(goal=goal, value=5), at=NEXT_DAY)
    history.retract(goal)

    assert shown(history).stabilization_goals == ()


def test_r55_a_corrected_element_names_its_correction(history: History) -> None:
    goal = history.add(goal_set(target=7), at=AT)
    correction = history.correct(goal, goal_set(target=8))

    found = only(shown(history).stabilization_goals)
    assert (found.target, found.event_id, found.correction_id) == (8, goal, correction)
    assert row(history, GOAL)["correction_id"] == correction


# Consents


@pytest.mark.parametrize(
    ("at", "in_force"),
    [("2026-03-09T04:59:59Z", True), ("2026-03-09T05:00Z", False)],
)
def test_r09_a_consent_holds_to_the_end_of_its_last_day_where_the_client_lives(
    history: History, at: str, *, in_force: bool
) -> None:
    """8 March 2026 has 23 hours in Chicago."""
    granted = history.add(consent("2026-03-08"), at=AT)

    found = only(shown(history, at=at).consents)
    assert (found.event_id, found.in_force) == (granted, in_force)
    assert (found.purpose, found.recipients) == (ConsentPurpose.FAMILY_INVOLVEMENT, ("Dana's sister",))


def test_r09_rows_of_consents_count_recipients_and_name_none(history: History) -> None:
    history.add(consent("2026-03-08", recipients=("Dana's sister", "Dana's brother")), at=AT)

    told = row(history, CONSENT)
    assert (told["recipients"], told["ends_at"]) == (2, moment("2026-03-09T05:00Z"))


def test_r09_a_consent_that_outlives_everybody_can_be_shown(history: History) -> None:
    history.add(consent("2199-12-31"), at=AT)

    assert only(shown(history).consents).in_force


# The safety plan


def test_r39_the_safety_plan_has_versions(history: History) -> None:
    history.add(safety_plan(), at=AT)
    written = history.add(safety_plan(own_coping=("Music",), means_safety=("Medicine locked away",)), at=NEXT_DAY)

    found = shown(history).safety_plan
    assert found is not None
    assert (found.version, found.event_id, found.own_coping) == (2, written, ("Music",))
    before = shown(history, as_of=AT).safety_plan
    assert before is not None
    assert (before.version, before.own_coping) == (1, ("A walk",))
    assert row(history, PLAN_TABLE)["safety_plan_version"] == 2
    assert (found.steps, row(history, PLAN_TABLE)["safety_plan_steps"]) == ((1, 2, 6), (1, 2, 6))


def test_r39_the_six_steps_of_a_safety_plan_show_and_the_crisis_that_it_was_written_after(history: History) -> None:
    met = history.add(crisis(), at=AT)
    steps = {
        "warning_signs": ("Nights without sleep",),
        "own_coping": ("A walk",),
        "people_and_places": ("The library",),
        "people_to_ask": ("Her sister",),
        "professionals": ("988",),
        "means_safety": ("Medicine locked away",),
    }
    history.add(safety_plan(**steps, crisis=met), at=NEXT_DAY)

    found = shown(history).safety_plan
    assert found is not None
    assert {name: getattr(found, name) for name in steps} == steps
    assert (found.crisis, found.steps) == (met, (1, 2, 3, 4, 5, 6))
    assert row(history, PLAN_TABLE)["safety_plan_crisis"] == met


def test_g3_an_empty_safety_plan_never_replaces_a_full_one(history: History) -> None:
    history.add(safety_plan(), at=AT)
    later = history.add(safety_plan(own_coping=("Music",)), at=NEXT_DAY)
    with pytest.raises(Refused, match="safety_plan_says_something"):
        history.correct(later, SafetyPlanWritten())

    found = shown(history).safety_plan
    assert found is not None
    assert (found.event_id, found.version) == (later, 2)


# Handoffs


def test_r33_a_handoff_from_request_to_completion(history: History) -> None:
    harbor = {"to_role": Role.OUTSIDE_PARTY, "to_party": "Harbor Housing"}
    asked = history.add(handoff(HandoffUrgency.CRISIS, **harbor), at=AT)
    found = only(shown(history, at="2026-03-02T16:30Z").handoffs)
    assert (found.status, found.accept_status, found.to_party) == ("requested", "late", "Harbor Housing")

    accepted = history.add(HandoffAccepted(handoff=asked, accepted_by=Role.OUTSIDE_PARTY), at="2026-03-02T15:30Z")
    found = only(shown(history, at="2026-03-02T16:30Z").handoffs)
    assert (found.status, found.accept_status, found.met_status) == ("accepted", "met", "open")
    assert (found.accepted, found.accepted_by_role) == (mark(accepted, "2026-03-02T15:30Z"), Role.OUTSIDE_PARTY)
    assert found.met_due_at == moment("2026-03-03T15:30Z")

    met = history.add(HandoffCompleted(handoff=asked), at=NEXT_DAY)
    found = only(shown(history).handoffs)
    assert (found.status, found.met_status, found.completed) == ("completed", "met", mark(met, NEXT_DAY))
    told = row(history, HANDOFF)
    assert (told["event_id"], told["status"], told["accepted_event_id"], told["completed_event_id"]) == (
        asked, "completed", accepted, met,
    )  # fmt: skip


def test_r33_a_declined_handoff_says_why(history: History) -> None:
    asked = history.add(handoff(), at=AT)
    said = history.add(HandoffDeclined(handoff=asked, reason=HandoffDeclineReason.NO_CAPACITY), at=NEXT_DAY)

    found = only(shown(history).handoffs)
    assert (found.status, found.declined) == ("declined", mark(said, NEXT_DAY))
    assert (found.decline_reason, found.accept_status) == (HandoffDeclineReason.NO_CAPACITY, "released")


def test_r34_an_overdue_acceptance_shows_among_what_must_happen(history: History) -> None:
    asked = history.add(handoff(HandoffUrgency.CRISIS), at=AT)

    waiting = only(shown(history).obligations)
    assert (waiting.kind, waiting.because) == (ObligationKind.HANDOFF_ACCEPTANCE, asked)
    assert (waiting.status, waiting.due_at) == (ObligationStatus.LATE, moment("2026-03-02T16:00Z"))


# Crises


def test_r36_r37_r38_a_crisis_shows_risk_and_what_was_done(history: History) -> None:
    met = history.add(
        crisis(
            CrisisKind.SUICIDAL_THOUGHTS,
            cssrs=CssrsAnswers(q1=True, q2=True, q3=True),
            actions=(CrisisAction.CALLED_988,),
            activated=(Role.COUNSELOR,),
        ),
        at=AT,
    )

    found = only(shown(history).crises)
    assert (found.event_id, found.open, found.tier) == (met, True, RiskTier.MODERATE)
    assert found.unanswered == ("q4", "q5", "q6_ever"), "unknown, never no"
    assert (found.actions, found.noticed_by, found.activated) == (
        (CrisisAction.CALLED_988,), Role.PEER, (Role.COUNSELOR,),
    )  # fmt: skip


def test_r37_a_crisis_without_a_screener_is_of_unknown_tier(history: History) -> None:
    history.add(crisis(), at=AT)

    found = only(shown(history).crises)
    assert (found.tier, found.unanswered) == (RiskTier.UNKNOWN, ("q1", "q2", "q6_ever"))


def test_r42_three_failed_attempts_count_as_not_reached(history: History) -> None:
    met = history.add(crisis(), at=AT)
    for hour in (16, 17):
        history.add(outreach(False), at=f"2026-03-02T{hour}:00Z")
    assert not only(shown(history).crises).not_reached

    history.add(outreach(False, crisis=met), at="2026-03-02T18:00Z")
    found = only(shown(history).crises)
    assert (found.attempts, found.not_reached, found.reached) == (3, True, None)

    answered = history.add(check_in(), at=NEXT_DAY)
    history.add(check_in(), at=LATER)
    found = only(shown(history).crises)
    assert (found.not_reached, found.reached) == (False, mark(answered, NEXT_DAY))


def test_r42_an_attempt_that_names_a_crisis_counts_for_that_one(history: History) -> None:
    first, second = history.add(crisis(), at=AT), history.add(crisis(), at=AT)
    history.add(outreach(False, crisis=second), at=NEXT_DAY)
    history.add(outreach(True, crisis=first), at=LATER)

    found = {each.event_id: (each.attempts, each.reached is not None) for each in shown(history).crises}
    assert found == {first: (0, True), second: (1, False)}


def test_r42_a_resolved_crisis_says_how_it_passed(history: History) -> None:
    met = history.add(crisis(), at=AT)
    resolution = history.add(resolved(met, CrisisOutcome.AVOIDED_LAPSE), at=NEXT_DAY)
    history.add(outreach(False), at=LATER)
    reviewed = history.add(review(met), at=LATER)

    found = only(shown(history).crises)
    assert (found.open, found.resolved, found.outcome) == (
        False, mark(resolution, NEXT_DAY), CrisisOutcome.AVOIDED_LAPSE,
    )  # fmt: skip
    assert (found.reviewed, found.attempts) == (mark(reviewed, LATER), 1), "the first contact is owed all the same"
    told = row(history, CRISIS)
    assert (told["resolved_event_id"], told["outcome"], told["reviewed_event_id"]) == (
        resolution,
        "avoided_lapse",
        reviewed,
    )


# Contacts


def test_r24_sessions_missed_in_a_row_are_counted_until_one_is_held(history: History) -> None:
    held = history.add(session(), at="2026-03-01T18:00Z")
    history.add(missed(), at=AT)
    last = history.add(missed(), at=NEXT_DAY)

    answer = shown(history)
    assert (answer.missed_in_a_row, answer.last_missed) == (2, mark(last, NEXT_DAY))
    assert answer.last_session == answer.last_contact == mark(held, "2026-03-01T18:00Z")

    again = history.add(session(), at=LATER)
    answer = shown(history)
    assert (answer.missed_in_a_row, answer.last_session) == (0, mark(again, LATER))


def test_r22_r25_the_last_contact_is_any_in_which_the_client_was_heard(history: History) -> None:
    for hour, event in enumerate((session(), check_in(), outreach(True), crisis()), start=15):
        said = history.add(event, at=f"2026-03-02T{hour}:00Z")
        assert shown(history).last_contact == mark(said, f"2026-03-02T{hour}:00Z")

    before = shown(history).last_contact
    history.add(outreach(False), at=NEXT_DAY)
    history.add(missed(), at=NEXT_DAY)
    assert shown(history).last_contact == before


# Lapses


def test_r30_r32_a_lapse_asks_for_naloxone_and_card_and_takes_nothing_away(history: History) -> None:
    history.add(plan(), at="2026-03-01T16:00Z")
    goal = history.add(goal_set(), at="2026-03-01T16:00Z")
    history.add(GoalClosed(goal=goal, outcome=GoalOutcome.ACHIEVED), at="2026-03-01T17:00Z")
    before = shown(history)
    history.add(lapse(), at=AT)
    danger = history.add(lapse(Substance.OPIOIDS, overdose_danger=True), at=NEXT_DAY)

    answer = shown(history)
    assert (answer.plan, answer.stabilization_goals) == (before.plan, before.stabilization_goals)
    assert answer.last_lapse is not None
    assert (answer.last_lapse.event_id, answer.last_lapse.substances) == (danger, (Substance.OPIOIDS,))
    assert (answer.naloxone_needed, answer.crisis_card_needed) == (True, True)

    history.add(naloxone_kit(), at=LATER)
    answer = shown(history)
    assert (answer.naloxone_needed, answer.crisis_card_needed) == (False, True)

    history.add(crisis_card(), at="2026-03-05T15:00Z")
    assert not shown(history).crisis_card_needed
    assert shown(history, as_of="2026-03-04T20:00Z").crisis_card_needed


# All of it


def test_what_waits_comes_first_by_due_time(history: History) -> None:
    met = history.add(crisis(), at=AT)
    history.add(check_in(), at="2026-03-02T15:30Z")
    history.add(handoff(HandoffUrgency.CRISIS), at="2026-03-02T17:00Z")

    obligations = shown(history).obligations
    waiting = [each for each in obligations if each.status in {ObligationStatus.OPEN, ObligationStatus.LATE}]
    assert tuple(waiting) == obligations[: len(waiting)]
    assert [each.due_at for each in waiting] == sorted(each.due_at for each in waiting)
    assert (obligations[-1].because, obligations[-1].status) == (met, ObligationStatus.MET)


def test_days_are_the_organizations_until_the_client_has_a_time_zone() -> None:
    history = History(policy=Policy().in_time_zone("Asia/Kathmandu"))
    history.add(crisis(), at=AT)
    history.add(consent("2026-03-08"), at=AT)
    assert only(shown(history).consents).ends_at == moment("2026-03-08T18:15Z")

    history.add(registered("America/Chicago"), at=NEXT_DAY)
    assert only(shown(history).consents).ends_at == moment("2026-03-09T05:00Z")


def test_an_empty_plan_can_be_shown_and_has_its_one_row() -> None:
    answer = shown(History())

    assert (answer.client, answer.plan, answer.obligations) == (None, None, ())
    rows = CARE_PLAN.rows(CARE_PLAN.begin())
    assert rows.keys() == set(CARE_PLAN.tables)
    assert [table.name for table, found in rows.items() if found] == ["care_plan"]
