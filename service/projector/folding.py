"""Folding a timeline, in memory."""

from collections.abc import Iterable
from typing import TypeVar
from uuid import UUID

from domain.entry import Entry
from domain.policy import Policy
from projections.projection import Projection
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


def fold(projection: Projection[S], entries: Iterable[Entry], policy: Policy, state: S | None = None) -> S:
    """The state after these effective entries, from `state` or from the beginning. Raises ProjectionFailed."""
    folded = projection.initial if state is None else state
    for entry in entries:
        try:
            folded = projection.apply(folded, entry, policy)
        except Exception as error:
            raise ProjectionFailed(projection.name, entry.id, describe(error)) from error
    return folded


def rows_of(projection: Projection[S], state: S, policy: Policy, last: UUID) -> Rows:
    """The rows of a state; `last` is the entry that led to it. Raises ProjectionFailed."""
    try:
        return projection.rows(state, policy)
    except Exception as error:
        raise ProjectionFailed(projection.name, last, describe(error)) from error


def changes_of(projection: Projection[S], before: S, after: S, policy: Policy, last: UUID) -> Changes:
    """What becomes of the rows from one state to another, which `last` led to. Raises ProjectionFailed."""
    try:
        return projection.changes(before, after, policy)
    except Exception as error:
        raise ProjectionFailed(projection.name, last, describe(error)) from error
