"""What is kept of the shared care plan. Every element names the entry that put it there, as `put_by` or as its key."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.events.plan import PlannedIntervention
from domain.events.registration import SubstanceUse
from domain.policy import Policy
from domain.vocabulary import (
    Condition,
    ConsentPurpose,
    ConsentScope,
    CrisisAction,
    CrisisKind,
    CrisisOutcome,
    EntryRoute,
    GoalCategory,
    GoalOutcome,
    HandoffDeclineReason,
    HandoffUrgency,
    RiskTier,
    Role,
    StageOfChange,
    Substance,
)
from projections.local_days import end_of_day
from projections.mark import Mark


@dataclass(frozen=True, slots=True)
class Client:
    """Who the client is to the circle of care; `goes_by` is the name by which they are called."""

    put_by: UUID
    goes_by: str
    time_zone: str
    corrected_by: UUID | None


@dataclass(frozen=True, slots=True)
class Episode:
    """An episode of care, opened by an intake."""

    put_by: UUID
    opened_at: datetime
    entry_route: EntryRoute
    substances: tuple[SubstanceUse, ...]
    conditions: tuple[Condition, ...]
    readiness: StageOfChange | None
    corrected_by: UUID | None


@dataclass(frozen=True, slots=True)
class Plan:
    """The version of the plan that was agreed last; `because_of` are the entries that it cites."""

    put_by: UUID
    version: int
    agreed_at: datetime
    agreed_by: tuple[Role, ...]
    summary: str
    interventions: tuple[PlannedIntervention, ...]
    because_of: tuple[UUID, ...]
    corrected_by: UUID | None


@dataclass(frozen=True, slots=True)
class PlanReview:
    """That a version of the plan has to be reviewed; the version that follows it in the list did so."""

    put_by: UUID
    agreed_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Reading:
    """The latest reading of a goal, in the goal's unit."""

    put_by: UUID
    at: datetime
    value: float


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal; `readings` counts how often it was measured, `closed` and `outcome` say how it ended."""

    set_at: datetime
    category: GoalCategory
    description: str
    unit: str | None
    baseline: float | None
    target: float | None
    target_on: date | None
    corrected_by: UUID | None
    reading: Reading | None = None
    readings: int = 0
    closed: Mark | None = None
    outcome: GoalOutcome | None = None


@dataclass(frozen=True, slots=True)
class Consent:
    """A disclosure that the client allowed, up to and including the day `expires_on` of their time zone."""

    granted_at: datetime
    discloser: str
    recipients: tuple[str, ...]
    purpose: ConsentPurpose
    scope: tuple[ConsentScope, ...]
    signed_on: date
    expires_on: date
    corrected_by: UUID | None

    def expires_at(self, zone: ZoneInfo) -> datetime:
        """The moment from which the consent no longer holds."""
        return end_of_day(self.expires_on, zone)


@dataclass(frozen=True, slots=True)
class SafetyPlan:
    """The version of the safety plan that was written last, in the six steps of Stanley and Brown."""

    put_by: UUID
    version: int
    written_at: datetime
    warning_signs: tuple[str, ...]
    own_coping: tuple[str, ...]
    people_and_places: tuple[str, ...]
    people_to_ask: tuple[str, ...]
    professionals: tuple[str, ...]
    means_safety: tuple[str, ...]
    corrected_by: UUID | None


class HandoffStatus(StrEnum):
    """How far a handoff has come."""

    REQUESTED = "requested"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    COMPLETED = "completed"


@dataclass(frozen=True, slots=True)
class Handoff:
    """A handoff, and how far it has come. `meet_due_at` is set when it is accepted."""

    requested_at: datetime
    accept_due_at: datetime
    from_role: Role
    to_role: Role
    to_party: str | None
    urgency: HandoffUrgency
    corrected_by: UUID | None
    accepted: Mark | None = None
    accepted_by_role: Role | None = None
    meet_due_at: datetime | None = None
    declined: Mark | None = None
    decline_reason: HandoffDeclineReason | None = None
    completed: Mark | None = None

    @property
    def status(self) -> HandoffStatus:
        """How far it has come; a completion says by itself that it was accepted."""
        if self.completed:
            return HandoffStatus.COMPLETED
        if self.declined:
            return HandoffStatus.DECLINED
        return HandoffStatus.ACCEPTED if self.accepted else HandoffStatus.REQUESTED


@dataclass(frozen=True, slots=True)
class Crisis:
    """A crisis. `unanswered` names the questions of the screener without an answer; they are unknown, never "no".

    `contacts` says which contact met each follow-up in turn, as far as they were met; `attempts` counts the
    outreach that did not reach the client. Both end when the crisis is resolved.
    """

    at: datetime
    kinds: tuple[CrisisKind, ...]
    tier: RiskTier
    unanswered: tuple[str, ...]
    overdose_danger: bool | None
    noticed_by: Role
    activated: tuple[Role, ...]
    actions: tuple[CrisisAction, ...]
    corrected_by: UUID | None
    attempts: int = 0
    contacts: tuple[Mark, ...] = ()
    resolved: Mark | None = None
    outcome: CrisisOutcome | None = None
    reviewed: Mark | None = None

    @property
    def reached(self) -> Mark | None:
        """The first contact with the client after the crisis."""
        return self.contacts[0] if self.contacts else None


@dataclass(frozen=True, slots=True)
class Danger:
    """A danger of overdose, which asks for naloxone and a crisis card until each was given (R32)."""

    put_by: UUID
    at: datetime
    naloxone: Mark | None = None
    crisis_card: Mark | None = None


@dataclass(frozen=True, slots=True)
class Lapse:
    """The last lapse. Data from which the plan learns; nothing is taken away for it."""

    put_by: UUID
    at: datetime
    substances: tuple[Substance, ...]
    overdose_danger: bool | None
    corrected_by: UUID | None


@dataclass(frozen=True, slots=True)
class Contacts:
    """When the client was last met or heard from, and the sessions missed in a row since the last one held."""

    last_session: Mark | None = None
    last_contact: Mark | None = None
    missed_in_a_row: int = 0
    last_missed: Mark | None = None


@dataclass(frozen=True, slots=True)
class CarePlan:
    """The shared care plan of a client. Goals, consents, handoffs and crises are kept by the entry that put them."""

    client: Client | None = None
    episode: Episode | None = None
    earlier_episodes: int = 0
    plan: Plan | None = None
    plan_reviews: tuple[PlanReview, ...] = ()
    goals: dict[UUID, Goal] = field(default_factory=dict)
    consents: dict[UUID, Consent] = field(default_factory=dict)
    safety_plan: SafetyPlan | None = None
    handoffs: dict[UUID, Handoff] = field(default_factory=dict)
    crises: dict[UUID, Crisis] = field(default_factory=dict)
    contacts: Contacts = Contacts()
    last_lapse: Lapse | None = None
    dangers: tuple[Danger, ...] = ()

    def zone(self, policy: Policy) -> ZoneInfo:
        """The time zone in which the client's days are counted; the organization's until theirs is known."""
        return ZoneInfo(self.client.time_zone) if self.client else policy.working_days.zone
