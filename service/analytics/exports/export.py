"""Exporting the views' rows of organizations into a new folder: each organization's as of one position."""

import asyncio
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import FromClause, Select

from analytics import days
from analytics.catalogue import VIEWS
from analytics.quasi_identifiers import LADDER
from analytics.safe_harbor import standing
from analytics.view import CLIENT, View
from service.access.access_records import Access, Asked
from service.analytics.exports import changed, pseudonyms
from service.analytics.exports.anonymous import examined, numbers_of_today
from service.analytics.exports.copying import copy_rows
from service.analytics.exports.exported import (
    CALENDAR,
    ExportedColumn,
    ExportedTable,
    counted,
    exported,
    texts,
)
from service.analytics.exports.files import NewFiles, WrittenFile
from service.analytics.exports.formats import Destination, Format, destination
from service.analytics.exports.manifest import FILE, AnonymityExported, FileExported, Manifest, OrganizationExported
from service.analytics.exports.pseudonyms import Pseudonyms
from service.analytics.exports.refused import ExportRefused
from service.analytics.reading import NEVER, PROJECTIONS_READ, RECORDED_AT, Reading
from service.care.accesses import Accesses
from service.log.organizations import Organizations

Read = Callable[[UUID], AbstractAsyncContextManager[Reading]]
"""Gives a reading of an organization: of its rows as they are, or as they were known before."""

Progress = Callable[[int, int], None]
"""Is told how many rows are written, of how many that are known of by now."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an export is to hold."""

    form: Format
    views: Sequence[View] = VIEWS
    analyst: str | None = None
    """The role of the analyst whose pseudonyms are used; None for pseudonyms of this export alone."""
    shift_dates: bool = False
    """Whether dates are shifted where pseudonyms are of this export alone; an analyst's are as they see them."""
    since: Mapping[UUID, int] = field(default_factory=dict)
    """For organizations of which just the rows of clients who changed are told: since which position."""
    generalized: int = 0
    """The rung of LADDER by which years of birth and the beginning of care are told."""
    leave_out_small_classes: bool = False
    """Whether those are left out who share what outsiders may know with too few others; else no export is made."""


@dataclass(slots=True)
class _Part:
    """One organization's part of an export, while it is written."""

    wanted: Wanted
    reading: Reading
    told: Pseudonyms
    values: Mapping[str, object]
    of: FromClause | None
    changed: bool
    """Whether `of` are those who changed."""
    rows: dict[str, int] = field(default_factory=dict)

    def selects(self) -> list[tuple[ExportedTable, Select[Any]]]:
        """The tables with what gives their rows."""
        found = [(exported(view), self.told.rows(view, self.reading, self.of)) for view in self.wanted.views]
        if self.changed:
            clients = changed.ChangedClients()
            columns = [ExportedColumn(*each[:3]) for each in clients.described()]
            table = ExportedTable(changed.NAME, changed.MEANING, columns, (CLIENT,))
            found.append((table, self.told.rows(clients, self.reading)))
        return found


class AnalyticsExports:
    """Writes exports. Each organization's keeps its access record before any of its rows is told."""

    def __init__(self, read: Read, organizations: Organizations, accesses: Accesses) -> None:
        self._read = read
        self._organizations = organizations
        self._accesses = accesses

    async def write(
        self,
        wanted: Wanted,
        accesses: Sequence[Access],
        folder: Path,
        tell: Progress | None = None,
        read: Read | None = None,
    ) -> Manifest:
        """Write the rows of the organizations of these accesses into a new folder: as they are, or as `read` has them.

        Nothing is left of it where it is not made: raises ExportRefused, FormatMissing, RowsNotReady, NoLegalGround,
        AccessNotRecorded, and OSError where the folder cannot be written.
        """
        await asyncio.to_thread(_make, folder)
        try:
            with NewFiles(folder) as files:
                to = destination(wanted.form, files)
                manifest = await self._write(wanted, accesses, to, tell or _nobody_told, read or self._read)
                files.open(FILE).end_with(manifest.text().encode())
            return manifest
        except BaseException:
            await asyncio.to_thread(shutil.rmtree, folder)
            raise

    async def _write(
        self, wanted: Wanted, accesses: Sequence[Access], files: Destination, tell: Progress, read: Read
    ) -> Manifest:
        of_this_export = pseudonyms.of_this_export(shift_dates=wanted.shift_dates)
        organizations: list[OrganizationExported] = []
        written: list[WrittenFile] = []
        progress = _Counted(tell)
        said: set[tuple[Any, ...]] = set()
        for access in sorted(accesses, key=lambda each: each.organization_id):
            self._accesses.begin_with_many(access)
            async with read(access.organization_id) as reading:
                part = await _part(wanted, reading, of_this_export)
                said.add(tuple(part.told.said.items()))
                await self._accesses.keep(access, _asked(wanted), (), position=reading.position, under_pseudonyms=True)
                anonymity = await self._examine(part)
                if not organizations:
                    written += await _copied(part, files, CALENDAR, days.rows(), None, progress)
                written += await _all_copied(part, files, progress)
                organizations.append(await self._described(part, anonymity))
        if len(said) != 1:
            raise ExportRefused(
                "The analyst sees dates shifted in some of these organizations only: export them apart."
            )
        written += await asyncio.to_thread(files.close)
        told = [FileExported(**file._asdict()) for file in sorted(written)]
        pseudonyms_said = dict(said.pop())
        return Manifest(
            format=wanted.form,
            standing=standing(dates_shifted=pseudonyms_said["dates_shifted"]),
            generalized=wanted.generalized,
            organizations=organizations,
            files=told,
            **pseudonyms_said,
        )

    async def _examine(self, part: _Part) -> AnonymityExported:
        """Count how anonymous the rows are. Raises TooFewAlike."""
        anonymity, kept = await examined(
            part.reading,
            await numbers_of_today(self._organizations, part.reading.organization_id),
            generalized=part.wanted.generalized,
            dates_shifted=part.told.dates_shifted,
            views=[view.name for view in part.wanted.views],
            leave_out=part.wanted.leave_out_small_classes,
        )
        if kept is not None:
            part.of = kept
        return anonymity

    async def _described(self, part: _Part, anonymity: AnonymityExported) -> OrganizationExported:
        reading = part.reading
        policies = await self._organizations.policies(reading.organization_id)
        adopted = [each.position for each in policies.adoptions if each.position <= reading.position]
        return OrganizationExported(
            organization_id=reading.organization_id,
            position=reading.position,
            moment=reading.moment,
            since=part.wanted.since.get(reading.organization_id),
            projections={name: reading.versions[name] for name in PROJECTIONS_READ},
            policy_adopted_at=max(adopted, default=None),
            erased_clients=await reading.erased_clients(),
            parked_clients=reading.parked,
            anonymity=anonymity,
            rows=part.rows,
        )


@dataclass(slots=True)
class _Counted:
    tell: Progress
    done: int = 0
    total: int = 0

    def add(self, done: int = 0, total: int = 0) -> None:
        self.done += done
        self.total += total
        self.tell(self.done, self.total)


async def _part(wanted: Wanted, reading: Reading, of_this_export: Pseudonyms) -> _Part:
    told = of_this_export
    if wanted.analyst is not None:
        of_analyst = await pseudonyms.of_analyst(reading, wanted.analyst)
        if of_analyst is None:
            raise ExportRefused(f"{wanted.analyst} is no analyst of the organization {reading.organization_id}.")
        told = of_analyst
    told = told.told_by(LADDER[wanted.generalized])
    since = wanted.since.get(reading.organization_id)
    if since is None:
        return _Part(wanted, reading, told, told.values, None, changed=False)
    if wanted.leave_out_small_classes:
        raise ExportRefused("Who is left out changes with everybody else: make a whole export, without `since`.")
    if since > reading.position:
        raise ExportRefused(
            f"The organization {reading.organization_id} is at {reading.position:,}: nothing is known since {since:,}."
        )
    earlier: datetime | None = await reading.connection.fetchval(RECORDED_AT, reading.organization_id, since)
    values = {**told.values, "since": since, "earlier_moment": earlier or NEVER, "position": reading.position}
    of = changed.ChangedClients().rows(reading.sources).subquery("changed")
    return _Part(wanted, reading, told, values, of, changed=True)


async def _all_copied(part: _Part, files: Destination, progress: _Counted) -> list[WrittenFile]:
    selects = part.selects()
    for _, rows in selects:
        [[total]] = await part.reading.fetch(counted(rows), **part.values)
        progress.add(total=total)
    written: list[WrittenFile] = []
    for table, rows in selects:
        written += await _copied(part, files, table, rows, part.reading.organization_id, progress)
    return written


async def _copied(
    part: _Part,
    files: Destination,
    table: ExportedTable,
    rows: Select[Any],
    organization_id: UUID | None,
    progress: _Counted,
) -> list[WrittenFile]:
    sink = await asyncio.to_thread(files.sink, table, organization_id)
    before = told = sink.rows

    def take(block: bytes) -> None:
        nonlocal told
        sink.take(block)
        progress.add(done=sink.rows - told)
        told = sink.rows

    await copy_rows(part.reading, texts(table, rows, by_month=files.by_month), take, **part.values)
    if organization_id:
        part.rows[table.name] = sink.rows - before
    return await asyncio.to_thread(files.end, sink)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        raise ExportRefused(f"{folder} is there already: name a new folder.") from None


def _asked(wanted: Wanted) -> Asked:
    everything = wanted.views == VIEWS
    return Asked(
        "analytics",
        {
            "format": wanted.form,
            "views": None if everything else [view.name for view in wanted.views],
            "generalized": wanted.generalized or None,
        },
    )


def _nobody_told(_: int, __: int) -> None:
    """Whoever asked for no progress."""
