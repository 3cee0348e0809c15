"""Every kind of obligation: a way to be met, missed and released, and moved to somebody else (R34, R50, R54, R62).

A row for each kind, with a small history for each outcome. A kind without a row fails, and so does one that can be
released though its row says that nothing does.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

import pytest

from domain.events.appointments import AppointmentCancelled
from domain.events.barriers import BarrierRaised, BarrierWorkedOn
from domain.events.base import Event
from domain.events.disclosures import EmergencyDisclosureReviewed
from domain.events.emergency_access import EmergencyAccessOpened, EmergencyAccessReviewed
from domain.events.handoffs import (
    HandoffAccepted,
    HandoffCompleted,
    HandoffDeclined,
    HandoffLost,
    HandoffWithdrawn,
)
from domain.events.harm_reduction import HarmReductionDeclined
from domain.events.intake import EpisodeClosed
from domain.events.looking_ahead import Touchpoint, TriggerAnticipated, TriggerPassed
from domain.events.next_steps import NextStepDone, NextStepDropped
from domain.events.overdoses import OverdoseDangerAssessed
from domain.events.plan import ProgressReviewed
from domain.events.referrals import (
    ReferralAccepted,
    ReferralClosed,
    ReferralCompleted,
    ReferralMade,
)
from domain.events.registration import ClientDied
from domain.events.screening import ScreeningScored
from domain.events.team import TaskReassigned
from domain.instruments.phq9 import Phq9Answers
from domain.instruments.screener import CssrsScreening
from domain.vocabulary.appointments import CancelledBy
from domain.vocabulary.barriers import Barrier, BarrierAction
from domain.vocabulary.contacts import OutreachPurpose
from domain.vocabulary.crisis import CrisisKind, CrisisOutcome
from domain.vocabulary.emergency_access import EmergencyPurpose, EmergencyReason
from domain.vocabulary.handoffs import HandoffDeclineReason, HandoffLossReason, HandoffWithdrawalReason
from domain.vocabulary.harm_reduction import DeclineReason, SafetyOffer
from domain.vocabulary.intake import DischargeReason
from domain.vocabulary.next_steps import DropReason
from domain.vocabulary.obligations import ObligationKind as Kind
from domain.vocabulary.people import Role
from domain.vocabulary.plan import DayAhead, DayPassed, Progress, ReviewConclusion
from domain.vocabulary.postvention import AdjustmentKind, Settlement
from domain.vocabulary.referrals import ReferralClosingReason, ReferralOutcome, Service
from domain.vocabulary.team import ReassignmentReason
from projections.answers import At
from projections.obligations import Obligation, ObligationStatus
from tests.builders import (
    ADA,
    History,
    appointment,
    check_in,
    crisis,
    crisis_card,
    emergency_disclosure,
    handoff,
    intake,
    missed,
    moment,
    naloxone_kit,
    next_step,
    only,
    outreach,
    plan,
    registered,
    resolved,
    review,
    session,
    settled,
)
from tests.projections.reading import plan_shown

AT = moment("2026-03-02T15:00Z")  # Monday, nine in the morning in Chicago
SOON = timedelta(minutes=20)
OPEN, LATE, MET, MET_LATE, RELEASED, MISSED = ObligationStatus
NO = {"q1": False, "q2": False, "q6_ever": False}

Ids = tuple[UUID, ...]
"""The entries of the row's history, in order, which what comes next refers to."""


class Row(NamedTuple):
    """How a kind of obligation comes about and ends."""

    begin: list[Callable[[Ids], Event]]
    """What has it asked for; the last of these does."""
    met: Callable[[Ids], Event]
    released: Callable[[Ids], Event] | None
    """After this it need not happen any more, or is missed where its time is over; None where nothing releases it."""
    missed: Callable[[Ids], Event] | None = None
    """What says by itself that it did not happen, where anything does."""
    made_up_for: bool = True
    """Whether it can be met late; else what comes late is the next one, and this one was missed."""


def died(_: Ids) -> Event:
    return ClientDied()


def closed(ids: Ids) -> Event:
    return EpisodeClosed(intake=ids[0], reason=DischargeReason.COMPLETED)


def danger(_: Ids) -> Event:
    return OverdoseDangerAssessed(danger=True, assessed_by=Role.COUNSELOR)


def declined(offer: SafetyOffer) -> Callable[[Ids], Event]:
    return lambda _: HarmReductionDeclined(offered=(offer,), reason=DeclineReason.OTHER)


def asked(_: Ids) -> Event:
    return handoff()


def taken_on(ids: Ids) -> Event:
    return HandoffAccepted(handoff=ids[0], accepted_by=Role.CASE_MANAGER)


def refused(ids: Ids) -> Event:
    return HandoffDeclined(handoff=ids[0], reason=HandoffDeclineReason.NO_CAPACITY)


def referred(_: Ids) -> Event:
    return ReferralMade(service=Service.HOUSING, to_party="Example Homes", made_by=Role.CASE_MANAGER)


def agreed(ids: Ids) -> Event:
    return ReferralAccepted(referral=ids[0])


def not_pursued(ids: Ids) -> Event:
    return ReferralClosed(referral=ids[0], reason=ReferralClosingReason.NOT_NEEDED_ANY_MORE)


def c_ssrs(**answers: Any) -> Event:
    return ScreeningScored(answers=CssrsScreening(**{**NO, **answers}))


ROWS: Final[dict[Kind, Row]] = {
    Kind.CRISIS_CONTACT: Row([lambda _: crisis()], lambda _: check_in(), died),
    # A review after a crisis is released by nothing, not even a death: what can be learned of it stays to be learned.
    Kind.POSTVENTION_REVIEW: Row([lambda _: crisis()], lambda ids: review(ids[0]), None),
    Kind.HANDOFF_ACCEPTANCE: Row([asked], taken_on, refused),
    Kind.CLIENT_MEETING: Row(
        [asked, taken_on],
        lambda ids: HandoffCompleted(handoff=ids[0]),
        lambda ids: HandoffLost(handoff=ids[0], reason=HandoffLossReason.PLACE_LOST),
    ),
    Kind.PLAN_REVIEW: Row(
        [lambda _: intake(), lambda _: plan()],
        lambda _: ProgressReviewed(
            reviewed_by=(Role.CLIENT,), progress=Progress.BETTER, conclusion=next(iter(ReviewConclusion))
        ),
        closed,
    ),
    Kind.TRIGGER_TOUCHPOINT: Row(
        [
            lambda _: TriggerAnticipated(
                on=date(2026, 3, 7), kind=DayAhead.BIRTHDAY, touchpoints=(Touchpoint(days_before=1, by=Role.PEER),)
            )
        ],
        lambda _: outreach(True),
        lambda ids: TriggerPassed(trigger=ids[0], outcome=DayPassed.WENT_WELL),
    ),
    Kind.NALOXONE: Row([danger], lambda _: naloxone_kit(), declined(SafetyOffer.NALOXONE_KIT)),
    Kind.CRISIS_CARD: Row([danger], lambda _: crisis_card(), declined(SafetyOffer.CRISIS_CARD)),
    Kind.APPOINTMENT: Row(
        [lambda _: appointment("2026-03-04T15:00Z")],
        lambda ids: session(appointment=ids[0]),
        lambda ids: AppointmentCancelled(appointment=ids[0], by=CancelledBy.CLINIC),
        lambda ids: missed(appointment=ids[0]),
    ),
    Kind.NEXT_STEP: Row(
        [lambda _: next_step()],
        lambda ids: NextStepDone(step=ids[0]),
        lambda ids: NextStepDropped(step=ids[0], reason=DropReason.NOT_NEEDED_ANY_MORE),
    ),
    Kind.SUICIDE_SCREENING: Row([lambda _: ScreeningScored(answers=Phq9Answers(q9=1))], lambda _: c_ssrs(), died),
    Kind.FIND_CLIENT: Row(
        [lambda _: crisis(), lambda ids: resolved(ids[0], CrisisOutcome.LOST_CONTACT)], lambda _: check_in(), died
    ),
    Kind.CARING_CONTACT: Row(
        [lambda _: crisis(CrisisKind.SUICIDAL_THOUGHTS), lambda ids: resolved(ids[0])],
        lambda _: outreach(False, purpose=OutreachPurpose.CARING_CONTACT),
        lambda ids: crisis(continues=ids[0]),
        made_up_for=False,
    ),
    Kind.PLAN_ADJUSTMENT: Row(
        [lambda _: crisis(), lambda ids: review(ids[0], {"kind": AdjustmentKind.TIGHTER_EARLY_WARNING})],
        lambda ids: settled(ids[1]),
        lambda ids: settled(ids[1], how=Settlement.DROPPED, reason="The client prefers it as it is"),
    ),
    Kind.NEW_RECEIVER: Row(
        [asked, refused],
        lambda ids: handoff(instead_of=ids[0]),
        lambda ids: HandoffWithdrawn(handoff=ids[0], reason=HandoffWithdrawalReason.NOT_NEEDED_ANY_MORE),
    ),
    Kind.BARRIER_WORK: Row(
        [lambda _: intake(), lambda _: BarrierRaised(kind=Barrier.TRANSPORT, owner=Role.CASE_MANAGER)],
        lambda ids: BarrierWorkedOn(barrier=ids[1], worked_on_by=Role.CASE_MANAGER, action=BarrierAction.APPLIED),
        closed,
    ),
    Kind.REFERRAL_ANSWER: Row([referred], agreed, not_pursued),
    Kind.REFERRAL_OUTCOME: Row(
        [referred, agreed],
        lambda ids: ReferralCompleted(referral=ids[0], outcome=ReferralOutcome.RECEIVED),
        not_pursued,
    ),
    # So is the review of an emergency access: it is about what the staff did.
    Kind.EMERGENCY_ACCESS_REVIEW: Row(
        [
            lambda _: EmergencyAccessOpened(
                purpose=EmergencyPurpose.TREATMENT, reason=EmergencyReason.CRISIS, hours=4, account="Night line"
            )
        ],
        lambda ids: EmergencyAccessReviewed(access=ids[0], justified=True),
        None,
    ),
    Kind.EMERGENCY_DISCLOSURE_REVIEW: Row(
        [lambda _: emergency_disclosure()],
        lambda ids: EmergencyDisclosureReviewed(disclosure=ids[0], justified=True),
        None,
    ),
    Kind.RISK_CONTACT: Row([lambda _: c_ssrs(q1=True)], lambda _: outreach(True), died),
}

every_kind = pytest.mark.parametrize("kind", Kind)


class Told:
    """A row's history, up to where the obligation waits."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.history = History()
        self.history.add(registered("America/Chicago"), at=AT - timedelta(days=1))
        self.ids: Ids = ()
        for place, event in enumerate(ROWS[kind].begin):
            self.ids = (*self.ids, self.history.add(event(self.ids), at=AT + timedelta(minutes=place)))

    def owed(self, at: datetime) -> At[Obligation]:
        """The obligation as the care plan shows it at that moment: the first that the row's history asks for."""
        found = [each for each in plan_shown(self.history, at).obligations if each.kind is self.kind]
        return only([each for each in found if each.step == 1 and each.because in self.ids])

    def then(self, event: Callable[[Ids], Event] | None, *, late: bool) -> tuple[UUID, At[Obligation]]:
        """After that happened in time, or late: its entry, and how the obligation stands."""
        assert event
        owed = self.owed(AT)
        at = owed.due_at + SOON if late else max(owed.opens_at, AT) + SOON
        assert late or at < owed.due_at
        assert self.owed(at - timedelta(microseconds=1)).status is (LATE if late else OPEN)
        entry = self.history.add(event(self.ids), at=at)
        return entry, self.owed(at)


def test_r50_every_kind_of_obligation_has_a_row() -> None:
    assert set(ROWS) == set(Kind)


@every_kind
def test_r54_it_can_be_met_in_time(kind: Kind) -> None:
    entry, owed = Told(kind).then(ROWS[kind].met, late=False)

    assert (owed.status, owed.met and owed.met.event_id) == (MET, entry)
    assert (owed.released, owed.missed, owed.met_in_time) == (None, None, True)


@every_kind
def test_r54_it_can_be_met_late_or_is_missed_by_then(kind: Kind) -> None:
    entry, owed = Told(kind).then(ROWS[kind].met, late=True)

    ended = owed.met if ROWS[kind].made_up_for else owed.released
    assert (owed.status, ended and ended.event_id) == (MET_LATE if ROWS[kind].made_up_for else MISSED, entry)
    assert owed.met_in_time is False


@pytest.mark.parametrize("kind", [kind for kind, row in ROWS.items() if row.released])
@pytest.mark.parametrize(("late", "status"), [(False, RELEASED), (True, MISSED)])
def test_r34_it_can_be_released_and_says_by_what(kind: Kind, status: ObligationStatus, *, late: bool) -> None:
    """What is released when its time is over was missed."""
    entry, owed = Told(kind).then(ROWS[kind].released, late=late)

    assert (owed.status, owed.released and owed.released.event_id) == (status, entry)
    assert (owed.met, owed.met_in_time) == (None, False if late else None)


@pytest.mark.parametrize("kind", [kind for kind, row in ROWS.items() if not row.released])
def test_r61_what_nothing_releases_stays_owed_after_the_end_of_care_and_a_death(kind: Kind) -> None:
    told = Told(kind)
    episode = told.history.add(intake(), at=AT + SOON)
    told.history.add(EpisodeClosed(intake=episode, reason=DischargeReason.COMPLETED), at=AT + 2 * SOON)
    told.history.add(ClientDied(), at=AT + 3 * SOON)

    owed = told.owed(AT + 4 * SOON)
    assert (owed.status, owed.met, owed.released, owed.missed) == (OPEN, None, None, None)
    assert told.owed(owed.due_at + SOON).status is LATE


@pytest.mark.parametrize("kind", [kind for kind, row in ROWS.items() if row.missed])
def test_r54_it_is_missed_where_an_entry_says_so(kind: Kind) -> None:
    entry, owed = Told(kind).then(ROWS[kind].missed, late=False)

    assert (owed.status, owed.missed and owed.missed.event_id, owed.met_in_time) == (MISSED, entry, False)


@every_kind
def test_r62_it_can_be_moved_to_somebody_else(kind: Kind) -> None:
    told = Told(kind)
    owed = told.owed(AT)
    assert owed.owner_person_id is None
    moved = TaskReassigned(
        because=owed.because,
        kind=kind,
        to_role=Role.NURSE if owed.owner is not Role.NURSE else Role.PEER,
        to_person_id=ADA,
        reason=ReassignmentReason.ON_LEAVE,
    )
    told.history.add(moved, at=AT + SOON)

    after = told.owed(AT + SOON)
    assert (after.owner, after.owner_person_id) == (moved.to_role, ADA)
    assert (after.due_at, after.because, after.met, after.released) == (owed.due_at, owed.because, None, None)
