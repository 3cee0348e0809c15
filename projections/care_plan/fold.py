"""How events change the care plan."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from domain.entry import Entry
from domain.events.consents import ConsentGranted
from domain.events.contacts import CheckInReceived, OutreachMade, SessionHeld, SessionMissed
from domain.events.crisis import CrisisContactRecorded, CrisisResolved, SafetyPlanWritten
from domain.events.handoffs import HandoffAccepted, HandoffCompleted, HandoffDeclined, HandoffRequested
from domain.events.lapses import LapseRecorded
from domain.events.plan import GoalClosed, GoalMeasured, GoalSet, PlanAgreed
from domain.events.postvention import PostventionReviewed
from domain.events.registration import ClientRegistered, IntakeCompleted
from domain.instruments import CssrsAnswers, crisis_tier, triage
from domain.policy import Policy
from projections.care_plan.due import acceptance_due, meeting_due, plan_review_due
from projections.care_plan.follow_ups import attempted, contacted, endangered, provided
from projections.care_plan.state import (
    CarePlan,
    Client,
    Consent,
    Crisis,
    Episode,
    Goal,
    Handoff,
    Lapse,
    Plan,
    PlanReview,
    Reading,
    SafetyPlan,
)
from projections.mark import mark
from projections.projection import Fold
from projections.replacing import replace

fold: Fold[CarePlan] = Fold()


@fold.on(ClientRegistered)
def client_registered(state: CarePlan, entry: Entry, event: ClientRegistered, policy: Policy) -> CarePlan:
    """Who the client is; in their time zone consents end and reviews fall due."""
    goes_by = event.preferred_name or event.name
    return replace(state, client=Client(entry.id, goes_by, event.time_zone, entry.corrected_by))


@fold.on(IntakeCompleted)
def intake_completed(state: CarePlan, entry: Entry, event: IntakeCompleted, policy: Policy) -> CarePlan:
    """An episode of care begins; the one before counts among the earlier ones."""
    episode = Episode(
        put_by=entry.id,
        opened_at=entry.occurred_at,
        entry_route=event.entry_route,
        substances=event.substances,
        conditions=event.conditions,
        readiness=event.readiness,
        corrected_by=entry.corrected_by,
    )
    return replace(state, episode=episode, earlier_episodes=state.earlier_episodes + (state.episode is not None))


@fold.on(PlanAgreed)
def plan_agreed(state: CarePlan, entry: Entry, event: PlanAgreed, policy: Policy) -> CarePlan:
    """The next version of the plan, in place of the one before (R10)."""
    plan = Plan(
        put_by=entry.id,
        version=state.plan.version + 1 if state.plan else 1,
        agreed_at=entry.occurred_at,
        agreed_by=event.agreed_by,
        summary=event.summary,
        interventions=event.interventions,
        because_of=event.because_of,
        corrected_by=entry.corrected_by,
    )
    since = _reviewing_since(state, entry)
    due_at = plan_review_due(entry.occurred_at, since, state.zone(policy), policy)
    review = PlanReview(entry.id, entry.occurred_at, due_at)
    return replace(state, plan=plan, plan_reviews=(*state.plan_reviews, review))


@fold.on(GoalSet)
def goal_set(state: CarePlan, entry: Entry, event: GoalSet, policy: Policy) -> CarePlan:
    """A goal, open until it is closed (R11)."""
    goal = Goal(
        set_at=entry.occurred_at,
        category=event.category,
        description=event.description,
        unit=event.unit,
        baseline=event.baseline,
        target=event.target,
        target_on=event.target_on,
        corrected_by=entry.corrected_by,
    )
    return replace(state, goals=state.goals | {entry.id: goal})


@fold.on(GoalMeasured)
def goal_measured(state: CarePlan, entry: Entry, event: GoalMeasured, policy: Policy) -> CarePlan:
    """The latest reading; one that was recorded late comes before it in the effective order."""
    reading = Reading(entry.id, entry.occurred_at, event.value)
    return _goal(state, event.goal, lambda goal: replace(goal, reading=reading, readings=goal.readings + 1))


@fold.on(GoalClosed)
def goal_closed(state: CarePlan, entry: Entry, event: GoalClosed, policy: Policy) -> CarePlan:
    """A goal came to its end."""
    return _goal(state, event.goal, lambda goal: replace(goal, closed=mark(entry), outcome=event.outcome))


@fold.on(ConsentGranted)
def consent_granted(state: CarePlan, entry: Entry, event: ConsentGranted, policy: Policy) -> CarePlan:
    """A consent, in force until it expires (R09)."""
    consent = Consent(
        granted_at=entry.occurred_at,
        discloser=event.discloser,
        recipients=event.recipients,
        purpose=event.purpose,
        scope=event.scope,
        signed_on=event.signed_on,
        expires_on=event.expires_on,
        corrected_by=entry.corrected_by,
    )
    return replace(state, consents=state.consents | {entry.id: consent})


@fold.on(SafetyPlanWritten)
def safety_plan_written(state: CarePlan, entry: Entry, event: SafetyPlanWritten, policy: Policy) -> CarePlan:
    """The next version of the safety plan, in place of the one before (R39)."""
    safety_plan = SafetyPlan(
        put_by=entry.id,
        version=state.safety_plan.version + 1 if state.safety_plan else 1,
        written_at=entry.occurred_at,
        warning_signs=event.warning_signs,
        own_coping=event.own_coping,
        people_and_places=event.people_and_places,
        people_to_ask=event.people_to_ask,
        professionals=event.professionals,
        means_safety=event.means_safety,
        corrected_by=entry.corrected_by,
    )
    return replace(state, safety_plan=safety_plan)


@fold.on(HandoffRequested)
def handoff_requested(state: CarePlan, entry: Entry, event: HandoffRequested, policy: Policy) -> CarePlan:
    """A handoff that waits to be accepted (R33)."""
    handoff = Handoff(
        requested_at=entry.occurred_at,
        accept_due_at=acceptance_due(event.urgency, entry.occurred_at, policy),
        from_role=event.from_role,
        to_role=event.to_role,
        to_party=event.to_party,
        urgency=event.urgency,
        corrected_by=entry.corrected_by,
    )
    return replace(state, handoffs=state.handoffs | {entry.id: handoff})


@fold.on(HandoffAccepted)
def handoff_accepted(state: CarePlan, entry: Entry, event: HandoffAccepted, policy: Policy) -> CarePlan:
    """The receiver took the client on."""
    due_at = meeting_due(entry.occurred_at, state.zone(policy), policy)
    return _handoff(
        state,
        event.handoff,
        lambda handoff: replace(handoff, accepted=mark(entry), accepted_by_role=event.accepted_by, meet_due_at=due_at),
    )


@fold.on(HandoffDeclined)
def handoff_declined(state: CarePlan, entry: Entry, event: HandoffDeclined, policy: Policy) -> CarePlan:
    """The receiver could not take the client on."""
    return _handoff(
        state,
        event.handoff,
        lambda handoff: replace(handoff, declined=mark(entry), decline_reason=event.reason),
    )


@fold.on(HandoffCompleted)
def handoff_completed(state: CarePlan, entry: Entry, event: HandoffCompleted, policy: Policy) -> CarePlan:
    """The client has met the receiver."""
    return _handoff(state, event.handoff, lambda handoff: replace(handoff, completed=mark(entry)))


@fold.on(CrisisContactRecorded)
def crisis_contact_recorded(state: CarePlan, entry: Entry, event: CrisisContactRecorded, policy: Policy) -> CarePlan:
    """A crisis, open until it is resolved (R36-R38)."""
    crisis = Crisis(
        at=entry.occurred_at,
        kinds=event.kinds,
        tier=crisis_tier(event.cssrs, event.overdose_danger),
        unanswered=triage(event.cssrs or CssrsAnswers()).unanswered,
        overdose_danger=event.overdose_danger,
        noticed_by=event.noticed_by,
        activated=event.activated,
        actions=event.actions,
        corrected_by=entry.corrected_by,
    )
    contacts = replace(state.contacts, last_contact=mark(entry))
    dangers = endangered(state.dangers, entry) if event.overdose_danger else state.dangers
    dangers = provided(dangers, entry, event.actions)
    return replace(state, crises=state.crises | {entry.id: crisis}, contacts=contacts, dangers=dangers)


@fold.on(CrisisResolved)
def crisis_resolved(state: CarePlan, entry: Entry, event: CrisisResolved, policy: Policy) -> CarePlan:
    """The crisis has passed (R42)."""
    return _crisis(
        state,
        event.crisis,
        lambda crisis: replace(crisis, resolved=mark(entry), outcome=event.outcome),
    )


@fold.on(PostventionReviewed)
def postvention_reviewed(state: CarePlan, entry: Entry, event: PostventionReviewed, policy: Policy) -> CarePlan:
    """The crisis was reviewed; what the review says is for the postvention projection."""
    return _crisis(state, event.crisis, lambda crisis: replace(crisis, reviewed=mark(entry)))


@fold.on(LapseRecorded)
def lapse_recorded(state: CarePlan, entry: Entry, event: LapseRecorded, policy: Policy) -> CarePlan:
    """The last lapse. The plan and all that was reached stay as they are (R30)."""
    lapse = Lapse(entry.id, entry.occurred_at, event.substances, event.overdose_danger, entry.corrected_by)
    dangers = endangered(state.dangers, entry) if event.overdose_danger else state.dangers
    return replace(state, last_lapse=lapse, dangers=dangers)


@fold.on(SessionHeld)
def session_held(state: CarePlan, entry: Entry, event: SessionHeld, policy: Policy) -> CarePlan:
    """The client was there: a contact, and the end of any missed sessions in a row."""
    contacts = replace(state.contacts, last_session=mark(entry), last_contact=mark(entry), missed_in_a_row=0)
    return replace(state, contacts=contacts, crises=contacted(state.crises, entry, None, policy))


@fold.on(SessionMissed)
def session_missed(state: CarePlan, entry: Entry, event: SessionMissed, policy: Policy) -> CarePlan:
    """One more session missed in a row (R24)."""
    contacts = state.contacts
    missed = replace(contacts, missed_in_a_row=contacts.missed_in_a_row + 1, last_missed=mark(entry))
    return replace(state, contacts=missed)


@fold.on(CheckInReceived)
def check_in_received(state: CarePlan, entry: Entry, event: CheckInReceived, policy: Policy) -> CarePlan:
    """The client was heard from."""
    contacts = replace(state.contacts, last_contact=mark(entry))
    return replace(state, contacts=contacts, crises=contacted(state.crises, entry, None, policy))


@fold.on(OutreachMade)
def outreach_made(state: CarePlan, entry: Entry, event: OutreachMade, policy: Policy) -> CarePlan:
    """A contact, or one more attempt in every crisis that it follows up (R42)."""
    if event.reached:
        contacts = replace(state.contacts, last_contact=mark(entry))
        return replace(state, contacts=contacts, crises=contacted(state.crises, entry, event.crisis, policy))
    crises = attempted(state.crises, event.crisis)
    return state if crises is state.crises else replace(state, crises=crises)


def _reviewing_since(state: CarePlan, entry: Entry) -> datetime:
    """When the episode began or, without an intake, when the first plan was agreed."""
    if state.episode:
        return state.episode.opened_at
    return state.plan_reviews[0].agreed_at if state.plan_reviews else entry.occurred_at


def _goal(state: CarePlan, goal_id: UUID, change: Callable[[Goal], Goal]) -> CarePlan:
    goal = state.goals.get(goal_id)
    return replace(state, goals=state.goals | {goal_id: change(goal)}) if goal else state


def _handoff(state: CarePlan, handoff_id: UUID, change: Callable[[Handoff], Handoff]) -> CarePlan:
    handoff = state.handoffs.get(handoff_id)
    return replace(state, handoffs=state.handoffs | {handoff_id: change(handoff)}) if handoff else state


def _crisis(state: CarePlan, crisis_id: UUID, change: Callable[[Crisis], Crisis]) -> CarePlan:
    crisis = state.crises.get(crisis_id)
    return replace(state, crises=state.crises | {crisis_id: change(crisis)}) if crisis else state
