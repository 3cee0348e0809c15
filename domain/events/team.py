"""The team around a client: who is on it, and to whom a task went (R17, R62)."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from domain.events.base import Day, Event, FreeText, KnownEntries, RefersTo, ShortText, StrictUUID
from domain.refusals import Refusal
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from domain.vocabulary.team import ReassignmentReason, ReleaseReason


class TeamMemberAssigned(Event):
    """Somebody of the staff joined the client's team in a role (R17; FHIR CareTeam.participant).

    `person_id` is the actor id by which the record knows them, where they record themselves. They are on the team
    from `from_day`, or from when this occurred, until the end of `until` or until they are released. Several people
    may hold one role.
    """

    type: Literal["team_member_assigned"] = "team_member_assigned"
    role: Role
    """The role in which they joined."""
    person: ShortText
    """Who joined."""
    person_id: StrictUUID | None = None
    """The `actor_id` by which the record knows them, where they record themselves."""
    from_day: Day | None = None
    """Their first day, in the client's time zone; left out where they joined when this occurred."""
    until: Day | None = None
    """Their last day, in the client's time zone, where it is known."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""

    def refusals(self, known: KnownEntries) -> Iterator[Refusal]:
        if self.from_day and self.until and self.until < self.from_day:
            yield Refusal("ends_after_it_begins", "until", "This day lies before from_day; check which is right.")


class TeamMemberReleased(Event):
    """Somebody left the client's team (R17). Their tasks stay with the role; see task_reassigned."""

    type: Literal["team_member_released"] = "team_member_released"
    member: Annotated[StrictUUID, RefersTo("team_member_assigned", once=True)]
    """The assignment that ended."""
    reason: ReleaseReason
    """Why."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""


class TaskReassigned(Event):
    """A task went to another role, or to a person, for a reason (R62; FHIR Task.owner).

    The task is an obligation as answers show it: the entry that asks for it (`because`), its kind and its step. The
    last move counts. A move of what nothing asks for moves nothing, and is shown all the same.
    """

    type: Literal["task_reassigned"] = "task_reassigned"
    because: Annotated[StrictUUID, RefersTo()]
    """The event that asks for the task."""
    kind: ObligationKind
    """What must happen."""
    step: Annotated[int, Field(ge=1, le=1000)] = 1
    """Which step of it, from 1."""
    to_role: Role
    """Who is to do it, by role."""
    to_person: ShortText | None = None
    """Who that is, where known."""
    to_person_id: StrictUUID | None = None
    """The `actor_id` by which the record knows them, where they record themselves."""
    reason: ReassignmentReason
    """Why."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""
