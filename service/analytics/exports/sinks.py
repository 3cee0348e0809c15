"""What takes rows in: a file of CSV, a stream of Arrow's IPC, a file of Parquet, or one for each month.

A sink is given blocks of CSV in the order of their rows, and closed. It works in a thread, one block at a time.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol

from service.analytics.exports.arrow_rows import Batches, RowReader, schema_of
from service.analytics.exports.exported import ExportedTable
from service.analytics.exports.files import DigestedFile, WrittenFile

if TYPE_CHECKING:
    import pyarrow as pa

UNKNOWN_MONTH: Final = "__HIVE_DEFAULT_PARTITION__"
"""What stands for no month in a folder's name, as readers of such folders know it."""


class Sink(Protocol):
    """Takes one table's rows in."""

    rows: int
    """How many it has taken."""

    def take(self, block: bytes) -> None:
        """Take rows in: a block of CSV."""

    def close(self) -> list[WrittenFile]:
        """All is there."""


class CsvSink:
    """A CSV (RFC 4180) with the columns' names above; null is an empty field, and an empty text has quotes."""

    def __init__(self, table: ExportedTable, file: DigestedFile, path: str) -> None:
        self._file = file
        self._path = path
        self.rows = 0
        file.write(",".join(each.name for each in table.columns).encode() + b"\n")

    def take(self, block: bytes) -> None:
        """Rows as they are."""
        self._file.write(block)
        self.rows += block.count(b"\n")  # coded values have none within

    def close(self) -> list[WrittenFile]:
        """Close the file."""
        self._file.close()
        return [self._file.written(self._path, self.rows)]


class ArrowSink:
    """Arrow's IPC stream."""

    def __init__(
        self, table: ExportedTable, file: DigestedFile, path: str, said: Mapping[str, str] | None = None
    ) -> None:
        import pyarrow as pa

        self._file = file
        self._path = path
        schema = schema_of(table, said, without=frozenset())
        self._reader = RowReader(table, schema, by_month=False)
        self._batches = Batches()
        self._writer = pa.ipc.new_stream(pa.PythonFile(file, "w"), schema)
        self.rows = 0

    def take(self, block: bytes) -> None:
        """Rows, of which whole batches are written."""
        rows = self._reader.read(block)
        self.rows += rows.num_rows
        for batch in self._batches.add(rows):
            self._writer.write_table(batch)

    def close(self) -> list[WrittenFile]:
        """Write what is left, and the stream's end."""
        for batch in self._batches.end():
            self._writer.write_table(batch)
        self._writer.close()
        self._file.close()
        return [self._file.written(self._path, self.rows)]


class ParquetSink:
    """A file of Parquet."""

    def __init__(
        self, table: ExportedTable, file: DigestedFile, path: str, said: Mapping[str, str] | None = None
    ) -> None:
        schema = schema_of(table, said, without=frozenset())
        self._reader = RowReader(table, schema, by_month=False)
        self._written = _ParquetFile(file, path, schema)
        self.rows = 0

    def take(self, block: bytes) -> None:
        """Rows, of which whole row groups are written."""
        rows = self._reader.read(block)
        self.rows += rows.num_rows
        self._written.add(rows)

    def close(self) -> list[WrittenFile]:
        """Write what is left, and the file's end."""
        return [self._written.close()]


class PartitionedParquetSink:
    """Files of Parquet for one organization's rows, one for each month; a table of no moment has one."""

    def __init__(
        self, table: ExportedTable, folder: str, new_file: Callable[[str], DigestedFile], *, without: frozenset[str]
    ) -> None:
        """`without` are the columns that the folders' names tell."""
        self._by_month = table.month is not None
        self._schema = schema_of(table, without=without)
        self._reader = RowReader(table, self._schema, by_month=self._by_month)
        self._folder = folder
        self._new_file = new_file
        self._open: _ParquetFile | None = None
        self._done: list[WrittenFile] = []
        self.rows = 0

    def take(self, block: bytes) -> None:
        """Rows in the order of their months."""
        if not self._by_month:
            self._add(self._folder, self._reader.read(block))
            return
        for month, rows in self._reader.read_by_month(block):
            self._add(f"{self._folder}/month={month or UNKNOWN_MONTH}", rows)

    def close(self) -> list[WrittenFile]:
        """End the last file. Without any row there is an empty one, so that its columns are known."""
        if self._open is None:
            unknown = f"/month={UNKNOWN_MONTH}" if self._by_month else ""
            self._add(self._folder + unknown, self._schema.empty_table())
        assert self._open is not None
        return [*self._done, self._open.close()]

    def _add(self, folder: str, rows: "pa.Table") -> None:
        path = f"{folder}/rows.parquet"
        if self._open is None or self._open.path != path:
            if self._open is not None:
                self._done.append(self._open.close())
            self._open = _ParquetFile(self._new_file(path), path, self._schema)
        self._open.add(rows)
        self.rows += rows.num_rows


class _ParquetFile:
    def __init__(self, file: DigestedFile, path: str, schema: "pa.Schema") -> None:
        import pyarrow as pa
        from pyarrow import parquet

        self.path = path
        self._file = file
        self._batches = Batches()
        self._writer: Any = parquet.ParquetWriter(pa.PythonFile(file, "w"), schema, compression="zstd")
        self._rows = 0

    def add(self, rows: "pa.Table") -> None:
        self._rows += rows.num_rows
        for batch in self._batches.add(rows):
            self._writer.write_table(batch, row_group_size=batch.num_rows)

    def close(self) -> WrittenFile:
        for batch in self._batches.end():
            self._writer.write_table(batch, row_group_size=batch.num_rows)
        self._writer.close()
        self._file.close()
        return self._file.written(self.path, self._rows)
