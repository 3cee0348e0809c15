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
    card_format: CardFormat = CardFormat.PRINTED
    recipients: Annotated[tuple[Recipient, ...], Field(min_length=1)] = (Recipient.CLIENT,)
    issued_by: Role
    consent: Annotated[StrictUUID, RefersTo("consent_granted", cites=True)] | None = None
    note: FreeText | None = None

    def refusals(self, known: KnownEntries) -> Iterator[Refusal]:
        yield from others_told_with_consent(self.recipients, self.consent)
