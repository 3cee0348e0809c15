"""Celebrations (R48). The milestones themselves are derived, by projections/milestones."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from domain.events.base import Event, FreeText, KnownEntries, RefersTo, StrictUUID
from domain.refusals import Refusal
from domain.vocabulary.substances import Substance


class MilestoneCelebrated(Event):
    """A milestone was celebrated: so many days (of one substance, or overall), a goal reached, or one of their own.

    Celebrating is never refused for arithmetic: whose day it is, is theirs to say.
    """

    type: Literal["milestone_celebrated"] = "milestone_celebrated"
    days: Annotated[int, Field(ge=1, le=36_525)] | None = None
    substance: Substance | None = None
    goal: Annotated[StrictUUID, RefersTo("goal_set")] | None = None
    own: FreeText | None = None
    how: FreeText | None = None

    def refusals(self, known: KnownEntries) -> Iterator[Refusal]:
        if self.days is None and self.goal is None and self.own is None:
            yield Refusal(
                "celebrates_something",
                "",
                "Say what was celebrated: days, a goal, or the client's own words in `own`.",
            )
