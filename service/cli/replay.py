"""Showing a client's record at a moment, whole or on one screen; entry by entry; and what is known now about it."""

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import typer
from rich.text import Text

from domain.entry import Entry
from projections.context import time_zones
from projections.replay import Step
from projections.summary import SUMMARIZED, summary
from rendering import Formatting, render
from rendering.formatting import places
from rendering.replay import hindsight_drawn, replay_page, step_drawn
from rendering.summary import summary as summary_drawn
from rendering.timeline import timeline
from service.access.access_records import Access
from service.bootstrap import System
from service.cli.console import out
from service.cli.files import write_private
from service.cli.moments import moment
from service.log.organizations import Organization
from service.runtime import clock

HOW_TO_STEP: Final = "Enter: next   b: back   12: entry #12   2026-03-01T15:00Z: the last recorded by then   q: quit"
_PLACE: Final = re.compile(r"#?[0-9]+( of [0-9a-f]{8})?")
_NOTHING_YET: Final = "Nothing had been recorded by then."


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose record, which projections of it, and at which two times."""

    system: System
    organization: Organization
    client_id: UUID
    access: Access
    projections: Sequence[str] = ()
    as_of: datetime | None = None
    known_at: datetime | None = None

    async def entries(self) -> list[Entry]:
        """What had been recorded. Raises UnknownClient, KnownAtInFuture."""
        async with self.system.timeline_reader.whole(self.access, self.client_id, known_at=self.known_at) as whole:
            return whole.entries

    def fmt(self, entries: Sequence[Entry]) -> Formatting:
        """Moments in the time zone in which the client lives then, or the organization's before registration."""
        at = self.as_of or self.known_at or clock.now()
        zone = time_zones(entries).at(at) or ZoneInfo(self.organization.time_zone)
        return Formatting(zone, places(entries, self.client_id), at.astimezone(zone).year)


async def show_summary(asked: Asked) -> None:
    """Print the client on one screen, at the moment asked about."""
    entries = await asked.entries()
    fmt = asked.fmt(entries)
    out.print(Text(_when(asked, fmt), style="bold"))
    if not entries:
        out.print(_NOTHING_YET)
        return
    names = [projection.name for projection in SUMMARIZED]
    found = await asked.system.projection_reader.read_together(
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


async def show_steps(asked: Asked) -> None:
    """Print what each entry changed; at a terminal, one after the other as the reader asks."""
    async with asked.system.record_replay.steps(asked.access, asked.client_id, known_at=asked.known_at) as page:
        if not page.steps:
            out.print(_NOTHING_YET)
        elif out.is_terminal and sys.stdin.isatty():
            _step_through(page.steps, asked.fmt(page.entries))
        else:
            fmt = asked.fmt(page.entries)
            for step in page.steps:
                out.print(step_drawn(step, fmt))


def _step_through(steps: Sequence[Step], fmt: Formatting) -> None:
    place: int | None = 0
    shown = None
    while place is not None:
        if place != shown:  # what was not understood does not push what was read off the screen
            out.print(step_drawn(steps[place], fmt))
            shown = place
        out.print(Text(f"entry {place + 1} of {len(steps)}   {HOW_TO_STEP}", style="dim"))
        try:
            place = next_place(out.input("> "), place, steps, fmt)
        except typer.BadParameter as error:
            out.print(Text(str(error), style="red"))
        except EOFError:
            return


def next_place(said: str, place: int, steps: Sequence[Step], fmt: Formatting) -> int | None:
    """Where the reader wants to go; None to leave, as after the last step. Raises typer.BadParameter."""
    said = said.strip()
    match said:
        case "q":
            return None
        case "b":
            return max(0, place - 1)
        case "":
            return place + 1 if place + 1 < len(steps) else None
    if _PLACE.fullmatch(said):
        called = said.removeprefix("#")
        found = next((each for each, step in enumerate(steps) if fmt.places[step.entry.id] == called), None)
        if found is None:
            raise typer.BadParameter(f"There is no entry #{called}.")
        return found
    at = moment(said)
    found = next((each for each in reversed(range(len(steps))) if steps[each].entry.recorded_at <= at), None)
    if found is None:
        first = fmt.full(steps[0].entry.recorded_at)
        raise typer.BadParameter(f"Nothing had been recorded by then: the first entry was, {first}.")
    return found


async def write_page(asked: Asked, path: Path) -> None:
    """Write the whole replay as a page to print. Raises CommandFailed."""
    async with asked.system.record_replay.steps(asked.access, asked.client_id, known_at=asked.known_at) as page:
        whose = f"Client {asked.client_id} of {asked.organization.name}"
        fmt = asked.fmt(page.entries)
        write_private(path, replay_page(whose, page.steps, fmt, clock.now(), asked.known_at))
    out.print(f"Wrote {path}, which only you can read.")


async def show_hindsight(asked: Asked, at: datetime) -> None:
    """Print what is known now about a moment that was not known then."""
    async with asked.system.record_replay.hindsight(asked.access, asked.client_id, at) as found:
        fmt = asked.fmt(found.entries)
        out.print(Text(f"Known now about {fmt.full(at)}, and not known then", style="bold"))
        changed = [(side.projection, each) for side in found.sides for each in side.differences]
        out.print(hindsight_drawn(changed, found.since, fmt))


async def _render_each(asked: Asked, fmt: Formatting) -> None:
    for name in asked.projections:
        answered = await asked.system.projection_reader.read(
            asked.access, asked.client_id, name, as_of=asked.as_of, known_at=asked.known_at
        )
        out.print(render(name, answered.answer, fmt))


def _when(asked: Asked, fmt: Formatting) -> str:
    about, known_at = asked.as_of or asked.known_at, asked.known_at
    return f"As of {fmt.full(about) if about else 'now'}, as known at {fmt.full(known_at) if known_at else 'now'}"
