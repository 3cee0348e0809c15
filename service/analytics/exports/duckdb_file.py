"""One file of DuckDB with a table for each view, and what tables and columns mean as their comments."""

from pathlib import Path
from typing import Any, Final

from sqlalchemy import ARRAY, Boolean, Date, DateTime, Double, Integer, Text, Uuid
from sqlalchemy.types import TypeEngine

from service.analytics.exports.arrow_rows import RowReader, schema_of
from service.analytics.exports.exported import ExportedTable

MEMORY: Final = "1GB"
"""The most that DuckDB takes for what it has not written yet (our choice): what is more goes to its disk."""

_TYPES: Final[dict[type[TypeEngine[Any]], str]] = {
    Uuid: "UUID",
    Text: "VARCHAR",
    DateTime: "TIMESTAMPTZ",
    Date: "DATE",
    Integer: "INTEGER",
    Boolean: "BOOLEAN",
    Double: "DOUBLE",
}


class DuckDbFile:
    """A new file, to which tables are added one after another."""

    def __init__(self, path: Path) -> None:
        """Raises duckdb.IOException where it cannot be written."""
        import duckdb

        self._connection = duckdb.connect(str(path), config={"memory_limit": MEMORY, "threads": 1})
        self._made: set[str] = set()
        path.chmod(0o600)

    def table(self, table: ExportedTable) -> "DuckDbSink":
        """What takes the rows of a table in, of one organization after another."""
        if table.name not in self._made:
            self._make(table)
        return DuckDbSink(self._connection, table)

    def close(self) -> None:
        """All is written."""
        self._connection.close()

    def _make(self, table: ExportedTable) -> None:
        columns = ", ".join(f'"{each.name}" {_type(each.type)}' for each in table.columns)
        comments = [f'TABLE "{table.name}" IS {_quoted(table.meaning)}']
        comments += [f'COLUMN "{table.name}"."{each.name}" IS {_quoted(each.meaning)}' for each in table.columns]
        made = [f'CREATE TABLE "{table.name}" ({columns})', *(f"COMMENT ON {each}" for each in comments)]
        self._connection.execute(";".join(made))
        self._made.add(table.name)


class DuckDbSink:
    """Takes rows into a table."""

    def __init__(self, connection: Any, table: ExportedTable) -> None:
        self._connection = connection
        self._into = f'INSERT INTO "{table.name}" SELECT * FROM rows_of_block'  # noqa: S608 - names are ours
        self._reader = RowReader(table, schema_of(table, without=frozenset()), by_month=False)
        self.rows = 0

    def take(self, block: bytes) -> None:
        """Rows in their order."""
        rows = self._reader.read(block)
        self._connection.register("rows_of_block", rows)
        self._connection.execute(self._into)
        self._connection.unregister("rows_of_block")
        self.rows += rows.num_rows

    def close(self) -> list[Any]:
        """The file is told of when all of it is written."""
        return []


def _type(of_type: TypeEngine[Any]) -> str:
    return f"{_type(of_type.item_type)}[]" if isinstance(of_type, ARRAY) else _TYPES[type(of_type)]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
