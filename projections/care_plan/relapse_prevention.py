"""The relapse-prevention plan: what may set off a craving, what helps, how to say no, and where (R15)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.entry import Entry
from domain.events.base import FreeText
from domain.events.looking_ahead import RelapsePreventionPlanWritten
from domain.replacing import replace
from domain.vocabulary.people import Role
from domain.vocabulary.plan import Environment
from domain.vocabulary.triggers import Trigger
from projections.answers import Answer, At, all_answered, answered
from projections.care_plan.versions import Version, with_version
from projections.collection import Elements
from projections.context import Context
from projections.elements import ViewContext
from projections.fold import Fold
from projections.mark import Mark, mark
from projections.strands import Strand


@dataclass(frozen=True, slots=True)
class RelapsePreventionPlan(Version):
    """A version of the relapse-prevention plan. Current: replaced_at null."""

    written_at: datetime
    """When it was written."""
    written_by: tuple[Role, ...]
    """Who wrote it."""
    environment: Environment
    """Where it is to hold."""
    triggers: tuple[Trigger, ...]
    """What may set off a craving."""
    around: tuple[FreeText, ...]
    """Environmental triggers: places, things, times of day."""
    within: tuple[FreeText, ...]
    """Emotional triggers: feelings, thoughts, states of the body."""
    among_people: tuple[FreeText, ...]
    """Social triggers: company, conflict, pressure."""
    coping: tuple[FreeText, ...]
    """What helps then."""
    refusal_skills: tuple[FreeText, ...]
    """How to say no."""
    because_of: tuple[UUID, ...]
    """The entries that led to this version, as it cites them."""
    replaced: Mark | None = None
    """The version written next; null for the current one."""


@dataclass(frozen=True, slots=True)
class RelapsePreventionPlans:
    """All versions, and which is current."""

    plans: Elements[RelapsePreventionPlan] = Elements()
    current_id: UUID | None = None


class Shown(Answer):
    relapse_prevention_plan: At[RelapsePreventionPlan] | None
    """The relapse-prevention plan's current version. It is the client's own: it outlasts an episode of care."""
    earlier_relapse_prevention_plans: tuple[At[RelapsePreventionPlan], ...]
    """Versions before it, in the order in which they were written."""


def show(state: RelapsePreventionPlans, context: ViewContext) -> Shown:
    """The current version, and those before it."""
    current = state.plans.get(state.current_id)
    return Shown(
        relapse_prevention_plan=current and answered(current, context),
        earlier_relapse_prevention_plans=all_answered((each for each in state.plans if each is not current), context),
    )


fold = Fold(RelapsePreventionPlans())
STRAND = Strand(fold, Shown, show)
RELAPSE_PREVENTION = fold.each(RelapsePreventionPlan, lambda state: state.plans).table("care_plan_relapse_prevention")


@fold.on(RelapsePreventionPlanWritten)
def relapse_prevention_plan_written(
    state: RelapsePreventionPlans, entry: Entry, event: RelapsePreventionPlanWritten, context: Context
) -> RelapsePreventionPlans:
    """The next version, in place of the one before."""
    plan = RelapsePreventionPlan(
        event_id=entry.id,
        correction_id=entry.correction_id,
        version=1,
        recorded_as=entry.position,
        written_at=entry.occurred_at,
        written_by=event.written_by,
        environment=event.environment,
        triggers=event.triggers,
        around=event.around,
        within=event.within,
        among_people=event.among_people,
        coping=event.coping,
        refusal_skills=event.refusal_skills,
        because_of=event.because_of,
    )
    before = state.plans.change(state.current_id, lambda each: replace(each, replaced=mark(entry)))
    return RelapsePreventionPlans(with_version(before, plan), entry.id)
