"""Postvention, here: the review after a crisis, of what worked, what did not and how the plan changes (R44, R45)."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from domain.events.base import Event, FreeText, KnownEntries, Part, RefersTo, StrictUUID
from domain.refusals import Refusal
from domain.vocabulary.people import Role
from domain.vocabulary.postvention import AdjustmentKind, Settlement

MOST_ADJUSTMENTS = 32
"""So many changes at most does a review ask for. Our choice: a plan that is to change in more ways is another plan."""


class Adjustment(Part):
    """One way in which the care plan is to change (R45)."""

    kind: AdjustmentKind
    """What is to change."""
    what: FreeText | None = None
    """How, in words."""


class PostventionReviewed(Event):
    """A crisis was reviewed. Each of its adjustments stays open until it is settled, one by one.

    A crisis that goes on may be reviewed again; `crisis` names any of its contacts.
    """

    type: Literal["postvention_reviewed"] = "postvention_reviewed"
    crisis: Annotated[StrictUUID, RefersTo("crisis_contact_recorded")]
    """Any contact of the crisis."""
    reviewed_by: Annotated[tuple[Role, ...], Field(min_length=1)]
    """Who reviewed it, by role."""
    what_worked: FreeText
    """What worked."""
    what_did_not: FreeText | None = None
    """What did not."""
    adjustments: Annotated[tuple[Adjustment, ...], Field(max_length=MOST_ADJUSTMENTS)] = ()
    """The ways in which the plan is to change."""


class AdjustmentSettled(Event):
    """One change that a review asked for was carried out, or dropped for a reason (R45).

    `number` is its place in the review, from 1. `by` cites the entry that carried it out, where there is one, such as
    the plan that was agreed; it may well have been there before the review was held.
    """

    type: Literal["adjustment_settled"] = "adjustment_settled"
    review: Annotated[StrictUUID, RefersTo("postvention_reviewed", content=True)]
    """The review that asked for it."""
    number: Annotated[int, Field(ge=1, le=MOST_ADJUSTMENTS)]
    """Its place in the review, from 1."""
    how: Settlement
    """Whether it was carried out or dropped."""
    by: Annotated[StrictUUID, RefersTo(cites=True)] | None = None
    """The event that carried it out, where there is one."""
    reason: FreeText | None = None
    """Why, in words."""

    def refusals(self, known: KnownEntries) -> Iterator[Refusal]:
        reviewed = known.content_of(self.review)
        if (
            reviewed
            and isinstance(reviewed.event, PostventionReviewed)
            and self.number > len(reviewed.event.adjustments)
        ):
            yield Refusal(
                "adjustment_was_asked_for",
                "number",
                "That review asks for fewer changes; count them from 1, in the order in which the review names them.",
            )
        if self.how is Settlement.DROPPED and self.reason is None:
            yield Refusal("dropped_for_a_reason", "reason", "Say why it is not carried out after all.")
