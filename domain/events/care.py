"""The events of care, listed. A new kind of event is one class in a strand's module and one line here."""

from typing import Annotated

from pydantic import Field

from domain.events.appointments import AppointmentCancelled, AppointmentMade
from domain.events.barriers import BarrierRaised, BarrierResolved, BarrierWorkedOn
from domain.events.consents import ConsentExpired, ConsentGranted, ConsentRevoked
from domain.events.contacts import CheckInReceived, OutreachMade, SessionHeld, SessionMissed
from domain.events.counseling_notes import CounselingNoteWritten
from domain.events.court_orders import CourtOrderEnded, CourtOrderRecorded
from domain.events.crisis import CrisisContactRecorded, CrisisResolved, SafetyPlanWritten
from domain.events.crisis_cards import CrisisCardIssued
from domain.events.disclosures import DisclosureMade, EmergencyDisclosureMade, EmergencyDisclosureReviewed
from domain.events.emergency_access import EmergencyAccessOpened, EmergencyAccessReviewed
from domain.events.handoffs import (
    HandoffAccepted,
    HandoffCompleted,
    HandoffDeclined,
    HandoffLost,
    HandoffRequested,
    HandoffWithdrawn,
)
from domain.events.harm_reduction import HarmReductionDeclined, HarmReductionProvided
from domain.events.identifiers import IdentifierLinked, IdentifierUnlinked
from domain.events.intake import AsamAssessed, EpisodeClosed, IntakeCompleted, IntakeUpdated, LevelOfCareChanged
from domain.events.lapses import CloseCallRecorded, LapseRecorded
from domain.events.looking_ahead import RelapsePreventionPlanWritten, TriggerAnticipated, TriggerPassed
from domain.events.medications import MedicationChanged, MedicationStarted, MedicationStopped
from domain.events.merging import ClientMergedInto, ClientSeparated, ClientsMerged, MergeUndone
from domain.events.milestones import MilestoneCelebrated, MilestoneDefined, MilestoneReached, RemissionRecorded
from domain.events.next_steps import NextStepAgreed, NextStepDone, NextStepDropped
from domain.events.overdoses import OverdoseDangerAssessed, OverdoseRecorded
from domain.events.plan import (
    CadenceSet,
    GoalClosed,
    GoalMeasured,
    GoalSet,
    InterventionPlanned,
    InterventionStopped,
    PlanAgreed,
    ProgressReviewed,
)
from domain.events.postvention import AdjustmentSettled, PostventionReviewed
from domain.events.referrals import (
    ReferralAccepted,
    ReferralClosed,
    ReferralCompleted,
    ReferralDeclined,
    ReferralMade,
    ReferralScheduled,
)
from domain.events.registration import ClientDied, ClientMoved, ClientRegistered
from domain.events.residence import HouseRuleNoted, ResidenceChanged
from domain.events.restrictions import RestrictionEnded, RestrictionRequested
from domain.events.screening import ScreeningScored
from domain.events.signals import SignalAcknowledged
from domain.events.supports import SupportAdded, SupportEnded, SupportMeetingAttended
from domain.events.team import TaskReassigned, TeamMemberAssigned, TeamMemberReleased
from domain.events.toxicology import ToxicologyResulted

OfCare = (
    ClientRegistered
    | ClientMoved
    | ClientDied
    | IntakeCompleted
    | IntakeUpdated
    | AsamAssessed
    | LevelOfCareChanged
    | EpisodeClosed
    | ConsentGranted
    | ConsentRevoked
    | ConsentExpired
    | CourtOrderRecorded
    | CourtOrderEnded
    | DisclosureMade
    | EmergencyDisclosureMade
    | EmergencyDisclosureReviewed
    | RestrictionRequested
    | RestrictionEnded
    | GoalSet
    | GoalMeasured
    | GoalClosed
    | PlanAgreed
    | ProgressReviewed
    | InterventionPlanned
    | InterventionStopped
    | CadenceSet
    | RelapsePreventionPlanWritten
    | TriggerAnticipated
    | TriggerPassed
    | SessionHeld
    | SessionMissed
    | CheckInReceived
    | OutreachMade
    | CounselingNoteWritten
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
    | AdjustmentSettled
    | MilestoneCelebrated
    | MilestoneDefined
    | MilestoneReached
    | RemissionRecorded
    | OverdoseRecorded
    | OverdoseDangerAssessed
    | HarmReductionProvided
    | HarmReductionDeclined
    | CrisisCardIssued
    | MedicationStarted
    | MedicationChanged
    | MedicationStopped
    | ToxicologyResulted
    | ScreeningScored
    | SignalAcknowledged
    | TeamMemberAssigned
    | TeamMemberReleased
    | TaskReassigned
    | EmergencyAccessOpened
    | EmergencyAccessReviewed
    | SupportAdded
    | SupportEnded
    | SupportMeetingAttended
    | AppointmentMade
    | AppointmentCancelled
    | NextStepAgreed
    | NextStepDone
    | NextStepDropped
    | IdentifierLinked
    | IdentifierUnlinked
    | ClientsMerged
    | MergeUndone
    | ClientMergedInto
    | ClientSeparated
)

CareEvent = Annotated[OfCare, Field(discriminator="type")]
"""Any event of care; all of them can be corrected and retracted."""
