"""What stands in the place of an event that is in the record and cannot be read."""

from enum import StrEnum
from uuid import UUID

from domain.events.base import Event


class Why(StrEnum):
    """Why an event cannot be read."""

    SEAL_BROKEN = "seal_broken"
    """Its bytes, its header or its key are not those that were sealed."""
    UNKNOWN_TYPE = "unknown_type"
    """A newer release wrote it."""
    BODY_INVALID = "body_invalid"
    """It was opened, and does not say what events of its type say."""
    CLIENT_ERASED = "client_erased"
    """It is of a client who was erased, and who had been merged into the one whose timeline is read."""


class Unreadable(Event):
    """An event whose header is there and whose body is not: it keeps its place, and hides no other event.

    `type` and `targets`, the entries that it refers to, are the header's. It is in no catalogue, so it cannot be
    recorded; and what depends on what it says cannot be told (see `effective`, and `Fold.apply`).
    """

    why: Why
    targets: tuple[UUID, ...] = ()
