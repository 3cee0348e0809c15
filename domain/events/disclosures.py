"""Disclosures that people of the programme made: by consent or court order, and to medical personnel in an emergency.

What systems of other organizations read over the API is told by access records.
"""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from domain.events.base import Event, FreeText, KnownEntries, RefersTo, ShortText, StrictUUID
from domain.refusals import Refusal
from domain.vocabulary.consents import ConsentPurpose, ConsentScope
from domain.vocabulary.disclosures import DisclosureMeans, MedicalEmergency, WithoutConsent

MANY_HOURS = 168
"""The longest that anybody can ask a record to stand open, a week; the organization's policy allows fewer."""


class DisclosureMade(Event):
    """Somebody of the programme told somebody outside something of the record.

    It makes the accounting of disclosures whole (42 CFR 2.25, 45 CFR 164.528). It is recorded whether or not the
    consent held: what was told was told.
    """

    type: Literal["disclosure_made"] = "disclosure_made"
    allowed_by: Annotated[StrictUUID, RefersTo("consent_granted", "court_order_recorded", cites=True)] | None = None
    """The consent or the court order that allowed it; none where the law needs neither, and then `note` says which."""
    recipient: ShortText
    """Who was told: a person or an organization, by name."""
    disclosed_by: ShortText
    """Who told it, by name."""
    purpose: ConsentPurpose
    """For what purpose."""
    scope: Annotated[tuple[ConsentScope, ...], Field(min_length=1)]
    """How much was told, by kinds of content."""
    means: DisclosureMeans
    """How it was told."""
    notice_given: bool
    """Whether the notice that forbids further disclosure went along (42 CFR 2.32)."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""

    def refusals(self, known: KnownEntries) -> Iterator[Refusal]:
        if self.allowed_by is None and self.note is None:
            yield Refusal(
                "disclosure_says_what_allowed_it",
                "allowed_by",
                "Name the consent or the court order that allowed it or, where the law needs neither, say in `note`"
                " what did; in a medical emergency record emergency_disclosure_made.",
            )


class EmergencyDisclosureMade(Event):
    """Medical personnel outside were told something of the record in a medical emergency, without consent.

    What 42 CFR 2.51(c) asks to be documented at once: whom, of which facility, by whom, when (its `occurred_at`), and
    the nature of the emergency. With `hours` a system of the recipient's organization may read as well, for that long
    from then on and no longer than the organization's policy allows. A supervisor has to review it.
    """

    type: Literal["emergency_disclosure_made"] = "emergency_disclosure_made"
    recipient: ShortText
    """Who was told, by name."""
    organization: ShortText
    """The facility to which they belong; letter by letter as its key says it, where its system is to read."""
    disclosed_by: ShortText
    """Who told it, by name."""
    emergency: MedicalEmergency
    """The nature of the emergency."""
    account: FreeText
    """The emergency in words, for whoever reviews it."""
    without_consent: WithoutConsent
    """Why the client's consent could not be had before."""
    scope: Annotated[tuple[ConsentScope, ...], Field(min_length=1)]
    """How much was told, and may be read: as much as the emergency needs (42 CFR 2.51(a))."""
    means: DisclosureMeans
    """How it was told."""
    hours: Annotated[int, Field(ge=1, le=MANY_HOURS)] | None = None
    """For how many hours a system of that organization may read; nothing is opened where that is not said."""


class EmergencyDisclosureReviewed(Event):
    """A supervisor looked into an emergency disclosure: whether it was justified, and what follows.

    What was told stays told. Where it was not justified, the recipient's system reads nothing more by it.
    """

    type: Literal["emergency_disclosure_reviewed"] = "emergency_disclosure_reviewed"
    disclosure: Annotated[StrictUUID, RefersTo("emergency_disclosure_made", once=True)]
    """The emergency disclosure that was reviewed."""
    justified: bool
    """Whether it was justified."""
    note: FreeText | None = None
    """What was found, and what follows."""
