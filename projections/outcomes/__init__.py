"""Outcomes: what is measured about a client over time, and how long they stay in care (R53).

Sleep, craving and mood as check-ins tell them; scores of instruments; days of use; sessions held and missed, and
meetings of support groups (engagement); readings of goals, among them those about housing and work; milestones of
housing, work and school; and retention, by episode. It is what NOMs and SUPRT ask for, as far as events tell it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Final, NamedTuple
from uuid import UUID

from domain.entry import Entry
from domain.events.contacts import CheckInReceived, SessionHeld, SessionMissed
from domain.events.lapses import LapseRecorded
from domain.events.milestones import MilestoneDefined, MilestoneReached
from domain.events.plan import GoalMeasured, GoalSet
from domain.events.registration import ClientDied, EpisodeClosed, IntakeCompleted
from domain.events.screening import ScreeningScored
from domain.events.supports import SupportMeetingAttended
from domain.instruments.screener import scored
from domain.replacing import replace
from domain.vocabulary.goals import GoalCategory
from domain.vocabulary.intake import DischargeReason
from domain.vocabulary.milestones import LifeMilestone
from domain.vocabulary.screening import Measure
from projections.answers import Answer, At, all_answered
from projections.collection import Elements
from projections.context import Context
from projections.elements import KEY, NOT_SHOWN, Named, ViewContext, at_a_moment
from projections.episode_of_care import UnderWay, after_closing, after_intake
from projections.fold import Fold
from projections.mark import Mark, Placed, mark
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
