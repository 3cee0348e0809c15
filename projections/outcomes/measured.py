"""What is measured about a client, and how long they stay in care: what is kept of it (R53)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Final, NamedTuple
from uuid import UUID

from domain.vocabulary.goals import GoalCategory
from domain.vocabulary.intake import DischargeReason
from domain.vocabulary.milestones import LifeMilestone
from domain.vocabulary.screening import Measure
from projections.elements import KEY, NOT_SHOWN, Named, ViewContext, at_a_moment
from projections.mark import Mark, Placed


class OutcomeMeasure(StrEnum):
    """What is measured. What merely happened, as a session held, counts 1 each time, so that sums are counts."""

    CRAVING = "craving"
    MOOD = "mood"
    SLEEP_HOURS = "sleep_hours"
    PHQ_9_TOTAL = "phq_9_total"
    GAD_7_TOTAL = "gad_7_total"
    AUDIT_C_TOTAL = "audit_c_total"
    DAST_10_TOTAL = "dast_10_total"
    BAM_USE = "bam_use"
    BAM_RISK = "bam_risk"
    BAM_PROTECTIVE = "bam_protective"
    BARC_10_TOTAL = "barc_10_total"
    DAYS_OF_USE = "days_of_use"
    SESSIONS_HELD = "sessions_held"
    SESSIONS_MISSED = "sessions_missed"
    SUPPORT_MEETINGS = "support_meetings"
    GOAL_READING = "goal_reading"
    STABLE_HOUSING = "stable_housing"
    HOUSING_SECURED = "housing_secured"
    BACK_TO_WORK = "back_to_work"
    BACK_TO_SCHOOL = "back_to_school"


NOT_A_NUMBER: Final = frozenset({Measure.C_SSRS_RISK})
"""What instruments find that is no number: it stands in care_plan_screening."""

OF_LIFE: Final = {
    LifeMilestone.HOUSING_SECURED: OutcomeMeasure.HOUSING_SECURED,
    LifeMilestone.BACK_TO_WORK: OutcomeMeasure.BACK_TO_WORK,
    LifeMilestone.BACK_TO_SCHOOL: OutcomeMeasure.BACK_TO_SCHOOL,
}
"""Milestones that tell of housing, work and school."""


class Value(NamedTuple):
    """What an entry tells of a measure: a number, or where questions were not answered a range."""

    measure: OutcomeMeasure
    value: float | None
    lowest: float | None = None
    highest: float | None = None


class Outcome(NamedTuple):
    """Something that was measured about a client; to be read by measure and day."""

    event_id: Annotated[UUID, KEY]
    """The entry that tells it."""
    measure: Annotated[OutcomeMeasure, KEY]
    """What was measured. Craving and mood are from 0 to 10, sleep is in hours of the last night."""
    correction_id: UUID | None
    """The last correction of that entry; null where there is none."""
    at: Annotated[datetime, Named("measured_at")]
    """When it was measured, or happened."""
    on: Annotated[date, Named("measured_on")]
    """The client's local day of that."""
    value: float | None
    """The number; 1 where something happened, as a session held; null where it is a range. Stable housing is 1 from a
    move on to where the client can stay as long as they choose, 0 from any other. Of use in days, those that
    are known: one where nobody said how long it went on."""
    lowest: float | None
    """The least that the score can be, with questions unanswered; null where all were answered, or none were asked."""
    highest: float | None
    """The most that it can be."""
    goal: UUID | None
    """The entry that set the goal, of which this is a reading, in the goal's unit; null otherwise."""
    goal_category: GoalCategory | None
    """What that goal is about."""


@dataclass(frozen=True, slots=True)
class Measured(Placed):
    """All that one entry tells; kept as one, since people check in daily for years."""

    at: datetime
    on: date
    values: tuple[Value, ...]
    goal: UUID | None = None
    goal_category: GoalCategory | None = None


@dataclass(frozen=True, slots=True)
class Retention(Placed):
    """An episode of care, and how long the client stayed in it."""

    event_id: Annotated[UUID, KEY]
    """The entry of the intake that opened it."""
    opened_at: datetime
    """When that was completed."""
    opened_on: date
    """The client's local day of that."""
    ended: Mark | None = None
    """The closing of the episode, the intake that opened the next one, or death; null while it goes on."""
    ended_on: date | None = None
    """The client's local day of that."""
    reason: Annotated[DischargeReason | None, Named("discharge_reason")] = None
    """Why it was closed; null where it was not closed."""

    @property
    def days(self) -> Annotated[int | None, Named("days_in_care"), NOT_SHOWN]:
        """Days in care; null while it goes on: then they are counted from opened_on."""
        return None if self.ended_on is None else (self.ended_on - self.opened_on).days

    @at_a_moment
    def days_in_care(self, context: ViewContext) -> int:
        """Days in care, up to the end of the episode or the day asked about."""
        return max(0, ((self.ended_on or context.day) - self.opened_on).days)


def outcomes(measured: Measured) -> Iterator[Outcome]:
    """Each of the measures of which an entry tells."""
    for each in measured.values:
        yield Outcome(
            event_id=measured.event_id,
            measure=each.measure,
            correction_id=measured.correction_id,
            at=measured.at,
            on=measured.on,
            value=each.value,
            lowest=each.lowest,
            highest=each.highest,
            goal=measured.goal,
            goal_category=measured.goal_category,
        )
