"""Referrals to outside parties, to their end: answered, scheduled, completed or closed without one (R29).

None of them is refused for coming in an unusual order: parties take back what they said, in both directions.
"""

from typing import Annotated, Literal

from domain.events.base import Day, Event, FreeText, RefersTo, ShortText, StrictUUID
from domain.vocabulary.people import Role
from domain.vocabulary.referrals import ReferralClosingReason, ReferralDeclineReason, ReferralOutcome, Service


class ReferralMade(Event):
    """An outside party was asked to serve the client, perhaps because of a barrier, or instead of one that could not.

    Whoever made it sees to its answer and its outcome. Where somebody hands the client over in person, it is a handoff.
    """

    type: Literal["referral_made"] = "referral_made"
    service: Service
    """The service that the client needs."""
    to_party: ShortText
    """The party that is asked."""
    made_by: Role
    """Who sees to it, by role."""
    barrier: Annotated[StrictUUID | None, RefersTo("barrier_raised", cites=True)] = None
    """The barrier because of which it was made."""
    instead_of: Annotated[StrictUUID | None, RefersTo("referral_made")] = None
    """An earlier referral that could not serve the client."""
    reason: FreeText | None = None
    """Why, in words."""


class ReferralAccepted(Event):
    """The party will serve the client; also where it had declined before."""

    type: Literal["referral_accepted"] = "referral_accepted"
    referral: Annotated[StrictUUID, RefersTo("referral_made")]
    """The referral."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""


class ReferralDeclined(Event):
    """The party cannot serve the client, or cannot any more; another one is owed."""

    type: Literal["referral_declined"] = "referral_declined"
    referral: Annotated[StrictUUID, RefersTo("referral_made")]
    """The referral."""
    reason: ReferralDeclineReason
    """Why."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""


class ReferralScheduled(Event):
    """The party said when the client is expected, a local day of the client's; the last said counts. Says by itself
    that it accepted."""

    type: Literal["referral_scheduled"] = "referral_scheduled"
    referral: Annotated[StrictUUID, RefersTo("referral_made")]
    """The referral."""
    scheduled_on: Day
    """The day on which the client is expected, a local one of the client's."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""


class ReferralCompleted(Event):
    """The client got what the referral was for: the loop is closed."""

    type: Literal["referral_completed"] = "referral_completed"
    referral: Annotated[StrictUUID, RefersTo("referral_made", once=True)]
    """The referral."""
    outcome: ReferralOutcome
    """What came of it."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""


class ReferralClosed(Event):
    """The referral is not pursued any more, though nothing came of it."""

    type: Literal["referral_closed"] = "referral_closed"
    referral: Annotated[StrictUUID, RefersTo("referral_made", once=True)]
    """The referral."""
    reason: ReferralClosingReason
    """Why it is not pursued any more."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""
