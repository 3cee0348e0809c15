"""One view's rows as an answer of the API: made whole in a temporary file, then told."""

import asyncio
import tempfile
from typing import BinaryIO, Final, NamedTuple, cast

from analytics.view import View
from service.access.access_records import Access, Asked
from service.analytics.analysts import role_of
from service.analytics.exports import pseudonyms
from service.analytics.exports.copying import copy_rows
from service.analytics.exports.export import Read
from service.analytics.exports.exported import ExportedTable, exported, texts
from service.analytics.exports.files import DigestedFile
from service.analytics.exports.formats import Format, require
from service.analytics.exports.sinks import ArrowSink, CsvSink, ParquetSink, Sink
from service.analytics.reading import Reading
from service.care.accesses import Accesses

AT_ONCE: Final = 2
"""So many answers are made at once in a process (our choice): each holds a connection, and memory for its blocks."""


class NoSuchAnalyst(Exception):
    """Whoever calls has no pseudonyms of their own here: no analyst of the organization has their name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"No analyst of your organization is called {name}.")


class ViewRows(NamedTuple):
    """A view's rows in a file that nobody else sees, and what they are as of."""

    file: BinaryIO
    """At its beginning; whoever has it closes it."""
    bytes: int
    said: dict[str, str]
    """Position, moment, whose pseudonyms, and whether dates are shifted."""


class OneView:
    """Makes answers. Each keeps its access record before anything is told."""

    def __init__(self, read: Read, accesses: Accesses) -> None:
        self._read = read
        self._accesses = accesses
        self._at_once = asyncio.Semaphore(AT_ONCE)

    async def position(self, access: Access) -> int:
        """The position that the views' rows reflect. Raises RowsNotReady, NoLegalGround, NotConsented."""
        self._accesses.begin_with_many(access)
        async with self._read(access.organization_id) as reading:
            return reading.position

    async def make(self, access: Access, view: View, form: Format, *, own_pseudonyms: bool) -> ViewRows:
        """The rows, under the pseudonyms of the analyst by the caller's name, or of this answer alone.

        Raises NoSuchAnalyst, FormatMissing, RowsNotReady, NoLegalGround, NotConsented, AccessNotRecorded.
        """
        require(form)
        self._accesses.begin_with_many(access)
        file = cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115 - whoever is given it closes it
        try:
            async with self._at_once, self._read(access.organization_id) as reading:
                told = await _pseudonyms(reading, access.caller.name if own_pseudonyms else None)
                asked = Asked("analytics", {"format": form, "views": [view.name]})
                await self._accesses.keep(access, asked, (), position=reading.position, under_pseudonyms=True)
                said = {
                    "position": str(reading.position),
                    "moment": reading.moment.isoformat(),
                    **{name: str(each) for name, each in told.said.items()},
                }
                table = exported(view)
                sink = await asyncio.to_thread(_sink, form, table, file, said)
                rows = texts(table, told.rows(view, reading), by_month=False)
                await copy_rows(reading, rows, sink.take, **told.values)
                [written] = await asyncio.to_thread(sink.close)
            file.seek(0)
        except BaseException:
            file.close()
            raise
        return ViewRows(file, written.bytes, said)


async def _pseudonyms(reading: Reading, name: str | None) -> pseudonyms.Pseudonyms:
    if name is None:
        return pseudonyms.of_this_export(shift_dates=False)
    found = await pseudonyms.of_analyst(reading, role_of(name))
    if found is None:
        raise NoSuchAnalyst(name)
    return found


def _sink(form: Format, table: ExportedTable, file: BinaryIO, said: dict[str, str]) -> Sink:
    kept = DigestedFile(file, closes=False)
    match form:
        case Format.CSV:
            return CsvSink(table, kept, table.name)
        case Format.ARROW:
            return ArrowSink(table, kept, table.name, said)
        case _:
            return ParquetSink(table, kept, table.name, said)
