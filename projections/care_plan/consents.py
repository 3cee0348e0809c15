"""Consents: what the client allowed to be disclosed, to whom, and until when (R09)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from domain.entry import Entry
from domain.events.base import ShortText
from domain.events.consents import ConsentGranted
from domain.vocabulary.consents import ConsentPurpose, ConsentScope
from projections.answers import Answer, At, all_answered
from projections.collection import Elements
from projections.context import Context
from projections.elements import KEY, NOT_SHOWN, Named, ViewContext, at_a_moment
from projections.fold import Fold
from projections.mark import Placed
from projections.strands import Strand


@dataclass(frozen=True, slots=True)
class Consent(Placed):
    """A disclosure that the client allowed. In force: expires_at after now."""

    event_id: Annotated[UUID, KEY]
    """The entry that granted the consent."""
    granted_at: datetime
    """When it was granted."""
    discloser: ShortText
    """Who may disclose."""
    recipients: tuple[ShortText, ...]
    """To whom."""
    purpose: ConsentPurpose
    """What the disclosure is for."""
    scope: tuple[ConsentScope, ...]
    """What may be disclosed."""
    signed_on: date
    """The day on which it was signed."""
    expires_on: date
    """The last day on which it holds, in the client's time zone."""
    expires_at: datetime
    """The end of that day."""

    @property
    def number_of_recipients(self) -> Annotated[int, Named("recipients"), NOT_SHOWN]:
        """How many recipients it names."""
        return len(self.recipients)

    @at_a_moment
    def in_force(self, context: ViewContext) -> bool:
        """Whether it holds at the moment asked about."""
        return context.at < self.expires_at


@dataclass(frozen=True, slots=True)
class Consents:
    """All consents."""

    consents: Elements[Consent] = Elements()


class Shown(Answer):
    consents: tuple[At[Consent], ...]
    """What the client allowed to be disclosed, and to whom."""


def show(state: Consents, context: ViewContext) -> Shown:
    """Every consent, in force or not."""
    return Shown(consents=all_answered(state.consents, context))


fold = Fold(Consents())
STRAND = Strand(fold, Shown, show)
CONSENT = fold.each(Consent, lambda state: state.consents).table("care_plan_consent")


@fold.on(ConsentGranted)
def consent_granted(state: Consents, entry: Entry, event: ConsentGranted, context: Context) -> Consents:
    """A consent, in force until it expires."""
    consent = Consent(
        event_id=entry.id,
        correction_id=entry.correction_id,
        granted_at=entry.occurred_at,
        discloser=event.discloser,
        recipients=event.recipients,
        purpose=event.purpose,
        scope=event.scope,
        signed_on=event.signed_on,
        expires_on=event.expires_on,
        expires_at=context.end_of(event.expires_on),
    )
    return Consents(state.consents.put(consent))
