"""Obligations: what must happen by a time because of an event, and what met or released it."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from projections.mark import Mark


class ObligationKind(StrEnum):
    """What an obligation asks for."""

    HANDOFF_ACCEPTANCE = "handoff_acceptance"
    CLIENT_MEETING = "client_meeting"
    CRISIS_CONTACT = "crisis_contact"
    POSTVENTION_REVIEW = "postvention_review"
    PLAN_REVIEW = "plan_review"
    NALOXONE = "naloxone"
    CRISIS_CARD = "crisis_card"


class ObligationStatus(StrEnum):
    """How an obligation stands at a moment; `missed` is one that was released when it was late already."""

    OPEN = "open"
    LATE = "late"
    MET = "met"
    MET_LATE = "met_late"
    RELEASED = "released"
    MISSED = "missed"


class Obligation(NamedTuple):
    """Something that must happen between `opens_at` and `due_at` because of the entry `because`.

    `step` counts from 1 where one entry asks for the same several times, as a crisis does for contacts. What is
    released need not happen any more; what was met is not released.
    """

    kind: ObligationKind
    because: UUID
    step: int
    opens_at: datetime
    due_at: datetime
    met: Mark | None
    released: Mark | None = None

    @property
    def waits(self) -> bool:
        """Whether it still has to happen."""
        return self.met is None and self.released is None

    def status(self, at: datetime) -> ObligationStatus:
        """How it stands at that moment."""
        if self.met:
            return ObligationStatus.MET if self.met.at <= self.due_at else ObligationStatus.MET_LATE
        if self.released:
            return ObligationStatus.RELEASED if self.released.at <= self.due_at else ObligationStatus.MISSED
        return ObligationStatus.OPEN if at <= self.due_at else ObligationStatus.LATE
