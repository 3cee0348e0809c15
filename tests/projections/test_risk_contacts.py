"""Contact by tier after a C-SSRS outside a crisis: 7, 14 or 30 days (SPiER; R37)."""

from typing import Any

import pytest

from domain.events.base import Event
from domain.events.intake import EpisodeClosed
from domain.events.registration import ClientDied
from domain.events.screening import ScreeningScored
from domain.instruments.phq9 import Phq9Answers
from domain.instruments.screener import CssrsScreening
from domain.vocabulary.contacts import Channel
from domain.vocabulary.crisis import RiskTier
from domain.vocabulary.intake import DischargeReason
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from projections.care_plan import CARE_PLAN, fold
from projections.obligations import Obligation, ObligationStatus
from tests.builders import History, check_in, crisis, folded, intake, moment, only, outreach, registered, session
from tests.projections.reading import plan_shown

AT = "2026-03-02T16:00Z"  # nine in the morning in Denver
OPEN, LATE, MET, MET_LATE, RELEASED, MISSED = ObligationStatus
ALL_NO = {"q1": False, "q2": False, "q6_ever": False}
LOW = ALL_NO | {"q1": True}
HIGH = ALL_NO | {"q2": True, "q3": False, "q4": True, "q5": False}
IN_A_WEEK = "2026-03-10T06:00Z"


@pytest.fixture
def history() -> History:
    history = History()
    history.add(registered("America/Denver"), at="2026-02-01T15:00Z")
    return history


def cssrs(answers: dict[str, bool]) -> ScreeningScored:
    said: dict[str, Any] = answers
    return ScreeningScored(answers=CssrsScreening(**said))


def owed(history: History) -> list[Obligation]:
    found = fold.obligations(folded(CARE_PLAN, history).state)
    return [each for each in found if each.kind is ObligationKind.RISK_CONTACT]


@pytest.mark.parametrize(
    ("answers", "tier", "due"),
    [
        pytest.param(HIGH, RiskTier.HIGH, IN_A_WEEK, id="high"),
        pytest.param(
            ALL_NO | {"q6_ever": True, "q6_last_3_months": False}, RiskTier.MODERATE, "2026-03-17T06:00Z", id="moderate"
        ),
        pytest.param(LOW, RiskTier.LOW, "2026-04-02T06:00Z", id="low, over the change of the clocks"),
        pytest.param({}, RiskTier.HIGH, IN_A_WEEK, id="not answered"),
        pytest.param(LOW | {"q2": True, "q3": False, "q4": False}, RiskTier.HIGH, IN_A_WEEK, id="low at least"),
    ],
)
def test_r37_a_c_ssrs_outside_a_crisis_asks_for_a_contact_by_its_tier(
    history: History, answers: dict[str, bool], tier: RiskTier, due: str
) -> None:
    asked = history.add(cssrs(answers), at=AT)

    one = only(owed(history))
    assert (one.because, one.owner) == (asked, Role.COUNSELOR)
    assert (one.opens_at, one.due_at) == (moment("2026-03-03T07:00Z"), moment(due))
    shown = only(plan_shown(history, AT).risk_contacts)
    assert (shown.event_id, shown.not_excluded, shown.due_at, shown.met) == (asked, tier, moment(due), None)


@pytest.mark.parametrize(
    "event", [cssrs(ALL_NO), ScreeningScored(answers=Phq9Answers(q9=3))], ids=["nothing found", "no C-SSRS"]
)
def test_r37_no_other_screening_asks_for_one(history: History, event: Event) -> None:
    history.add(event, at=AT)

    assert owed(history) == []


@pytest.mark.parametrize(
    ("event", "status"),
    [
        (session(), MET),
        (check_in(), MET),
        (outreach(True), MET),
        (crisis(channel=Channel.IN_PERSON), MET),
        (crisis(), OPEN),
        (outreach(False), OPEN),
        (check_in(automated=True), OPEN),
        (session(held_by=Role.FAMILY), OPEN),
        (cssrs(ALL_NO), OPEN),
    ],
)
def test_r37_whoever_of_the_team_reaches_the_client_meets_it(
    history: History, event: Event, status: ObligationStatus
) -> None:
    history.add(cssrs(HIGH), at=AT)
    at = "2026-03-05T16:00Z"
    history.add(event, at=at)

    assert only([each.stands(moment(at)) for each in owed(history) if each.opens_at < moment(at)]) is status


def test_r37_the_session_in_which_it_was_asked_is_not_the_contact_after_it(history: History) -> None:
    history.add(cssrs(HIGH), at=AT)
    history.add(session(), at="2026-03-02T16:10Z")
    assert only(owed(history)).stands(moment(IN_A_WEEK)) is OPEN
    assert only(owed(history)).stands(moment("2026-03-10T06:01Z")) is LATE

    contact = history.add(outreach(True), at="2026-03-10T16:00Z")
    met = only(owed(history))
    assert (met.met and met.met.event_id, met.stands(moment("2026-03-11T06:00Z"))) == (contact, MET_LATE)


def test_r37_each_c_ssrs_asks_for_its_own_and_one_contact_meets_both(history: History) -> None:
    asked = [history.add(cssrs(answers), at=f"2026-03-0{day}T16:00Z") for day, answers in ((2, HIGH), (4, LOW))]
    assert [each.because for each in owed(history)] == asked

    contact = history.add(outreach(True), at="2026-03-05T16:00Z")
    assert [each.met and each.met.event_id for each in owed(history)] == [contact, contact]


@pytest.mark.parametrize(("at", "status"), [("2026-03-04T16:00Z", RELEASED), ("2026-03-12T16:00Z", MISSED)])
def test_r61_a_death_releases_it(history: History, at: str, status: ObligationStatus) -> None:
    history.add(cssrs(HIGH), at=AT)
    died = history.add(ClientDied(), at=at)

    one = only(owed(history))
    assert (one.released and one.released.event_id, one.stands(moment(at))) == (died, status)


def test_r20_the_end_of_an_episode_does_not(history: History) -> None:
    episode = history.add(intake(), at="2026-02-02T15:00Z")
    history.add(cssrs(HIGH), at=AT)
    history.add(EpisodeClosed(intake=episode, reason=DischargeReason.COMPLETED), at="2026-03-03T16:00Z")

    assert only(owed(history)).waits()
