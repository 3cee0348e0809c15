"""A record replayed: each entry with what it changed, for the terminal and as a page to print."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from domain.entry import Entry
from projections.differences import Difference
from projections.projection import Projection
from projections.replay import Step
from rendering.differences import ChangedElement, changed_element
from rendering.formatting import Formatting, recorder, words
from rendering.html import page

NOTHING_CHANGED = "Nothing that the projections show."


class ToldStep(NamedTuple):
    """A step in words."""

    number: int
    what: str
    occurred: str
    recorded: str
    recorded_by: str
    source: str
    changed: Sequence[ChangedElement]


def told_step(step: Step, fmt: Formatting) -> ToldStep:
    """The step in words."""
    entry = step.entry
    return ToldStep(
        number=entry.version,
        what=words(entry.event.type),
        occurred=fmt.full(entry.occurred_at),
        recorded=fmt.full(entry.recorded_at),
        recorded_by=recorder(entry),
        source=entry.source,
        changed=_changed(step.changed, fmt),
    )


def step_drawn(step: Step, fmt: Formatting) -> RenderableType:
    """One step on the terminal."""
    told = told_step(step, fmt)
    head = Rule(Text(f"#{told.number} {told.what}", style="bold"), align="left")
    by = Text(f"occurred {told.occurred}, recorded {told.recorded} by {told.recorded_by} through {told.source}")
    return Group(head, by, differences_drawn(told.changed))


def differences_drawn(changed: Sequence[ChangedElement]) -> RenderableType:
    """What changed, on the terminal."""
    if not changed:
        return Text(NOTHING_CHANGED, style="dim")
    table = Table("What", "Before", "After", box=None, pad_edge=False, header_style="dim")
    for element in changed:
        table.add_row(Text(f"{element.projection}: {element.heading}", style="bold"), "", "")
        for each in element.fields:
            table.add_row(f"  {each.field}", Text(each.before, style="red"), Text(each.after, style="green"))
    return table


def hindsight_drawn(
    changed: Iterable[tuple[Projection[Any], Difference]], since: Sequence[Entry], fmt: Formatting
) -> RenderableType:
    """What is known now that was not known then, and the entries that tell it, on the terminal."""
    entries = Table("#", "Recorded since", "Occurred", "Recorded", "By", box=None, pad_edge=False, header_style="dim")
    for each in since:
        moments = fmt.moment(each.occurred_at), fmt.moment(each.recorded_at)
        entries.add_row(str(each.version), words(each.event.type), *moments, recorder(each))
    return Group(entries, Text(), differences_drawn(_changed(changed, fmt)))


def replay_page(client: str, steps: Iterable[Step], fmt: Formatting, made_at: datetime) -> str:
    """The whole replay in HTML, to be printed."""
    return page(
        "replay.html",
        client=client,
        made=fmt.full(made_at),
        steps=[told_step(step, fmt) for step in steps],
        nothing_changed=NOTHING_CHANGED,
    )


def _changed(changed: Iterable[tuple[Projection[Any], Difference]], fmt: Formatting) -> list[ChangedElement]:
    return [changed_element(projection, difference, fmt) for projection, difference in changed]
