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
    reason: EmergencyReason
    hours: Annotated[int, Field(ge=1, le=168)]
    account: FreeText


class EmergencyAccessReviewed(Event):
    """A supervisor looked into an emergency access: whether it was justified, and what follows. It closes nothing."""

    type: Literal["emergency_access_reviewed"] = "emergency_access_reviewed"
    access: Annotated[StrictUUID, RefersTo("emergency_access_opened", once=True)]
    justified: bool
    note: FreeText | None = None
