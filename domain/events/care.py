"""The events of care, listed. A new kind of event is one class in a strand's module and one line here."""

from typing import Annotated

from pydantic import Field

from domain.events.barriers import BarrierRaised, BarrierResolved, BarrierWorkedOn
from domain.events.consents import ConsentGranted
from domain.events.contacts import CheckInReceived, OutreachMade, SessionHeld, SessionMissed
from domain.events.crisis import CrisisContactRecorded, CrisisResolved, SafetyPlanWritten
from domain.events.handoffs import (
    HandoffAccepted,
    HandoffCompleted,
    HandoffDeclined,
    HandoffLost,
    HandoffRequested,
    HandoffWithdrawn,
)
from domain.events.lapses import CloseCallRecorded, LapseRecorded
from domain.events.milestones import MilestoneCelebrated
from domain.events.plan import GoalClosed, GoalMeasured, GoalSet, PlanAgreed
from domain.events.postvention import PostventionReviewed
from domain.events.referrals import (
    ReferralAccepted,
    ReferralClosed,
    ReferralCompleted,
    ReferralDeclined,
    ReferralMade,
    ReferralScheduled,
)
from domain.events.registration import ClientDied, ClientMoved, ClientRegistered, EpisodeClosed, IntakeCompleted
from domain.events.residence import HouseRuleNoted, ResidenceChanged
from domain.events.signals import SignalAcknowledged

OfCare = (
    ClientRegistered
    | ClientMoved
    | ClientDied
    | IntakeCompleted
    | EpisodeClosed
    | ConsentGranted
    | GoalSet
    | GoalMeasured
    | GoalClosed
    | PlanAgreed
    | SessionHeld
    | SessionMissed
    | CheckInReceived
    | OutreachMade
    | LapseRecorded
    | CloseCallRecorded
    | HandoffRequested
    | HandoffAccepted
    | HandoffDeclined
    | HandoffCompleted
    | HandoffLost
    | HandoffWithdrawn
    | BarrierRaised
    | BarrierWorkedOn
    | BarrierResolved
    | ReferralMade
    | ReferralAccepted
    | ReferralDeclined
    | ReferralScheduled
    | ReferralCompleted
    | ReferralClosed
    | ResidenceChanged
    | HouseRuleNoted
    | CrisisContactRecorded
    | CrisisResolved
    | SafetyPlanWritten
    | PostventionReviewed
    | MilestoneCelebrated
    | SignalAcknowledged
)

CareEvent = Annotated[OfCare, Field(discriminator="type")]
"""Any event of care; all of them can be corrected and retracted."""
