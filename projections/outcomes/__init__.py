"""Outcomes: what is measured about a client over time, and how long they stay in care (R53).

Sleep, craving and mood as check-ins tell them; scores of instruments; days of use; sessions held and missed, and
meetings of support groups (engagement); readings of goals, among them those about housing and work; whether housing is
stable; milestones of housing, work and school; and retention, by episode. It is what NOMs and SUPRT ask for, as far as
events tell it.
"""

from uuid import UUID

from projections.answers import Answer, At, all_answered
from projections.elements import ViewContext
from projections.outcomes.fold import Outcomes, fold
from projections.outcomes.measured import Outcome, OutcomeMeasure, Retention, outcomes
from projections.projection import Projection


class OverTime(Answer):
    """A measure over time."""

    measure: OutcomeMeasure
    """What was measured."""
    goal: UUID | None
    """The entry of the goal, of its readings; null otherwise."""
    values: tuple[At[Outcome], ...]
    """What was measured, in the order in which it happened."""


class OutcomesAnswer(Answer):
    """What was measured about a client over time, and how long they stay in care. What nobody measured is not there:
    it is unknown."""

    measures: tuple[OverTime, ...]
    """Each measure, in the order in which they came; each goal's readings by themselves."""
    retention: tuple[At[Retention], ...]
    """Every episode of care, earliest first."""


def view(state: Outcomes, context: ViewContext) -> OutcomesAnswer:
    """The measures, each over time."""
    found: dict[tuple[OutcomeMeasure, UUID | None], list[Outcome]] = {}
    for measured in state.measured:
        for each in outcomes(measured):
            found.setdefault((each.measure, each.goal), []).append(each)
    return OutcomesAnswer(
        measures=tuple(
            OverTime(measure=measure, goal=goal, values=all_answered(values, context))
            for (measure, goal), values in found.items()
        ),
        retention=all_answered(state.retention, context),
    )


OUTCOMES = Projection(name="outcomes", title="Outcomes", version=1, fold=fold, view=view)
