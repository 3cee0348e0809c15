"""The care plan as it is answered to the circle of care, free text included. All moments are UTC."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from domain.events.plan import PlannedIntervention
from domain.events.registration import SubstanceUse
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
from projections.care_plan.state import HandoffStatus
from projections.obligations import ObligationKind, ObligationStatus
from projections.projection import Answer


class MarkAnswer(Answer):
    """That something happened."""

    put_by: UUID = Field(description="The entry that says so.")
    at: datetime = Field(description="When it occurred.")


class Placed(Answer):
    """An element of the plan, and the entry that put it there."""

    put_by: UUID = Field(description="The entry that put this here.")
    corrected_by: UUID | None = Field(description="The last correction of that entry; null where there is none.")


class ClientAnswer(Placed):
    """Who the client is."""

    goes_by: str = Field(description="The name by which the client is called.")
    time_zone: str = Field(description="The time zone in which the client's days are counted.")


class EpisodeAnswer(Placed):
    """The current episode of care."""

    opened_at: datetime = Field(description="When the intake that opened it was completed.")
    entry_route: EntryRoute = Field(description="The way by which the client came into care.")
    substances: tuple[SubstanceUse, ...] = Field(description="Substances named at that intake.")
    conditions: tuple[Condition, ...] = Field(description="Conditions beside substance use.")
    readiness: StageOfChange | None = Field(description="The stage of change at that intake.")
    earlier_episodes: int = Field(description="How many episodes of care came before.")


class PlanAnswer(Placed):
    """The version of the shared plan that was agreed last."""

    version: int = Field(description="1 for the first plan that was agreed, then 2, 3 …")
    agreed_at: datetime = Field(description="When it was agreed.")
    agreed_by: tuple[Role, ...] = Field(description="Who agreed on it.")
    summary: str = Field(description="The plan in words.")
    interventions: tuple[PlannedIntervention, ...] = Field(description="What each strand of care does.")
    because_of: tuple[UUID, ...] = Field(description="The entries that led to this version, as it cites them.")
    review_due_at: datetime = Field(description="By when the plan is to be reviewed and agreed anew.")
    review_status: ObligationStatus = Field(description="Whether that review is open or late.")


class ReadingAnswer(MarkAnswer):
    """A reading of a goal."""

    value: float = Field(description="What was read, in the goal's unit.")


class GoalAnswer(Placed):
    """A goal, open until it is closed."""

    category: GoalCategory = Field(description="What the goal is about.")
    description: str = Field(description="The goal in words.")
    set_at: datetime = Field(description="When it was set.")
    unit: str | None = Field(description="The unit of baseline, target and readings.")
    baseline: float | None = Field(description="Where the client began.")
    target: float | None = Field(description="Where they want to come to; may lie below the baseline.")
    target_on: date | None = Field(description="By which day.")
    reading: ReadingAnswer | None = Field(description="The latest reading.")
    readings: int = Field(description="How often the goal was measured.")
    closed: MarkAnswer | None = Field(description="When the goal was closed; null while it is open.")
    outcome: GoalOutcome | None = Field(description="How it ended.")


class ConsentAnswer(Placed):
    """A disclosure that the client allowed."""

    granted_at: datetime = Field(description="When it was granted.")
    in_force: bool = Field(description="Whether it holds at the moment asked about.")
    discloser: str = Field(description="Who may disclose.")
    recipients: tuple[str, ...] = Field(description="To whom.")
    purpose: ConsentPurpose = Field(description="What for.")
    scope: tuple[ConsentScope, ...] = Field(description="What may be disclosed.")
    signed_on: date = Field(description="The day on which it was signed.")
    expires_on: date = Field(description="The last day on which it holds, in the client's time zone.")
    expires_at: datetime = Field(description="The end of that day.")


class SafetyPlanAnswer(Placed):
    """The version of the safety plan that was written last, in its six steps."""

    version: int = Field(description="1 for the first safety plan, then 2, 3 …")
    written_at: datetime = Field(description="When it was written.")
    warning_signs: tuple[str, ...] = Field(description="Step 1: signs that a crisis may be coming.")
    own_coping: tuple[str, ...] = Field(description="Step 2: what the client can do alone.")
    people_and_places: tuple[str, ...] = Field(description="Step 3: people and places that take the mind off it.")
    people_to_ask: tuple[str, ...] = Field(description="Step 4: people to ask for help.")
    professionals: tuple[str, ...] = Field(description="Step 5: professionals and lines to call.")
    means_safety: tuple[str, ...] = Field(description="Step 6: making the surroundings safer.")


class HandoffAnswer(Placed):
    """A warm handoff."""

    status: HandoffStatus = Field(description="How far it has come.")
    requested_at: datetime = Field(description="When it was requested.")
    from_role: Role = Field(description="The role that hands over.")
    to_role: Role = Field(description="The role that is asked to take over.")
    to_party: str | None = Field(description="Who that is, where it is an outside party.")
    urgency: HandoffUrgency = Field(description="How soon it must be accepted.")
    accept_due_at: datetime | None = Field(description="By when it must be accepted.")
    accept_status: ObligationStatus | None = Field(description="Whether that is open or late, was met or released.")
    accepted: MarkAnswer | None = Field(description="When it was accepted; null where no acceptance is recorded.")
    accepted_by_role: Role | None = Field(description="The role that accepted it.")
    met_due_at: datetime | None = Field(description="By when the client must have met the receiver; set by acceptance.")
    met_status: ObligationStatus | None = Field(description="Whether that is open or late, was met or released.")
    completed: MarkAnswer | None = Field(description="When the client met the receiver.")
    declined: MarkAnswer | None = Field(description="When it was declined.")
    decline_reason: HandoffDeclineReason | None = Field(description="Why it was declined.")


class CrisisAnswer(Placed):
    """A crisis, open until it is resolved."""

    at: datetime = Field(description="When the client was met in the crisis.")
    open: bool = Field(description="Whether it has not been resolved yet.")
    kinds: tuple[CrisisKind, ...] = Field(description="What kinds of crisis it is.")
    tier: RiskTier = Field(description="Tier of risk; unknown when it was not asked or not answered.")
    unanswered: tuple[str, ...] = Field(description="Questions of the screener without an answer: unknown, never no.")
    overdose_danger: bool | None = Field(description="Whether there is danger of overdose; null when not assessed.")
    noticed_by: Role = Field(description="Who noticed it.")
    activated: tuple[Role, ...] = Field(description="Who was called in.")
    actions: tuple[CrisisAction, ...] = Field(description="What was done.")
    attempts: int = Field(description="How many times outreach did not reach the client.")
    not_reached: bool = Field(description="Whether so many attempts failed that the client counts as not reached.")
    reached: MarkAnswer | None = Field(description="The first contact after the crisis.")
    resolved: MarkAnswer | None = Field(description="When it had passed.")
    outcome: CrisisOutcome | None = Field(description="How it passed.")
    reviewed: MarkAnswer | None = Field(description="When its postvention review was held.")


class LapseAnswer(Placed):
    """A lapse: data from which the plan learns."""

    at: datetime = Field(description="When it was.")
    substances: tuple[Substance, ...] = Field(description="Which substances.")
    overdose_danger: bool | None = Field(description="Whether it brought danger of overdose; null when not assessed.")


class ObligationAnswer(Answer):
    """Something that must happen by a time because of an entry."""

    kind: ObligationKind = Field(description="What must happen.")
    status: ObligationStatus = Field(
        description="At the moment asked about: open, late, met, met_late, released, or missed (released when late)."
    )
    because: UUID = Field(description="The entry that asks for it.")
    step: int = Field(description="From 1, where one entry asks for the same several times.")
    opens_at: datetime = Field(description="From when it can be met.")
    due_at: datetime = Field(description="By when it must be met.")
    met: MarkAnswer | None = Field(description="What met it.")
    released: MarkAnswer | None = Field(description="After what it need not happen any more.")


class CarePlanAnswer(Answer):
    """A client's shared care plan at a moment. Every element names the entry that put it there."""

    client: ClientAnswer | None = Field(description="Who the client is; null before registration.")
    episode: EpisodeAnswer | None = Field(description="The current episode of care; null before the first intake.")
    plan: PlanAnswer | None = Field(description="The plan's current version; null before one was agreed.")
    stabilization_goals: tuple[GoalAnswer, ...] = Field(description="Short-term goals: sleep, nutrition, withdrawal.")
    longer_term_goals: tuple[GoalAnswer, ...] = Field(description="All other goals.")
    consents: tuple[ConsentAnswer, ...] = Field(description="What the client allowed to be disclosed, and to whom.")
    safety_plan: SafetyPlanAnswer | None = Field(description="The safety plan's current version.")
    handoffs: tuple[HandoffAnswer, ...] = Field(description="Every handoff, in the order of the requests.")
    crises: tuple[CrisisAnswer, ...] = Field(description="Every crisis, in order.")
    last_session: MarkAnswer | None = Field(description="The last session that was held.")
    last_contact: MarkAnswer | None = Field(description="The last contact: session, check-in, answered call, crisis.")
    missed_in_a_row: int = Field(description="Sessions missed since the last one that was held.")
    last_missed: MarkAnswer | None = Field(description="The session missed last.")
    last_lapse: LapseAnswer | None = Field(description="The last lapse.")
    naloxone_needed: bool = Field(description="Whether danger of overdose asks for naloxone, not given yet.")
    crisis_card_needed: bool = Field(description="Whether it asks for a crisis card, not issued yet.")
    obligations: tuple[ObligationAnswer, ...] = Field(
        description="What must happen: first what waits, by due time; then what was met or released."
    )
