"""Every measure computed a second time, by other SQL in another database, from files of the views' rows."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pyarrow
import pyarrow.parquet
from sqlalchemy import Boolean, Date, DateTime, Float, Integer
from sqlalchemy.types import TypeEngine

from analytics.catalogue import VIEWS
from analytics.measures.catalogue import MEASURES
from analytics.measures.measure import Measure
from analytics.view import View
from service.analytics.reading import Reading
from tests.analytics.measures_in_duckdb import MEASURES_IN_DUCKDB

Row = tuple[Any, ...]


class Cases(NamedTuple):
    """A measure's cases, each way, in one order."""

    first: list[Row]
    """By its own statement over the projections' rows."""
    second: list[Row]
    """By DuckDB's SQL over the files."""


async def computed_twice(reading: Reading, folder: Path) -> Mapping[str, Cases]:
    """The cases of each measure, by its name; the files are written into the folder."""
    for view in VIEWS:
        await _write(reading, view, folder)
    first = {measure.name: await _cases(reading, measure) for measure in MEASURES}
    with duckdb.connect() as database:
        for view in VIEWS:
            database.sql(f"create view {view.name} as from '{folder / view.name}.parquet'")
        moment = reading.moment.replace(tzinfo=None).isoformat()
        database.sql(f"create macro now() as timestamp '{moment}'")
        database.sql(f"create macro today() as date '{moment[:10]}'")
        return {
            name: Cases(first[name], sorted(map(_rounded, database.sql(sql).fetchall()), key=repr))
            for name, sql in MEASURES_IN_DUCKDB.items()
        }


async def _cases(reading: Reading, measure: Measure) -> list[Row]:
    columns = ("client", "case", "counted_on", "group", *measure.judged)
    rows = await reading.fetch(measure.cases(reading.sources))
    return sorted((_rounded(tuple(_plain(row[column]) for column in columns)) for row in rows), key=repr)


def _rounded(row: Row) -> Row:
    return tuple(round(value, 6) if isinstance(value, float) else value for value in row)


def _type(of: TypeEngine[Any]) -> pyarrow.DataType:
    for kind, found in (
        (Boolean, pyarrow.bool_()),
        (Date, pyarrow.date32()),
        (DateTime, pyarrow.timestamp("us")),
        (Integer, pyarrow.int64()),
        (Float, pyarrow.float64()),
    ):
        if isinstance(of, kind):
            return found
    return pyarrow.string()


def _plain(value: Any) -> Any:
    """A moment in UTC without saying so; ids and lists as text."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if hasattr(value, "tzinfo"):
        return value.replace(tzinfo=None)
    return value if hasattr(value, "year") else str(value)


async def _write(reading: Reading, view: View, folder: Path) -> None:
    described = view.described()
    rows = await reading.fetch(view.rows(reading.sources))
    columns = {
        column.name: pyarrow.array([_plain(row[column.name]) for row in rows], _type(column.type))
        for column in described
    }
    pyarrow.parquet.write_table(pyarrow.table(columns), folder / f"{view.name}.parquet")
