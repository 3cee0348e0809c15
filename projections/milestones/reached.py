"""What is reached and celebrated beside days: goals, close calls ridden out, celebrations (R47, R48)."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from domain.events.base import FreeText
from domain.vocabulary.record import Precision
from domain.vocabulary.substances import Substance
from projections.elements import KEY, NO_COLUMN, NOT_SHOWN, Named


class ReachedKind(StrEnum):
    """What kind of milestone was reached."""

    GOAL_REACHED = "goal_reached"
    CLOSE_CALL_RIDDEN_OUT = "close_call_ridden_out"


@dataclass(frozen=True, slots=True)
class Reached:
    """Milestones other than counted days: goals reached and close calls ridden out."""

    event_id: Annotated[UUID, KEY]
    """The entry that tells of it."""
    kind: Annotated[ReachedKind, NOT_SHOWN]
    """goal_reached, or close_call_ridden_out."""
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


@dataclass(frozen=True, slots=True)
class ReachedGoal(Reached):
    """A goal that was closed as achieved."""

    description: FreeText
    """The goal in words."""


@dataclass(frozen=True, slots=True)
class RiddenOut(Reached):
    """A close call: an urge that was ridden out."""

    goal: Annotated[UUID | None, NOT_SHOWN]
    """None: no goal was reached."""


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
    own: FreeText | None
    """What was celebrated, in the client's own words."""
    how: FreeText | None
    """How it was celebrated."""
    track: str | None = None
    """Of which substance the days were, or overall."""
    stretch_event_id: UUID | None = None
    """The entry that started the stretch whose days were celebrated."""
    goal_reached_event_id: UUID | None = None
    """The entry that closed that goal as achieved."""

    @property
    def in_own_words(self) -> Annotated[bool, NOT_SHOWN]:
        """Whether the client named something of their own."""
        return self.own is not None
