"""A client on one screen (R51)."""

from datetime import date

import pytest
from hypothesis import given

from domain.events.intake import EpisodeClosed, LevelOfCareChanged
from domain.events.registration import ClientDied
from domain.events.signals import SignalAcknowledged
from domain.events.team import TeamMemberReleased
from domain.instruments.cssrs import CssrsAnswers
from domain.vocabulary.asam import LevelChangeReason, LevelOfCare
from domain.vocabulary.crisis import CrisisKind, RiskTier
from domain.vocabulary.intake import DischargeReason
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from domain.vocabulary.signals import SignalRule
from domain.vocabulary.substances import Substance
from domain.vocabulary.team import ReleaseReason
from projections.obligations import ObligationStatus
from projections.summary import SUMMARIZED, SummaryAnswer, summary
from tests.builders import (
    History,
    Moment,
    check_in,
    crisis,
    folded,
    handoff,
    intake,
    lapse,
    moment,
    naloxone_kit,
    only,
    outreach,
    plan,
    registered,
    resolved,
    safety_plan,
    session,
    team_member,
)
from tests.projections.reading import plan_shown
from tests.strategies import histories

AT = "2026-03-02T15:00Z"
LATER = "2026-03-12T15:00Z"
NOTHING_FOUND = CssrsAnswers(q1=False, q2=False, q6_ever=False)


def screen(history: History, at: Moment = LATER) -> SummaryAnswer:
    return summary(
        projection.answer(folded(projection, history), moment(at), history.policy) for projection in SUMMARIZED
    )


@pytest.fixture
def history() -> History:
    history = History()
    history.add(registered(preferred_name="Dee"), at="2026-02-01T15:00Z")
    return history


def test_r51_of_a_client_of_whom_nothing_is_known_yet_everything_is_unknown() -> None:
    history = History()
    history.add(crisis(), at=AT)
    history.retract(history.entries[0].id)

    shown = screen(history)
    assert (shown.goes_by, shown.episode, shown.plan, shown.safety_plan) == (None,) * 4
    assert (shown.last_contact, shown.last_reached, shown.next_due, shown.longest_late) == (None,) * 4
    assert (shown.team, shown.streaks, shown.risk.open_crises, shown.risk.waiting_signals) == ((),) * 4
    assert (shown.open, shown.late) == (0, 0)


def test_r51_who_it_is_the_episode_and_the_plans_that_are_current(history: History) -> None:
    opened = history.add(intake(), at=AT)
    history.add(plan(), at="2026-03-03T15:00Z")
    second = history.add(plan(), at="2026-03-04T15:00Z")
    written = history.add(safety_plan(), at="2026-03-05T15:00Z")

    shown = screen(history)
    assert shown.goes_by == "Dee"
    assert shown.episode
    assert (shown.episode.event_id, shown.episode.opened_at) == (opened, moment(AT))
    assert shown.plan
    assert (shown.plan.event_id, shown.plan.version, shown.plan.since) == (second, 2, moment("2026-03-04T15:00Z"))
    assert shown.safety_plan
    assert (shown.safety_plan.event_id, shown.safety_plan.version) == (written, 1)

    closed = history.add(EpisodeClosed(intake=opened, reason=DischargeReason.COMPLETED), at="2026-03-06T15:00Z")
    ended = screen(history)
    assert ended.plan is None, "what was agreed for an episode ends with it"
    assert ended.episode
    assert ended.episode.closed
    assert (ended.episode.closed.event_id, ended.episode.closed.at) == (closed, moment("2026-03-06T15:00Z"))


def test_r51_a_death_and_the_level_of_care_show(history: History) -> None:
    history.add(intake(), at=AT)
    level = LevelOfCareChanged(level=min(LevelOfCare), reason=min(LevelChangeReason))
    history.add(level, at="2026-03-03T15:00Z")
    assert (screen(history).level_of_care, screen(history).died) == (level.level, None)

    died = history.add(ClientDied(), at="2026-03-04T15:00Z")
    shown = screen(history)
    assert shown.died
    assert (shown.died.event_id, shown.level_of_care) == (died, None)


def test_r51_open_crises_stand_with_their_tier_the_one_of_most_concern_first(history: History) -> None:
    passed = history.add(crisis(cssrs=NOTHING_FOUND), at=AT)
    history.add(resolved(passed), at="2026-03-03T15:00Z")
    calm = history.add(crisis(cssrs=NOTHING_FOUND), at="2026-03-04T15:00Z")
    unasked = history.add(crisis(), at="2026-03-05T15:00Z")

    found = screen(history).risk.open_crises
    assert [each.event_id for each in found] == [unasked, calm]
    assert [(each.tier, each.not_excluded, each.at_least) for each in found] == [
        (RiskTier.UNKNOWN, RiskTier.HIGH, True),
        (RiskTier.NONE_FOUND, RiskTier.NONE_FOUND, False),
    ]


def test_r51_danger_of_overdose_until_naloxone_is_there(history: History) -> None:
    danger = history.add(crisis(CrisisKind.OVERDOSE_DANGER), at=AT)
    assert screen(history).risk.naloxone_needed
    assert screen(history).risk.crisis_card_needed
    assert screen(history).risk.latest_overdose_danger_event_id == danger

    history.add(naloxone_kit(), at="2026-03-03T15:00Z")
    assert not screen(history).risk.naloxone_needed


def test_r51_signals_show_until_somebody_takes_note(history: History) -> None:
    raised = history.add(check_in(craving=9), at=AT)
    signal = only(screen(history).risk.waiting_signals)
    assert (signal.rule, signal.event_id, signal.raised_at) == (SignalRule.HIGH_CRAVING, raised, moment(AT))

    history.add(
        SignalAcknowledged(rule=SignalRule.HIGH_CRAVING, because=raised, acknowledged_by=Role.PEER),
        at="2026-03-03T15:00Z",
    )
    assert screen(history).risk.waiting_signals == ()


def test_r51_the_team_is_who_is_on_it_now(history: History) -> None:
    ada = history.add(team_member(), at=AT)
    history.add(team_member(Role.PEER, "Bo Example", until=date(2026, 3, 10)), at=AT)
    history.add(team_member(Role.PRESCRIBER, "Cy Example"), at="2026-03-08T15:00Z")

    assert [member.person for member in screen(history, "2026-03-09T15:00Z").team] == [
        "Ada Example",
        "Bo Example",
        "Cy Example",
    ]
    history.add(TeamMemberReleased(member=ada, reason=ReleaseReason.CARE_MOVED_ON), at="2026-03-11T15:00Z")
    assert [member.role for member in screen(history).team] == [Role.PRESCRIBER]


def test_r51_the_last_contact_and_the_last_in_which_the_team_reached_the_client(history: History) -> None:
    held = history.add(session(), at="2026-03-03T15:00Z")
    wrote = history.add(check_in(automated=True), at="2026-03-05T15:00Z")
    history.add(outreach(reached=False), at="2026-03-06T15:00Z")

    shown = screen(history)
    assert shown.last_contact
    assert shown.last_reached
    assert (shown.last_contact.event_id, shown.last_reached.event_id) == (wrote, held)


def test_r51_what_is_due_next_what_is_late_and_how_much(history: History) -> None:
    asked = history.add(handoff(), at=AT)
    standing = [each for each in plan_shown(history, AT).obligations if each.status is ObligationStatus.OPEN]

    now = screen(history, AT)
    assert now.next_due
    assert (now.next_due.kind, now.next_due.because) == (ObligationKind.HANDOFF_ACCEPTANCE, asked)
    assert (now.next_due.due_at, now.open, now.late) == (standing[0].due_at, len(standing), 0)
    assert now.longest_late is None

    overdue = screen(history, "2026-09-01T15:00Z")
    assert overdue.longest_late
    assert overdue.longest_late.because == asked
    assert (overdue.next_due, overdue.open, overdue.late) == (None, 0, len(standing))


def test_r51_streaks_by_track_and_unknown_stays_unknown(history: History) -> None:
    history.add(intake(Substance.OPIOIDS), at=AT)
    history.add(lapse(Substance.ALCOHOL), at="2026-03-05T15:00Z")

    streaks = {each.track: each for each in screen(history).streaks}
    assert streaks["alcohol"].current_days == 7
    assert streaks["opioids"].current_days is None
    assert streaks["overall"].current_days is None
    assert streaks["overall"].last_use_unknown == (Substance.OPIOIDS,)
    assert next(iter(streaks)) == "overall"


@given(histories())
def test_r51_every_history_has_a_screen_that_agrees_with_the_care_plan(history: History) -> None:
    at = max(entry.recorded_at for entry in history.entries) if history.entries else moment(AT)
    shown, in_full = screen(history, at), plan_shown(history, at)

    statuses = [each.status for each in in_full.obligations]
    assert (shown.open, shown.late) == (statuses.count(ObligationStatus.OPEN), statuses.count(ObligationStatus.LATE))
    assert bool(shown.next_due) == bool(shown.open)
    assert bool(shown.longest_late) == bool(shown.late)
