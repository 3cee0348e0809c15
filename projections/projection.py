"""What a projection is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Generic, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import Table

from domain.entry import Entry
from domain.events.base import Event
from domain.events.catalogue import EVENT_TYPES
from domain.policy import Policy
from projections.answers import Answer
from projections.fold import Fold
from projections.rows import Changes, Rows

S = TypeVar("S")


@dataclass(frozen=True)
class Projection(Generic[S]):
    """A pure fold of one client's effective timeline, and what is made of it.

    `fold` says how events change the state, and which rows analysts query; `view` is the answer for the circle of
    care at a moment, free text included. Whatever depends on today is kept as the moment at which it becomes true;
    only `view` compares it with a clock, which it is given. Every element of rows and view names the entry that
    put it there. The projection knows nothing of storage.

    `version` goes up whenever the same events would give another state, other rows or other tables: what was
    built by an older version is then not used, and is built anew.
    """

    name: str
    title: str
    version: int
    fold: Fold[S]
    view: Callable[[S, datetime, Policy], Answer]

    @property
    def initial(self) -> S:
        """The state before the first event."""
        return self.fold.initial

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables that hold its rows."""
        return self.fold.tables

    @property
    def handles(self) -> frozenset[type[Event]]:
        """The kinds of event that change its states; all others pass it by."""
        return self.fold.handles

    @cached_property
    def relevant(self) -> frozenset[str]:
        """The types of event that a fold must see to fold rightly: those it handles, and those that they answer to.

        Nothing comes before what it answers to, so these give a handled entry its place in the effective order.
        """
        return frozenset(_answered_to(event_class.model_fields["type"].default for event_class in self.handles))

    @cached_property
    def states(self) -> TypeAdapter[S]:
        """Turns states into JSON and back; a state is made of frozen dataclasses."""
        return TypeAdapter(type(self.initial))

    def apply(self, state: S, entry: Entry, policy: Policy) -> S:
        """The state after one more effective entry."""
        return self.fold.apply(state, entry, policy)

    def rows(self, state: S, policy: Policy) -> Rows:
        """All rows of a client in that state."""
        return self.fold.rows(state, policy)

    def changes(self, before: S, after: S, policy: Policy) -> Changes:
        """What becomes of a client's rows when their state goes from `before` to `after`."""
        return self.fold.changes(before, after, policy)


def _answered_to(types: Iterator[str]) -> set[str]:
    found: set[str] = set()
    waiting = set(types)
    while waiting:
        found |= waiting
        waiting = {
            answered
            for event_type in waiting
            for mark in EVENT_TYPES[event_type].references().values()
            if not mark.cites
            for answered in mark.types
        } - found
    return found
