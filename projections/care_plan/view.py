"""The care plan at a moment: every status compared with it."""

from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from domain.policy import Policy
from domain.vocabulary import STABILIZATION
from projections.care_plan.answers import (
    CarePlanAnswer,
    ConsentAnswer,
    CrisisAnswer,
    EpisodeAnswer,
    GoalAnswer,
    HandoffAnswer,
    ObligationAnswer,
    PlanAnswer,
)
from projections.care_plan.obligations import acceptance, meeting, obligations, plan_reviews
from projections.care_plan.state import CarePlan, Crisis, Handoff
from projections.obligations import Obligation, ObligationKind
from projections.projection import Answer

A = TypeVar("A", bound=Answer)


def view(state: CarePlan, at: datetime, policy: Policy) -> CarePlanAnswer:
    """The plan as it stands at the moment `at`."""
    zone = state.zone(policy)
    asked_for = obligations(state, policy)
    waiting = sorted((each for each in asked_for if each.waits), key=lambda each: each.due_at)
    settled = [each for each in asked_for if not each.waits]
    return _shown(
        CarePlanAnswer,
        state,
        episode=_episode(state),
        plan=_plan(state, at),
        stabilization_goals=_goals(state, stabilization=True),
        longer_term_goals=_goals(state, stabilization=False),
        consents=tuple(
            _shown(ConsentAnswer, consent, put_by=id_, expires_at=ends, in_force=at < ends)
            for id_, consent in state.consents.items()
            for ends in (consent.expires_at(zone),)
        ),
        handoffs=tuple(_handoff(*each, at) for each in state.handoffs.items()),
        crises=tuple(_crisis(*each, policy) for each in state.crises.items()),
        last_session=state.contacts.last_session,
        last_contact=state.contacts.last_contact,
        missed_in_a_row=state.contacts.missed_in_a_row,
        last_missed=state.contacts.last_missed,
        naloxone_needed=any(each.kind is ObligationKind.NALOXONE for each in waiting),
        crisis_card_needed=any(each.kind is ObligationKind.CRISIS_CARD for each in waiting),
        obligations=tuple(_obligation(each, at) for each in (*waiting, *settled)),
    )


def _shown(answer: type[A], element: Any, **more: Any) -> A:
    """The element as an answer: its fields, found by their names, and what only the view can say of it."""
    said = {name: getattr(element, name) for name in answer.model_fields if name not in more}
    return answer.model_validate(said | more, from_attributes=True)


def _episode(state: CarePlan) -> EpisodeAnswer | None:
    if state.episode is None:
        return None
    return _shown(EpisodeAnswer, state.episode, earlier_episodes=state.earlier_episodes)


def _plan(state: CarePlan, at: datetime) -> PlanAnswer | None:
    if state.plan is None:
        return None
    (review,) = plan_reviews(state.plan_reviews[-1:])
    return _shown(PlanAnswer, state.plan, review_due_at=review.due_at, review_status=review.status(at))


def _goals(state: CarePlan, *, stabilization: bool) -> tuple[GoalAnswer, ...]:
    return tuple(
        _shown(GoalAnswer, goal, put_by=id_)
        for id_, goal in state.goals.items()
        if (goal.category in STABILIZATION) is stabilization
    )


def _handoff(put_by: UUID, handoff: Handoff, at: datetime) -> HandoffAnswer:
    accepting, meeting_ = acceptance(put_by, handoff), meeting(put_by, handoff)
    return _shown(
        HandoffAnswer,
        handoff,
        put_by=put_by,
        accept_status=accepting.status(at),
        met_due_at=meeting_ and meeting_.due_at,
        met_status=meeting_ and meeting_.status(at),
    )


def _crisis(put_by: UUID, crisis: Crisis, policy: Policy) -> CrisisAnswer:
    failed = crisis.attempts >= policy.crisis.attempts_before_not_reached
    return _shown(
        CrisisAnswer,
        crisis,
        put_by=put_by,
        open=crisis.resolved is None,
        not_reached=failed and crisis.reached is None,
    )


def _obligation(each: Obligation, at: datetime) -> ObligationAnswer:
    return _shown(
        ObligationAnswer,
        each,
        status=each.status(at),
    )
