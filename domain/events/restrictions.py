"""Restrictions: what the client asked not to be used or told, and whether the programme agreed (42 CFR 2.26)."""

from collections.abc import Iterator
from typing import Annotated, Final, Literal

from domain.events.base import Event, FreeText, KnownEntries, RefersTo, ShortText, StrictUUID
from domain.refusals import Refusal
from domain.vocabulary.purposes import PurposeOfUse
from domain.vocabulary.restrictions import RestrictionEnding

MAY_BE_RESTRICTED: Final = frozenset(
    {
        PurposeOfUse.CARE_MANAGEMENT,
        PurposeOfUse.PAYMENT,
        PurposeOfUse.OPERATIONS,
        PurposeOfUse.QUALITY_IMPROVEMENT,
        PurposeOfUse.PUBLIC_HEALTH,
        PurposeOfUse.RESEARCH,
        PurposeOfUse.FAMILY_REQUEST,
    }
)
"""The purposes that a client can ask the record not to be used for. Not treatment here, without which there is no care,
and not what the law requires whatever was agreed: emergencies (45 CFR 164.522(a)(1)(iii)), court orders, the client's
own requests (164.522(a)(1)(v))."""


class RestrictionRequested(Event):
    """The client asked that the record not be used or told so (42 CFR 2.26, 45 CFR 164.522(a)).

    Where the programme agreed, that holds from then on, until it ends; it need not agree, but where a health plan is
    not to be told of what the client has paid in full. In an emergency it does not stand in the way.
    """

    type: Literal["restriction_requested"] = "restriction_requested"
    agreed: bool
    """Whether the programme agreed; where it did not, that it was asked is kept."""
    purposes: tuple[PurposeOfUse, ...] = ()
    """For what nobody is to read the record."""
    recipients: tuple[ShortText, ...] = ()
    """Other organizations that are not to be told anything, letter by letter as their keys say them, whatever consents
    say."""
    person_ids: tuple[StrictUUID, ...] = ()
    """People of the clinic who are not to see the record, by their actor ids: a neighbour, somebody of the family."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""

    def refusals(self, known: KnownEntries) -> Iterator[Refusal]:
        if not (self.purposes or self.recipients or self.person_ids):
            yield Refusal(
                "restriction_says_what",
                "purposes",
                "Give purposes, recipients or people to keep the record from.",
            )
        if not MAY_BE_RESTRICTED.issuperset(self.purposes):
            named = ", ".join(sorted(MAY_BE_RESTRICTED))
            yield Refusal("restriction_of_such_a_purpose", "purposes", f"These can be restricted: {named}.")


class RestrictionEnded(Event):
    """A restriction was taken back or terminated: from then on it does not hold (45 CFR 164.522(a)(2))."""

    type: Literal["restriction_ended"] = "restriction_ended"
    restriction: Annotated[StrictUUID, RefersTo("restriction_requested", once=True)]
    """The restriction that ended."""
    by: RestrictionEnding
    """How it came to its end."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""
