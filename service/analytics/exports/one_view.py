"""One view's rows as an answer of the API: made whole in a temporary file, then told."""

import asyncio
import tempfile
from typing import BinaryIO, Final, NamedTuple, cast

from sqlalchemy import FromClause

from analytics.catalogue import VIEWS
from analytics.quasi_identifiers import LADDER
from analytics.safe_harbor import standing
from analytics.view import View
from service.access.access_records import Access, Asked
from service.analytics.analysts import role_of
from service.analytics.exports import pseudonyms
from service.analytics.exports.anonymous import examined, numbers_of_today
from service.analytics.exports.copying import copy_rows
from service.analytics.exports.export import Read
from service.analytics.exports.exported import ExportedTable, exported, texts
from service.analytics.exports.files import DigestedFile
from service.analytics.exports.formats import Format, require
from service.analytics.exports.manifest import AnonymityExported
from service.analytics.exports.sinks import ArrowSink, CsvSink, ParquetSink, Sink
from service.analytics.reading import Reading
from service.care.accesses import Accesses
from service.log.organizations import Organizations

AT_ONCE: Final = 2
"""So many answers are made at once in a process (our choice): each holds a connection, and memory for its blocks."""


class NoSuchAnalyst(Exception):
    """Whoever calls has no pseudonyms of their own here: no analyst of the organization has their name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"No analyst of your organization is called {name}.")


class Exactly(NamedTuple):
    """How exactly an answer tells who somebody might be."""

    own_pseudonyms: bool = False
    """Whether pseudonyms are those of the analyst by the caller's name; else they are of the answer alone."""
    generalized: int = 0
    """The rung of LADDER by which years of birth and the beginning of care are told."""
    leave_out_small_classes: bool = False
    """Whether those are left out who share what outsiders may know with too few others."""


class ViewRows(NamedTuple):
    """A view's rows in a file that nobody else sees, and what they are as of."""

    file: BinaryIO
    """At its beginning; whoever has it closes it."""
    bytes: int
    said: dict[str, str]
    """Position, moment, whose pseudonyms, whether dates are shifted, and how anonymous the rows are."""


class OneView:
    """Makes answers. Each keeps its access record before anything is told."""

    def __init__(self, read: Read, organizations: Organizations, accesses: Accesses) -> None:
        self._read = read
        self._organizations = organizations
        self._accesses = accesses
        self._at_once = asyncio.Semaphore(AT_ONCE)

    async def position(self, access: Access) -> int:
        """The position that the views' rows reflect. Raises RowsNotReady, NoLegalGround, NotConsented."""
        self._accesses.begin_with_many(access)
        async with self._read(access.organization_id) as reading:
            return reading.position

    async def make(self, access: Access, view: View, form: Format, exactly: Exactly) -> ViewRows:
        """The rows, under the pseudonyms of the analyst by the caller's name, or of this answer alone.

        Raises NoSuchAnalyst, TooFewAlike, FormatMissing, RowsNotReady, NoLegalGround, NotConsented, AccessNotRecorded.
        """
        require(form)
        self._accesses.begin_with_many(access)
        file = cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115 - whoever is given it closes it
        try:
            async with self._at_once, self._read(access.organization_id) as reading:
                told = await _pseudonyms(reading, access.caller.name if exactly.own_pseudonyms else None)
                told = told.told_by(LADDER[exactly.generalized])
                asked = Asked("analytics", {"format": form, "views": [view.name]})
                await self._accesses.keep(access, asked, (), position=reading.position, under_pseudonyms=True)
                anonymity, kept = await self._examined(reading, view, told, exactly)
                said = {
                    "position": str(reading.position),
                    "moment": reading.moment.isoformat(),
                    **{name: str(each) for name, each in told.said.items()},
                    "standing": standing(dates_shifted=told.dates_shifted),
                    "generalized": str(exactly.generalized),
                    "k": str(anonymity.k or 0),
                    "people_left_out": str(anonymity.people_left_out),
                }
                table = exported(view)
                sink = await asyncio.to_thread(_sink, form, table, file, said)
                rows = texts(table, told.rows(view, reading, kept), by_month=False)
                await copy_rows(reading, rows, sink.take, **told.values)
                [written] = await asyncio.to_thread(sink.close)
            file.seek(0)
        except BaseException:
            file.close()
            raise
        return ViewRows(file, written.bytes, said)

    async def _examined(
        self, reading: Reading, view: View, told: pseudonyms.Pseudonyms, exactly: Exactly
    ) -> tuple[AnonymityExported, FromClause | None]:
        # Answers under an analyst's own pseudonyms fit together: what one view tells is known of all others.
        views = VIEWS if exactly.own_pseudonyms else [view]
        return await examined(
            reading,
            await numbers_of_today(self._organizations, reading.organization_id),
            generalized=exactly.generalized,
            dates_shifted=told.dates_shifted,
            views=[each.name for each in views],
            leave_out=exactly.leave_out_small_classes,
        )


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
