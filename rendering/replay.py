"""A record replayed: each entry with what it changed, for the terminal and as a page to print."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from domain.entry import Entry
from domain.events.kept_apart import KeptApart
from domain.events.unreadable import Unreadable
from projections.replay import Step
from rendering.differences import ChangedElement, ToldOf, changed_elements, said
from rendering.formatting import Formatting, recorder, words
from rendering.html import page
from rendering.timeline import entries_table

NOTHING_CHANGED: Final = "It changed nothing that the projections show."
NOTHING_SINCE: Final = "Nothing that was recorded since tells of the time until then."
NOT_TOLD: Final = "What it says is not told here."

_FIELD: Final = 22
"""So wide are the names of fields on the terminal."""


class ToldStep(NamedTuple):
    """A step in words."""

    place: str
    what: str
    occurred: str
    recorded: str
    recorded_by: str
    source: str
    says: str
    """What it says, in words; nothing of what is kept apart."""
    changed: Sequence[ChangedElement]


def told_step(step: Step, fmt: Formatting) -> ToldStep:
    """The step in words."""
    entry = step.entry
    return ToldStep(
        place=fmt.places[entry.id],
        what=words(entry.event.type),
        occurred=fmt.occurred_in_full(entry),
        recorded=fmt.full(entry.recorded_at),
        recorded_by=recorder(entry),
        source=entry.source,
        says=_says(entry, fmt),
        changed=changed_elements(step.changed, fmt),
    )


def step_drawn(step: Step, fmt: Formatting) -> RenderableType:
    """One step on the terminal."""
    told = told_step(step, fmt)
    head = Rule(Text(f"#{told.place} {told.what}", style="bold"), align="left")
    by = Text(f"occurred {told.occurred}, recorded {told.recorded} by {told.recorded_by} through {told.source}")
    return Group(head, by, Text(told.says, style="italic"), differences_drawn(told.changed))


def differences_drawn(
    changed: Sequence[ChangedElement], sides: tuple[str, str] = ("Before", "After")
) -> RenderableType:
    """What changed, on the terminal."""
    if not changed:
        return Text(NOTHING_CHANGED, style="dim")
    drawn: list[RenderableType] = []
    for element in changed:
        drawn.append(Text(f"{element.projection}: {element.heading}", style="bold"))
        table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=element.changed, header_style="dim")
        table.add_column(width=_FIELD, overflow="fold")
        for side in sides if element.changed else ("",):
            table.add_column(side, ratio=1, overflow="fold")
        for each in element.fields:
            before, after = Text(each.before, style="red"), Text(each.after, style="green")
            told = (before, after) if element.changed else (before if each.before else after,)
            table.add_row(Text(each.field), *told)
        if element.fields:
            drawn.append(Padding(table, (0, 0, 0, 2)))
    return Group(*drawn)


def hindsight_drawn(changed: Iterable[ToldOf], since: Sequence[Entry], fmt: Formatting) -> RenderableType:
    """What is known now that was not known then, and the entries that tell it, on the terminal."""
    if not since:
        return Text(NOTHING_SINCE, style="dim")
    entries = entries_table("#", "Recorded since", "Occurred", "Recorded", "By", "Through")
    for each in since:
        moments = fmt.occurred(each), fmt.moment(each.recorded_at)
        entries.add_row(fmt.places[each.id], words(each.event.type), *moments, Text(recorder(each)), Text(each.source))
    differences = differences_drawn(changed_elements(changed, fmt), ("Known then", "Known now"))
    return Group(entries, Text(), differences)


def replay_page(
    whose: str, steps: Sequence[Step], fmt: Formatting, made_at: datetime, known_at: datetime | None = None
) -> str:
    """The whole replay in HTML, to be printed: `whose` it is in words, and as known at which moment."""
    return page(
        "replay.html",
        whose=whose,
        made=fmt.full(made_at),
        known_at=fmt.full(known_at) if known_at else None,
        time_zone=fmt.zone.key,
        steps=[told_step(step, fmt) for step in steps],
        nothing_changed=NOTHING_CHANGED,
    )


def _says(entry: Entry, fmt: Formatting) -> str:
    if isinstance(entry.event, Unreadable | KeptApart):
        about = fmt.numbers(*entry.event.targets).plain
        why = f"It cannot be read: {words(entry.event.why)}." if isinstance(entry.event, Unreadable) else NOT_TOLD
        return f"About {about}. {why}" if about else why
    told = {words(name): said(value, fmt) for name, value in vars(entry.event).items() if name != "type"}
    return " · ".join(f"{name}: {value}" for name, value in told.items() if value)
