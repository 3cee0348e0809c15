"""The shared care plan: who the client is, what was agreed, what is under way and what is due (R09-R13, R32-R42).

It is composed of strands, a module for each: what is kept, how events change it, what it asks for, what it shows.
A further strand is its module and, here, a line in each of CarePlan, CarePlanAnswer and `view` (in Overview
too, where it has columns in the plan's one row).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from domain.policy import Policy
from projections.answers import Answer, At, all_answered
from projections.care_plan import (
    consents,
    contacts,
    crises,
    episodes,
    goals,
    handoffs,
    lapses,
    overdose_danger,
    plans,
    registration,
    safety_plan,
)
from projections.care_plan.consents import Consents
from projections.care_plan.contacts import Contacts
from projections.care_plan.crises import Crises
from projections.care_plan.episodes import Episode, Episodes
from projections.care_plan.goals import Goals
from projections.care_plan.handoffs import Handoffs
from projections.care_plan.lapses import Lapse, Lapses
from projections.care_plan.overdose_danger import Dangers
from projections.care_plan.plans import Plan, Plans
from projections.care_plan.registration import Client, Registration
from projections.care_plan.safety_plan import SafetyPlan, SafetyPlans
from projections.elements import ViewContext
from projections.obligations import Obligation
from projections.projection import Projection
from projections.strands import Strands, strand


@dataclass(frozen=True, slots=True)
class CarePlan:
    """The state of each strand."""

    registration: Registration = strand(registration.fold)
    episodes: Episodes = strand(episodes.fold)
    plans: Plans = strand(plans.fold)
    goals: Goals = strand(goals.fold)
    consents: Consents = strand(consents.fold)
    safety_plans: SafetyPlans = strand(safety_plan.fold)
    handoffs: Handoffs = strand(handoffs.fold)
    crises: Crises = strand(crises.fold)
    contacts: Contacts = strand(contacts.fold)
    lapses: Lapses = strand(lapses.fold)
    dangers: Dangers = strand(overdose_danger.fold)


class Overview(NamedTuple):
    """The shared care plan, one row a client."""

    client: Client | None
    """The client."""
    episode: Episode | None
    """The current episode of care."""
    plan: Plan | None
    """The plan's current version."""
    safety_plan: SafetyPlan | None
    """The safety plan's current version."""
    contacts: Contacts
    """The last contacts."""
    last_lapse: Lapse | None
    """The last lapse."""


class CarePlanAnswer(
    overdose_danger.Shown,
    lapses.Shown,
    contacts.Shown,
    crises.Shown,
    handoffs.Shown,
    safety_plan.Shown,
    consents.Shown,
    goals.Shown,
    plans.Shown,
    episodes.Shown,
    registration.Shown,
    Answer,
):
    """A client's shared care plan at a moment. Every element names the entry that put it there."""

    obligations: tuple[At[Obligation], ...]
    """What must happen: first what waits, by due time; then what was met or released."""


def view(state: CarePlan, at: datetime, policy: Policy) -> CarePlanAnswer:
    """The plan as it stands at the moment `at`."""
    context = ViewContext(at, policy)
    shown: tuple[Any, ...] = (
        registration.show(state.registration, context),
        episodes.show(state.episodes, context),
        plans.show(state.plans, context),
        goals.show(state.goals, context),
        consents.show(state.consents, context),
        safety_plan.show(state.safety_plans, context),
        handoffs.show(state.handoffs, context),
        crises.show(state.crises, context),
        contacts.show(state.contacts, context),
        lapses.show(state.lapses, context),
        overdose_danger.show(state.dangers, context),
    )
    said: Mapping[str, Any] = {name: value for part in shown for name, value in part}
    return CarePlanAnswer(**said, obligations=all_answered(_by_urgency(state, policy), context))


def _by_urgency(state: CarePlan, policy: Policy) -> list[Obligation]:
    asked_for = list(fold.obligations(state, policy))
    waiting = sorted((each for each in asked_for if each.waits()), key=lambda each: each.due_at)
    return [*waiting, *(each for each in asked_for if not each.waits())]


fold = Strands(CarePlan)
PLAN = fold.one(
    Overview,
    lambda state: Overview(
        client=state.registration.client,
        episode=state.episodes.current,
        plan=state.plans.current,
        safety_plan=state.safety_plans.current,
        contacts=state.contacts,
        last_lapse=state.lapses.last,
    ),
).table("care_plan")

CARE_PLAN = Projection(name="care_plan", title="Care plan", version=fold.version, fold=fold, view=view)
