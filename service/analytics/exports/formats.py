"""The forms in which an export is written, and what its folder looks like in each."""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol
from uuid import UUID

from analytics.view import ORGANIZATION
from service.analytics.exports.duckdb_file import DuckDbFile
from service.analytics.exports.exported import ExportedTable
from service.analytics.exports.files import DigestedFile, NewFiles, WrittenFile, digest_of
from service.analytics.exports.sinks import ArrowSink, CsvSink, PartitionedParquetSink, Sink

DUCKDB_FILE: Final = "care-timeline.duckdb"


class Format(StrEnum):
    """A form in which rows are written."""

    PARQUET = "parquet"
    CSV = "csv"
    ARROW = "arrow"
    DUCKDB = "duckdb"


class FormatMissing(Exception):
    """The libraries that write this form are not installed."""


class Destination(Protocol):
    """The files of an export, as they come to be. All of it is used in threads, one call after another."""

    by_month: bool
    """Whether rows are taken month by month."""

    def sink(self, table: ExportedTable, organization_id: UUID | None) -> Sink:
        """What takes an organization's rows of a table in; None for a table that is the same for all."""

    def end(self, sink: Sink) -> list[WrittenFile]:
        """The organization's rows of the table are taken in; which files are whole by that."""

    def close(self) -> list[WrittenFile]:
        """All rows are taken in; which files are whole by that."""


def destination(form: Format, files: NewFiles) -> Destination:
    """Where an export of this form is written. Raises FormatMissing."""
    require(form)
    match form:
        case Format.PARQUET:
            return _Parquet(files)
        case Format.DUCKDB:
            return _DuckDb(files.folder)
        case Format.CSV:
            return _FileOfEachTable(files, "csv", CsvSink)
        case Format.ARROW:
            return _FileOfEachTable(files, "arrows", ArrowSink)


def require(form: Format) -> None:
    """That the libraries for this form are there. Raises FormatMissing."""
    try:
        if form is Format.DUCKDB:
            import duckdb  # noqa: F401
        if form is not Format.CSV:
            import pyarrow  # noqa: F401
    except ImportError:
        raise FormatMissing(
            f"To write {form}, the extra `analytics` has to be installed: pip install 'care-timeline[analytics]'."
        ) from None


class _Parquet:
    """A folder for each view, in it one for each organization, in it one for each month: as Hive has it."""

    by_month = True

    def __init__(self, files: NewFiles) -> None:
        self._files = files

    def sink(self, table: ExportedTable, organization_id: UUID | None) -> Sink:
        within = f"{table.name}/{ORGANIZATION}={organization_id}" if organization_id else table.name
        told_by_names = frozenset({ORGANIZATION}) if organization_id else frozenset[str]()
        return PartitionedParquetSink(table, within, self._files.open, without=told_by_names)

    def end(self, sink: Sink) -> list[WrittenFile]:
        return sink.close()

    def close(self) -> list[WrittenFile]:
        return []


class _FileOfEachTable:
    """A file for each view, in which one organization's rows follow another's."""

    by_month = False

    def __init__(
        self, files: NewFiles, suffix: str, opened: Callable[[ExportedTable, DigestedFile, str], Sink]
    ) -> None:
        self._files = files
        self._suffix = suffix
        self._opened = opened
        self._sinks: dict[str, Sink] = {}

    def sink(self, table: ExportedTable, organization_id: UUID | None) -> Sink:
        if table.name not in self._sinks:
            path = f"{table.name}.{self._suffix}"
            self._sinks[table.name] = self._opened(table, self._files.open(path), path)
        return self._sinks[table.name]

    def end(self, sink: Sink) -> list[WrittenFile]:
        return []

    def close(self) -> list[WrittenFile]:
        return [file for sink in self._sinks.values() for file in sink.close()]


class _DuckDb:
    """One file with all tables."""

    by_month = False

    def __init__(self, folder: Path) -> None:
        self._path = folder / DUCKDB_FILE
        self._file = DuckDbFile(self._path)
        self._sinks: list[Sink] = []

    def sink(self, table: ExportedTable, organization_id: UUID | None) -> Sink:
        self._sinks.append(self._file.table(table))
        return self._sinks[-1]

    def end(self, sink: Sink) -> list[WrittenFile]:
        return sink.close()

    def close(self) -> list[WrittenFile]:
        self._file.close()
        return [digest_of(self._path, DUCKDB_FILE, sum(sink.rows for sink in self._sinks))]
