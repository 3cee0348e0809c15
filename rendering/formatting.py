"""How days, moments, terms and places in the record are written."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from rich.table import Table
from rich.text import Text

from domain.entry import Entry
from domain.vocabulary.record import Precision


@dataclass(frozen=True, slots=True)
class Formatting:
    """Shows moments in the client's time zone, and entries by their place in the client's timeline: #12."""

    zone: ZoneInfo
    places: Mapping[UUID, str]
    """How each entry is called, as `places` says."""
    year: int
    """Days of this year are shown without it."""

    def moment(self, moment: datetime) -> str:
        """Such as Sat 17 Oct 10:15."""
        local = moment.astimezone(self.zone)
        return f"{self.day(local.date())} {local:%H:%M}"

    def day(self, day: date) -> str:
        """Such as Sat 17 Oct, or Fri 17 Oct 2025 in another year."""
        return f"{day:%a} {day.day} {day:%b}" + ("" if day.year == self.year else f" {day.year}")

    def full(self, moment: datetime) -> str:
        """Such as Sat 17 Oct 2026 10:15:00 CDT."""
        local = moment.astimezone(self.zone)
        return f"{local:%a} {local.day} {local:%b %Y %H:%M:%S %Z}"

    def occurred(self, entry: Entry) -> str:
        """When it occurred, as exactly as that is known: the day alone, about a moment, or a moment."""
        return self._as_known(entry, self.moment, self.day)

    def occurred_in_full(self, entry: Entry) -> str:
        """The same with the year and the time zone."""
        return self._as_known(entry, self.full, lambda day: f"{day:%a} {day.day} {day:%b %Y}")

    def _as_known(self, entry: Entry, moment: Callable[[datetime], str], day: Callable[[date], str]) -> str:
        at = entry.occurred_at
        if entry.precision is Precision.DAY:  # the date as it was written is the fact, whatever the zone
            return day(at.date() if at.time() == time.min else at.astimezone(self.zone).date())
        return ("about " if entry.precision is Precision.APPROXIMATE else "") + moment(at)

    def numbers(self, *entries: UUID | None) -> Text:
        """The entries' places, quietly, such as #12 #14; nothing for those without."""
        known = [f"#{self.places[entry]}" for entry in entries if entry and entry in self.places]
        return Text(" ".join(known), style="dim cyan")


def places(entries: Iterable[Entry], client_id: UUID) -> dict[UUID, str]:
    """How the client's entries are called: by their versions, and those of a client who was merged into them with
    whose they are, such as 3 of 28fd442c."""
    return {
        entry.id: str(entry.version) + ("" if entry.client_id == client_id else f" of {str(entry.client_id)[:8]}")
        for entry in entries
    }


def recorder(entry: Entry) -> str:
    """Who recorded it and, of a system, for whom: system/ehr for counselor/ana."""
    return f"{entry.recorded_by} for {entry.on_behalf_of}" if entry.on_behalf_of else entry.recorded_by


def words(term: str) -> str:
    """A coded term in words."""
    return term.replace("_", " ")


def listed(terms: Iterable[str]) -> str:
    """Coded terms in words, one after the other."""
    return ", ".join(words(term) for term in terms)


def joined(*parts: Text | str) -> Text:
    """Parts of a line with a space between them; empty ones are left out."""
    return Text(" ").join(Text(part) if isinstance(part, str) else part for part in parts if part)


def bullet(*parts: Text | str) -> Table:
    """Parts of a line after a bullet, under which further lines do not creep."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=1)
    grid.add_column(ratio=1)
    grid.add_row("•", joined(*parts))
    return grid


def sections() -> Table:
    """A grid of sections: a heading on the left, what it holds on the right."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold", no_wrap=True, min_width=11)
    grid.add_column(ratio=1)
    return grid


STATUS_STYLES = {
    "open": "yellow",
    "requested": "yellow",
    "accepted": "yellow",
    "late": "bold red",
    "missed": "red",
    "declined": "red",
    "met": "green",
    "completed": "green",
    "met_late": "dark_orange",
    "released": "dim",
}


def status(term: str) -> Text:
    """How something stands, in its colour."""
    return Text(words(term), style=STATUS_STYLES.get(term, ""))
