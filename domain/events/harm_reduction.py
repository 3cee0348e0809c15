"""Harm reduction: what was given and taught, and what the client did not want (R19, R32)."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from domain.events.base import Event, FreeText, KnownEntries, RefersTo, StrictUUID
from domain.refusals import Refusal
from domain.vocabulary.harm_reduction import DeclineReason, HarmReductionKind, Recipient, SafetyOffer
from domain.vocabulary.people import Role


class HarmReductionProvided(Event):
    """Means against harm were given or taught, in a crisis or outside one (R19).

    A naloxone kit meets what danger of overdose asks for, in the hands of the client or of somebody of theirs, who
    will be the one to use it. Whoever is taught or given something beside the client learns of the client's care by
    it, so `consent` names the consent that allows that (42 CFR 2.31).
    """

    type: Literal["harm_reduction_provided"] = "harm_reduction_provided"
    kinds: Annotated[tuple[HarmReductionKind, ...], Field(min_length=1)]
    """What was given or taught."""
    recipients: Annotated[tuple[Recipient, ...], Field(min_length=1)] = (Recipient.CLIENT,)
    """To whom."""
    provided_by: Role
    """Who gave or taught it, by role."""
    consent: Annotated[StrictUUID, RefersTo("consent_granted", cites=True)] | None = None
    """The consent that allows it, where others than the client were given or taught something."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""

    def refusals(self, known: KnownEntries) -> Iterator[Refusal]:
        yield from others_told_with_consent(self.recipients, self.consent)


class HarmReductionDeclined(Event):
    """The client was offered a naloxone kit or a crisis card and did not take it; it is not asked for any more.

    A danger of overdose that comes later asks for it anew.
    """

    type: Literal["harm_reduction_declined"] = "harm_reduction_declined"
    offered: Annotated[tuple[SafetyOffer, ...], Field(min_length=1)]
    """What was offered."""
    reason: DeclineReason
    """Why it was not taken."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""


def others_told_with_consent(recipients: tuple[Recipient, ...], consent: object) -> Iterator[Refusal]:
    """Refuses what tells others of the client's care without naming the consent that allows it."""
    if consent is None and any(recipient is not Recipient.CLIENT for recipient in recipients):
        yield Refusal(
            "others_told_with_consent",
            "consent",
            "Name the consent by which the client allowed to involve them; record consent_granted first.",
        )
