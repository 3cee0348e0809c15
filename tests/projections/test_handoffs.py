"""Warm handoffs that take another way than from request to meeting: no one is left to manage alone (R33-R35)."""

from typing import Any
from uuid import UUID

import pytest

from domain.events.base import Event
from domain.events.handoffs import (
    HandoffAccepted,
    HandoffCompleted,
    HandoffDeclined,
    HandoffLost,
    HandoffWithdrawn,
)
from domain.events.intake import EpisodeClosed
from domain.events.registration import ClientDied
from domain.policy import Policy
from domain.vocabulary.handoffs import (
    CareSetting,
    HandoffDeclineReason,
    HandoffLossReason,
    HandoffUrgency,
    HandoffWithdrawalReason,
)
from domain.vocabulary.intake import DischargeReason
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from domain.vocabulary.record import Precision
from projections.care_plan import CARE_PLAN, fold
from projections.care_plan.handoff import HandoffStatus
from projections.care_plan.handoffs import HANDOFF
from projections.obligations import Obligation, ObligationStatus
from tests.builders import History, Moment, folded, handoff, intake, moment, only, registered
from tests.projections.reading import by_column

AT = "2026-03-02T15:00Z"  # Monday, nine in the morning in Chicago
HOURS_LATER = "2026-03-02T18:00Z"
NEXT_DAY = "2026-03-03T15:00Z"
ACCEPTANCE, MEETING = ObligationKind.HANDOFF_ACCEPTANCE, ObligationKind.CLIENT_MEETING
NEW_RECEIVER = ObligationKind.NEW_RECEIVER
OPEN, LATE, MET, MET_LATE, RELEASED, MISSED = ObligationStatus


@pytest.fixture
def history() -> History:
    history = History(policy=Policy().in_time_zone("America/Chicago"))
    history.add(registered(), at="2026-02-01T15:00Z")
    return history


def the_one(history: History, kind: ObligationKind) -> Obligation:
    return only([each for each in fold.obligations(folded(CARE_PLAN, history).state) if each.kind is kind])


def waiting(history: History) -> set[ObligationKind]:
    return {each.kind for each in fold.obligations(folded(CARE_PLAN, history).state) if each.waits()}


def shown(history: History, at: Moment = NEXT_DAY) -> Any:
    answer: Any = CARE_PLAN.answer(folded(CARE_PLAN, history), moment(at), history.policy)
    return answer.handoffs


def accepted(asked: UUID, by: Role = Role.CASE_MANAGER) -> HandoffAccepted:
    return HandoffAccepted(handoff=asked, accepted_by=by)


def declined(asked: UUID) -> HandoffDeclined:
    return HandoffDeclined(handoff=asked, reason=HandoffDeclineReason.NO_CAPACITY)


def lost(asked: UUID) -> HandoffLost:
    return HandoffLost(handoff=asked, reason=HandoffLossReason.PLACE_LOST)


def withdrawn(asked: UUID) -> HandoffWithdrawn:
    return HandoffWithdrawn(handoff=asked, reason=HandoffWithdrawalReason.CLIENT_CHOSE_OTHERWISE)


# A new receiver


def test_h1_r34_after_a_decline_a_new_receiver_is_owed_at_once(history: History) -> None:
    asked = history.add(handoff(HandoffUrgency.CRISIS), at=AT)
    history.add(declined(asked), at=HOURS_LATER)

    owed = the_one(history, NEW_RECEIVER)
    assert (owed.because, owed.owner, owed.opens_at) == (asked, Role.COUNSELOR, moment(HOURS_LATER))
    assert (owed.due_at, owed.stands(moment(HOURS_LATER))) == (moment("2026-03-02T19:00Z"), OPEN)
    assert only(shown(history)).new_receiver_status is LATE


def test_h1_the_request_of_another_receiver_meets_it(history: History) -> None:
    asked = history.add(handoff(HandoffUrgency.CRISIS), at=AT)
    history.add(declined(asked), at=HOURS_LATER)
    history.add(handoff(HandoffUrgency.CRISIS, to_role=Role.NURSE), at="2026-03-02T18:10Z")
    assert NEW_RECEIVER in waiting(history), "a request that does not say so may be about something else"

    another = history.add(handoff(HandoffUrgency.CRISIS, instead_of=asked), at="2026-03-02T18:30Z")

    owed = the_one(history, NEW_RECEIVER)
    assert (owed.met and owed.met.event_id, owed.stands(moment(NEXT_DAY))) == (another, MET)
    first, _, third = shown(history)
    assert (first.status, first.replaced.event_id, third.instead_of) == (HandoffStatus.DECLINED, another, asked)
    rows = {row["event_id"]: row for row in by_column(HANDOFF, CARE_PLAN.rows(folded(CARE_PLAN, history)))}
    assert (rows[asked]["replaced_event_id"], rows[another]["instead_of"]) == (another, asked)


def test_h1_it_is_released_where_nobody_is_needed_any_more(history: History) -> None:
    asked = history.add(handoff(), at=AT)
    history.add(declined(asked), at=HOURS_LATER)
    ended = history.add(withdrawn(asked), at="2026-03-02T19:00Z")

    owed = the_one(history, NEW_RECEIVER)
    assert (owed.released and owed.released.event_id, owed.stands(moment(NEXT_DAY))) == (ended, RELEASED)
    assert only(shown(history)).withdrawal_reason is HandoffWithdrawalReason.CLIENT_CHOSE_OTHERWISE


def test_h1_it_is_missed_where_that_comes_too_late(history: History) -> None:
    asked = history.add(handoff(HandoffUrgency.CRISIS), at=AT)
    history.add(declined(asked), at=HOURS_LATER)
    history.add(withdrawn(asked), at=NEXT_DAY)

    assert the_one(history, NEW_RECEIVER).stands(moment(NEXT_DAY)) is MISSED


def test_h2_r33_the_receiver_accepts_and_loses_the_bed(history: History) -> None:
    asked = history.add(handoff(HandoffUrgency.CRISIS), at=AT)
    history.add(accepted(asked), at="2026-03-02T15:30Z")
    gone = history.add(lost(asked), at=HOURS_LATER)

    assert the_one(history, ACCEPTANCE).stands(moment(NEXT_DAY)) is MET
    meeting = the_one(history, MEETING)
    assert (meeting.released and meeting.released.event_id, meeting.stands(moment(NEXT_DAY))) == (gone, RELEASED)
    assert waiting(history) == {NEW_RECEIVER}
    found = only(shown(history))
    assert (found.status, found.loss_reason) == (HandoffStatus.LOST, HandoffLossReason.PLACE_LOST)
    assert found.new_receiver_status is LATE

    another = history.add(handoff(HandoffUrgency.CRISIS, instead_of=asked), at=NEXT_DAY)
    assert shown(history)[0].new_receiver_status is MET_LATE
    history.add(accepted(another), at="2026-03-03T15:30Z")
    history.add(HandoffCompleted(handoff=another), at="2026-03-03T16:00Z")
    assert waiting(history) == set()


def test_h2_what_is_withdrawn_is_waited_for_no_more(history: History) -> None:
    asked = history.add(handoff(), at=AT)
    history.add(withdrawn(asked), at=HOURS_LATER)

    assert waiting(history) == set()
    assert the_one(history, ACCEPTANCE).stands(moment(NEXT_DAY)) is RELEASED
    assert only(shown(history)).status is HandoffStatus.WITHDRAWN


def test_h2_somebody_else_may_be_asked_before_anybody_has_answered(history: History) -> None:
    asked = history.add(handoff(HandoffUrgency.CRISIS), at=AT)
    another = history.add(handoff(HandoffUrgency.CRISIS, instead_of=asked), at=HOURS_LATER)

    acceptances = [each for each in fold.obligations(folded(CARE_PLAN, history).state) if each.kind is ACCEPTANCE]
    assert [each.stands(moment(HOURS_LATER)) for each in acceptances] == [MISSED, OPEN]
    assert shown(history)[0].status is HandoffStatus.REPLACED

    history.add(declined(asked), at=NEXT_DAY)
    owed = the_one(history, NEW_RECEIVER)
    assert (owed.met and owed.met.event_id) == another, "who declines late has been replaced already"


# Times


def test_h3_where_just_the_day_is_known_times_count_from_its_end(history: History) -> None:
    asked = history.add(handoff(HandoffUrgency.CRISIS), at="2026-03-02", precision=Precision.DAY, recorded=NEXT_DAY)
    history.add(accepted(asked), at="2026-03-02T17:00Z", recorded="2026-03-03T15:01Z")

    assert the_one(history, ACCEPTANCE).due_at == moment("2026-03-03T07:00Z")
    assert the_one(history, ACCEPTANCE).stands(moment("2026-03-04T00:00Z")) is MET


def test_h3_an_acceptance_of_that_day_is_not_late_and_the_meeting_counts_from_its_end(history: History) -> None:
    asked = history.add(handoff(HandoffUrgency.CRISIS), at=AT)
    history.add(accepted(asked), at="2026-03-02", precision=Precision.DAY, recorded=NEXT_DAY)

    assert the_one(history, ACCEPTANCE).stands(moment(NEXT_DAY)) is MET
    assert the_one(history, MEETING).due_at == moment("2026-03-04T06:00Z")


def test_h5_what_is_urgent_late_in_the_evening_has_four_hours(history: History) -> None:
    history.add(handoff(HandoffUrgency.URGENT), at="2026-03-03T05:50Z")  # ten minutes before midnight

    assert the_one(history, ACCEPTANCE).due_at == moment("2026-03-03T09:50Z")


@pytest.mark.parametrize(
    ("urgency", "due"),
    [
        (HandoffUrgency.CRISIS, "2026-03-03T18:00Z"),
        (HandoffUrgency.URGENT, "2026-03-05T18:00Z"),
        (HandoffUrgency.ROUTINE, "2026-03-10T05:00Z"),
    ],
)
def test_h6_the_more_urgent_the_sooner_the_client_is_met(history: History, urgency: HandoffUrgency, due: str) -> None:
    asked = history.add(handoff(urgency), at=AT)
    history.add(accepted(asked), at=HOURS_LATER)

    assert the_one(history, MEETING).due_at == moment(due)


# Who takes it on


def test_h4_a_family_member_does_not_accept_for_a_prescriber(history: History) -> None:
    asked = history.add(handoff(to_role=Role.PRESCRIBER), at=AT)
    history.add(accepted(asked, by=Role.FAMILY), at=HOURS_LATER)

    found = only(shown(history))
    assert (found.status, found.accepted_by_role, found.taken_on) == (HandoffStatus.REQUESTED, Role.FAMILY, False)
    assert waiting(history) == {ACCEPTANCE}
    row = only(by_column(HANDOFF, CARE_PLAN.rows(folded(CARE_PLAN, history))))
    assert (row["accepted_by_role"], row["taken_on"]) == ("family", False)

    met = history.add(HandoffCompleted(handoff=asked), at=NEXT_DAY)
    acceptance = the_one(history, ACCEPTANCE)
    assert (acceptance.met and acceptance.met.event_id) == met, "the client has met the prescriber all the same"


def test_h4_a_psychiatrist_does(history: History) -> None:
    asked = history.add(handoff(to_role=Role.PRESCRIBER), at=AT)
    history.add(accepted(asked, by=Role.PSYCHIATRIST), at=HOURS_LATER)

    assert only(shown(history)).status is HandoffStatus.ACCEPTED
    assert the_one(history, MEETING).owner is Role.PSYCHIATRIST


# Between levels of care


def leaving(**said: Any) -> Event:
    return handoff(
        from_setting=CareSetting.WITHDRAWAL_MANAGEMENT,
        to_setting=CareSetting.OUTPATIENT,
        **{"leaves_on": moment("2026-03-20T12:00Z").date(), **said},
    )


def test_r35_who_leaves_a_setting_is_met_the_day_after(history: History) -> None:
    asked = history.add(leaving(), at=AT)
    history.add(accepted(asked), at=HOURS_LATER)
    assert the_one(history, MEETING).due_at == moment("2026-03-22T05:00Z")

    history.add(HandoffCompleted(handoff=asked), at="2026-03-23T15:00Z")
    found = only(shown(history, "2026-03-24T15:00Z"))
    assert (found.from_setting, found.to_setting, found.gap_days) == ("withdrawal_management", "outpatient", 3)
    assert the_one(history, MEETING).stands(moment("2026-03-24T15:00Z")) is MET_LATE
    row = only(by_column(HANDOFF, CARE_PLAN.rows(folded(CARE_PLAN, history))))
    assert (row["to_setting"], row["gap_days"]) == ("outpatient", 3)


def test_r35_who_is_met_before_they_leave_has_no_gap(history: History) -> None:
    asked = history.add(leaving(), at=AT)
    history.add(HandoffCompleted(handoff=asked), at="2026-03-19T15:00Z")

    assert only(shown(history)).gap_days == 0


def test_r35_who_has_left_already_is_met_as_in_a_crisis(history: History) -> None:
    asked = history.add(leaving(leaves_on=moment("2026-02-20T12:00Z").date()), at=AT)
    history.add(accepted(asked), at=HOURS_LATER)

    assert the_one(history, MEETING).due_at == moment("2026-03-03T18:00Z")


# When care ends


def test_r35_the_end_of_an_episode_releases_what_is_no_transition(history: History) -> None:
    opened = history.add(intake(), at="2026-02-01T16:00Z")
    met = history.add(handoff(), at=AT)
    history.add(accepted(met), at=HOURS_LATER)
    fallen_through = history.add(handoff(), at=AT)
    history.add(declined(fallen_through), at=HOURS_LATER)
    transition = history.add(leaving(), at=AT)
    history.add(accepted(transition), at=HOURS_LATER)

    closed = history.add(EpisodeClosed(intake=opened, reason=DischargeReason.COMPLETED), at=NEXT_DAY)

    obligations = list(fold.obligations(folded(CARE_PLAN, history).state))
    released = {(each.because, each.kind) for each in obligations if each.released and each.released.event_id == closed}
    assert released >= {(met, MEETING), (fallen_through, NEW_RECEIVER)}
    assert [each.because for each in obligations if each.waits()] == [transition]


def test_h2_a_death_releases_every_handoff(history: History) -> None:
    history.add(leaving(), at=AT)
    died = history.add(ClientDied(), at=HOURS_LATER)

    assert waiting(history) == set()
    found = only(shown(history))
    assert (found.status, found.care_ended.event_id) == (HandoffStatus.CARE_ENDED, died)
