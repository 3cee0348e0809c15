"""Reading rows of log.event: as StoredEvents, and by pages of a timeline."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypedDict

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

_LAST_VERSION = 2**31 - 1


class Page(TypedDict, total=False):
    """A part of a timeline; without all of these it is the whole."""

    after: int
    """Only later versions than this."""
    before: int | None
    """Only earlier versions than this."""
    up_to: int | None
    """Only versions up to and with this."""
    limit: int | None
    """At most so many, counted in the order asked for."""
    newest_first: bool
    """The order turned round."""
    types: Sequence[str] | None
    """Only events of these types."""
    known_at: datetime | None
    """Only what had been recorded by this moment."""
    as_of: datetime | None
    """Only what had happened by this moment, as it was recorded: corrections are not applied."""


def page_of(page: Page) -> tuple[str, list[object]]:
    """The query for a page of the timeline of the client $2, and its arguments after those two."""
    before, up_to = page.get("before"), page.get("up_to")
    last = min(_LAST_VERSION if up_to is None else up_to, _LAST_VERSION if before is None else before - 1)
    arguments: list[object] = [page.get("after", 0), last, page.get("limit")]
    conditions = ""
    if (types := page.get("types")) is not None:
        arguments.append(list(types))
        conditions += f" and type = any(${len(arguments) + 2})"
    if (known_at := page.get("known_at")) is not None:
        arguments.append(known_at)
        conditions += f" and recorded_at <= ${len(arguments) + 2}"
    if (as_of := page.get("as_of")) is not None:
        arguments.append(as_of)
        conditions += f" and occurred_at <= ${len(arguments) + 2}"
    order = "version desc" if page.get("newest_first") else "version"
    query = f"{EVENTS} and client_id = $2 and version > $3 and version <= $4{conditions} order by {order} limit $5"
    return query, arguments


def stored(rows: Iterable[asyncpg.Record]) -> list[StoredEvent]:
    """The events of rows selected by EVENTS."""
    return [StoredEvent._make(row) for row in rows]
