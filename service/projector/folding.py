"""Folding a timeline, in memory."""

from collections.abc import Iterable
from typing import TypeVar
from uuid import UUID

from domain.entry import Entry
from domain.policies import Numbers
from projections.projection import Folded, Projection
from projections.rows import Changes, Rows
from service.runtime.tracebacks import describe

S = TypeVar("S")


class ProjectionFailed(Exception):
    """A projection raised at an entry: a defect of the projection, never of what was recorded.

    `error` names the kind of exception and the line that raised it, not its text, which may quote a client.
    """

    def __init__(self, projection: str, entry_id: UUID, error: str) -> None:
        super().__init__(f"projection {projection} failed at entry {entry_id}: {error}")
        self.projection = projection
        self.entry_id = entry_id
        self.error = error


def fold(projection: Projection[S], entries: Iterable[Entry], numbers: Numbers, begun: Folded[S]) -> Folded[S]:
    """What these effective entries make of what was begun. Raises ProjectionFailed."""
    folded = begun
    for entry in entries:
        try:
            folded = projection.apply(folded, entry, numbers)
        except Exception as error:
            raise ProjectionFailed(projection.name, entry.id, describe(error)) from error
    return folded


def rows_of(projection: Projection[S], folded: Folded[S], last: UUID) -> Rows:
    """The rows of what was folded; `last` is the entry that led to it. Raises ProjectionFailed."""
    try:
        return projection.rows(folded)
    except Exception as error:
        raise ProjectionFailed(projection.name, last, describe(error)) from error


def changes_of(projection: Projection[S], before: Folded[S], after: Folded[S], last: UUID) -> Changes:
    """What becomes of the rows from the one to the other, which `last` led to. Raises ProjectionFailed."""
    try:
        return projection.changes(before, after)
    except Exception as error:
        raise ProjectionFailed(projection.name, last, describe(error)) from error
