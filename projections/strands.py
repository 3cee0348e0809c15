"""Strands: a fold composed of others, which know nothing of each other."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import field, fields
from typing import Any, TypeVar, cast

from sqlalchemy import Table

from domain.entry import Entry
from domain.events.base import Event
from domain.policy import Policy
from domain.replacing import replace
from projections.fold import Fold
from projections.obligations import Obligation
from projections.rows import Row

S = TypeVar("S")

_Handling = tuple[str, Callable[[Any, Entry, Any, Policy], Any]]


def strand(fold: Fold[S]) -> S:
    """In the class of a composed state: this field holds the state of this strand.

    client: Registration = strand(registration.fold)
    """
    return field(default=fold.initial, metadata={"fold": fold})


class Strands(Fold[S]):
    """The fold of a composed state: each event changes the strands that handle its kind.

    Its version is the sum of theirs and of its own, which is raised when a strand is taken out: by one more than
    that strand's version.
    """

    def __init__(self, state: type[S], version: int = 0) -> None:
        self._strands: dict[str, Fold[Any]] = {each.name: each.metadata["fold"] for each in fields(cast("Any", state))}
        super().__init__(state(), version + sum(fold.version for fold in self._strands.values()))
        handling: dict[type[Event], list[_Handling]] = {}
        for name, fold in self._strands.items():
            for event_class in fold.handles:
                handling.setdefault(event_class, []).append((name, fold.handler(event_class)))
        for event_class, strands in handling.items():
            self.on(event_class)(_in_each(strands))

    def _tables(self) -> Iterator[Table]:
        """The tables of the whole, then those of the strands."""
        yield from super()._tables()
        for fold in self._strands.values():
            yield from fold.tables

    def add_rows(self, rows: dict[Table, list[Row]], state: S, policy: Policy) -> None:
        """Add the rows of a client in that state to those that are there."""
        super().add_rows(rows, state, policy)
        for name, fold in self._strands.items():
            fold.add_rows(rows, getattr(state, name), policy)

    def add_changed_rows(
        self, was: dict[Table, list[Row]], now: dict[Table, list[Row]], before: S, after: S, policy: Policy
    ) -> None:
        """Add the rows of the elements that differ: as they were, and as they are now."""
        if before is after:
            return
        super().add_changed_rows(was, now, before, after, policy)
        for name, fold in self._strands.items():
            fold.add_changed_rows(was, now, getattr(before, name), getattr(after, name), policy)

    def obligations(self, state: S, policy: Policy) -> Iterator[Obligation]:
        """Everything that was ever asked for, strand after strand."""
        for name, fold in self._strands.items():
            yield from fold.obligations(getattr(state, name), policy)


def _in_each(strands: Iterable[_Handling]) -> Callable[[S, Entry, Any, Policy], S]:
    """The handler of the whole, made of those of the strands."""
    handling = tuple(strands)

    def handle(state: S, entry: Entry, event: Any, policy: Policy) -> S:
        changed = {}
        for name, handler in handling:
            before = getattr(state, name)
            after = handler(before, entry, event, policy)
            if after is not before:
                changed[name] = after
        return replace(cast("Any", state), **changed) if changed else state

    return handle
