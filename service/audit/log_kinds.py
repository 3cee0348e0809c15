"""The two logs that an organization has, each with a tree, checkpoints and proofs: what is the same is made once."""

from enum import StrEnum
from typing import Final

from service.proofs.access_records import ENDING


class LogKind(StrEnum):
    """Which of an organization's logs; the database calls it the same."""

    EVENTS = "events"
    """What was recorded: the log itself."""
    ACCESSES = "accesses"
    """Who may read and who has read, beside it."""

    @property
    def follower(self) -> str:
        """The name of the cursor that stands where its last checkpoint was signed."""
        return _FOLLOWERS[self]

    @property
    def ending(self) -> str:
        """How its name ends, after the organization's id."""
        return _ENDINGS[self]

    @property
    def called(self) -> str:
        """What messages call it."""
        return _CALLED[self]

    @property
    def entries(self) -> str:
        """What messages call that which stands in it."""
        return _ENTRIES[self]

    @property
    def entry(self) -> str:
        """One of these."""
        return _ENTRY[self]


_FOLLOWERS: Final = {LogKind.EVENTS: "checkpoints", LogKind.ACCESSES: "access_checkpoints"}
_ENDINGS: Final = {LogKind.EVENTS: "", LogKind.ACCESSES: ENDING}
_CALLED: Final = {LogKind.EVENTS: "the log", LogKind.ACCESSES: "the log of accesses"}
_ENTRIES: Final = {LogKind.EVENTS: "events", LogKind.ACCESSES: "entries"}
_ENTRY: Final = {LogKind.EVENTS: "event", LogKind.ACCESSES: "entry"}
