"""The milestones as they are shown in a terminal."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from projections.milestones.stretches import Step, Stretch
from projections.milestones.view import MilestonesAnswer, Track
from rendering.formatting import Formatting, bullet, joined, listed, sections, words

BAR = 24
"""The bar of the longest stretch has so many characters."""


def milestones(answer: MilestonesAnswer, fmt: Formatting) -> RenderableType:
    """Days in recovery, every stretch with its steps, goals reached, close calls and celebrations."""
    grid = sections()
    tracks = answer.tracks[1:] if len(answer.tracks) == 2 else answer.tracks  # overall and one substance are the same
    for track in tracks:
        grid.add_row(words(track.track).capitalize(), Group(*_track(track, fmt)))
    others = list(_others(answer, fmt))
    if others:
        grid.add_row("Others", Group(*others))
    if not answer.tracks and not others:
        grid.add_row("", Text("nothing to count yet", style="dim"))
    return Panel(grid, title=f"Milestones on {fmt.day(answer.today)}", title_align="left", border_style="green")


def _track(track: Track, fmt: Formatting) -> Iterator[RenderableType]:
    coming = track.next_step
    next_step = f"; next: {_named(coming)} on {fmt.day(coming.on)}" if coming else ""
    unknown = track.last_use_unknown
    not_known = f"; last use of {listed(unknown)} not known" if unknown else ""
    yield joined(
        Text("days not known" if track.current_days is None else f"{track.current_days} days", style="bold green"),
        f"now; longest {track.longest_days}, together {track.cumulative_days}{next_step}{not_known}",
    )
    if track.remission:
        found = track.remission
        yield bullet(f"remission, found {fmt.day(found.on)}: {words(found.state)}", fmt.numbers(found.event_id))
    for stretch in track.stretches:
        yield _stretch(stretch, max(track.longest_days, 1), fmt)


def _stretch(stretch: Stretch, longest: int, fmt: Formatting) -> RenderableType:
    until = f"to {fmt.day(stretch.ended_on)}" if stretch.ended_on else "and going on"
    reached = " ".join(
        f"★{step.days if step.years is None else _named(step)}" for step in stretch.steps if step.reached
    )
    return bullet(
        Text("━" * max(1, BAR * stretch.days // longest), style="green" if stretch.ended_on is None else "dim green"),
        f"{stretch.days} days from {fmt.day(stretch.started_on)} {until}",
        Text(reached, style="yellow"),
        fmt.numbers(stretch.event_id, stretch.ended_event_id),
    )


def _named(step: Step) -> str:
    """Anniversaries by their years, other steps by their days."""
    return f"{step.days} days" if step.years is None else f"{step.years} y"


def _others(answer: MilestonesAnswer, fmt: Formatting) -> Iterator[RenderableType]:
    for goal in answer.goals_reached:
        yield bullet(f"goal reached {fmt.day(goal.on)}:", goal.description or "", fmt.numbers(goal.event_id))
    for each in answer.milestones_reached:
        name = each.name or words(each.kind)
        yield bullet(f"reached {fmt.day(each.on)}: {name}", fmt.numbers(each.event_id))
    for step in answer.withdrawn:
        said = f"{words(step.track)}: {step.days} days on {fmt.day(step.on)} do not count any more"
        why = f"({words(step.withdrawn_because)})" if step.withdrawn_because else ""
        yield bullet(Text(said, style="dim"), why, fmt.numbers(step.withdrawn_event_id))
    latest = answer.latest_close_call
    if latest:
        times = "one urge" if answer.close_calls == 1 else f"{answer.close_calls} urges"
        yield bullet(f"{times} ridden out, the last on {fmt.day(latest.on)}", fmt.numbers(latest.event_id))
    for held in answer.celebrations:
        what = f"{held.days} days" if held.days else held.own or ("a milestone" if held.milestone else "a goal")
        yield bullet(
            Text(f"celebrated {fmt.day(held.on)}: {what}.", style="yellow"),
            held.how or "",
            fmt.numbers(held.event_id),
        )
