"""The shared care plan: who the client is, what was agreed, what is under way and what is due (R09-R13, R32-R42).

It is composed of strands, a module for each: what is kept, how events change it, what it asks for, what it shows.
A further strand is its module and a line in STRANDS (and in Overview, where it has columns in the plan's one row).
"""

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from projections.answers import At, all_answered
from projections.care_plan import (
    adjustments,
    appointments,
    asam,
    barriers,
    cadences,
    caring_contacts,
    check_ins,
    consents,
    contacts,
    court_orders,
    crises,
    crisis_cards,
    disclosures,
    emergency_accesses,
    episodes,
    goals,
    handoffs,
    harm_reduction,
    interventions,
    lapses,
    levels_of_care,
    medications,
    merges,
    next_steps,
    overdose_danger,
    overdoses,
    owners,
    plans,
    referrals,
    registration,
    relapse_prevention,
    residence,
    restrictions,
    risk_contacts,
    safety_plan,
    screenings,
    sessions,
    supports,
    team,
    toxicology,
    triggers_ahead,
)
from projections.care_plan.contacts import Contacts
from projections.care_plan.episodes import Episode
from projections.care_plan.lapses import LastLapse
from projections.care_plan.plans import Plan
from projections.care_plan.registration import Client
from projections.care_plan.safety_plan import SafetyPlan
from projections.elements import ViewContext
from projections.mark import Mark
from projections.obligations import Obligation
from projections.projection import Projection
from projections.strands import Strand, Strands, answer_classes, shown

STRANDS: Final[dict[str, Strand[Any]]] = {
    "registration": registration.STRAND,
    "episodes": episodes.STRAND,
    "asam": asam.STRAND,
    "levels_of_care": levels_of_care.STRAND,
    "plans": plans.STRAND,
    "interventions": interventions.STRAND,
    "cadences": cadences.STRAND,
    "goals": goals.STRAND,
    "consents": consents.STRAND,
    "court_orders": court_orders.STRAND,
    "safety_plans": safety_plan.STRAND,
    "relapse_prevention": relapse_prevention.STRAND,
    "triggers_ahead": triggers_ahead.STRAND,
    "handoffs": handoffs.STRAND,
    "crises": crises.STRAND,
    "contacts": contacts.STRAND,
    "lapses": lapses.STRAND,
    "dangers": overdose_danger.STRAND,
    "team": team.STRAND,
    "supports": supports.STRAND,
    "appointments": appointments.STRAND,
    "sessions": sessions.STRAND,
    "check_ins": check_ins.STRAND,
    "next_steps": next_steps.STRAND,
    "owners": owners.STRAND,
    "overdoses": overdoses.STRAND,
    "harm_reduction": harm_reduction.STRAND,
    "crisis_cards": crisis_cards.STRAND,
    "medications": medications.STRAND,
    "toxicology": toxicology.STRAND,
    "screenings": screenings.STRAND,
    "caring_contacts": caring_contacts.STRAND,
    "adjustments": adjustments.STRAND,
    "barriers": barriers.STRAND,
    "referrals": referrals.STRAND,
    "residences": residence.STRAND,
    "risk_contacts": risk_contacts.STRAND,
    "emergency_accesses": emergency_accesses.STRAND,
    "disclosures": disclosures.STRAND,
    "restrictions": restrictions.STRAND,
    "merges": merges.STRAND,
}
"""Each strand by the name under which the plan keeps its state, in the order of the answer."""


class Overview(NamedTuple):
    """The shared care plan, one row a client."""

    client: Client | None
    """The client."""
    died: Mark | None
    """The client's death; null where nothing says so."""
    episode: Episode | None
    """The current episode of care."""
    plan: Plan | None
    """The plan's current version."""
    safety_plan: SafetyPlan | None
    """The safety plan's current version."""
    contacts: Contacts
    """The last contacts."""
    last_lapse: LastLapse | None
    """The last lapse."""


class CarePlanAnswer(*answer_classes(STRANDS)):  # type: ignore[misc]
    """A client's shared care plan at a moment. Every element names the entry that put it there."""

    obligations: tuple[At[Obligation], ...]
    """What must happen: first what waits, by due time; then what was met or released."""


def view(state: Any, context: ViewContext) -> CarePlanAnswer:
    """The plan as it stands at a moment."""
    asked_for = owners.owned(fold.obligations(state), state.owners, state.team.members, context.at)
    obligations = all_answered(_by_urgency(asked_for), context)
    return CarePlanAnswer(**shown(STRANDS, state, context), obligations=obligations)


def _by_urgency(asked_for: Iterable[Obligation]) -> list[Obligation]:
    obligations = list(asked_for)
    waiting = sorted((each for each in obligations if each.waits()), key=lambda each: each.due_at)
    return [*waiting, *(each for each in obligations if not each.waits())]


fold = Strands({name: strand.fold for name, strand in STRANDS.items()}, version=1)
PLAN = fold.across(
    Overview,
    ("registration", "episodes", "plans", "safety_plans", "contacts", "lapses"),
    lambda state: Overview(
        client=state.registration.client,
        died=state.registration.died,
        episode=state.episodes.current,
        plan=state.plans.current,
        safety_plan=state.safety_plans.current,
        contacts=state.contacts,
        last_lapse=state.lapses.last,
    ),
).table("care_plan")

CARE_PLAN = Projection(name="care_plan", title="Care plan", version=fold.version, fold=fold, view=view)
