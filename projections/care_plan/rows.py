"""The care plan as rows for analysts: coded terms, numbers and moments, and no free text."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.events.plan import PlannedIntervention
from domain.events.registration import SubstanceUse
from domain.policy import Policy
from domain.vocabulary import STABILIZATION
from projections.care_plan.obligations import obligations
from projections.care_plan.state import CarePlan, Consent, Crisis, Episode, Goal, Handoff, Plan
from projections.care_plan.tables import (
    CARE_PLAN,
    CONSENT,
    CRISIS,
    GOAL,
    HANDOFF,
    INTERVENTION,
    OBLIGATION,
    SUBSTANCE,
)
from projections.mark import Mark
from projections.obligations import Obligation
from projections.projection import Row, Rows


def rows(state: CarePlan, policy: Policy) -> Rows:
    """One row for the plan, and one for each of its elements."""
    zone, episode, plan = state.zone(policy), state.episode, state.plan
    return {
        CARE_PLAN: [_care_plan(state)],
        SUBSTANCE: [_substance(episode, *each) for each in enumerate(episode.substances, 1)] if episode else [],
        INTERVENTION: [_intervention(plan, *each) for each in enumerate(plan.interventions, 1)] if plan else [],
        GOAL: [_goal(*each) for each in state.goals.items()],
        CONSENT: [_consent(*each, zone) for each in state.consents.items()],
        HANDOFF: [_handoff(*each) for each in state.handoffs.items()],
        CRISIS: [_crisis(*each) for each in state.crises.items()],
        OBLIGATION: [_obligation(each) for each in obligations(state, policy)],
    }


def _care_plan(state: CarePlan) -> Row:
    client, episode, plan, safety, lapse = (
        state.client,
        state.episode,
        state.plan,
        state.safety_plan,
        state.last_lapse,
    )
    contacts = state.contacts
    return (
        *((client.put_by, client.time_zone) if client else _nothing(2)),
        *(
            (episode.put_by, episode.opened_at, episode.entry_route, episode.conditions, episode.readiness)
            if episode
            else _nothing(5)
        ),
        state.earlier_episodes,
        *((plan.version, plan.put_by, plan.agreed_at, plan.agreed_by, plan.because_of) if plan else _nothing(5)),
        *((safety.version, safety.put_by, safety.written_at) if safety else _nothing(3)),
        *_mark(contacts.last_session),
        *_mark(contacts.last_contact),
        contacts.missed_in_a_row,
        *_mark(contacts.last_missed),
        *((lapse.put_by, lapse.at, lapse.overdose_danger) if lapse else _nothing(3)),
    )


def _substance(episode: Episode, number: int, use: SubstanceUse) -> Row:
    return number, episode.put_by, use.substance, use.route, use.frequency, use.severity, use.last_used_on


def _intervention(plan: Plan, number: int, planned: PlannedIntervention) -> Row:
    return number, plan.put_by, planned.strand, planned.techniques, planned.sessions_per_week


def _goal(put_by: UUID, goal: Goal) -> Row:
    reading = goal.reading
    return (
        put_by,
        goal.category,
        goal.category in STABILIZATION,
        goal.set_at,
        goal.baseline,
        goal.target,
        goal.target_on,
        goal.readings,
        *((reading.value, reading.put_by, reading.at) if reading else _nothing(3)),
        goal.outcome,
        *_mark(goal.closed),
        goal.corrected_by,
    )


def _consent(put_by: UUID, consent: Consent, zone: ZoneInfo) -> Row:
    return (
        put_by,
        consent.granted_at,
        consent.purpose,
        consent.scope,
        len(consent.recipients),
        consent.signed_on,
        consent.expires_on,
        consent.expires_at(zone),
        consent.corrected_by,
    )


def _handoff(put_by: UUID, handoff: Handoff) -> Row:
    return (
        put_by,
        handoff.status,
        handoff.urgency,
        handoff.from_role,
        handoff.to_role,
        handoff.requested_at,
        *_mark(handoff.accepted),
        handoff.accepted_by_role,
        *_mark(handoff.declined),
        handoff.decline_reason,
        *_mark(handoff.completed),
        handoff.corrected_by,
    )


def _crisis(put_by: UUID, crisis: Crisis) -> Row:
    return (
        put_by,
        crisis.at,
        crisis.kinds,
        crisis.tier,
        crisis.unanswered,
        crisis.overdose_danger,
        crisis.noticed_by,
        crisis.activated,
        crisis.actions,
        crisis.attempts,
        *_mark(crisis.reached),
        crisis.outcome,
        *_mark(crisis.resolved),
        *_mark(crisis.reviewed),
        crisis.corrected_by,
    )


def _obligation(each: Obligation) -> Row:
    return (
        each.kind,
        each.because,
        each.step,
        each.opens_at,
        each.due_at,
        *_mark(each.met),
        *_mark(each.released),
    )


def _mark(mark: Mark | None) -> tuple[Any, Any]:
    return (mark.put_by, mark.at) if mark else (None, None)


def _nothing(columns: int) -> tuple[None, ...]:
    return (None,) * columns
