"""Consent to disclose: structured, as 42 CFR 2.31 asks (R09); and how it ends."""

from collections.abc import Iterator
from typing import Annotated, Final, Literal

from pydantic import Field

from domain.events.base import Day, Event, FreeText, KnownEntries, RefersTo, ShortText, StrictUUID
from domain.refusals import Refusal
from domain.vocabulary.consents import ConsentPurpose, ConsentScope, RecipientClass, SignerAuthority

MAY_HAVE_NO_END: Final = frozenset({ConsentPurpose.TREATMENT, ConsentPurpose.PAYMENT, ConsentPurpose.OPERATIONS})
"""For these a consent may hold until it is revoked (42 CFR 2.31(a)(6): "end of treatment", "none" and the like)."""


class ConsentGranted(Event):
    """The client allowed a disclosure.

    The elements of 42 CFR 2.31: who discloses, to whom (by name or as a class), for what purpose, how much, until
    when, that the client was told of the right to revoke and of redisclosure, who signed by what right, on which day.
    An incomplete consent is no consent, so what every one needs has no default. `expires_on` is the last day on which
    it holds, in the client's time zone; `expires_when` the event upon which it ends, told by consent_expired.
    Counseling notes need a consent of their own, and so do legal proceedings, since a consent has one purpose.
    """

    type: Literal["consent_granted"] = "consent_granted"
    discloser: ShortText
    """Who may disclose."""
    recipients: tuple[ShortText, ...] = ()
    """To whom, by name."""
    recipient_classes: tuple[RecipientClass, ...] = ()
    """To whom, as a class of recipients."""
    purpose: ConsentPurpose
    """For what purpose."""
    scope: Annotated[tuple[ConsentScope, ...], Field(min_length=1)]
    """How much may be disclosed, by kinds of content."""
    expires_on: Day | None = None
    """The last day on which it holds, in the client's time zone."""
    expires_when: ShortText | None = None
    """The event upon which it ends, where that is no day."""
    right_to_revoke_told: bool
    """Whether the client was told of the right to revoke it."""
    redisclosure_told: bool
    """Whether the client was told that what is disclosed may be disclosed again."""
    signed_on: Day
    """The day on which it was signed."""
    signed_by: ShortText
    """Who signed it."""
    signed_as: SignerAuthority
    """By what right they signed."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""

    def refusals(self, known: KnownEntries) -> Iterator[Refusal]:
        if not (self.recipients or self.recipient_classes):
            yield Refusal("consent_names_recipients", "recipients", "Give recipients by name, or a class of them.")
        if not (self.expires_on or self.expires_when or self.purpose in MAY_HAVE_NO_END):
            yield Refusal(
                "consent_says_when_it_ends",
                "expires_on",
                "Give the last day or the event upon which it ends; only for treatment, payment and operations may"
                " there be none.",
            )
        if self.expires_on and self.expires_on < self.signed_on:
            yield Refusal(
                "consent_expires_after_signing", "expires_on", "This is before it was signed; check the days."
            )
        if not (self.right_to_revoke_told and self.redisclosure_told):
            yield Refusal(
                "consent_tells_rights",
                "right_to_revoke_told" if self.redisclosure_told else "redisclosure_told",
                "A consent tells the right to revoke it and that what is disclosed may be disclosed again; record it"
                " once it does.",
            )
        if ConsentScope.COUNSELING_NOTES in self.scope and len(set(self.scope)) > 1:
            yield Refusal(
                "counseling_notes_apart", "scope", "Counseling notes need a consent of their own; record two consents."
            )


class ConsentRevoked(Event):
    """The client took a consent back: from then on it does not hold, and what was disclosed before stays disclosed
    (42 CFR 2.31(a)(6)); nothing that a retraction, which acts backwards, could say.
    """

    type: Literal["consent_revoked"] = "consent_revoked"
    consent: Annotated[StrictUUID, RefersTo("consent_granted", once=True)]
    """The consent that was taken back."""
    in_writing: bool
    """Whether it was taken back in writing."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""


class ConsentExpired(Event):
    """What a consent was to end upon (`expires_when`) has happened: from then on it does not hold."""

    type: Literal["consent_expired"] = "consent_expired"
    consent: Annotated[StrictUUID, RefersTo("consent_granted", once=True)]
    """The consent that ended."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""
