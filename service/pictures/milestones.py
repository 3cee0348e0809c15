"""The milestones as a picture."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from projections.milestones.stretches import Stretch
from projections.milestones.view import MilestonesAnswer, Track
from service.pictures.look import Look, bullet, joined, sections, words

BAR = 24
"""The bar of the longest stretch has so many characters."""


def milestones(answer: MilestonesAnswer, look: Look) -> RenderableType:
    """Days in recovery, every stretch with its steps, goals reached, close calls and celebrations."""
    grid = sections()
    tracks = answer.tracks[1:] if len(answer.tracks) == 2 else answer.tracks  # overall and one substance are the same
    for track in tracks:
        grid.add_row(words(track.track).capitalize(), Group(*_track(track, look)))
    others = list(_others(answer, look))
    if others:
        grid.add_row("Others", Group(*others))
    if not answer.tracks and not others:
        grid.add_row("", Text("nothing to count yet", style="dim"))
    return Panel(grid, title=f"Milestones on {look.day(answer.today)}", title_align="left", border_style="green")


def _track(track: Track, look: Look) -> Iterator[RenderableType]:
    coming = track.next_step
    next_step = f"; next: {coming.days} days on {look.day(coming.on)}" if coming else ""
    yield joined(
        Text(f"{track.current_days} days", style="bold green"),
        f"now; longest {track.longest_days}, together {track.cumulative_days}{next_step}",
    )
    for stretch in track.stretches:
        yield _stretch(stretch, max(track.longest_days, 1), look)


def _stretch(stretch: Stretch, longest: int, look: Look) -> RenderableType:
    until = f"to {look.day(stretch.ended_on)}" if stretch.ended_on else "and going on"
    reached = " ".join(f"★{step.days}" for step in stretch.steps if step.reached)
    return bullet(
        Text("━" * max(1, BAR * stretch.days // longest), style="green" if stretch.ended_on is None else "dim green"),
        f"{stretch.days} days from {look.day(stretch.started_on)} {until}",
        Text(reached, style="yellow"),
        look.put_by(stretch.put_by, stretch.ended_by),
    )


def _others(answer: MilestonesAnswer, look: Look) -> Iterator[RenderableType]:
    for goal in answer.goals_reached:
        yield bullet(f"goal reached {look.day(goal.on)}:", goal.description or "", look.put_by(goal.put_by))
    latest = answer.latest_close_call
    if latest:
        times = "one urge" if answer.close_calls == 1 else f"{answer.close_calls} urges"
        yield bullet(f"{times} ridden out, the last on {look.day(latest.on)}", look.put_by(latest.put_by))
    for each in answer.celebrations:
        what = f"{each.days} days" if each.days else each.own or "a goal"
        yield bullet(
            Text(f"celebrated {look.day(each.on)}: {what}.", style="yellow"),
            each.how or "",
            look.put_by(each.put_by),
        )
