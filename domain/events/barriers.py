"""What stands between a client and care: raised, worked on, resolved (R28)."""

from typing import Annotated, Literal

from domain.events.base import Day, Event, FreeText, RefersTo, StrictUUID
from domain.vocabulary.barriers import Barrier, BarrierAction, BarrierOutcome
from domain.vocabulary.people import Role


class BarrierRaised(Event):
    """Something stands in the way of care, and a role of the circle sees to it; where it comes back, it is raised
    anew."""

    type: Literal["barrier_raised"] = "barrier_raised"
    kind: Barrier
    """What stands in the way."""
    owner: Role
    """The role that sees to it."""
    detail: FreeText | None = None
    """What exactly, in words."""


class BarrierWorkedOn(Event):
    """Somebody did something about a barrier. What helps only for a while, such as another shift at work, has a last
    day, `until`, in the client's time zone."""

    type: Literal["barrier_worked_on"] = "barrier_worked_on"
    barrier: Annotated[StrictUUID, RefersTo("barrier_raised")]
    """The barrier."""
    worked_on_by: Role
    """Who did something about it, by role."""
    action: BarrierAction
    """What was done."""
    until: Day | None = None
    """The last day on which it helps, in the client's time zone, where it helps for a while only."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""


class BarrierResolved(Event):
    """A barrier stands in the way no more, or nothing more is done about it; perhaps after a referral."""

    type: Literal["barrier_resolved"] = "barrier_resolved"
    barrier: Annotated[StrictUUID, RefersTo("barrier_raised", once=True)]
    """The barrier."""
    outcome: BarrierOutcome
    """What became of it."""
    referral: Annotated[StrictUUID | None, RefersTo("referral_made", cites=True)] = None
    """The referral that helped, where one did."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""
