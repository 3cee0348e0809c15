"""Consent to disclose: structured, as 42 CFR 2.31 asks (R09)."""

from typing import Annotated, Literal

from pydantic import Field

from domain.events.base import Day, Event, FreeText, ShortText
from domain.vocabulary.consents import ConsentPurpose, ConsentScope


class ConsentGranted(Event):
    """The client allowed a disclosure.

    The elements of 42 CFR 2.31: who discloses, to whom, for what purpose, how much, until when, signed on
    which day. An incomplete consent is no consent, so none of them has a default. `expires_on` is the
    last day on which it holds, in the client's time zone.
    """

    type: Literal["consent_granted"] = "consent_granted"
    discloser: ShortText
    recipients: Annotated[tuple[ShortText, ...], Field(min_length=1)]
    purpose: ConsentPurpose
    scope: Annotated[tuple[ConsentScope, ...], Field(min_length=1)]
    expires_on: Day
    signed_on: Day
    signed_by: ShortText
    note: FreeText | None = None
