"""A clinic's record in which every free text is a canary, and where such words, or anybody's id, have come to."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any, get_args
from uuid import UUID

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, StringConstraints
from pydantic.fields import FieldInfo

from domain.events.base import Event
from samples.simulation import simulate
from samples.simulation.entry import SimulatedEntry
from samples.simulation.recording import SimulationOptions
from tests.builders import CLIENT, History
from tests.strategies import histories

CANARY = "Canary Robin of Harbor Lane, +1 312 555 0142"
SOUNDS = ("canary", "kanárek", "harbor lane", "555 0142")
"""By what the canaries of this clinic, and those of drawn histories, are heard, in small letters."""
_PADDING = re.compile(rb"\0{64,}")
_HEXADECIMAL = re.compile(rb"(?=([0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}))")


def entries_with_canaries(options: SimulationOptions) -> Iterator[SimulatedEntry]:
    """The entries of a simulated clinic, and of drawn clients, to whom anything may have happened."""
    last = None
    for entry in simulate(*options):
        last = entry.recorded_at
        yield entry._replace(event=_with_canaries(entry.event))
    assert last
    for history in _drawn():
        for known in history.entries:
            last += timedelta(seconds=1)
            yield SimulatedEntry(
                client_id=known.client_id,
                id=known.id,
                event=known.event,
                occurred_at=known.occurred_at,
                precision=known.precision,
                source="tests",
                correlation_id=None,
                causation_id=None,
                recorded_by="Canary Kim",
                recorded_at=last,
            )


def leaked(told: bytes, ids: Iterable[UUID]) -> set[str]:
    """What of the canaries and of these ids stands in bytes, as text, hexadecimal or binary."""
    told = _PADDING.sub(b"\0", told)
    found = {sound for sound in SOUNDS if sound in told.decode("utf-8", "replace").lower()}
    as_text = {text.replace(b"-", b"").decode() for text in _HEXADECIMAL.findall(told.lower())}
    return found | {str(each) for each in ids if each.hex in as_text or each.bytes in told}


def _drawn() -> Sequence[History]:
    found: Sequence[History] = ()
    clients = [UUID(int=CLIENT.int + (number << 64)) for number in range(3)]

    @settings(
        max_examples=2,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        deadline=None,
    )
    @given(st.tuples(*(histories(min_steps=40, max_steps=40, client_id=client_id) for client_id in clients)))
    def draw(drawn: Sequence[History]) -> None:
        nonlocal found
        found = drawn  # the first that is drawn is the simplest

    draw()
    return found


def _with_canaries(event: Event) -> Event:
    return _said(event)  # type: ignore[no-any-return]


def _said(model: BaseModel) -> Any:
    fields = type(model).model_fields
    return model.model_copy(update={name: _value(getattr(model, name), _marks(fields[name])) for name in fields})


def _value(value: Any, marks: list[Any]) -> Any:
    if isinstance(value, BaseModel):
        return _said(value)
    if isinstance(value, tuple):
        return tuple(_value(each, marks) for each in value)
    lengths = [mark.max_length for mark in marks if isinstance(mark, StringConstraints) and mark.max_length]
    return CANARY if lengths and type(value) is str else value


def _marks(field: FieldInfo) -> list[Any]:
    return [*field.metadata, *_within(field.annotation)]


def _within(annotation: Any) -> Iterator[Any]:
    yield from getattr(annotation, "__metadata__", ())
    for inner in get_args(annotation):
        yield from _within(inner)
