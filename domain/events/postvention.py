"""Postvention, here: the review after a crisis, of what worked, what did not and how the plan changes (R44, R45)."""

from typing import Annotated, Literal

from pydantic import Field

from domain.events.base import Event, FreeText, Part, RefersTo, StrictUUID
from domain.vocabulary.people import Role
from domain.vocabulary.postvention import AdjustmentKind


class Adjustment(Part):
    """One way in which the care plan is to change (R45)."""

    kind: AdjustmentKind
    what: FreeText | None = None


class PostventionReviewed(Event):
    """A crisis was reviewed. Its adjustments stay open until a plan is agreed that cites this review."""

    type: Literal["postvention_reviewed"] = "postvention_reviewed"
    crisis: Annotated[StrictUUID, RefersTo("crisis_contact_recorded", once=True)]
    reviewed_by: Annotated[tuple[Role, ...], Field(min_length=1)]
    what_worked: FreeText
    what_did_not: FreeText | None = None
    adjustments: tuple[Adjustment, ...] = ()
