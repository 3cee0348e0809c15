"""Strands: a fold composed of others, which know nothing of each other."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import Table

from domain.entry import Entry
from domain.events.base import Event
from projections.answers import Answer
from projections.context import Context
from projections.elements import ViewContext
from projections.fold import Fold
from projections.obligations import Obligation
from projections.rows import Row

S = TypeVar("S")

_Handling = tuple[str, Callable[[Any, Entry, Any, Context], Any]]


class Strand(NamedTuple, Generic[S]):
    """One strand of care in a composed projection."""

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
    parts = (strand.show(getattr(state, name), context) for name, strand in strands.items())
    return {name: value for part in parts for name, value in part}


class Strands(Fold[Any]):
    """The fold of a composed state, which has a field for each strand: an event changes those that handle its kind.

    Its version is the sum of theirs and of its own, which is raised when a strand is taken out: by one more than
    that strand's version.
    """

    def __init__(self, name: str, strands: Mapping[str, Strand[Any]], version: int = 0) -> None:
        self._strands = {name: strand.fold for name, strand in strands.items()}
        # A named tuple: of so many fields, a dataclass takes several times as long to copy and to walk through.
        state = NamedTuple(name, [(name, type(fold.initial)) for name, fold in self._strands.items()])  # type: ignore[misc]
        initial = state(*(fold.initial for fold in self._strands.values()))
        super().__init__(initial, version + sum(fold.version for fold in self._strands.values()))
        handling: dict[type[Event], list[_Handling]] = {}
        for strand, fold in self._strands.items():
            assert not fold.asks_for_former, "a strand is given what stands"
            for event_class in fold.handles:
                handling.setdefault(event_class, []).append((strand, fold.handler(event_class)))
        for event_class, handlers in handling.items():
            self.on(event_class)(_in_each(handlers))

    def _tables(self) -> Iterator[Table]:
        """The tables of the whole, then those of the strands."""
        yield from super()._tables()
        for fold in self._strands.values():
            yield from fold.tables

    def add_rows(self, rows: dict[Table, list[Row]], state: Any) -> None:
        """Add the rows of a client in that state to those that are there."""
        super().add_rows(rows, state)
        for name, fold in self._strands.items():
            fold.add_rows(rows, getattr(state, name))

    def add_changed_rows(
        self, was: dict[Table, list[Row]], now: dict[Table, list[Row]], before: Any, after: Any
    ) -> None:
        """Add the rows of the elements that differ: as they were, and as they are now."""
        if before is after:
            return
        super().add_changed_rows(was, now, before, after)
        for fold, was_before, is_now in zip(self._strands.values(), before, after, strict=True):
            if was_before is not is_now:
                fold.add_changed_rows(was, now, was_before, is_now)

    def obligations(self, state: Any) -> Iterator[Obligation]:
        """Everything that was ever asked for, strand after strand."""
        for name, fold in self._strands.items():
            yield from fold.obligations(getattr(state, name))


def _in_each(strands: Iterable[_Handling]) -> Callable[[Any, Entry, Any, Context], Any]:
    """The handler of the whole, made of those of the strands."""
    handling = tuple(strands)

    def handle(state: Any, entry: Entry, event: Any, context: Context) -> Any:
        changed = {}
        for name, handler in handling:
            before = getattr(state, name)
            after = handler(before, entry, event, context)
            if after is not before:
                changed[name] = after
        return state._replace(**changed) if changed else state

    return handle
