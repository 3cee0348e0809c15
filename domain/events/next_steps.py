"""Next steps, each with an owner and a time (R40)."""

from typing import Annotated, Literal

from domain.events.base import Day, Event, FreeText, PlannedMoment, RefersTo, ShortText, StrictUUID
from domain.vocabulary.next_steps import DropReason, NextStepKind
from domain.vocabulary.people import Role


class NextStepAgreed(Event):
    """Client and team agreed on what comes next: who does it, and by when (R40; FHIR Task).

    Without `due_at` it is due as the policy says. A `micro_goal` is the client's own, for the first hours in a new
    place or after a crisis: nobody owes it, and it expires by itself when its time is over. `until` is the last day
    of what is arranged for a while only, such as a change of shift. `because_of` cites what it was agreed after.
    """

    type: Literal["next_step_agreed"] = "next_step_agreed"
    kind: NextStepKind = NextStepKind.OTHER
    """What kind of step."""
    what: FreeText
    """What is to be done."""
    owner: Role
    """Who does it, by role."""
    owner_person: ShortText | None = None
    """Who that is, where known."""
    owner_person_id: StrictUUID | None = None
    """The `actor_id` by which the record knows them, where they record themselves."""
    due_at: PlannedMoment | None = None
    """By when; left out where the policy says it."""
    micro_goal: bool = False
    """Whether it is a small goal of the client's own, which expires by itself."""
    until: Day | None = None
    """The last day of what is arranged for a while only, in the client's time zone."""
    because_of: (
        Annotated[
            StrictUUID,
            RefersTo(
                "crisis_contact_recorded",
                "postvention_reviewed",
                "lapse_recorded",
                "close_call_recorded",
                "handoff_completed",
                "session_held",
                cites=True,
            ),
        ]
        | None
    ) = None
    """What it was agreed after."""


class NextStepDone(Event):
    """A next step was done (R40)."""

    type: Literal["next_step_done"] = "next_step_done"
    step: Annotated[StrictUUID, RefersTo("next_step_agreed", once=True)]
    """The step."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""


class NextStepDropped(Event):
    """A next step need not be done any more, and why (R40). One that was done all the same counts as done."""

    type: Literal["next_step_dropped"] = "next_step_dropped"
    step: Annotated[StrictUUID, RefersTo("next_step_agreed", once=True)]
    """The step."""
    reason: DropReason
    """Why it need not be done any more."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""
