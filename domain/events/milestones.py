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
    name: ShortText
    days: Annotated[int, Field(ge=1, le=36_525)] | None = None
    substance: Substance | None = None
    note: FreeText | None = None

    def refusals(self, known: KnownEntries) -> Iterator[Refusal]:
        if self.substance and self.days is None:
            yield Refusal("milestone_counts_days", "days", "Say after how many days of this substance it is reached.")


class MilestoneReached(Event):
    """A milestone was reached: one defined before, or of a usual kind (R47).

    Where it also follows from what happened, such as a move or a first support meeting, it is one milestone.
    """

    type: Literal["milestone_reached"] = "milestone_reached"
    milestone: Annotated[StrictUUID, RefersTo("milestone_defined", once=True)] | None = None
    kind: LifeMilestone | None = None
    how: FreeText | None = None

    def refusals(self, known: KnownEntries) -> Iterator[Refusal]:
        if (self.milestone is None) == (self.kind is None):
            yield Refusal("reaches_one_milestone", "", "Name the milestone that was defined before, or else its kind.")


class MilestoneCelebrated(Event):
    """A milestone was celebrated: so many days (of one substance, or overall), a goal reached, or one of their own.

    Celebrating is never refused for arithmetic: whose day it is, is theirs to say.
    """

    type: Literal["milestone_celebrated"] = "milestone_celebrated"
    days: Annotated[int, Field(ge=1, le=36_525)] | None = None
    substance: Substance | None = None
    goal: Annotated[StrictUUID, RefersTo("goal_set")] | None = None
    milestone: Annotated[StrictUUID, RefersTo("milestone_defined", "milestone_reached")] | None = None
    own: FreeText | None = None
    how: FreeText | None = None

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
    diagnosed: DiagnosedSeverity
    remission: RemissionState
    on_maintenance_therapy: bool | None = None
    in_controlled_environment: bool | None = None
    found_by: Role
    note: FreeText | None = None
