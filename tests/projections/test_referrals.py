"""Referrals to outside parties are followed to their end: the loop is closed (R29)."""

from typing import Any
from uuid import UUID

import pytest

from domain.events.barriers import BarrierRaised, BarrierResolved
from domain.events.base import Event
from domain.events.intake import EpisodeClosed
from domain.events.referrals import (
    ReferralAccepted,
    ReferralClosed,
    ReferralCompleted,
    ReferralDeclined,
    ReferralMade,
    ReferralScheduled,
)
from domain.events.registration import ClientDied
from domain.policy import Policy
from domain.vocabulary.barriers import Barrier, BarrierOutcome
from domain.vocabulary.intake import DischargeReason
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from domain.vocabulary.referrals import ReferralClosingReason, ReferralDeclineReason, ReferralOutcome, Service
from projections.care_plan import CARE_PLAN, fold
from projections.care_plan.referrals import REFERRAL, ReferralStatus
from projections.obligations import Obligation, ObligationStatus
from tests.builders import History, Moment, folded, intake, moment, only, registered
from tests.projections.reading import by_column

AT = "2026-03-02T15:00Z"  # Monday, nine in the morning in Chicago
NEXT_DAY = "2026-03-03T15:00Z"
LATER = "2026-03-20T15:00Z"
ANSWER, OUTCOME = ObligationKind.REFERRAL_ANSWER, ObligationKind.REFERRAL_OUTCOME
NEW_RECEIVER = ObligationKind.NEW_RECEIVER
OPEN, LATE, MET, MET_LATE, RELEASED, MISSED = ObligationStatus


@pytest.fixture
def history() -> History:
    history = History(policy=Policy().in_time_zone("America/Chicago"))
    history.add(registered(), at="2026-02-01T15:00Z")
    return history


def shown(history: History, at: Moment = LATER) -> Any:
    answer: Any = CARE_PLAN.answer(folded(CARE_PLAN, history), moment(at), history.policy)
    return answer.referrals


def asked(history: History, kind: ObligationKind) -> Obligation:
    return only([each for each in fold.obligations(folded(CARE_PLAN, history).state) if each.kind is kind])


def waiting(history: History) -> set[ObligationKind]:
    return {each.kind for each in fold.obligations(folded(CARE_PLAN, history).state) if each.waits()}


def made(**said: Any) -> ReferralMade:
    sleep = {"service": Service.SLEEP_CLINIC, "to_party": "Example sleep clinic", "made_by": Role.CASE_MANAGER}
    return ReferralMade(**{**sleep, **said})


def accepted(referral: UUID) -> ReferralAccepted:
    return ReferralAccepted(referral=referral)


def declined(referral: UUID) -> ReferralDeclined:
    return ReferralDeclined(referral=referral, reason=ReferralDeclineReason.NOT_COVERED)


def scheduled(referral: UUID, on: str) -> ReferralScheduled:
    return ReferralScheduled(referral=referral, scheduled_on=moment(f"{on}T12:00Z").date())


def completed(referral: UUID) -> ReferralCompleted:
    return ReferralCompleted(referral=referral, outcome=ReferralOutcome.RECEIVED)


def closed(referral: UUID) -> ReferralClosed:
    return ReferralClosed(referral=referral, reason=ReferralClosingReason.CLIENT_CHOSE_OTHERWISE)


def test_r29_a_referral_is_followed_to_its_end(history: History) -> None:
    barrier = history.add(BarrierRaised(kind=Barrier.HOUSING, owner=Role.CASE_MANAGER), at=AT)
    referral = history.add(made(service=Service.HOUSING, barrier=barrier), at=AT)
    stages = [only(shown(history)).status]
    for event in (accepted(referral), scheduled(referral, "2026-03-10"), completed(referral)):
        history.add(event, at=NEXT_DAY)
        stages.append(only(shown(history)).status)
    history.add(BarrierResolved(barrier=barrier, outcome=BarrierOutcome.REMOVED, referral=referral), at=LATER)

    assert stages == ["made", "accepted", "scheduled", "completed"]
    found = only(shown(history))
    assert (found.service, found.to_party, found.barrier) == (Service.HOUSING, "Example sleep clinic", barrier)
    assert (found.scheduled_on, found.outcome) == (moment("2026-03-10T12:00Z").date(), ReferralOutcome.RECEIVED)
    row = only(by_column(REFERRAL, CARE_PLAN.rows(folded(CARE_PLAN, history))))
    assert (row["service"], row["made_by_role"], row["status"], row["outcome"], row["barrier"]) == (
        "housing", "case_manager", "completed", "received", barrier,
    )  # fmt: skip
    assert "to_party" not in row
    plan: Any = CARE_PLAN.answer(folded(CARE_PLAN, history), moment(LATER), history.policy)
    assert only(plan.barriers).resolving_referral == referral
    assert waiting(history) == set()


@pytest.mark.parametrize("end", [completed, closed])
def test_r29_a_referral_ends_once(history: History, end: Any) -> None:
    referral = history.add(made(), at=AT)
    history.add(end(referral), at=NEXT_DAY)

    rule = {completed: "referral_completed_once", closed: "referral_closed_once"}[end]
    assert history.refused(end(referral), LATER) == {rule}


# An answer


def test_r29_an_answer_is_due_within_five_working_days(history: History) -> None:
    referral = history.add(made(), at=AT)

    answer = asked(history, ANSWER)
    assert (answer.because, answer.owner, answer.due_at) == (referral, Role.CASE_MANAGER, moment("2026-03-10T05:00Z"))
    assert answer.stands(moment(LATER)) is LATE


@pytest.mark.parametrize("answer", [accepted, declined, completed, lambda each: scheduled(each, "2026-04-01")])
@pytest.mark.parametrize(("at", "status"), [(NEXT_DAY, MET), (LATER, MET_LATE)])
def test_r29_whatever_the_party_says_is_an_answer(
    history: History, answer: Any, at: str, status: ObligationStatus
) -> None:
    referral = history.add(made(), at=AT)
    said = history.add(answer(referral), at=at)

    met = asked(history, ANSWER).met
    assert (met and met.event_id, asked(history, ANSWER).stands(moment(LATER))) == (said, status)


@pytest.mark.parametrize(("at", "status"), [(NEXT_DAY, RELEASED), (LATER, MISSED)])
def test_r29_a_referral_that_is_closed_waits_for_nothing(history: History, at: str, status: ObligationStatus) -> None:
    referral = history.add(made(), at=AT)
    history.add(closed(referral), at=at)

    assert asked(history, ANSWER).stands(moment(LATER)) is status
    found = only(shown(history))
    assert (found.status, found.closing_reason) == ("closed", ReferralClosingReason.CLIENT_CHOSE_OTHERWISE)


# An outcome


def test_r29_an_outcome_is_due_thirty_days_after_the_acceptance(history: History) -> None:
    referral = history.add(made(), at=AT)
    history.add(accepted(referral), at=NEXT_DAY)

    assert asked(history, OUTCOME).due_at == moment("2026-04-03T05:00Z")
    assert asked(history, OUTCOME).stands(moment("2026-04-04T00:00Z")) is LATE


def test_r29_or_a_week_after_the_day_that_was_set(history: History) -> None:
    referral = history.add(made(), at=AT)
    agreed = history.add(scheduled(referral, "2026-04-10"), at=NEXT_DAY)
    history.add(accepted(referral), at="2026-03-04T15:00Z")

    assert only(shown(history)).accepted.event_id == agreed, "a day says by itself that the party agrees"
    assert asked(history, OUTCOME).due_at == moment("2026-04-18T05:00Z")
    history.add(scheduled(referral, "2026-04-01"), at="2026-03-05T15:00Z")
    assert asked(history, OUTCOME).due_at == moment("2026-04-09T05:00Z"), "the last day said counts"


@pytest.mark.parametrize(("end", "status"), [(completed, MET), (closed, RELEASED), (declined, RELEASED)])
def test_r29_it_is_met_by_what_the_client_got_or_released(history: History, end: Any, status: ObligationStatus) -> None:
    referral = history.add(made(), at=AT)
    history.add(accepted(referral), at=NEXT_DAY)
    history.add(end(referral), at=LATER)

    assert asked(history, OUTCOME).stands(moment("2026-06-01T00:00Z")) is status


def test_r29_it_is_met_late(history: History) -> None:
    referral = history.add(made(), at=AT)
    history.add(accepted(referral), at=NEXT_DAY)
    history.add(completed(referral), at="2026-05-01T15:00Z")

    assert asked(history, OUTCOME).stands(moment("2026-06-01T00:00Z")) is MET_LATE


# Another party


def test_r29_r34_after_a_refusal_another_party_is_owed(history: History) -> None:
    referral = history.add(made(), at=AT)
    history.add(declined(referral), at=NEXT_DAY)

    owed = asked(history, NEW_RECEIVER)
    assert (owed.because, owed.owner, owed.due_at) == (referral, Role.CASE_MANAGER, moment("2026-03-06T06:00Z"))
    assert only(shown(history)).decline_reason is ReferralDeclineReason.NOT_COVERED

    another = history.add(made(instead_of=referral, to_party="Another clinic"), at="2026-03-05T15:00Z")
    owed = asked(history, NEW_RECEIVER)
    assert (owed.met and owed.met.event_id, owed.stands(moment(LATER))) == (another, MET)
    assert [each.status for each in shown(history)] == [ReferralStatus.DECLINED, ReferralStatus.MADE]


def test_r29_parties_take_back_what_they_said(history: History) -> None:
    referral = history.add(made(), at=AT)
    history.add(accepted(referral), at=NEXT_DAY)
    history.add(declined(referral), at="2026-03-04T15:00Z")
    assert (only(shown(history)).status, waiting(history)) == (ReferralStatus.DECLINED, {NEW_RECEIVER})

    history.add(declined(referral), at="2026-03-04T16:00Z")
    agreed = history.add(accepted(referral), at="2026-03-05T15:00Z")
    found = only(shown(history))
    assert (found.status, found.accepted.event_id) == (ReferralStatus.ACCEPTED, agreed)
    assert waiting(history) == {OUTCOME}
    assert asked(history, OUTCOME).opens_at == moment("2026-03-05T15:00Z")
    assert asked(history, NEW_RECEIVER).stands(moment(LATER)) is MET


@pytest.mark.parametrize(("at", "status"), [("2026-03-04T15:00Z", RELEASED), (LATER, MISSED)])
def test_r29_no_other_party_is_owed_where_none_is_needed(history: History, at: str, status: ObligationStatus) -> None:
    referral = history.add(made(), at=AT)
    history.add(declined(referral), at=NEXT_DAY)
    history.add(closed(referral), at=at)

    assert asked(history, NEW_RECEIVER).stands(moment(LATER)) is status


def test_r29_a_referral_that_is_replaced_is_waited_for_no_more(history: History) -> None:
    referral = history.add(made(), at=AT)
    history.add(accepted(referral), at=NEXT_DAY)
    another = history.add(made(instead_of=referral), at="2026-03-05T15:00Z")

    released = asked(history, OUTCOME).released
    assert (released and released.event_id, shown(history)[0].status) == (another, ReferralStatus.REPLACED)


@pytest.mark.parametrize("died", [True, False])
def test_r29_the_end_of_care_releases_what_waits(history: History, died: bool) -> None:
    opened = history.add(intake(), at="2026-02-01T16:00Z")
    for answer in (None, accepted, declined):
        referral = history.add(made(), at=AT)
        if answer:
            history.add(answer(referral), at=NEXT_DAY)
    end: Event = ClientDied() if died else EpisodeClosed(intake=opened, reason=DischargeReason.COMPLETED)
    ended = history.add(end, at="2026-03-04T15:00Z")

    assert waiting(history) == set()
    obligations = fold.obligations(folded(CARE_PLAN, history).state)
    assert [each.kind for each in obligations if each.released and each.released.event_id == ended] == [
        ANSWER, OUTCOME, NEW_RECEIVER,
    ]  # fmt: skip
