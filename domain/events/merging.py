"""That two clients are one person: a merge keeps both histories, and is undone by an event."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from domain.events.base import Event, FreeText, KnownEntries, RefersTo, StrictUUID
from domain.refusals import Refusal


class ClientsMerged(Event):
    """Another client is the same person: care goes on here, and what was recorded there stays there.

    `duplicate` is the other client's id. Along with it, `client_merged_into` is recorded on their timeline.
    """

    replaceable: ClassVar[bool] = False
    retractable: ClassVar[bool] = False

    type: Literal["clients_merged"] = "clients_merged"
    duplicate: StrictUUID
    note: FreeText | None = None


class MergeUndone(Event):
    """They are two people after all. Along with it, `client_separated` is recorded on the other client's timeline."""

    replaceable: ClassVar[bool] = False
    retractable: ClassVar[bool] = False

    type: Literal["merge_undone"] = "merge_undone"
    merge: Annotated[StrictUUID, RefersTo("clients_merged", once=True, content=True)]
    note: FreeText | None = None


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
    """This client is the same person as another, with whom care goes on. Recorded with `clients_merged` alone.

    `survivor` is that client's id, and `merge` the event on their timeline.
    """

    type: Literal["client_merged_into"] = "client_merged_into"
    survivor: StrictUUID
    merge: StrictUUID


class ClientSeparated(_OfTheOther):
    """This client is another person than the one they were merged into. Recorded with `merge_undone` alone."""

    type: Literal["client_separated"] = "client_separated"
    merge: Annotated[StrictUUID, RefersTo("client_merged_into")]
