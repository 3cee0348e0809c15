"""Every measure computed a second time, by other SQL in another database, from files of the views' rows."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pyarrow
import pyarrow.parquet
from sqlalchemy import Boolean, Date, DateTime, Float, Integer, Select, Uuid, bindparam, func, select
from sqlalchemy.types import TypeEngine

from analytics.catalogue import VIEWS
from analytics.measures.catalogue import MEASURES
from analytics.view import View
from service.analytics.reading import Reading
from service.database.analyst_tables import analyst
from tests.analytics.measures_in_duckdb import MEASURES_IN_DUCKDB

Row = tuple[Any, ...]


class Cases(NamedTuple):
    """A measure's cases, each way, in one order."""

    first: list[Row]
    """By its own statement over the projections' rows."""
    second: list[Row]
    """By DuckDB's SQL over the files."""


async def computed_twice(reading: Reading, folder: Path) -> Mapping[str, Cases]:
    """The cases of each measure, by its name; the files are written into the folder, with the record's own ids."""
    for view in VIEWS:
        await _write(reading, view, folder)
    files = {view.name: f"{folder}/{view.name}.parquet" for view in VIEWS}
    first = {measure.name: await _cases(reading, measure.cases(reading.sources)) for measure in MEASURES}
    return _compared(first, files, reading.moment)


async def computed_from_an_export(reading: Reading, folder: Path, role_name: str) -> Mapping[str, Cases]:
    """The same from the folder of an export of Parquet under the pseudonyms of the analyst with this role."""
    files = {view.name: f"{folder}/{view.name}/**/*.parquet" for view in VIEWS}
    first = {}
    for measure in MEASURES:
        told = measure.cases(reading.sources).subquery("told")
        ids = [
            func.analytics.pseudonym(analyst.c.inner_key, analyst.c.outer_key, told.c[name], type_=Uuid).label(name)
            for name in ("client", "case")
        ]
        rest = [column for column in told.c if column.key not in {"client", "case"}]
        of_analyst = (analyst.c.organization_id == told.c.organization_id) & (analyst.c.role_name == bindparam("role"))
        first[measure.name] = await _cases(reading, select(*ids, *rest).join(analyst, of_analyst), role=role_name)
    return _compared(first, files, reading.moment)


def _compared(first: Mapping[str, list[Row]], files: Mapping[str, str], moment: datetime) -> Mapping[str, Cases]:
    with duckdb.connect() as database:
        database.execute("set TimeZone = 'UTC'")
        for name, found in files.items():
            database.sql(f"create view {name} as from read_parquet('{found}', hive_partitioning = false)")
        database.sql(f"create macro now() as timestamptz '{moment.isoformat()}'")
        database.sql(f"create macro today() as date '{moment.date().isoformat()}'")
        return {
            name: Cases(first[name], sorted((_told(row) for row in database.sql(sql).fetchall()), key=repr))
            for name, sql in MEASURES_IN_DUCKDB.items()
        }


async def _cases(reading: Reading, statement: Select[Any], **values: object) -> list[Row]:
    cases = await reading.fetch(statement, **values)
    names = [name for name in dict(cases[0]) if name != "organization_id"] if cases else []
    return sorted((_told(case[name] for name in names) for case in cases), key=repr)


def _told(row: Iterable[Any]) -> Row:
    """A case with ids and lists as text, and with the digits that do not depend on the order of what is summed."""
    plain = [_plain(value) for value in row]
    return tuple(round(value, 6) if isinstance(value, float) else value for value in plain)


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
