"""Rows of log.event as StoredEvents."""

from collections.abc import Iterable

import asyncpg

from service.log.sealed import StoredEvent

EVENTS = f"select {', '.join(StoredEvent._fields)} from log.event where organization_id = $1"  # noqa: S608 columns
"""The beginning of every query for events: their columns in StoredEvent's order, of the organization $1."""

BY_INDEX = (
    "set local plan_cache_mode = force_generic_plan; set local enable_seqscan = off; set local enable_bitmapscan = off"
)
"""What a transaction that looks a few rows up says first (see `scoped`).

A plan for the values at hand would cost more than running it. A plan that is kept must not have been made for a small
table, whose rows were read all, and one after another by an index is how a page stops where it is full.
"""

ONE_SNAPSHOT = "set transaction isolation level repeatable read, read only"
"""What a transaction says first that reads several timelines, or many clients' rows, all as of one moment."""


def stored(rows: Iterable[asyncpg.Record]) -> list[StoredEvent]:
    """The events of rows selected by EVENTS."""
    return [StoredEvent._make(row) for row in rows]
