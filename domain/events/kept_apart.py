"""What stands in the place of an event that is kept apart, for whoever reads the rest of the record."""

from uuid import UUID

from domain.events.base import Event


class KeptApart(Event):
    """A counseling note, or a correction or retraction of one, of which the header alone is told (R27).

    `type` and `targets`, the entries that it refers to, are the header's. It is in no catalogue, so it cannot be
    recorded, and no fold handles it. How the note stands is told all the same (see `effective`).
    """

    targets: tuple[UUID, ...] = ()
