"""What projections answer, drawn for terminals: what replay and the demonstration print."""

from collections.abc import Callable
from typing import Any

from rich.console import RenderableType
from rich.json import JSON

from projections.answers import Answer
from rendering.care_plan import care_plan
from rendering.formatting import Formatting
from rendering.milestones import milestones
from rendering.postvention import postvention

__all__ = ["Formatting", "render"]

_DRAWN_BY: dict[str, Callable[[Any, Formatting], RenderableType]] = {
    "care_plan": care_plan,
    "milestones": milestones,
    "postvention": postvention,
}


def render(projection: str, answer: Answer, fmt: Formatting) -> RenderableType:
    """What the projection of that name answers, drawn; as JSON where none was drawn for it."""
    draw = _DRAWN_BY.get(projection)
    return draw(answer, fmt) if draw else JSON(answer.model_dump_json())
