"""The shared care plan as a whole: given a history, it shows what was agreed, what is under way and who said so."""

from typing import Any

import pytest

from domain.events.plan import GoalClosed
from domain.policy import Policy
from domain.policy.crises import CaringContactsPolicy, CrisisPolicy
from domain.vocabulary.crisis import CrisisKind
from domain.vocabulary.goals import GoalOutcome
from domain.vocabulary.handoffs import HandoffUrgency
from domain.vocabulary.intake import Condition, EntryRoute, StageOfChange
from domain.vocabulary.people import Role
from domain.vocabulary.substances import Substance
from projections.asked_at import AskedAt
from projections.care_plan import CARE_PLAN, STRANDS
from projections.care_plan import PLAN as PLAN_TABLE
from projections.care_plan.episodes import SUBSTANCE
from projections.context import Stay, TimeZones
from projections.elements import ViewContext
from projections.obligations import ObligationStatus
from projections.strands import Strand
from tests.builders import (
    History,
    check_in,
    consent,
    crisis,
    crisis_card,
    goal_set,
    handoff,
    intake,
    lapse,
    moment,
    naloxone_kit,
    only,
    plan,
    registered,
)
from tests.projections.reading import plan_rows, plan_shown

AT = "2026-03-02T15:00Z"
NEXT_DAY = "2026-03-03T15:00Z"
LATER = "2026-03-04T15:00Z"
MUCH_LATER = "2026-09-01T12:00Z"

OTHER_NUMBERS = Policy(
    caring_contacts=CaringContactsPolicy(days=(), months=(2,)),
    crisis=CrisisPolicy(contact_within_hours=(12, 48), kept_at_high_tier_hours=(48,)),
)


@pytest.fixture
def history() -> History:
    history = History()
    history.add(registered("America/Chicago", preferred_name="Dee"), at="2026-03-01T15:00Z")
    return history


# The client and the episode


def test_r08_who_comes_through_a_crisis_has_a_plan_before_registration() -> None:
    history = History()
    met = history.add(crisis(CrisisKind.PANIC), at=AT)

    answer = plan_shown(history, MUCH_LATER)
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

    answer = plan_shown(history, MUCH_LATER)
    assert answer.client is not None
    assert answer.client.goes_by == "Dee"
    episode = answer.episode
    assert episode is not None
    assert (episode.event_id, episode.opened_at, episode.earlier_episodes) == (returned, moment(AT), 1)
    assert (episode.entry_route, episode.conditions) == (EntryRoute.RE_ENTRY_DETOX, (Condition.PTSD,))
    assert only(episode.substances).substance is Substance.OPIOIDS
    assert only(plan_rows(history, SUBSTANCE))["event_id"] == returned
    assert only(plan_rows(history, PLAN_TABLE))["earlier_episodes"] == 1


# The plan


def test_r10_each_agreement_is_the_next_version_and_cites_what_led_to_it(history: History) -> None:
    history.add(plan(summary="First"), at=AT)
    met = history.add(crisis(), at=NEXT_DAY)
    agreed = history.add(plan(met, summary="Second", agreed_by=(Role.CLIENT, Role.PEER)), at=LATER)

    shown_plan = plan_shown(history, MUCH_LATER).plan
    assert shown_plan is not None
    assert (shown_plan.version, shown_plan.event_id, shown_plan.summary) == (2, agreed, "Second")
    assert (shown_plan.agreed_by, shown_plan.because_of) == ((Role.CLIENT, Role.PEER), (met,))
    assert shown_plan.review_due_at == moment("2026-04-04T05:00Z")
    before = plan_shown(history, MUCH_LATER, as_of=NEXT_DAY).plan
    assert before is not None
    assert (before.version, before.summary, before.because_of) == (1, "First", ())


def test_r10_the_review_of_the_plan_falls_due(history: History) -> None:
    history.add(plan(), at=AT)

    on_time, late = plan_shown(history, at="2026-04-01T12:00Z").plan, plan_shown(history, MUCH_LATER).plan
    assert on_time is not None
    assert late is not None
    assert on_time.review_due_at == moment("2026-04-02T05:00Z")
    assert (on_time.review_status, late.review_status) == (ObligationStatus.OPEN, ObligationStatus.LATE)


# Lapses


def test_r30_r32_a_lapse_asks_for_naloxone_and_card_and_takes_nothing_away(history: History) -> None:
    history.add(plan(), at="2026-03-01T16:00Z")
    goal = history.add(goal_set(), at="2026-03-01T16:00Z")
    history.add(GoalClosed(goal=goal, outcome=GoalOutcome.ACHIEVED), at="2026-03-01T17:00Z")
    before = plan_shown(history, MUCH_LATER)
    history.add(lapse(), at=AT)
    danger = history.add(lapse(Substance.OPIOIDS, overdose_danger=True), at=NEXT_DAY)

    answer = plan_shown(history, MUCH_LATER)
    assert (answer.plan, answer.stabilization_goals) == (before.plan, before.stabilization_goals)
    assert answer.last_lapse is not None
    assert (answer.last_lapse.event_id, answer.last_lapse.substances) == (danger, (Substance.OPIOIDS,))
    assert (answer.naloxone_needed, answer.crisis_card_needed) == (True, True)

    history.add(naloxone_kit(), at=LATER)
    answer = plan_shown(history, MUCH_LATER)
    assert (answer.naloxone_needed, answer.crisis_card_needed) == (False, True)

    history.add(crisis_card(), at="2026-03-05T15:00Z")
    assert not plan_shown(history, MUCH_LATER).crisis_card_needed
    assert plan_shown(history, MUCH_LATER, as_of="2026-03-04T20:00Z").crisis_card_needed


# All of it


def test_what_waits_comes_first_by_due_time(history: History) -> None:
    met = history.add(crisis(), at=AT)
    history.add(check_in(), at="2026-03-02T15:30Z")
    history.add(handoff(HandoffUrgency.CRISIS), at="2026-03-02T17:00Z")

    obligations = plan_shown(history, MUCH_LATER).obligations
    waiting = [each for each in obligations if each.status in {ObligationStatus.OPEN, ObligationStatus.LATE}]
    assert tuple(waiting) == obligations[: len(waiting)]
    assert [each.due_at for each in waiting] == sorted(each.due_at for each in waiting)
    assert (obligations[-1].because, obligations[-1].status) == (met, ObligationStatus.MET)


def test_days_are_the_organizations_until_the_client_has_a_time_zone() -> None:
    history = History(policy=Policy().in_time_zone("Asia/Kathmandu"))
    history.add(crisis(), at=AT)
    history.add(consent("2026-03-08"), at=AT)
    assert only(plan_shown(history, MUCH_LATER).consents).ends_at == moment("2026-03-08T18:15Z")

    history.add(registered("America/Chicago"), at=NEXT_DAY)
    assert only(plan_shown(history, MUCH_LATER).consents).ends_at == moment("2026-03-09T05:00Z")


def test_an_empty_plan_can_be_shown_and_has_its_one_row() -> None:
    answer = plan_shown(History(), MUCH_LATER)

    assert (answer.client, answer.plan, answer.obligations) == (None, None, ())
    rows = CARE_PLAN.rows(CARE_PLAN.begin())
    assert rows.keys() == set(CARE_PLAN.tables)
    assert [table.name for table, found in rows.items() if found] == ["care_plan"]


@pytest.mark.parametrize("strand", STRANDS.values(), ids=list(STRANDS))
def test_a_strand_that_knows_of_nothing_asks_for_nothing_and_shows_the_same_at_every_moment(
    strand: Strand[Any],
) -> None:
    initial = strand.fold.initial
    then, later = (
        ViewContext(AskedAt(moment(at)), policy, zones)
        for at, policy, zones in (
            ("2026-03-01T15:00Z", Policy(), TimeZones()),
            ("2031-12-31T23:59Z", OTHER_NUMBERS, TimeZones((Stay(moment("2026-03-01T15:00Z"), "Asia/Tokyo"),))),
        )
    )

    assert not list(strand.fold.obligations(initial))
    assert strand.show(initial, then) == strand.show(initial, later)
    assert strand.fold.load(strand.fold.save(initial)) is initial
