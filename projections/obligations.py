"""Obligations: what must happen by a time because of an event, what met or released it, and how timely (R54)."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final, NamedTuple
from uuid import UUID

from domain.events.base import ShortText
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from projections.asked_at import AnyMoment
from projections.columns import table
from projections.elements import KEY, NOT_SHOWN, Named, ViewContext, at_a_moment
from projections.mark import Mark
from projections.tables import index_of_waiting

SECONDS_IN_AN_HOUR: Final = 3600


class ObligationStatus(StrEnum):
    """How an obligation stands at a moment; `missed` is one that was released when it was late already, or of which
    an entry says that it did not happen."""

    OPEN = "open"
    LATE = "late"
    MET = "met"
    MET_LATE = "met_late"
    RELEASED = "released"
    MISSED = "missed"


def status_at(
    at: AnyMoment, *, due_at: datetime, met_at: datetime | None, released_at: datetime | None = None
) -> ObligationStatus:
    """How what is due at `due_at` stands at the moment `at`. What is met or released at `due_at` is not late yet."""
    if met_at:
        return ObligationStatus.MET if met_at <= due_at else ObligationStatus.MET_LATE
    if released_at:
        return ObligationStatus.RELEASED if released_at <= due_at else ObligationStatus.MISSED
    return ObligationStatus.OPEN if at <= due_at else ObligationStatus.LATE


class Obligation(NamedTuple):
    """Something that must happen by a time because of an entry. Late: neither met, missed nor released, and due_at
    before now.

    What is released need not happen any more; what is missed cannot, since its time is over, as an appointment to which
    the client did not come. What was met is neither.
    """

    kind: Annotated[ObligationKind, KEY]
    """What must happen."""
    because: Annotated[UUID, KEY]
    """The entry that asks for it, which put this here."""
    step: Annotated[int, KEY]
    """From 1, where one entry asks for the same several times, as a crisis does for contacts."""
    opens_at: datetime
    """From when it can be met."""
    due_at: datetime
    """By when it must be met."""
    owner: Annotated[Role, Named("owner_role")]
    """The role whose task it is. Where care_plan_task_owner has a row for it, it went to somebody else."""
    met: Mark | None = None
    """What met it, late if after due_at; null where nothing has."""
    released: Mark | None = None
    """After what it need not happen any more, missed if after due_at; null where it still does."""
    missed: Mark | None = None
    """What says that it did not happen; null where nothing does."""
    owner_person_id: UUID | None = None
    """The actor id of the person whose task it is; null where that is not known."""
    owner_person: ShortText | None = None
    """The name of that person."""

    @property
    def owner_named(self) -> Annotated[bool, NOT_SHOWN]:
        """Whether it is a certain person's task, named by id or just by name; else whoever holds the role has it."""
        return self.owner_person_id is not None or self.owner_person is not None

    @at_a_moment
    def status(self, context: ViewContext) -> ObligationStatus:
        """At the moment asked about: open, late, met, met_late, released, or missed (or released when late)."""
        return self.stands(context.at)

    def stands(self, at: AnyMoment) -> ObligationStatus:
        """How it stands at that moment."""
        if self.missed and self.met is None:
            return ObligationStatus.MISSED
        return status_at(
            at,
            due_at=self.due_at,
            met_at=self.met.at if self.met else None,
            released_at=self.released.at if self.released else None,
        )

    def waits(self) -> bool:
        """Whether it still has to happen."""
        return self.met is None and self.released is None and self.missed is None

    @property
    def hours_to_met(self) -> float | None:
        """Hours from opens_at to what met it, less than none where that came before; null where nothing has."""
        return (self.met.at - self.opens_at).total_seconds() / SECONDS_IN_AN_HOUR if self.met else None

    @property
    def met_in_time(self) -> bool | None:
        """Whether it was met by its time; false where it was met late, or missed; null where that is open still, or
        where it was released in time, which is no shortcoming of anybody's."""
        if self.met:
            return self.met.at <= self.due_at
        late = self.missed or (self.released and self.released.at > self.due_at)
        return False if late else None


OBLIGATION = table("obligation", Obligation)
index_of_waiting(
    OBLIGATION,
    ["due_at", "client_id", "kind", "because", "step"],
    ended_by=["met_event_id", "released_event_id", "missed_event_id"],
)
