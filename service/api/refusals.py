"""What the rules of care refuse, as the fields of a request that it concerns."""

from collections.abc import Iterable
from typing import Final

from domain.refusals import Refusal
from service.api.field_errors import FieldError

OF_THE_RECORDING: Final = frozenset({"id", "occurred_at", "on_behalf_of"})
"""Fields that a refusal may name beside those of the event."""


def refusal_errors(refusals: Iterable[tuple[int, Refusal]], places: str) -> list[FieldError]:
    """Each refusal with the path of its field. `places` is the path of an event in the body, by its number."""
    return [
        FieldError(field=_field(places.format(place), refusal.field), rule=refusal.rule, message=refusal.message)
        for place, refusal in refusals
    ]


def _field(place: str, field: str) -> str:
    """The path of a refused field in the body: the domain names fields of the event as the event does."""
    if field and field not in OF_THE_RECORDING and not field.startswith("event."):
        field = f"event.{field}"
    return f"{place}.{field}" if place and field else place or field
