"""What projections answer, drawn for terminals: what replay and the demonstration print."""

from collections.abc import Callable
from typing import Any

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from projections.answers import Answer
from rendering.care_plan import care_plan
from rendering.differences import said
from rendering.formatting import Formatting, bullet, sections, words
from rendering.milestones import milestones
from rendering.postvention import postvention

__all__ = ["Formatting", "render"]

_DRAWN_BY: dict[str, Callable[[Any, Formatting], RenderableType]] = {
    "care_plan": care_plan,
    "milestones": milestones,
    "postvention": postvention,
}


def render(projection: str, answer: Answer, fmt: Formatting) -> RenderableType:
    """What the projection of that name answers, drawn; field by field where nobody drew it with more care."""
    draw = _DRAWN_BY.get(projection)
    return draw(answer, fmt) if draw else _field_by_field(projection, answer, fmt)


def _field_by_field(projection: str, answer: Answer, fmt: Formatting) -> RenderableType:
    grid = sections()
    for name, value in vars(answer).items():
        parts = value if isinstance(value, tuple) else (value,)
        told = [bullet(said(each, fmt), fmt.numbers(getattr(each, "event_id", None))) for each in parts]
        grid.add_row(words(name).capitalize(), Group(*told) if told else Text("none", style="dim"))
    return Panel(grid, title=words(projection).capitalize(), title_align="left", border_style="blue")
