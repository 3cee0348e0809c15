"""Client histories for property tests: believable and wild, yet always such as the timeline admits.

Bodies are drawn from the event classes themselves, so a new kind of event takes part as soon as the catalogue lists
it. Every free text is one of WORDS, so that a test can tell whether one has come where it must not.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from uuid import UUID

from annotated_types import Ge, Gt, Le, MaxLen, MinLen
from hypothesis import strategies as st
from pydantic import BaseModel, StringConstraints
from pydantic.fields import FieldInfo

from domain.entry import Entry
from domain.events.base import Event, RefersTo
from domain.events.catalogue import CARE_EVENTS
from domain.events.crisis import CrisisContactRecorded
from domain.events.record import EntryCorrected, EntryRetracted
from domain.events.registration import ClientRegistered
from domain.refusals import Refused
from domain.vocabulary import CorrectionReason, Precision
from tests.builders import LONG_AGO, History, moment

WORDS = (
    "Canary Robin",
    "kanárek — “quoted” 🐦",
    "Robin'; DROP TABLE canary; --",
    "canary " * 100 + "end",
    "a canary\nin two lines\\n",
)
"""All free text that ever occurs here; each holds the word canary in some script or spelling."""

ZONES = (
    "America/Chicago",
    "UTC",
    "America/Sao_Paulo",
    "Africa/Cairo",
    "America/Havana",
    "Pacific/Apia",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
)

STARTS = tuple(
    moment(text)
    for text in (
        "2026-03-06T15:00Z",  # two days before Chicago's clocks go forward
        "2026-10-30T21:30Z",  # two days before they go back
        "2018-11-02T12:00Z",  # two days before São Paulo has no midnight
        "2024-04-25T20:00Z",  # hours before Cairo has no midnight
        "2011-12-28T09:00Z",  # two days before Apia skips a day
        "2026-01-01T00:00Z",
    )
)

MINUTES = (0, 1, 20, 59, 60, 61, 300, 1439, 1440, 1441, 4320, 10_080, 43_200, 50_400, 131_040, 525_600)
LAGS = (0, 0, 0, 0, 0, -4, 7, 60, 1440, 4320, 44_640, 576_000)
DATES = st.sampled_from(
    [date(2026, 3, 8), date(2026, 11, 1), date(2018, 11, 4), date(2024, 2, 29), date(1, 1, 1), date.max]
) | st.dates(date(2025, 1, 1), date(2028, 1, 1))


@st.composite
def events(draw: st.DrawFn, event_class: type[Event], among: Iterable[Entry] = ()) -> Event:
    """An event of that class whose references point to fitting ones `among` the given entries."""
    found = _part(draw, event_class, {entry.id: entry.event.type for entry in among})
    assert isinstance(found, event_class)
    return found


@st.composite
def histories(draw: st.DrawFn, min_steps: int = 0, max_steps: int = 16, zones: tuple[str, ...] = ZONES) -> History:
    """A client's record: opened by registration or crisis, with late entries, corrections and retractions.

    A step that the timeline refuses leaves no entry.
    """
    history = History()
    opening: type[Event] = CrisisContactRecorded if draw(st.integers(0, 5)) == 5 else ClientRegistered
    start = draw(st.sampled_from(STARTS))
    history.add(_in_zone(draw, draw(events(opening)), zones), at=start, recorded=start)
    for _ in range(draw(st.integers(min_steps, max_steps))):
        event, lag = draw(_next(history)), draw(st.sampled_from(LAGS))
        recorded = history.last_recorded + timedelta(minutes=draw(st.sampled_from(MINUTES)), microseconds=1)
        long_ago = lag == LAGS[-1] and draw(st.booleans())
        at = LONG_AGO if long_ago else recorded - timedelta(minutes=lag)
        try:
            history.add(_in_zone(draw, event, zones), at, recorded, draw(st.sampled_from(Precision)))
        except Refused:
            continue
    return history


@st.composite
def _next(draw: st.DrawFn, history: History) -> Event:
    standing = [entry for entry in history.entries if not history.timeline.retracted(entry.id)]
    choice = draw(st.integers(0, 9))
    if choice == 9:
        target = draw(st.sampled_from(history.entries))
        return EntryRetracted(entry=target.id, reason=draw(st.sampled_from(CorrectionReason)))
    corrigible = [entry for entry in standing if isinstance(entry.event, CARE_EVENTS)]
    if choice >= 7 and corrigible:
        return draw(_corrections(draw(st.sampled_from(corrigible)), history))
    present = {entry.event.type for entry in standing}
    return draw(events(draw(st.sampled_from(_likely(present))), standing))


@st.composite
def _corrections(draw: st.DrawFn, entry: Entry, history: History) -> EntryCorrected:
    replacement: Event | None = None
    if draw(st.booleans()):
        references = {field: getattr(entry.event, field) for field in entry.event.references()}
        replacement = draw(events(type(entry.event), history.entries)).model_copy(update=references)
    lag = draw(st.none() | st.sampled_from(LAGS))
    return EntryCorrected(
        entry=entry.id,
        reason=draw(st.sampled_from(CorrectionReason)),
        replacement=replacement,  # type: ignore[arg-type]  # an event of care, like the one that it replaces
        occurred_at=None if lag is None else history.last_recorded - timedelta(minutes=lag),
        precision=draw(st.none() | st.sampled_from(Precision)),
    )


def _likely(present: set[str]) -> list[type[Event]]:
    """What can come next; what answers an earlier entry is listed four times, so that stories go on and end."""
    possible = [event_class for event_class in CARE_EVENTS if _needs(event_class) <= present]
    if "client_registered" in present:
        possible.remove(ClientRegistered)
    return possible + 3 * [event_class for event_class in possible if _needs(event_class)]


def _needs(event_class: type[Event]) -> set[str]:
    """The types of which there must be an entry, since the event cannot do without referring to one."""
    fields = event_class.model_fields
    return {
        event_type
        for field, mark in event_class.references().items()
        if fields[field].is_required()
        for event_type in mark.types
    }


def _in_zone(draw: st.DrawFn, event: Event, zones: tuple[str, ...]) -> Event:
    if not isinstance(event, ClientRegistered):
        return event
    return event.model_copy(update={"time_zone": draw(st.sampled_from(zones))})


def _part(draw: st.DrawFn, model: type[BaseModel], targets: dict[UUID, str]) -> BaseModel:
    said = {name: _value(draw, field.annotation, field.metadata, targets) for name, field in model.model_fields.items()}
    return model(**said)


def _value(draw: st.DrawFn, annotation: Any, metadata: Iterable[Any], targets: dict[UUID, str]) -> Any:
    marks = [each for mark in metadata for each in (mark.metadata if isinstance(mark, FieldInfo) else [mark])]
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _value(draw, inner[0], [*marks, *inner[1:]], targets)
    if origin in {Union, UnionType}:
        return _optional(draw, inner, marks, targets)
    if origin is tuple:
        return _several(draw, inner[0], marks, targets)
    if origin is Literal:
        return draw(st.sampled_from(inner))
    if issubclass(annotation, BaseModel):
        return _part(draw, annotation, targets)
    return draw(_scalars(annotation, marks, targets))


def _optional(draw: st.DrawFn, kinds: tuple[Any, ...], marks: list[Any], targets: dict[UUID, str]) -> Any:
    (kind,) = (kind for kind in kinds if kind is not NoneType)
    refers = next((mark for mark in get_args(kind) if isinstance(mark, RefersTo)), None)
    if (refers and not _fitting(refers, targets)) or draw(st.booleans()):
        return None
    return _value(draw, kind, marks, targets)


def _several(draw: st.DrawFn, kind: Any, marks: list[Any], targets: dict[UUID, str]) -> tuple[Any, ...]:
    refers = next((mark for mark in marks if isinstance(mark, RefersTo)), None)
    if refers and not _fitting(refers, targets):
        return ()
    least = max((mark.min_length for mark in marks if isinstance(mark, MinLen)), default=0)
    of_each = [mark for mark in marks if not isinstance(mark, MinLen | MaxLen)]
    return tuple(_value(draw, kind, of_each, targets) for _ in range(draw(st.integers(least, least + 2))))


def _scalars(kind: type, marks: list[Any], targets: dict[UUID, str]) -> st.SearchStrategy[Any]:
    if issubclass(kind, Enum):
        return st.sampled_from(kind)
    if kind is UUID:
        (refers,) = (mark for mark in marks if isinstance(mark, RefersTo))
        return st.sampled_from(_fitting(refers, targets))
    if kind is bool:
        return st.booleans()
    if kind is date:
        return DATES
    if kind is str:
        return st.sampled_from(_texts(marks))
    return _numbers(kind, marks)


def _texts(marks: list[Any]) -> tuple[str, ...]:
    """Free text is bound by StringConstraints; other text is a time zone or a language."""
    lengths = [mark.max_length for mark in marks if isinstance(mark, StringConstraints) and mark.max_length]
    if lengths:
        return tuple(words for words in WORDS if len(words) <= lengths[0])
    return ZONES if any(isinstance(mark, MaxLen) for mark in marks) else ("en", "es-MX")


def _numbers(kind: type, marks: list[Any]) -> st.SearchStrategy[Any]:
    above = next((mark.gt for mark in marks if isinstance(mark, Gt)), None)
    least: Any = next((mark.ge for mark in marks if isinstance(mark, Ge)), above)
    most: Any = next((mark.le for mark in marks if isinstance(mark, Le)), None)
    if kind is int:
        return st.integers(least, most)
    assert kind is float, f"say here how to draw a {kind}"
    return st.floats(least, most, exclude_min=above is not None, allow_nan=False, allow_infinity=False)


def _fitting(refers: RefersTo, targets: dict[UUID, str]) -> list[UUID]:
    return [id_ for id_, event_type in targets.items() if event_type in refers.types]
