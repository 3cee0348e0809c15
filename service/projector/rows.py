"""Writing a build's rows: what changed, gathered over many clients, table by table."""

from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Table

from projections.rows import Changes, Row
from service.database.connection import Connection


class RowChanges:
    """Changes to the rows of builds, to be written with one statement a table."""

    def __init__(self, organization_id: UUID) -> None:
        self._organization_id = organization_id
        self._gone: dict[str, list[Row]] = defaultdict(list)
        self._there: dict[str, list[Row]] = defaultdict(list)
        self._emptied: dict[str, list[UUID]] = defaultdict(list)
        self._tables: dict[str, tuple[Table, str]] = {}

    def change(self, schema: str, client_id: UUID, changes: Changes) -> None:
        """Add what became of a client's rows in the build of this schema."""
        place = (self._organization_id, client_id)
        for table, (written, deleted) in changes.items():
            name = self._named(schema, table)
            self._there[name].extend((*place, *row) for row in written)
            self._gone[name].extend((*place, *key) for key in deleted)

    def empty(self, schema: str, client_id: UUID, tables: Iterable[Table]) -> None:
        """Delete whatever rows the client has, before anything is written."""
        for table in tables:
            self._emptied[self._named(schema, table)].append(client_id)

    async def write(self, connection: Connection) -> None:
        """Write all changes, in the connection's transaction."""
        for name, (table, schema) in self._tables.items():
            sql = statements(table, schema)
            if clients := self._emptied.get(name):
                await connection.execute(sql.empty, self._organization_id, clients)
            if keys := self._gone.get(name):
                await connection.executemany(sql.delete, keys)
            if rows := self._there.get(name):
                await connection.execute(sql.upsert, rows)

    def _named(self, schema: str, table: Table) -> str:
        name = f"{schema}.{table.name}"
        self._tables.setdefault(name, (table, schema))
        return name


class Statements(NamedTuple):
    """The SQL by which a build's table is written."""

    upsert: str
    """Takes all rows as one array of the table's own type."""
    delete: str
    empty: str


@cache
def statements(table: Table, schema: str) -> Statements:
    """The statements for this table in a build's schema, made from its declaration."""
    fullname = f"{schema}.{table.name}"
    columns = [column.name for column in table.columns]
    key = [column.name for column in table.primary_key.columns]
    rest = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in key)
    conflict = f"DO UPDATE SET {rest}" if rest else "DO NOTHING"
    where = " AND ".join(f"{name} = ${place}" for place, name in enumerate(key, start=1))
    # Names of tables and columns come from our own declarations.
    return Statements(
        upsert=f"INSERT INTO {fullname} ({', '.join(columns)}) SELECT * FROM unnest($1::{fullname}[])"  # noqa: S608
        f" ON CONFLICT ({', '.join(key)}) {conflict}",
        delete=f"DELETE FROM {fullname} WHERE {where}",  # noqa: S608
        empty=f"DELETE FROM {fullname} WHERE organization_id = $1 AND client_id = ANY($2)",  # noqa: S608
    )
