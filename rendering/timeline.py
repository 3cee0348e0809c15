"""A client's timeline as a table: what, when it happened, when it was recorded, and by whom."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from rich.table import Table
from rich.text import Text

from domain.effective import effective
from domain.entry import Entry
from domain.events.kept_apart import KeptApart
from domain.events.unreadable import Unreadable
from rendering.formatting import Formatting, recorder, words
from rendering.html import page

LATE = timedelta(hours=24)
"""An entry that was recorded so much later than it occurred is shown as late."""


def timeline(entries: Sequence[Entry], fmt: Formatting, *, as_of: datetime | None = None) -> Table:
    """Every entry that was recorded, in the order of recording; what does not count at that moment is dim."""
    counting = {entry.id: entry for entry in effective(entries, as_of=as_of).entries}
    table = entries_table("#", "What", "Occurred", "Recorded", "By", "Through")
    for entry in entries:
        counts = counting.get(entry.id)
        table.add_row(
            fmt.places[entry.id],
            _what(entry, counts, fmt),
            fmt.occurred(entry),
            Text(fmt.moment(entry.recorded_at), style="yellow" if _late(entry) else ""),
            Text(recorder(entry)),
            Text(entry.source),
            style="" if counts or entry.event.type.startswith("entry_") else "dim",
        )
    return table


def entries_table(*headings: str) -> Table:
    """A table of entries, in which nothing is cut off on a narrow terminal."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


class ToldEntry(NamedTuple):
    """An entry in words, for a page."""

    place: str
    what: str
    occurred: str
    recorded: str
    recorded_by: str
    source: str
    counts: bool
    said: Sequence[tuple[str, str]]
    """What it says, field by field; nothing where that is not to be told."""


def timeline_page(
    client: str, entries: Sequence[Entry], fmt: Formatting, made_at: datetime, *, with_contents: bool
) -> str:
    """The timeline in HTML, to be printed; `with_contents` tells what the entries say as well."""
    counting = {entry.id for entry in effective(entries).entries}
    told = [
        ToldEntry(
            place=fmt.places[entry.id],
            what=words(entry.event.type),
            occurred=fmt.occurred_in_full(entry),
            recorded=fmt.full(entry.recorded_at),
            recorded_by=recorder(entry),
            source=entry.source,
            counts=entry.id in counting or entry.event.type.startswith("entry_"),
            said=_contents(entry) if with_contents else (),
        )
        for entry in entries
    ]
    return page("timeline.html", client=client, made=fmt.full(made_at), entries=told, with_contents=with_contents)


def _contents(entry: Entry) -> Sequence[tuple[str, str]]:
    """The fields of an entry that say something, in the order in which they are declared."""
    if isinstance(entry.event, Unreadable | KeptApart):
        return [("says", "not told here")]
    said = entry.event.model_dump(mode="json", exclude={"type"}, exclude_none=True)
    return [
        (words(name), value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        for name, value in said.items()
    ]


def _what(entry: Entry, counts: Entry | None, fmt: Formatting) -> Text:
    said = Text(words(entry.event.type))
    if counts and counts.correction_id:
        said.append(" corrected by ", style="dim").append(fmt.numbers(counts.correction_id))
    return said


def _late(entry: Entry) -> bool:
    return entry.recorded_at - entry.occurred_at > LATE
