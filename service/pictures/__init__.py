"""Pictures of what projections answer, for terminals: what replay and the demonstration print."""

from collections.abc import Callable
from typing import Any

from rich.console import RenderableType
from rich.json import JSON

from projections.answers import Answer
from service.pictures.care_plan import care_plan
from service.pictures.look import Look
from service.pictures.milestones import milestones
from service.pictures.postvention import postvention

__all__ = ["Look", "picture"]

_PICTURES: dict[str, Callable[[Any, Look], RenderableType]] = {
    "care_plan": care_plan,
    "milestones": milestones,
    "postvention": postvention,
}


def picture(projection: str, answer: Answer, look: Look) -> RenderableType:
    """What the projection of that name answers, as a picture; as JSON where none was drawn for it."""
    draw = _PICTURES.get(projection)
    return draw(answer, look) if draw else JSON(answer.model_dump_json())
