"""Rows, and what became of them."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Table

Row = tuple[Any, ...]
"""The values of a table's columns in order, without organization_id and client_id: key columns first."""

Rows = Mapping[Table, Sequence[Row]]
"""All rows that one client has in each of a projection's tables."""


class TableChanges(NamedTuple):
    """What became of one client's rows in a table."""

    written: Sequence[Row]
    """Rows that are new or changed, whole."""
    deleted: Sequence[Row]
    """The keys of rows that are gone."""


Changes = Mapping[Table, TableChanges]
"""What became of one client's rows; tables that stayed as they were are left out."""


def difference(before: Rows, after: Rows) -> Changes:
    """What is written and deleted to come from the one to the other."""
    changes = {}
    for table in {**before, **after}:
        was, now = before.get(table, ()), after.get(table, ())
        if was == now:
            continue
        length = len(table.primary_key.columns) - 2
        old, new = ({row[:length]: row for row in rows} for rows in (was, now))
        written = [row for key, row in new.items() if old.get(key) != row]
        deleted = list(old.keys() - new.keys())
        if written or deleted:  # rows that only stand in another order are the same rows
            changes[table] = TableChanges(written, deleted)
    return changes
