"""A client's timeline as a table: what, when it happened, when it was recorded, and by whom."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from rich.table import Table
from rich.text import Text

from domain.effective import effective
from domain.entry import Entry
from domain.vocabulary.record import Precision
from rendering.formatting import Formatting, recorder, words

LATE = timedelta(hours=24)
"""An entry that was recorded so much later than it occurred is shown as late."""


def timeline(entries: Sequence[Entry], fmt: Formatting, *, as_of: datetime | None = None) -> Table:
    """Every entry that was recorded, in the order of recording; what does not count at that moment is dim."""
    counting = {entry.id: entry for entry in effective(entries, as_of=as_of).entries}
    table = Table("#", "What", "Occurred", "Recorded", "By", box=None, pad_edge=False, header_style="dim")
    for entry in entries:
        counts = counting.get(entry.id)
        table.add_row(
            f"{entry.version}",
            _what(entry, counts, fmt),
            f"{'~' if entry.precision is not Precision.INSTANT else ''}{fmt.moment(entry.occurred_at)}",
            Text(fmt.moment(entry.recorded_at), style="yellow" if _late(entry) else ""),
            recorder(entry),
            style="" if counts or entry.event.type.startswith("entry_") else "dim",
        )
    return table


def _what(entry: Entry, counts: Entry | None, fmt: Formatting) -> Text:
    said = Text(words(entry.event.type))
    if counts and counts.correction_id:
        said.append(" corrected by ", style="dim").append(fmt.numbers(counts.correction_id))
    return said


def _late(entry: Entry) -> bool:
    return entry.recorded_at - entry.occurred_at > LATE
