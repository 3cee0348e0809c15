"""Barriers: raised, worked on, resolved; work on them begins in time (R28)."""

from typing import Any
from uuid import UUID

import pytest

from domain.events.barriers import BarrierRaised, BarrierResolved, BarrierWorkedOn
from domain.events.base import Event
from domain.events.intake import EpisodeClosed
from domain.events.referrals import ReferralMade
from domain.events.registration import ClientDied
from domain.policy import Policy
from domain.policy.handoffs import BarriersPolicy
from domain.vocabulary.barriers import Barrier, BarrierAction, BarrierOutcome
from domain.vocabulary.intake import DischargeReason
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from domain.vocabulary.referrals import Service
from domain.vocabulary.terms import ICD_10_CM
from projections.care_plan import CARE_PLAN, fold
from projections.care_plan.barriers import BARRIER, BARRIER_STEP, BarrierStatus
from projections.obligations import Obligation, ObligationStatus
from tests.builders import History, Moment, folded, intake, moment, only, registered
from tests.projections.reading import by_column

AT = "2026-03-05T15:00Z"  # a Thursday, nine in the morning in Chicago
NEXT_DAY = "2026-03-06T15:00Z"
LATER = "2026-03-12T15:00Z"
OPEN, LATE, MET, MET_LATE, RELEASED, MISSED = ObligationStatus


@pytest.fixture
def history() -> History:
    history = History(policy=Policy().in_time_zone("America/Chicago"))
    history.add(registered(), at="2026-02-01T15:00Z")
    return history


def shown(history: History, at: Moment = LATER) -> Any:
    return CARE_PLAN.answer(folded(CARE_PLAN, history), moment(at), history.policy)


def rows(history: History, table: Any) -> list[dict[str, Any]]:
    return by_column(table, CARE_PLAN.rows(folded(CARE_PLAN, history)))


def work(history: History) -> Obligation:
    obligations = fold.obligations(folded(CARE_PLAN, history).state)
    return only([each for each in obligations if each.kind is ObligationKind.BARRIER_WORK])


def raised(kind: Barrier = Barrier.TRANSPORT) -> BarrierRaised:
    return BarrierRaised(kind=kind, owner=Role.CASE_MANAGER, detail="No bus on Sundays")


def worked_on(barrier: UUID, **said: Any) -> BarrierWorkedOn:
    action = BarrierAction.ARRANGED_TRANSPORT
    return BarrierWorkedOn(**{"barrier": barrier, "worked_on_by": Role.PEER, "action": action, **said})


def resolved(barrier: UUID, **said: Any) -> BarrierResolved:
    return BarrierResolved(**{"barrier": barrier, "outcome": BarrierOutcome.REMOVED, **said})


def test_r28_a_barrier_is_raised_worked_on_and_resolved(history: History) -> None:
    barrier = history.add(raised(), at=AT)
    found = only(shown(history).barriers)
    assert (found.kind, found.owner, found.detail) == (Barrier.TRANSPORT, Role.CASE_MANAGER, "No bus on Sundays")
    assert found.status is BarrierStatus.RAISED

    first = history.add(worked_on(barrier), at=NEXT_DAY)
    last = history.add(worked_on(barrier, action=BarrierAction.WENT_ALONG), at="2026-03-09T15:00Z")
    found = only(shown(history).barriers)
    assert (found.status, found.first_work.event_id, found.last_work.event_id) == ("worked_on", first, last)

    history.add(resolved(barrier), at=LATER)
    found = only(shown(history).barriers)
    assert (found.status, found.outcome) == (BarrierStatus.RESOLVED, BarrierOutcome.REMOVED)
    row = only(rows(history, BARRIER))
    assert (row["kind"], row["owner_role"], row["status"], row["outcome"]) == (
        "transport", "case_manager", "resolved", "removed",
    )  # fmt: skip
    assert "detail" not in row
    assert [(row["barrier"], row["action"], row["worked_on_by_role"]) for row in rows(history, BARRIER_STEP)] == [
        (barrier, "arranged_transport", "peer"),
        (barrier, "went_along", "peer"),
    ]


def test_r28_what_helps_for_a_while_ends_by_itself(history: History) -> None:
    """Mia's other shift at work."""
    barrier = history.add(raised(Barrier.WORK_SCHEDULE), at=AT)
    until = moment("2026-03-20T12:00Z").date()
    history.add(worked_on(barrier, action=BarrierAction.ARRANGED_A_TIME, until=until), at=NEXT_DAY)

    for at, in_force in (("2026-03-21T04:59Z", True), ("2026-03-21T05:00Z", False)):
        assert only(shown(history, at).barrier_steps).in_force is in_force
    assert only(rows(history, BARRIER_STEP))["ends_at"] == moment("2026-03-21T05:00Z")


def test_r28_the_rent_and_the_landlord_are_barriers_with_codes() -> None:
    assert {Barrier.RENT, Barrier.LANDLORD} < set(Barrier)
    codes = [code for barrier in Barrier for code in barrier.codes]
    assert len(codes) == len(set(codes)) >= 9
    assert {code.system for code in codes} == {ICD_10_CM}


def test_r28_a_barrier_is_resolved_once(history: History) -> None:
    barrier = history.add(raised(), at=AT)
    history.add(resolved(barrier), at=NEXT_DAY)

    assert history.refused(resolved(barrier), LATER) == {"barrier_resolved_once"}


# Work begins in time


def test_r28_somebody_begins_within_three_working_days(history: History) -> None:
    barrier = history.add(raised(), at=AT)

    asked = work(history)
    assert (asked.because, asked.owner, asked.opens_at) == (barrier, Role.CASE_MANAGER, moment(AT))
    assert asked.due_at == moment("2026-03-11T05:00Z"), "the end of Tuesday in Chicago"
    assert asked.stands(moment(LATER)) is LATE


def test_r28_within_as_many_as_the_policy_says() -> None:
    history = History(policy=Policy(barriers=BarriersPolicy(worked_on_within_working_days=1)))
    history.add(registered(), at="2026-02-01T15:00Z")
    history.add(raised(), at=AT)

    assert work(history).due_at == moment("2026-03-07T00:00Z")


def referred(barrier: UUID) -> ReferralMade:
    return ReferralMade(service=Service.TRANSPORT, to_party="Rides", made_by=Role.PEER, barrier=barrier)


@pytest.mark.parametrize("begin", [worked_on, referred, resolved], ids=lambda begin: begin.__name__)
@pytest.mark.parametrize(("at", "status"), [(NEXT_DAY, MET), (LATER, MET_LATE)])
def test_r28_work_a_referral_or_the_end_meets_it(
    history: History, begin: Any, at: str, status: ObligationStatus
) -> None:
    barrier = history.add(raised(), at=AT)
    begun = history.add(begin(barrier), at=at)

    met = work(history).met
    assert (met and met.event_id, work(history).stands(moment(LATER))) == (begun, status)


@pytest.mark.parametrize("died", [True, False])
@pytest.mark.parametrize(("at", "status"), [(NEXT_DAY, RELEASED), (LATER, MISSED)])
def test_r28_the_end_of_care_releases_it(history: History, died: bool, at: str, status: ObligationStatus) -> None:
    opened = history.add(intake(), at="2026-02-01T16:00Z")
    history.add(raised(), at=AT)
    end: Event = ClientDied() if died else EpisodeClosed(intake=opened, reason=DischargeReason.COMPLETED)
    ended = history.add(end, at=at)

    released = work(history).released
    assert (released and released.event_id, work(history).stands(moment(LATER))) == (ended, status)
    assert only(shown(history).barriers).status is BarrierStatus.RAISED, "it still stands in the way"
