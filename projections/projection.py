"""What a projection is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter
from sqlalchemy import Table

from domain.entry import Entry
from domain.events.base import Event
from domain.events.unreadable import Unreadable
from domain.policy import Policy

S = TypeVar("S")
E = TypeVar("E", bound=Event)

Row = tuple[Any, ...]
"""The values of a table's columns in order, without organization_id and client_id: key columns first."""

Rows = Mapping[Table, Sequence[Row]]
"""All rows that one client has in each of a projection's tables."""


class TableChanges(NamedTuple):
    """What became of one client's rows in a table."""

    written: Sequence[Row]
    """Rows that are new or changed, whole."""
    deleted: Sequence[Row]
    """The keys of rows that are gone."""


Changes = Mapping[Table, TableChanges]
"""What became of one client's rows; tables that stayed as they were are left out."""


class EventUnreadable(Exception):
    """A state cannot be told, since it depends on an event that cannot be read."""

    def __init__(self, entry: Entry) -> None:
        super().__init__(f"The event at position {entry.position} cannot be read.")


class Answer(BaseModel):
    """A part of what a projection answers to a person or a system."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Fold(Generic[S]):
    """How a state changes with each kind of event; kinds without a handler leave it as it is.

    Handlers are pure: they return a new state and change nothing. They never raise for want of an earlier
    event, since that may have been retracted; they then return the state as it was.
    """

    def __init__(self) -> None:
        self._handlers: dict[type[Event], Callable[[S, Entry, Any, Policy], S]] = {}
        self._types: set[str] = set()

    def on(
        self, *event_classes: type[E]
    ) -> Callable[[Callable[[S, Entry, E, Policy], S]], Callable[[S, Entry, E, Policy], S]]:
        """Register the decorated function for these kinds of event."""

        def register(handler: Callable[[S, Entry, E, Policy], S]) -> Callable[[S, Entry, E, Policy], S]:
            for event_class in event_classes:
                self._handlers[event_class] = handler
                self._types.add(event_class.model_fields["type"].default)
            return handler

        return register

    @property
    def handles(self) -> frozenset[type[Event]]:
        """The kinds of event that have a handler; all others leave every state as it was."""
        return frozenset(self._handlers)

    def apply(self, state: S, entry: Entry, policy: Policy) -> S:
        """The state after one more effective entry.

        Raises EventUnreadable where an event of a kind that has a handler cannot be read.
        """
        handler = self._handlers.get(type(entry.event))
        if handler:
            return handler(state, entry, entry.event, policy)
        if isinstance(entry.event, Unreadable) and entry.event.type in self._types:
            raise EventUnreadable(entry)
        return state


@dataclass(frozen=True)
class Projection(Generic[S]):
    """A pure fold of one client's effective timeline, and what is made of it.

    `fold` folds; `rows` gives the coded rows that analysts query; `view` is the answer for the circle of
    care at a moment, free text included. Whatever depends on today is kept as the moment at which it
    becomes true; only `view` compares it with a clock, which it is given. Every element of rows and view
    names the entry that put it there. The projection knows nothing of storage.

    `version` goes up whenever the same events would give another state, other rows or other tables: what was
    built by an older version is then not used, and is built anew.
    """

    name: str
    title: str
    version: int
    initial: S
    fold: Fold[S]
    rows: Callable[[S, Policy], Rows]
    view: Callable[[S, datetime, Policy], Answer]
    tables: tuple[Table, ...]
    states: TypeAdapter[S]
    """Turns states into JSON and back; a state is made of frozen dataclasses."""

    @property
    def handles(self) -> frozenset[type[Event]]:
        """The kinds of event that change its states; all others pass it by."""
        return self.fold.handles

    def apply(self, state: S, entry: Entry, policy: Policy) -> S:
        """The state after one more effective entry."""
        return self.fold.apply(state, entry, policy)

    def changes(self, before: S, after: S, policy: Policy) -> Changes:
        """What becomes of a client's rows when their state goes from `before` to `after`."""
        return {} if after is before else difference(self.rows(before, policy), self.rows(after, policy))


def difference(before: Rows, after: Rows) -> Changes:
    """What is written and deleted to come from the one to the other."""
    changes = {}
    for table in {**before, **after}:
        was, now = before.get(table, ()), after.get(table, ())
        if was == now:
            continue
        length = len(table.primary_key.columns) - 2
        old, new = ({row[:length]: row for row in rows} for rows in (was, now))
        written = [row for key, row in new.items() if old.get(key) != row]
        changes[table] = TableChanges(written, list(old.keys() - new.keys()))
    return changes
