"""Rows as Apache Arrow has them: typed, each column with its meaning, in batches of one size whatever came when.

pyarrow is imported where it is used: the service runs without the extra `analytics`.
"""

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import ARRAY, Boolean, Date, DateTime, Double, Integer, Text, Uuid
from sqlalchemy.types import TypeEngine

from service.analytics.exports.exported import BETWEEN, MONTH, ExportedTable

if TYPE_CHECKING:
    import pyarrow as pa

BATCH_ROWS: Final = 65_536
"""Rows of a batch, and of a row group of Parquet: always as many, so that equal rows make equal files."""


def schema_of(table: ExportedTable, said: Mapping[str, str] | None = None, *, without: frozenset[str]) -> "pa.Schema":
    """The columns with their types and meanings. The schema's metadata has the dictionary, and what else is `said`."""
    import pyarrow as pa

    columns = [each for each in table.columns if each.name not in without]
    fields = [pa.field(each.name, _type(each.type), metadata={"meaning": each.meaning}) for each in columns]
    meanings = json.dumps({each.name: each.meaning for each in columns}, ensure_ascii=False)
    metadata = {"view": table.name, "meaning": table.meaning, "columns": meanings, **(said or {})}
    return pa.schema(fields, metadata=metadata)


class RowReader:
    """Reads blocks of CSV as tables of Arrow."""

    def __init__(self, table: ExportedTable, schema: "pa.Schema", *, by_month: bool) -> None:
        import pyarrow as pa
        from pyarrow import csv

        self._schema = schema
        # A list comes as a text, whose parts are taken apart for all rows at once.
        types = {each.name: pa.string() if _is_list(each.type) else _type(each.type) for each in table.columns}
        if by_month and table.month:
            types[MONTH] = pa.string()
        self._columns = csv.ReadOptions(column_names=list(types))
        self._types = csv.ConvertOptions(
            column_types=types,
            null_values=[""],
            true_values=["true"],
            false_values=["false"],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        )

    def read(self, block: bytes) -> "pa.Table":
        """The rows of a block, without the column of their month. Raises pyarrow.ArrowInvalid."""
        return self._typed(self.read_texts(block))

    def read_by_month(self, block: bytes) -> Iterator[tuple[str | None, "pa.Table"]]:
        """The rows of each month in a block, which are in the order of months."""
        import pyarrow.compute as pc

        rows = self.read_texts(block)
        runs = pc.run_end_encode(rows[MONTH].combine_chunks())
        begin = 0
        for month, end in zip(runs.values.to_pylist(), runs.run_ends.to_pylist(), strict=True):
            yield month, self._typed(rows.slice(begin, end - begin))
            begin = end

    def read_texts(self, block: bytes) -> "pa.Table":
        """The rows of a block, with lists as texts."""
        import pyarrow as pa
        from pyarrow import csv

        return csv.read_csv(pa.BufferReader(block), self._columns, convert_options=self._types)

    def _typed(self, rows: "pa.Table") -> "pa.Table":
        import pyarrow as pa

        columns = [
            _apart(rows[field.name]) if pa.types.is_list(field.type) else rows[field.name] for field in self._schema
        ]
        return pa.table(columns, schema=self._schema)


class Batches:
    """Tables of any size as tables of BATCH_ROWS rows, and what is left at the end."""

    def __init__(self) -> None:
        self._waiting: list[pa.Table] = []
        self._rows = 0

    def add(self, rows: "pa.Table") -> Iterator["pa.Table"]:
        """The tables that are full by now."""
        import pyarrow as pa

        self._waiting.append(rows)
        self._rows += rows.num_rows
        if self._rows < BATCH_ROWS:
            return
        whole = pa.concat_tables(self._waiting)
        full = self._rows - self._rows % BATCH_ROWS
        for begin in range(0, full, BATCH_ROWS):
            yield whole.slice(begin, BATCH_ROWS).combine_chunks()
        self._waiting, self._rows = [whole.slice(full)], self._rows - full

    def end(self) -> Iterator["pa.Table"]:
        """The rows that are left, if any."""
        import pyarrow as pa

        if self._rows:
            yield pa.concat_tables(self._waiting).combine_chunks()
        self._waiting, self._rows = [], 0


def _is_list(of_type: TypeEngine[Any]) -> bool:
    return isinstance(of_type, ARRAY)


def _type(of_type: TypeEngine[Any]) -> "pa.DataType":
    import pyarrow as pa

    if isinstance(of_type, ARRAY):
        return pa.list_(_type(of_type.item_type))
    types: dict[type[TypeEngine[Any]], pa.DataType] = {
        # As text: what joins tables reads the same in every tool, and few know Parquet's UUIDs.
        Uuid: pa.string(),
        Text: pa.string(),
        DateTime: pa.timestamp("us", tz="UTC"),
        Date: pa.date32(),
        Integer: pa.int32(),
        Boolean: pa.bool_(),
        Double: pa.float64(),
    }
    return types[type(of_type)]


def _apart(texts: "pa.ChunkedArray") -> "pa.Array":
    """The lists that these texts tell; an empty text tells an empty list."""
    import pyarrow as pa
    import pyarrow.compute as pc

    said = texts.combine_chunks()
    parts = pc.split_pattern(said, BETWEEN)
    lengths = pc.if_else(pc.fill_null(pc.equal(said, ""), True), 0, pc.list_value_length(parts))
    values = pc.list_flatten(parts)
    kept = values.filter(pc.not_equal(values, ""))
    ends = pc.cumulative_sum(lengths.cast(pa.int32()))
    offsets = pa.concat_arrays([pa.array([0], pa.int32()), ends])
    return pa.ListArray.from_arrays(offsets, kept, mask=pc.is_null(said))
