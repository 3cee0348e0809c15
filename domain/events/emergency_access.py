"""Emergency access: somebody outside the team opened a client's record ("break the glass"), and how it was reviewed."""

from typing import Annotated, Literal

from pydantic import Field

from domain.events.base import Event, FreeText, RefersTo, StrictUUID
from domain.vocabulary.emergency_access import EmergencyPurpose, EmergencyReason


class EmergencyAccessOpened(Event):
    """Somebody who is not on the client's team opened the record for themselves, for so many hours.

    It counts for whoever records it, from when it occurred, and no longer than the organization's policy allows. Where
    everyone sees every client anyway, it opens nothing and is reviewed all the same. A supervisor has to review it.
    """

    type: Literal["emergency_access_opened"] = "emergency_access_opened"
    purpose: EmergencyPurpose
    """What the record is used for."""
    reason: EmergencyReason
    """Why it cannot wait for the team."""
    hours: Annotated[int, Field(ge=1, le=168)]
    """For how many hours; the organization's policy may allow fewer."""
    account: FreeText
    """The reason in words, for whoever reviews it."""


class EmergencyAccessReviewed(Event):
    """A supervisor looked into an emergency access: whether it was justified, and what follows. It closes nothing."""

    type: Literal["emergency_access_reviewed"] = "emergency_access_reviewed"
    access: Annotated[StrictUUID, RefersTo("emergency_access_opened", once=True)]
    """The emergency access that was reviewed."""
    justified: bool
    """Whether it was justified."""
    note: FreeText | None = None
    """What was found, and what follows."""
