"""Reading exports back, in whichever form."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from analytics import days
from analytics.catalogue import VIEWS
from service.analytics.exports.formats import DUCKDB_FILE, Format

COLUMNS = {view.name: [each.name for each in view.described()] for view in VIEWS} | {
    days.NAME: [each.name for each in days.COLUMNS]
}
"""The columns of each table, in order."""


def digests(folder: Path) -> dict[str, str]:
    """The digest of each file, by its path."""
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def tables_in(folder: Path, form: Format) -> dict[str, list[tuple[object, ...]]]:
    """The rows of each table, each with its columns in order."""
    file = folder / DUCKDB_FILE if form is Format.DUCKDB else ":memory:"
    with duckdb.connect(file, read_only=form is Format.DUCKDB) as database:
        database.execute("SET TimeZone = 'UTC'")
        return {name: _rows_in(database, folder, form, name) for name in COLUMNS}


def _rows_in(database: duckdb.DuckDBPyConnection, folder: Path, form: Format, name: str) -> list[tuple[object, ...]]:
    columns = ", ".join(f'"{each}"' for each in COLUMNS[name])
    if form is Format.ARROW:
        with pa.ipc.open_stream(folder / f"{name}.arrows") as stream:
            return [tuple(row.values()) for row in stream.read_all().to_pylist()]
    sources = {
        Format.PARQUET: f"read_parquet('{folder}/{name}/**/*.parquet')",
        Format.CSV: f"read_csv('{folder}/{name}.csv', all_varchar = true)",
        Format.DUCKDB: name,
    }
    return database.execute(f"SELECT {columns} FROM {sources[form]}").fetchall()


def comparable(row: Iterable[object]) -> tuple[str, ...]:
    """A row as CSV has it."""
    return tuple(map(_text, row))


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case datetime():
            return f"{value:%Y-%m-%d %H:%M:%S.%f}".rstrip("0").rstrip(".") + "+00"
        case float():
            return f"{value:.0f}" if value.is_integer() else f"{value}"
        case list():
            return "|".join(value)
        case _:
            return str(value)
