"""What can stand in the way of recording or reading care."""

from datetime import datetime
from uuid import UUID


class UnknownClient(Exception):
    """The organization has no client with this id."""


class UnknownIdentifier(Exception):
    """None of the organization's clients has this identifier."""


class ClientExists(Exception):
    """There is a client with this id already, who began with other entries."""


class ClientMerged(Exception):
    """The client is the same person as another, with whom care goes on: nothing new is recorded here."""

    def __init__(self, survivor: UUID) -> None:
        super().__init__(f"The client was merged into {survivor}.")
        self.survivor = survivor


class IdUsed(Exception):
    """An entry with this id exists and says something else; nothing was written."""

    def __init__(self, entry_id: UUID) -> None:
        super().__init__(f"The id {entry_id} was used for another entry.")
        self.entry_id = entry_id


class KnownAtInFuture(Exception):
    """Nobody can say yet what will be known at that moment."""

    def __init__(self, settled: datetime) -> None:
        super().__init__("known_at lies in the future")
        self.settled = settled
