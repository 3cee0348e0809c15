"""Rows of log.event as StoredEvents."""

from collections.abc import Iterable

import asyncpg

from service.log.sealed import StoredEvent

EVENTS = f"select {', '.join(StoredEvent._fields)} from log.event where organization_id = $1"  # noqa: S608 columns
"""The beginning of every query for events: their columns in StoredEvent's order, of the organization $1."""


def stored(rows: Iterable[asyncpg.Record]) -> list[StoredEvent]:
    """The events of rows selected by EVENTS."""
    return [StoredEvent._make(row) for row in rows]
