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
    owner: Role
    detail: FreeText | None = None


class BarrierWorkedOn(Event):
    """Somebody did something about a barrier. What helps only for a while, such as another shift at work, has a last
    day, `until`, in the client's time zone."""

    type: Literal["barrier_worked_on"] = "barrier_worked_on"
    barrier: Annotated[StrictUUID, RefersTo("barrier_raised")]
    worked_on_by: Role
    action: BarrierAction
    until: Day | None = None
    note: FreeText | None = None


class BarrierResolved(Event):
    """A barrier stands in the way no more, or nothing more is done about it; perhaps after a referral."""

    type: Literal["barrier_resolved"] = "barrier_resolved"
    barrier: Annotated[StrictUUID, RefersTo("barrier_raised", once=True)]
    outcome: BarrierOutcome
    referral: Annotated[StrictUUID | None, RefersTo("referral_made", cites=True)] = None
    note: FreeText | None = None
