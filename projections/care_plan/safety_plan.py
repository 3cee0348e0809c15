"""The safety plan, in the six steps of Stanley and Brown (R39)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from domain.entry import Entry
from domain.events.base import FreeText
from domain.events.crisis import SafetyPlanWritten
from projections.answers import Answer, At, answered
from projections.context import Context
from projections.elements import KEY, Named, ViewContext
from projections.fold import Fold
from projections.mark import Placed
from projections.strands import Strand


@dataclass(frozen=True, slots=True)
class SafetyPlan(Placed):
    """The version of the safety plan that was written last, in its six steps."""

    event_id: Annotated[UUID, KEY, Named("safety_plan_event_id")]
    """The entry that wrote it; null when none was written."""
    version: Annotated[int, Named("safety_plan_version")]
    """1 for the first safety plan, then 2, 3 …"""
    written_at: Annotated[datetime, Named("safety_plan_written_at")]
    """When it was written."""
    warning_signs: tuple[FreeText, ...]
    """Step 1: signs that a crisis may be coming."""
    own_coping: tuple[FreeText, ...]
    """Step 2: what the client can do alone."""
    people_and_places: tuple[FreeText, ...]
    """Step 3: people and places that take the mind off it."""
    people_to_ask: tuple[FreeText, ...]
    """Step 4: people to ask for help."""
    professionals: tuple[FreeText, ...]
    """Step 5: professionals and lines to call."""
    means_safety: tuple[FreeText, ...]
    """Step 6: making the surroundings safer."""
    crisis: Annotated[UUID | None, Named("safety_plan_crisis")]
    """The crisis contact that it was written after, as it cites it; null where it names none."""

    @property
    def steps(self) -> Annotated[tuple[int, ...], Named("safety_plan_steps")]:
        """Which of the six steps say something."""
        said = (
            self.warning_signs,
            self.own_coping,
            self.people_and_places,
            self.people_to_ask,
            self.professionals,
            self.means_safety,
        )
        return tuple(number for number, step in enumerate(said, start=1) if step)


@dataclass(frozen=True, slots=True)
class SafetyPlans:
    """The current version."""

    current: SafetyPlan | None = None


class Shown(Answer):
    safety_plan: At[SafetyPlan] | None
    """The safety plan's current version."""


def show(state: SafetyPlans, context: ViewContext) -> Shown:
    """The current version."""
    return Shown(safety_plan=state.current and answered(state.current, context))


fold = Fold(SafetyPlans(), version=2)
STRAND = Strand(fold, Shown, show)


@fold.on(SafetyPlanWritten)
def safety_plan_written(state: SafetyPlans, entry: Entry, event: SafetyPlanWritten, context: Context) -> SafetyPlans:
    """The next version, in place of the one before. One that says nothing, as a correction may, replaces none."""
    if not any(event.steps):
        return state
    return SafetyPlans(
        SafetyPlan(
            event_id=entry.id,
            correction_id=entry.correction_id,
            version=state.current.version + 1 if state.current else 1,
            written_at=entry.occurred_at,
            warning_signs=event.warning_signs,
            own_coping=event.own_coping,
            people_and_places=event.people_and_places,
            people_to_ask=event.people_to_ask,
            professionals=event.professionals,
            means_safety=event.means_safety,
            crisis=event.crisis,
        )
    )
