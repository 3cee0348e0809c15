"""Showing a client's record at a moment, whole or on one screen, or after each of its entries."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from rich.rule import Rule
from rich.text import Text

from domain.entry import Entry
from domain.events.registration import ClientRegistered
from projections.summary import SUMMARIZED, summary
from rendering import Formatting, render
from rendering.summary import summary as summary_drawn
from rendering.timeline import timeline
from service.access.access_records import Access
from service.care.projection_reader import ProjectionReader
from service.care.timeline_reader import TimelineReader
from service.cli.console import out
from service.log.organizations import Organization
from service.runtime import clock

_NOTHING_YET = "Nothing had been recorded by then."


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose record, which projections of it, and at which two times."""

    reader: ProjectionReader
    timelines: TimelineReader
    organization: Organization
    client_id: UUID
    projections: Sequence[str]
    as_of: datetime | None
    known_at: datetime | None
    access: Access

    async def entries(self) -> list[Entry]:
        """What had been recorded. Raises UnknownClient, KnownAtInFuture."""
        async with self.timelines.whole(self.access, self.client_id, known_at=self.known_at) as whole:
            return whole.entries

    def fmt(self, entries: Sequence[Entry]) -> Formatting:
        """Moments in the client's time zone, or the organization's before registration."""
        zones = [entry.event.time_zone for entry in entries if isinstance(entry.event, ClientRegistered)]
        zone = ZoneInfo(zones[-1] if zones else self.organization.time_zone)
        moment = self.as_of or self.known_at or clock.now()
        return Formatting(zone, {entry.id: entry.version for entry in entries}, moment.astimezone(zone).year)


async def show_summary(asked: Asked) -> None:
    """Print the client on one screen, at the moment asked about."""
    entries = await asked.entries()
    fmt = asked.fmt(entries)
    out.print(Text(_when(asked, fmt), style="bold"))
    if not entries:
        out.print(_NOTHING_YET)
        return
    names = [projection.name for projection in SUMMARIZED]
    found = await asked.reader.read_together(
        asked.access, asked.client_id, names, what="summary", as_of=asked.as_of, known_at=asked.known_at
    )
    out.print(summary_drawn(summary(each.answer for each in found), fmt))


async def show(asked: Asked, *, timeline_too: bool) -> None:
    """Print the record at the moment asked about."""
    entries = await asked.entries()
    fmt = asked.fmt(entries)
    out.print(Text(_when(asked, fmt), style="bold"))
    if not entries:
        out.print(_NOTHING_YET)
        return
    if timeline_too:
        out.print(timeline(entries, fmt, as_of=asked.as_of))
    await _render_each(asked, fmt)


async def show_each(asked: Asked) -> None:
    """Print the record as it was known after each of its entries."""
    entries = await asked.entries()
    for count, entry in enumerate(entries, start=1):
        fmt = asked.fmt(entries[:count])
        said = f"#{entry.version} {entry.event.type}, occurred {fmt.full(entry.occurred_at)}"
        out.print(Rule(Text(said, style="bold"), align="left"))
        out.print(f"recorded {fmt.full(entry.recorded_at)} by {entry.recorded_by}")
        await _render_each(replace(asked, known_at=entry.recorded_at), fmt)


async def _render_each(asked: Asked, fmt: Formatting) -> None:
    for name in asked.projections:
        answered = await asked.reader.read(
            asked.access, asked.client_id, name, as_of=asked.as_of, known_at=asked.known_at
        )
        out.print(render(name, answered.answer, fmt))


def _when(asked: Asked, fmt: Formatting) -> str:
    as_of = fmt.full(asked.as_of) if asked.as_of else "now"
    known_at = fmt.full(asked.known_at) if asked.known_at else "now"
    return f"As of {as_of}, as known at {known_at}"
