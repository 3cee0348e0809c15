"""Consents: what the client allowed to be disclosed, to whom, and from when until when (R09)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from domain.entry import Entry
from domain.events.base import ShortText
from domain.events.consents import ConsentExpired, ConsentGranted, ConsentRevoked
from domain.replacing import replace
from domain.vocabulary.consents import ConsentPurpose, ConsentScope, RecipientClass, SignerAuthority
from domain.vocabulary.record import Precision
from projections.answers import Answer, At, all_answered
from projections.care_plan.allowed import AllowedDisclosure
from projections.collection import Elements
from projections.context import Context
from projections.elements import KEY, ViewContext
from projections.fold import Fold
from projections.mark import Mark, Placed
from projections.strands import Strand


@dataclass(frozen=True, slots=True)
class Consent(Placed, AllowedDisclosure):
    """A disclosure that the client allowed. In force: holds_from not after now, ends_at after now or null."""

    event_id: Annotated[UUID, KEY]
    """The entry that granted the consent."""
    granted_at: datetime
    """When it was granted."""
    discloser: ShortText
    """Who may disclose."""
    recipients: tuple[ShortText, ...]
    """To whom, by name."""
    recipient_classes: tuple[RecipientClass, ...]
    """To whom, as a class."""
    purpose: ConsentPurpose
    """What the disclosure is for."""
    scope: tuple[ConsentScope, ...]
    """What may be disclosed."""
    signed_on: date
    """The day on which it was signed."""
    signed_by: ShortText
    """Who signed it."""
    signed_as: SignerAuthority
    """By what right: as the client, or on their behalf."""
    expires_on: date | None
    """The last day on which it holds, in the client's time zone; null where no day was said."""
    expires_when: ShortText | None
    """The event upon which it ends; null where none was said."""
    holds_from: datetime
    """From when on it holds: when it was granted, and not before the day on which it was signed."""
    ends_at: datetime | None
    """From when on it does not hold any more: the end of the last day, or when it was revoked or ended by its event."""
    revoked: Mark | None = None
    """The client's taking it back; null where they did not."""
    expired: Mark | None = None
    """That the event happened upon which it ends; null where it has not."""


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
    """A consent, in force from the day of the signature until it ends."""
    consent = Consent(
        event_id=entry.id,
        correction_id=entry.correction_id,
        granted_at=entry.occurred_at,
        discloser=event.discloser,
        recipients=event.recipients,
        recipient_classes=event.recipient_classes,
        purpose=event.purpose,
        scope=event.scope,
        signed_on=event.signed_on,
        signed_by=event.signed_by,
        signed_as=event.signed_as,
        expires_on=event.expires_on,
        expires_when=event.expires_when,
        holds_from=max(_begins(entry, context), context.start_of(event.signed_on)),
        ends_at=context.end_of(event.expires_on) if event.expires_on else None,
    )
    return Consents(state.consents.put(consent))


@fold.on(ConsentRevoked)
def consent_revoked(state: Consents, entry: Entry, event: ConsentRevoked, context: Context) -> Consents:
    """From then on the consent does not hold."""
    revoked = Mark(entry.id, _begins(entry, context))
    changed = state.consents.change(event.consent, lambda each: replace(_ended(each, revoked.at), revoked=revoked))
    return Consents(changed)


@fold.on(ConsentExpired)
def consent_expired(state: Consents, entry: Entry, event: ConsentExpired, context: Context) -> Consents:
    """From then on the consent does not hold."""
    expired = Mark(entry.id, _begins(entry, context))
    changed = state.consents.change(event.consent, lambda each: replace(_ended(each, expired.at), expired=expired))
    return Consents(changed)


def _ended(consent: Consent, at: datetime) -> Consent:
    """The consent with an end then, where it has none before; never before it was granted."""
    end = max(at, consent.granted_at)
    return replace(consent, ends_at=end if consent.ends_at is None else min(end, consent.ends_at))


def _begins(entry: Entry, context: Context) -> datetime:
    """When it occurred; where just the day is known, the beginning of the day. Of a consent taken back nothing is to be
    disclosed on that day any more, rather than against the client's will (our choice)."""
    if entry.precision is Precision.DAY:
        return context.start_of(context.day(entry))
    return entry.occurred_at
