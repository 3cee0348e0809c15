"""That two clients are one person: a merge keeps both histories, and is undone by an event."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from domain.events.base import Event, FreeText, KnownEntries, RefersTo, StrictUUID
from domain.refusals import Refusal


class ClientsMerged(Event):
    """Another client is the same person: care goes on here, and what was recorded there stays there.

    Along with it, `client_merged_into` is recorded on the other client's timeline.
    """

    replaceable: ClassVar[bool] = False
    retractable: ClassVar[bool] = False

    type: Literal["clients_merged"] = "clients_merged"
    duplicate: StrictUUID
    """The other client's id."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""


class MergeUndone(Event):
    """They are two people after all. Along with it, `client_separated` is recorded on the other client's timeline."""

    replaceable: ClassVar[bool] = False
    retractable: ClassVar[bool] = False

    type: Literal["merge_undone"] = "merge_undone"
    merge: Annotated[StrictUUID, RefersTo("clients_merged", once=True, content=True)]
    """The merge."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""


class _OfTheOther(Event):
    """What stands on the duplicate's timeline: nobody records it by itself."""

    replaceable: ClassVar[bool] = False
    retractable: ClassVar[bool] = False

    def refusals(self, known: KnownEntries) -> Iterator[Refusal]:
        yield Refusal(
            "recorded_with_the_merge",
            "type",
            "Record clients_merged or merge_undone on the timeline of the client with whom care goes on.",
        )


class ClientMergedInto(_OfTheOther):
    """This client is the same person as another, with whom care goes on. Recorded with `clients_merged` alone."""

    type: Literal["client_merged_into"] = "client_merged_into"
    survivor: StrictUUID
    """The id of the client with whom care goes on."""
    # A reference, though to another timeline: so it stands in clear, and headers alone tell who is one person.
    merge: Annotated[StrictUUID, RefersTo("clients_merged", cites=True)]
    """The event on that client's timeline that merged them."""


class ClientSeparated(_OfTheOther):
    """This client is another person than the one they were merged into. Recorded with `merge_undone` alone."""

    type: Literal["client_separated"] = "client_separated"
    merge: Annotated[StrictUUID, RefersTo("client_merged_into")]
    """The event by which they were merged."""
