"""Writing a projection's rows: only what changed, or everything after a refold."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple
from uuid import UUID

import asyncpg
from sqlalchemy import Table

from projections.projection import Row, Rows


class RowChanges:
    """Changes to rows, gathered over several clients, to be written table by table."""

    def __init__(self, organization_id: UUID) -> None:
        self._organization_id = organization_id
        self._gone: dict[Table, list[Row]] = {}
        self._there: dict[Table, list[Row]] = {}
        self._emptied: dict[Table, list[UUID]] = {}

    def difference(self, client_id: UUID, before: Rows, after: Rows) -> None:
        """Take the client's rows from `before` to `after`."""
        for table in {*before, *after}:
            was, now = before.get(table, ()), after.get(table, ())
            if was == now:  # most tables, most of the time; a long history has many rows
                continue
            old, new = _by_key(table, was), _by_key(table, now)
            gone = [(self._organization_id, client_id, *key) for key in old.keys() - new.keys()]
            there = [(self._organization_id, client_id, *row) for key, row in new.items() if old.get(key) != row]
            self._gone.setdefault(table, []).extend(gone)
            self._there.setdefault(table, []).extend(there)

    def replacement(self, client_id: UUID, tables: Iterable[Table], after: Rows) -> None:
        """Replace whatever rows the client has by `after`."""
        for table in tables:
            self._emptied.setdefault(table, []).append(client_id)
            self._there.setdefault(table, []).extend(
                (self._organization_id, client_id, *row) for row in after.get(table, ())
            )

    async def write(self, connection: asyncpg.pool.PoolConnectionProxy | asyncpg.Connection) -> None:
        """Write all changes, in the connection's transaction."""
        for table, clients in self._emptied.items():
            await connection.execute(statements(table).empty, self._organization_id, clients)
        for table, keys in self._gone.items():
            if keys:
                await connection.executemany(statements(table).delete, keys)
        for table, rows in self._there.items():
            if rows:
                await connection.executemany(statements(table).upsert, rows)


class Statements(NamedTuple):
    """The SQL by which a projection's table is written."""

    upsert: str
    delete: str
    empty: str


@cache
def statements(table: Table) -> Statements:
    """The statements for this table, made from its declaration."""
    columns = [column.name for column in table.columns]
    key = [column.name for column in table.primary_key.columns]
    values = ", ".join(f"${place}" for place in range(1, len(columns) + 1))
    rest = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in key)
    conflict = f"DO UPDATE SET {rest}" if rest else "DO NOTHING"
    where = " AND ".join(f"{name} = ${place}" for place, name in enumerate(key, start=1))
    # Names of tables and columns come from our own declarations.
    return Statements(
        upsert=f"INSERT INTO {table.fullname} ({', '.join(columns)}) VALUES ({values})"  # noqa: S608
        f" ON CONFLICT ({', '.join(key)}) {conflict}",
        delete=f"DELETE FROM {table.fullname} WHERE {where}",  # noqa: S608
        empty=f"DELETE FROM {table.fullname} WHERE organization_id = $1 AND client_id = ANY($2)",  # noqa: S608
    )


@cache
def _key_length(table: Table) -> int:
    return len(table.primary_key.columns) - 2


def _by_key(table: Table, rows: Sequence[Row]) -> Mapping[Row, Row]:
    length = _key_length(table)
    return {row[:length]: row for row in rows}
