"""Folds: how a state changes with each kind of event, and what rows and obligations its elements have."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, Generic, NamedTuple, TypeVar, cast

from pydantic import TypeAdapter
from sqlalchemy import Table

from domain.entry import Entry
from domain.events.base import Event
from domain.events.unreadable import Unreadable
from projections import columns
from projections.collection import Change, Elements, key_of
from projections.columns import row_of
from projections.context import Context
from projections.obligations import OBLIGATION, Obligation
from projections.rows import Changes, Row, Rows, difference
from projections.saved_states import load, save, shape

S = TypeVar("S")
E = TypeVar("E")
P = TypeVar("P")
K = TypeVar("K", bound=Event)

Handler = Callable[[S, Entry, K, Context], S]


class EventUnreadable(Exception):
    """A state cannot be told, since it depends on an event that cannot be read."""

    def __init__(self, entry: Entry) -> None:
        super().__init__(f"The event at position {entry.position} cannot be read.")


class ElementChange(NamedTuple):
    """Elements of one kind that stand together, as they were and as they are."""

    element: type
    before: Sequence[Any]
    after: Sequence[Any]
    made_of_others: bool
    """Whether such an element holds no more than others of the state."""


class Fold(Generic[S]):
    """A pure fold: where it begins, how the state changes with each kind of event, and what it keeps in tables.

    Handlers return a new state and change nothing; a kind of event without one leaves the state as it is. They
    never raise for want of an earlier event, since that may have been retracted; they then return the state as
    it was.
    """

    def __init__(self, initial: S, version: int = 1) -> None:
        self.initial = initial
        self.version = version
        """Of a strand: raised whenever the same events would give it another state, other rows or other columns."""
        self._handlers: dict[type[Event], Handler[S, Any]] = {}
        self._former_handlers: dict[type[Event], Handler[S, Any]] = {}
        self._types: set[str] = set()
        self._kept: list[ElementRows[S, Any]] = []

    def on(self, *event_classes: type[K]) -> Callable[[Handler[S, K]], Handler[S, K]]:
        """Register the decorated function for these kinds of event."""

        def register(handler: Handler[S, K]) -> Handler[S, K]:
            for event_class in event_classes:
                self._handlers[event_class] = handler
                self._types.add(event_class.model_fields["type"].default)
            return handler

        return register

    def on_former(self, *event_classes: type[K]) -> Callable[[Handler[S, K]], Handler[S, K]]:
        """Register the decorated function for entries of these kinds as they stood before a correction or retraction.

        Their `revision` says what told of them so and what withdrew it. What stands is for `on`.
        """

        def register(handler: Handler[S, K]) -> Handler[S, K]:
            self._former_handlers.update(dict.fromkeys(event_classes, handler))
            return handler

        return register

    def each(self, element: type[E], of: Callable[[S], Elements[E]]) -> "ElementRows[S, E]":
        """The elements of a collection in the state; say then which rows and obligations each of them has."""
        return self._keep(ElementRows(element, of, lambda before, after: of(after).changes_since(of(before))))

    def one(self, element: type[E], of: Callable[[S], E | None]) -> "ElementRows[S, E]":
        """The one element of its kind in the state, where it is there; say then which rows and obligations it has."""

        def elements(state: S) -> Collection[E]:
            found = of(state)
            return () if found is None else (found,)

        def changed(before: S, after: S) -> Iterable[Change[E]]:
            change = Change(of(before), of(after))
            return () if change.before is change.after else (change,)

        return self._keep(ElementRows(element, elements, changed))

    def shown(self, element: type[E], of: Callable[[S], Collection[E]]) -> None:
        """Elements that are shown and have no rows, such as the last sessions: of those that stay, a replay tells what
        became of them. That one comes or goes is told by what does have rows."""

        def changed(before: S, after: S) -> Iterable[Change[E]]:
            was, now = of(before), of(after)
            if was is not now:
                by_key = {key_of(each): each for each in was}
                for each in now:
                    known = by_key.get(key_of(each), each)
                    if known != each:
                        yield Change(known, each)

        self._keep(ElementRows(element, of, changed)).tell()

    def _keep(self, kept: "ElementRows[S, E]") -> "ElementRows[S, E]":
        self._kept.append(kept)
        return kept

    def handler(self, event_class: type[Event]) -> Handler[S, Any]:
        """The function that is registered for this kind of event. Raises KeyError."""
        return self._handlers[event_class]

    @property
    def handles(self) -> frozenset[type[Event]]:
        """The kinds of event that have a handler; all others leave every state as it was."""
        return frozenset(self._handlers)

    @property
    def asks_for_former(self) -> frozenset[type[Event]]:
        """The kinds of event of which former entries are asked for."""
        return frozenset(self._former_handlers)

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """The tables that hold its rows."""
        return tuple(dict.fromkeys(self._tables()))

    def _tables(self) -> Iterator[Table]:
        for kept in self._kept:
            yield from kept.tables

    def apply(self, state: S, entry: Entry, context: Context) -> S:
        """The state after one more effective entry.

        Raises EventUnreadable where an event of a kind that has a handler cannot be read.
        """
        handlers = self._handlers if entry.revision is None or not entry.former else self._former_handlers
        handler = handlers.get(type(entry.event))
        if handler:
            return handler(state, entry, entry.event, context)
        if isinstance(entry.event, Unreadable) and not entry.former and entry.event.type in self._types:
            raise EventUnreadable(entry)
        return state

    def rows(self, state: S) -> Rows:
        """All rows of a client in that state."""
        rows: dict[Table, list[Row]] = {table: [] for table in self.tables}
        self.add_rows(rows, state)
        return rows

    def add_rows(self, rows: dict[Table, list[Row]], state: S) -> None:
        """Add the rows of a client in that state to those that are there."""
        for kept in self._kept:
            elements = kept.elements(state)
            if elements:
                kept.add_rows(rows, elements)

    def changes(self, before: S, after: S) -> Changes:
        """What becomes of a client's rows when their state goes from the one to the other.

        It takes as long as what changed is large: elements that are the same objects are passed over.
        """
        was: dict[Table, list[Row]] = {}
        now: dict[Table, list[Row]] = {}
        self.add_changed_rows(was, now, before, after)
        return difference(was, now) if was or now else {}

    def add_changed_rows(self, was: dict[Table, list[Row]], now: dict[Table, list[Row]], before: S, after: S) -> None:
        """Add the rows of the elements that differ: as they were, and as they are now."""
        if before is after:
            return
        for kept in self._kept:
            kept.add_changed_rows(was, now, before, after)

    def changed_elements(self, before: S, after: S) -> Iterator[ElementChange]:
        """The elements that differ, as they were and as they are now: what has rows, and what is asked for."""
        if before is not after:
            for kept in self._kept:
                yield from kept.changed_elements(before, after)

    @cached_property
    def shape(self) -> bytes:
        """Another one whenever a state holds other fields: what was saved in it is then not to be loaded."""
        return shape(cast("type", type(self.initial)))

    def save(self, state: S) -> bytes:
        """The state as bytes."""
        return self._saved_initial if state is self.initial else save(self._states, state)

    def load(self, saved: bytes) -> S:
        """The state that was saved in this shape; the initial one is `initial` itself. Raises ValidationError."""
        return self.initial if saved == self._saved_initial else load(self._states, saved)

    @cached_property
    def _saved_initial(self) -> bytes:
        return save(self._states, self.initial)

    @cached_property
    def _states(self) -> TypeAdapter[S]:
        """A state is made of frozen dataclasses."""
        return TypeAdapter(type(self.initial))

    def obligations(self, state: S) -> Iterator[Obligation]:
        """Everything that was ever asked for, in the order of the elements that ask."""
        for kept in self._kept:
            for ask in kept.asks:
                for element in kept.elements(state):
                    yield from ask(element)


class ElementRows(Generic[S, E]):
    """Elements of one kind in a state, and the rows and obligations that each of them has."""

    def __init__(
        self,
        element: type,
        elements: Callable[[S], Collection[E]],
        changes: Callable[[S, S], Iterable[Change[E]]],
    ) -> None:
        self._element = element
        self.elements = elements
        self.changes = changes
        self.asks: list[Callable[[E], Iterable[Obligation]]] = []
        self.made_of_others = False
        self._told: list[tuple[type, Callable[[E], Iterable[Any]]]] = []
        self._rows: list[tuple[Table, Callable[[Iterable[E]], list[Row]]]] = []

    def table(self, name: str) -> Table:
        """Each element is a row of a table of this name, which is declared by it."""
        return self.rows_of(columns.table(name, self._element), self._element)

    def rows_of(self, table: Table, declared_by: type) -> Table:
        """Each element is a row of this table, by what the class, perhaps its base, declares."""
        row = row_of(declared_by)
        self.tell()
        self._rows.append((table, lambda elements: [row(element) for element in elements]))
        return table

    def tell(self) -> None:
        """A replay tells what became of each element; it needs no rows for that."""
        self._told.append((self._element, lambda element: (element,)))

    def parts(self, name: str, part: type[P], of: Callable[[E], Iterable[P]]) -> Table:
        """Each element has rows in a table of this name, which is declared by the parts that it has."""
        return self._parts(columns.table(name, part), part, of)

    def ask(self, obligations: Callable[[E], Iterable[Obligation]]) -> None:
        """Each element asks for something by a time: in answers, and as rows of the table of obligations."""
        self.asks.append(obligations)
        self._parts(OBLIGATION, Obligation, obligations)

    def _parts(self, table: Table, part: type[P], of: Callable[[E], Iterable[P]]) -> Table:
        row = row_of(cast("type", part))

        def rows(elements: Iterable[E]) -> list[Row]:
            return [row(each) for element in elements for each in of(element)]

        self._rows.append((table, rows))
        self._told.append((part, of))
        return table

    @property
    def tables(self) -> list[Table]:
        """The tables in which they have rows."""
        return [table for table, _ in self._rows]

    def changed_elements(self, before: S, after: S) -> Iterator[ElementChange]:
        """The elements that differ and what they are made up of, as they were and as they are now."""
        for change in self.changes(before, after):
            for part, of in self._told:
                was, now = (() if each is None else tuple(of(each)) for each in change)
                yield ElementChange(part, was, now, self.made_of_others)

    def add_changed_rows(self, was: dict[Table, list[Row]], now: dict[Table, list[Row]], before: S, after: S) -> None:
        """Add the rows of the elements that differ: as they were, and as they are now."""
        changed = [change for change in self.changes(before, after) if change.before != change.after]
        if changed:
            self.add_rows(was, [each.before for each in changed if each.before is not None])
            self.add_rows(now, [each.after for each in changed if each.after is not None])

    def add_rows(self, rows: dict[Table, list[Row]], elements: Iterable[E]) -> None:
        """Add the rows of these elements."""
        for table, rows_of in self._rows:
            found = rows_of(elements)
            if table in rows:
                rows[table] += found
            else:
                rows[table] = found
