"""Strands: a fold composed of others, which know nothing of each other."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, cached_property
from typing import Any, Final, Generic, NamedTuple, TypeVar

from sqlalchemy import Table

from domain.entry import Entry
from domain.events.base import Event
from domain.policy import Policy
from projections.answers import Answer
from projections.asked_at import AskedAt
from projections.context import Context
from projections.elements import ViewContext
from projections.fold import ElementChange, ElementRows, Fold
from projections.obligations import Obligation
from projections.rows import Row
from projections.saved_states import STRAND
from projections.strand_states import StrandStates, Unread

E = TypeVar("E")
S = TypeVar("S")

_ANY_MOMENT: Final = ViewContext(AskedAt(datetime(2000, 1, 1, tzinfo=UTC)), Policy())

_Handling = tuple[str, Callable[[Any, Entry, Any, Context], Any]]


class Strand(NamedTuple, Generic[S]):
    """One strand of care in a composed projection.

    Of a client of whom it knows nothing it asks for nothing, and shows the same at every moment.
    """

    fold: Fold[S]
    """What is kept, how events change it, and what it asks for."""
    answer: type[Any]
    """What it shows: a model whose fields are a part of the whole's answer."""
    show: Callable[[S, ViewContext], Any]
    """Makes that of its state."""


def answer_classes(strands: Mapping[str, Strand[Any]]) -> tuple[type[Any], ...]:
    """The bases of the whole's answer, so that its fields stand in the order of the strands."""
    return (*reversed([strand.answer for strand in strands.values()]), Answer)


def shown(strands: Mapping[str, Strand[Any]], state: Any, context: ViewContext) -> dict[str, Any]:
    """What all strands show, by the names of the answer's fields."""
    said: dict[str, Any] = {}
    for name, strand in strands.items():
        kept = getattr(state, name)
        said |= _shown_of_nothing(strand) if kept is strand.fold.initial else vars(strand.show(kept, context))
    return said


@cache
def _shown_of_nothing(strand: Strand[Any]) -> dict[str, Any]:
    """What it shows before anything happened: so it is with most strands of most clients, and made once for all."""
    said: dict[str, Any] = vars(strand.show(strand.fold.initial, _ANY_MOMENT))
    return said


class Strands(Fold[StrandStates]):
    """The fold of a composed state, an attribute for each strand: an event changes those that handle its kind.

    Its version is the sum of theirs and of its own, which is raised when a strand is taken out: by one more than
    that strand's version.
    """

    def __init__(self, strands: Mapping[str, Fold[Any]], version: int = 0) -> None:
        self._strands = dict(strands)
        initial = StrandStates({name: fold.initial for name, fold in self._strands.items()})
        super().__init__(initial, version + sum(fold.version for fold in self._strands.values()))
        self._across: list[tuple[Sequence[str], ElementRows[StrandStates, Any]]] = []
        handling: dict[type[Event], list[_Handling]] = {}
        for strand, fold in self._strands.items():
            assert not fold.asks_for_former, "a strand is given what stands"
            for event_class in fold.handles:
                handling.setdefault(event_class, []).append((strand, fold.handler(event_class)))
        for event_class, handlers in handling.items():
            self.on(event_class)(_in_each(handlers))

    def across(
        self, element: type[E], strands: Sequence[str], of: Callable[[StrandStates], E]
    ) -> ElementRows[StrandStates, E]:
        """One element that is made of these strands' states; say then which rows it has."""
        rows = self.one(element, of)
        rows.made_of_others = True
        self._across.append((strands, rows))
        return rows

    def _tables(self) -> Iterator[Table]:
        """The tables of the whole, then those of the strands."""
        yield from super()._tables()
        for fold in self._strands.values():
            yield from fold.tables

    def add_rows(self, rows: dict[Table, list[Row]], state: StrandStates) -> None:
        """Add the rows of a client in that state to those that are there."""
        super().add_rows(rows, state)
        for name, fold in self._strands.items():
            fold.add_rows(rows, getattr(state, name))

    def add_changed_rows(
        self, was: dict[Table, list[Row]], now: dict[Table, list[Row]], before: StrandStates, after: StrandStates
    ) -> None:
        """Add the rows of the elements that differ: as they were, and as they are now."""
        if before is after:
            return
        changed = [name for name in self._strands if not after.same(name, before)]
        for strands, kept in self._across:
            if not set(strands).isdisjoint(changed):
                kept.add_changed_rows(was, now, before, after)
        for name in changed:
            self._strands[name].add_changed_rows(was, now, getattr(before, name), getattr(after, name))

    def changed_elements(self, before: StrandStates, after: StrandStates) -> Iterator[ElementChange]:
        """The elements that differ, strand after strand; then those that are made across strands."""
        changed = [name for name in self._strands if before is not after and not after.same(name, before)]
        for name in changed:
            yield from self._strands[name].changed_elements(getattr(before, name), getattr(after, name))
        for strands, kept in self._across:
            if not set(strands).isdisjoint(changed):
                yield from kept.changed_elements(before, after)

    def obligations(self, state: StrandStates) -> Iterator[Obligation]:
        """Everything that was ever asked for, strand after strand."""
        for name, fold in self._strands.items():
            kept = getattr(state, name)
            if kept is not fold.initial:
                yield from fold.obligations(kept)

    @cached_property
    def shape(self) -> bytes:
        """Another one whenever the state of a strand holds other fields."""
        return b"".join(name.encode() + fold.shape for name, fold in self._strands.items())

    def save(self, state: StrandStates) -> bytes:
        """The state as bytes."""
        return STRAND.join(state.saved(name, fold.save) for name, fold in self._strands.items())

    def load(self, saved: bytes) -> StrandStates:
        """The state that was saved; that of a strand is read when it is asked for."""
        each = zip(self._strands.items(), saved.split(STRAND), strict=True)
        return StrandStates({name: Unread(part, fold.load) for (name, fold), part in each})


def _in_each(strands: Iterable[_Handling]) -> Callable[[StrandStates, Entry, Any, Context], StrandStates]:
    """The handler of the whole, made of those of the strands."""
    handling = tuple(strands)

    def handle(state: StrandStates, entry: Entry, event: Any, context: Context) -> StrandStates:
        changed = {}
        for name, handler in handling:
            before = getattr(state, name)
            after = handler(before, entry, event, context)
            if after is not before:
                changed[name] = after
        return state.replace(changed) if changed else state

    return handle
