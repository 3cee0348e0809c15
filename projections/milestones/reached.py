"""What is reached and celebrated beside days: goals, milestones of life, close calls, celebrations (R47, R48)."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from domain.events.base import FreeText, ShortText
from domain.vocabulary.milestones import LifeMilestone
from domain.vocabulary.record import Precision
from domain.vocabulary.substances import Substance
from projections.elements import KEY, NO_COLUMN, NOT_SHOWN, Named
from projections.milestones.uses import OF_TRACKS


class ReachedKind(StrEnum):
    """What kind of milestone was reached."""

    GOAL_REACHED = "goal_reached"
    CLOSE_CALL_RIDDEN_OUT = "close_call_ridden_out"
    FIRST_SUPPORT_MEETING = "first_support_meeting"
    HOUSING_SECURED = "housing_secured"
    BACK_TO_WORK = "back_to_work"
    BACK_TO_SCHOOL = "back_to_school"
    FAMILY_REUNITED = "family_reunited"
    SMALL_STEP = "small_step"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Reached:
    """Milestones other than counted days: goals reached, milestones of life, and close calls ridden out."""

    event_id: Annotated[UUID, KEY]
    """The entry that tells of it."""
    kind: ReachedKind
    """What was reached: a goal, a close call ridden out, a milestone of a usual kind or one of their own."""
    number: Annotated[int, NOT_SHOWN]
    """Which one of its kind it is; the client's first is 1."""
    at: Annotated[datetime, Named("reached_at")]
    """When it happened."""
    precision: Precision
    """How exactly that moment is known."""
    on: Annotated[date, Named("reached_on")]
    """The local day on which it happened."""
    goal: UUID | None
    """The entry that set the goal, where a goal was reached."""
    milestone: UUID | None
    """The entry that defined the milestone, where that was done before."""


@dataclass(frozen=True, slots=True)
class ReachedGoal(Reached):
    """A goal that was closed as achieved."""

    milestone: Annotated[UUID | None, NOT_SHOWN]
    """None: a goal is no milestone that was defined."""
    description: FreeText
    """The goal in words."""


@dataclass(frozen=True, slots=True)
class RiddenOut(Reached):
    """A close call: an urge that was ridden out."""

    goal: Annotated[UUID | None, NOT_SHOWN]
    """None: no goal was reached."""
    milestone: Annotated[UUID | None, NOT_SHOWN]
    """None: it is no milestone that was defined."""


@dataclass(frozen=True, slots=True)
class ReachedMilestone(Reached):
    """A milestone of life: of a usual kind, such as housing secured, or the client's own."""

    goal: Annotated[UUID | None, NOT_SHOWN]
    """None: no goal was reached."""
    name: ShortText | None
    """What the client called it, where it was defined before."""
    how: FreeText | None
    """How it was reached, in words; of a micro-goal, what it was."""
    micro_goal: UUID | None = None
    """The entry that agreed on the micro-goal, where one was done."""
    recorded_by_hand: bool = False
    """Whether an entry says that it was reached; else it follows from what happened, such as a move."""
    also_event_id: UUID | None = None
    """The entry that tells of it too, where it was recorded by hand and follows from what happened."""


@dataclass(frozen=True, slots=True)
class Defined:
    """A milestone that the client means to reach."""

    event_id: Annotated[UUID, KEY]
    """The entry that defined it."""
    kind: LifeMilestone
    """What kind it is of."""
    at: Annotated[datetime, Named("defined_at")]
    """When it was defined."""
    on: Annotated[date, Named("defined_on")]
    """The local day."""
    name: ShortText
    """What the client calls it."""
    days: int | None
    """After how many days it is reached, where it is reached by counting."""
    track: Annotated[str | None, OF_TRACKS]
    """Of which substance these days are, or overall."""
    note: FreeText | None
    """More about it."""
    reached_event_id: UUID | None = None
    """The entry that says that it was reached; null for one that is counted."""


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal that may be reached."""

    event_id: Annotated[UUID, KEY]
    """The entry that set it."""
    description: FreeText
    """The goal in words."""
    reached_event_id: UUID | None = None
    """The entry that closed it as achieved, the first one."""


@dataclass(frozen=True, slots=True)
class CelebrationHeld:
    """A celebration, and what it celebrated: days, a goal, or something of the client's own."""

    event_id: Annotated[UUID, KEY]
    """The entry of the celebration."""
    at: Annotated[datetime, Named("celebrated_at")]
    """When it was."""
    precision: Precision
    """How exactly that moment is known."""
    on: Annotated[date, Named("celebrated_on")]
    """The local day."""
    days: int | None
    """How many days were celebrated, where days were."""
    substance: Annotated[Substance | None, NO_COLUMN, NOT_SHOWN]
    """The substance that was named with the days."""
    goal: UUID | None
    """The entry that set the goal that was celebrated."""
    milestone: UUID | None
    """The entry that defined, or told of, the milestone that was celebrated."""
    own: FreeText | None
    """What was celebrated, in the client's own words."""
    how: FreeText | None
    """How it was celebrated."""
    track: Annotated[str | None, OF_TRACKS] = None
    """Of which substance the days were, or overall."""
    stretch_event_id: UUID | None = None
    """The entry that started the stretch whose days were celebrated."""
    goal_reached_event_id: UUID | None = None
    """The entry that closed that goal as achieved."""

    @property
    def in_own_words(self) -> Annotated[bool, NOT_SHOWN]:
        """Whether the client named something of their own."""
        return self.own is not None
