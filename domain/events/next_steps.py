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
    what: FreeText
    owner: Role
    owner_person: ShortText | None = None
    owner_person_id: StrictUUID | None = None
    due_at: PlannedMoment | None = None
    micro_goal: bool = False
    until: Day | None = None
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


class NextStepDone(Event):
    """A next step was done (R40)."""

    type: Literal["next_step_done"] = "next_step_done"
    step: Annotated[StrictUUID, RefersTo("next_step_agreed", once=True)]
    note: FreeText | None = None


class NextStepDropped(Event):
    """A next step need not be done any more, and why (R40). One that was done all the same counts as done."""

    type: Literal["next_step_dropped"] = "next_step_dropped"
    step: Annotated[StrictUUID, RefersTo("next_step_agreed", once=True)]
    reason: DropReason
    note: FreeText | None = None
