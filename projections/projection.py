"""What a projection is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter
from sqlalchemy import Table

from domain.entry import Entry
from domain.events.base import Event
from domain.policy import Policy

S = TypeVar("S")
E = TypeVar("E", bound=Event)

Row = tuple[Any, ...]
"""The values of a table's columns in order, without organization_id and client_id: key columns first."""

Rows = Mapping[Table, Sequence[Row]]
"""All rows that one client has in each of a projection's tables."""


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

    def on(
        self, *event_classes: type[E]
    ) -> Callable[[Callable[[S, Entry, E, Policy], S]], Callable[[S, Entry, E, Policy], S]]:
        """Register the decorated function for these kinds of event."""

        def register(handler: Callable[[S, Entry, E, Policy], S]) -> Callable[[S, Entry, E, Policy], S]:
            for event_class in event_classes:
                self._handlers[event_class] = handler
            return handler

        return register

    def apply(self, state: S, entry: Entry, policy: Policy) -> S:
        """The state after one more effective entry."""
        handler = self._handlers.get(type(entry.event))
        return handler(state, entry, entry.event, policy) if handler else state


@dataclass(frozen=True)
class Projection(Generic[S]):
    """A pure fold of one client's effective timeline, and what is made of it.

    `apply` folds; `rows` gives the coded rows that analysts query; `view` is the answer for the circle of
    care at a moment, free text included. Whatever depends on today is kept as the moment at which it
    becomes true; only `view` compares it with a clock, which it is given. Every element of rows and view
    names the entry that put it there. The projection knows nothing of storage or versions.
    """

    name: str
    title: str
    initial: S
    apply: Callable[[S, Entry, Policy], S]
    rows: Callable[[S, Policy], Rows]
    view: Callable[[S, datetime, Policy], Answer]
    tables: tuple[Table, ...]
    states: TypeAdapter[S]
    """Turns states into JSON and back; a state is made of frozen dataclasses."""
