"""Crisis cards: handed over as a document (R41)."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from domain.events.base import Event, FreeText, KnownEntries, RefersTo, StrictUUID
from domain.events.harm_reduction import others_told_with_consent
from domain.refusals import Refusal
from domain.vocabulary.harm_reduction import CardFormat, Recipient
from domain.vocabulary.people import Role


class CrisisCardIssued(Event):
    """A card with 988, the after-hours line and the client's coping plan was handed over (R41).

    `safety_plan` names the version of the safety plan that it was made from; a card that was handed over before there
    was one holds the lines alone. For cards given to others, `consent` names the consent that allows that.
    """

    type: Literal["crisis_card_issued"] = "crisis_card_issued"
    safety_plan: Annotated[StrictUUID, RefersTo("safety_plan_written", cites=True)] | None = None
    """The version of the safety plan that it was made from."""
    card_format: CardFormat = CardFormat.PRINTED
    """In which form it was handed over."""
    recipients: Annotated[tuple[Recipient, ...], Field(min_length=1)] = (Recipient.CLIENT,)
    """Who got one."""
    issued_by: Role
    """Who handed it over, by role."""
    consent: Annotated[StrictUUID, RefersTo("consent_granted", cites=True)] | None = None
    """The consent that allows it, where others than the client got one."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""

    def refusals(self, known: KnownEntries) -> Iterator[Refusal]:
        yield from others_told_with_consent(self.recipients, self.consent)
