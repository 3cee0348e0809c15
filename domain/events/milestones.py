"""Milestones that people name and reach themselves, celebrations, and remission as a clinician finds it (R46-R48).

Recovery time, goals reached and the like are derived, by projections/milestones.
"""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from domain.events.base import Event, FreeText, KnownEntries, RefersTo, ShortText, StrictUUID
from domain.refusals import Refusal
from domain.vocabulary.milestones import DiagnosedSeverity, LifeMilestone, RemissionState
from domain.vocabulary.people import Role
from domain.vocabulary.substances import Substance


class MilestoneDefined(Event):
    """A milestone that the client means to reach, of their own or of a usual kind (R47).

    With `days` it is reached by counting, as a step of the ladder is: of the named substance, or overall. Any other
    is reached when milestone_reached says so.
    """

    type: Literal["milestone_defined"] = "milestone_defined"
    kind: LifeMilestone = LifeMilestone.OWN
    """What kind of milestone."""
    name: ShortText
    """What the client calls it."""
    days: Annotated[int, Field(ge=1, le=36_525)] | None = None
    """How many days reach it, where it is reached by counting."""
    substance: Substance | None = None
    """The substance whose days are counted; left out for days overall."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""

    def refusals(self, known: KnownEntries) -> Iterator[Refusal]:
        if self.substance and self.days is None:
            yield Refusal("milestone_counts_days", "days", "Say after how many days of this substance it is reached.")


class MilestoneReached(Event):
    """A milestone was reached: one defined before, or of a usual kind (R47).

    Where it also follows from what happened, such as a move or a first support meeting, it is one milestone.
    """

    type: Literal["milestone_reached"] = "milestone_reached"
    milestone: Annotated[StrictUUID, RefersTo("milestone_defined", once=True)] | None = None
    """The milestone that was defined before."""
    kind: LifeMilestone | None = None
    """What kind of milestone, where none was defined before."""
    how: FreeText | None = None
    """How it was reached, in words."""

    def refusals(self, known: KnownEntries) -> Iterator[Refusal]:
        if (self.milestone is None) == (self.kind is None):
            yield Refusal("reaches_one_milestone", "", "Name the milestone that was defined before, or else its kind.")


class MilestoneCelebrated(Event):
    """A milestone was celebrated: so many days (of one substance, or overall), a goal reached, or one of their own.

    Celebrating is never refused for arithmetic: whose day it is, is theirs to say.
    """

    type: Literal["milestone_celebrated"] = "milestone_celebrated"
    days: Annotated[int, Field(ge=1, le=36_525)] | None = None
    """The days that were celebrated."""
    substance: Substance | None = None
    """The substance whose days they are; left out for days overall."""
    goal: Annotated[StrictUUID, RefersTo("goal_set")] | None = None
    """The goal that was celebrated."""
    milestone: Annotated[StrictUUID, RefersTo("milestone_defined", "milestone_reached")] | None = None
    """The milestone that was celebrated."""
    own: FreeText | None = None
    """What was celebrated, where it is neither."""
    how: FreeText | None = None
    """How it was celebrated, in words."""

    def refusals(self, known: KnownEntries) -> Iterator[Refusal]:
        if self.days is None and self.goal is None and self.milestone is None and self.own is None:
            yield Refusal(
                "celebrates_something",
                "",
                "Say what was celebrated: days, a goal, a milestone, or the client's own words in `own`.",
            )


class RemissionRecorded(Event):
    """A clinician found whether a diagnosed substance use disorder is in remission.

    DSM-5 means by it that no criterion was met but craving (Hasin 2013), which days alone do not tell: it is recorded,
    never derived. It belongs to one substance and its diagnosis; a lapse neither ends nor begins it.
    """

    type: Literal["remission_recorded"] = "remission_recorded"
    substance: Substance
    """The substance."""
    diagnosed: DiagnosedSeverity
    """How severe the diagnosed substance use disorder was."""
    remission: RemissionState
    """Whether and how long it is in remission."""
    on_maintenance_therapy: bool | None = None
    """Whether on maintenance therapy; left out where not known."""
    in_controlled_environment: bool | None = None
    """Whether in a controlled environment; left out where not known."""
    found_by: Role
    """The clinician who found it, by role."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""
