"""What is kept for the milestone tracker: the moments and days as they were said, not yet in any time zone.

A registration may come after the first crisis contact, or its time zone be corrected: days are counted only
when rows or an answer are made, in the zone known by then.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.policy import Policy
from domain.vocabulary import Precision, Substance
from projections.local_days import local_day


@dataclass(frozen=True, slots=True)
class Use:
    """A use of a substance, from which days are counted anew: a day said at intake (`on`), or a lapse (`at`)."""

    put_by: UUID
    substance: Substance
    on: date | None
    at: datetime | None

    def day(self, zone: ZoneInfo) -> date:
        """The local day of the use. A lapse known only to the day, or roughly, stands for the day it lies in."""
        if self.on is not None:
            return self.on
        assert self.at is not None
        return local_day(self.at, zone)


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal that may be reached."""

    goal: UUID
    description: str


@dataclass(frozen=True, slots=True)
class GoalReached:
    """A goal that was closed as achieved."""

    put_by: UUID
    goal: UUID
    at: datetime
    precision: Precision


@dataclass(frozen=True, slots=True)
class CloseCall:
    """An urge that was ridden out."""

    put_by: UUID
    at: datetime
    precision: Precision


@dataclass(frozen=True, slots=True)
class Celebration:
    """What was celebrated; of `days`, `goal` and `own` at least one says it."""

    put_by: UUID
    at: datetime
    precision: Precision
    days: int | None
    substance: Substance | None
    goal: UUID | None
    own: str | None
    how: str | None


@dataclass(frozen=True, slots=True)
class Progress:
    """A client's way so far; every tuple is in the order in which things happened."""

    time_zone: str | None = None
    uses: tuple[Use, ...] = ()
    goals: tuple[Goal, ...] = ()
    goals_reached: tuple[GoalReached, ...] = ()
    close_calls: tuple[CloseCall, ...] = ()
    celebrations: tuple[Celebration, ...] = ()

    def zone(self, policy: Policy) -> ZoneInfo:
        """The time zone in which the client's days are counted; the organization's until theirs is known."""
        return ZoneInfo(self.time_zone) if self.time_zone else policy.working_days.zone

    def goal(self, goal_id: UUID) -> Goal | None:
        """The goal, unless it was retracted."""
        return next((goal for goal in self.goals if goal.goal == goal_id), None)
