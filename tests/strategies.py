"""Client histories for property tests: believable and wild, yet always such as the timeline admits.

Bodies are drawn from the event classes themselves, so a new kind of event takes part as soon as the catalogue lists
it. Every free text is one of WORDS, so that a test can tell whether one has come where it must not.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin
from uuid import UUID

from annotated_types import Ge, Gt, Le, MaxLen, MinLen
from hypothesis import strategies as st
from pydantic import BaseModel, StringConstraints
from pydantic.fields import FieldInfo

from domain.entry import Draft, Entry
from domain.events.base import Event, RefersTo
from domain.events.catalogue import ALL_EVENTS, CARE_EVENTS
from domain.events.consents import ConsentGranted
from domain.events.crisis import CrisisContactRecorded, SafetyPlanWritten
from domain.events.identifiers import IdentifierLinked
from domain.events.intake import AsamAssessed, IntakeUpdated, LevelOfCareChanged
from domain.events.milestones import MilestoneCelebrated
from domain.events.postvention import AdjustmentSettled
from domain.events.record import EntryCorrected, EntryRetracted
from domain.events.registration import ClientRegistered
from domain.refusals import Refused
from domain.vocabulary.asam import AsamEdition, LevelOfCare
from domain.vocabulary.record import CorrectionReason, Precision
from tests.builders import CLIENT, LONG_AGO, History, moment

T = TypeVar("T")

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

PAUSE = st.sampled_from((0, 1, 20, 59, 60, 61, 300, 1439, 1440, 1441, 4320, 10_080, 43_200, 50_400, 131_040, 525_600))
"""Minutes from one recording to the next."""

LAG = st.sampled_from((0, 0, 0, 0, 0, -4, 7, 60, 1440, 4320, 44_640, 576_000, None))
"""Minutes from what happened to its recording, a clock that runs ahead included; None for very long."""

DATES = st.sampled_from(
    [date(2026, 3, 8), date(2026, 11, 1), date(2018, 11, 4), date(2024, 2, 29), date(1900, 1, 1), date.max]
) | st.dates(date(2025, 1, 1), date(2028, 1, 1))

TIMES = st.datetimes(datetime(2010, 1, 1), datetime(2031, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
"""Moments that an event names beside that of its occurring, such as the beginning of an appointment."""

PEOPLE = st.sampled_from([UUID(int=7), UUID(int=8)])
"""Actor ids of the staff."""

PLAIN: dict[type, st.SearchStrategy[Any]] = {bool: st.booleans(), date: DATES, datetime: TIMES}

PRECISION = st.sampled_from(Precision)
REASON = st.sampled_from(CorrectionReason)
MAYBE = st.booleans()
NUMBER = st.integers(0, 255)
SHARE = st.integers(0, 9)


@st.composite
def events(draw: st.DrawFn, event_class: type[Event], among: Iterable[Entry] = ()) -> Event:
    """An event of that class whose references point to fitting ones `among` the given entries."""
    return _event(draw, event_class, among)


@st.composite
def histories(
    draw: st.DrawFn,
    min_steps: int = 0,
    max_steps: int = 16,
    zones: tuple[str, ...] = ZONES,
    client_id: UUID = CLIENT,
) -> History:
    """A client's record: opened by registration or crisis, with late entries, corrections and retractions.

    A step that the timeline refuses leaves no entry.
    """
    history = History(client_id)
    opening: type[Event] = CrisisContactRecorded if draw(SHARE) == 9 else ClientRegistered
    start = _pick(draw, STARTS)
    history.add(_in_zone(draw, _event(draw, opening), zones), at=start, recorded=start)
    for _ in range(draw(st.integers(min_steps, max_steps))):
        event = _in_zone(draw, _next(draw, history), zones)
        recorded = history.last_recorded + timedelta(minutes=draw(PAUSE), microseconds=1)
        try:
            history.add(event, _before(draw, recorded), recorded, draw(PRECISION))
        except Refused:
            continue
    return history


@st.composite
def drafts_upon(draw: st.DrawFn, history: History, at: datetime) -> list[Draft]:
    """One to four events as a caller may ask to record them next, fitting or not; later ones may refer to earlier."""
    ids = [entry.id for entry in history.entries]
    drafts: list[Draft] = []
    for place in range(1, 1 + draw(st.integers(1, 4))):
        event_class = _pick(draw, ALL_EVENTS)
        among = [UUID(int=404), *ids]
        id_ = _pick(draw, ids) if draw(SHARE) == 9 else UUID(int=history.client_id.int + history.version + place)
        drafts.append(Draft(id_, _aimed(draw, event_class, among), at, Precision.INSTANT, "tests"))
        ids.append(id_)
    return drafts


def _aimed(draw: st.DrawFn, event_class: type[Event], among: list[UUID]) -> Event:
    """An event of that class whose references point to any of the ids; a correction of nothing but the precision."""
    if event_class is EntryRetracted:
        return EntryRetracted(entry=_pick(draw, among), reason=draw(REASON))
    if event_class is EntryCorrected:
        return EntryCorrected(entry=_pick(draw, among), reason=draw(REASON), precision=draw(PRECISION))
    said = draw(_bodies(event_class))
    if event_class is MilestoneCelebrated:
        said["own"] = WORDS[0]
    if event_class is SafetyPlanWritten:
        said["own_coping"] = WORDS[:1]
    if event_class is AdjustmentSettled:
        said["reason"] = WORDS[0]
    _admissible(event_class, said)
    for field in event_class.references():
        said[field] = _pointed(said[field], among)
    return event_class(**said)


def _before(draw: st.DrawFn, recorded: datetime) -> datetime:
    lag = draw(LAG)
    return LONG_AGO if lag is None else recorded - timedelta(minutes=lag)


def _next(draw: st.DrawFn, history: History) -> Event:
    standing = [entry for entry in history.entries if not history.retracted(entry.id)]
    choice = draw(SHARE)
    if choice == 9:
        return EntryRetracted(entry=_pick(draw, history.entries).id, reason=draw(REASON))
    corrigible = [entry for entry in standing if isinstance(entry.event, CARE_EVENTS)]
    if choice >= 7 and corrigible:
        return _correction(draw, _pick(draw, corrigible), history)
    present = {entry.event.type for entry in standing}
    return _event(draw, _pick(draw, _likely(present)), standing)


def _correction(draw: st.DrawFn, entry: Entry, history: History) -> EntryCorrected:
    replacement: Event | None = None
    if draw(MAYBE):
        references = {field: getattr(entry.event, field) for field in entry.event.references()}
        replacement = _event(draw, type(entry.event), history.entries).model_copy(update=references)
    return EntryCorrected(
        entry=entry.id,
        reason=draw(REASON),
        replacement=replacement,  # type: ignore[arg-type]  # an event of care, like the one that it replaces
        occurred_at=_before(draw, history.last_recorded) if draw(MAYBE) else None,
        precision=draw(PRECISION) if draw(MAYBE) else None,
    )


def _likely(present: set[str]) -> list[type[Event]]:
    """What can come next; what answers an earlier entry is listed four times, so that stories go on and end."""
    possible = [event_class for event_class in CARE_EVENTS if _needs(event_class) <= present]
    if "client_registered" in present:
        possible.remove(ClientRegistered)
    return possible + 3 * [event_class for event_class in possible if _needs(event_class)]


@cache
def _needs(event_class: type[Event]) -> frozenset[str]:
    """The types of which there must be an entry, since the event cannot do without referring to one."""
    fields = event_class.model_fields
    return frozenset(
        event_type
        for field, mark in event_class.references().items()
        if fields[field].is_required()
        for event_type in mark.types
    )


def _in_zone(draw: st.DrawFn, event: Event, zones: tuple[str, ...]) -> Event:
    return event.model_copy(update={"time_zone": _pick(draw, zones)}) if isinstance(event, ClientRegistered) else event


def _pick(draw: st.DrawFn, items: Sequence[T]) -> T:
    return items[draw(NUMBER) % len(items)]


def _event(draw: st.DrawFn, event_class: type[Event], among: Iterable[Entry] = ()) -> Event:
    said = draw(_bodies(event_class))
    for field, mark in event_class.references().items():
        fitting = [entry.id for entry in among if not mark.types or entry.event.type in mark.types]
        said[field] = _pointed(said[field], fitting)
    _admissible(event_class, said)
    return event_class(**said)


def _admissible(event_class: type[Event], said: dict[str, Any]) -> None:
    """What is drawn one by one may not fit together: whole bodies that their own rules admit."""
    if event_class is IntakeUpdated:
        said["note"] = WORDS[0]
    if event_class is IdentifierLinked:
        said["system"] = "ehr"
    if event_class is AsamAssessed:
        fourth = said["edition"] is AsamEdition.FOURTH
        said |= {"dimensions": () if fourth else said["dimensions"][:1]}
        said |= {"subdimensions": said["subdimensions"][:1] if fourth else ()}
    if event_class is LevelOfCareChanged:
        said["biomedically_enhanced"] = said["level"] is LevelOfCare.MEDICALLY_MANAGED_RESIDENTIAL
    if event_class is ConsentGranted:
        said |= {
            "recipients": said["recipients"] or WORDS[:1],
            "expires_on": max(said["expires_on"] or date.max, said["signed_on"]),
            "right_to_revoke_told": True,
            "redisclosure_told": True,
            "scope": said["scope"][:1],
        }


@cache
def _bodies(model: type[BaseModel]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {name: _values(field.annotation, field.metadata) for name, field in model.model_fields.items()}
    )


def _values(annotation: Any, metadata: Iterable[Any]) -> st.SearchStrategy[Any]:
    marks = [each for mark in metadata for each in (mark.metadata if isinstance(mark, FieldInfo) else [mark])]
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _values(inner[0], [*marks, *inner[1:]])
    if origin in {Union, UnionType}:
        return st.one_of([st.none() if kind is NoneType else _values(kind, marks) for kind in inner[::-1]])
    if origin is tuple:
        least = max((mark.min_length for mark in marks if isinstance(mark, MinLen)), default=0)
        of_each = [mark for mark in marks if not isinstance(mark, MinLen | MaxLen)]
        return st.lists(_values(inner[0], of_each), min_size=least, max_size=least + 2).map(tuple)
    if origin is Literal:
        return st.sampled_from(inner)
    if issubclass(annotation, BaseModel):
        return _bodies(annotation).map(lambda said: annotation(**said))
    return _scalars(annotation, marks)


def _scalars(kind: type, marks: list[Any]) -> st.SearchStrategy[Any]:
    if issubclass(kind, Enum):
        return st.sampled_from(kind)
    if kind is UUID:  # which of the fitting entries, see _pointed; or who of the staff
        return NUMBER if any(isinstance(mark, RefersTo) for mark in marks) else PEOPLE
    if kind in PLAIN:
        return PLAIN[kind]
    if kind is str:
        return st.sampled_from(_texts(marks))
    return _numbers(kind, marks)


def _pointed(pick: Any, fitting: list[UUID]) -> Any:
    """The fitting entry for a number, several for several; None or nothing where there is none."""
    if isinstance(pick, tuple):
        return tuple(_pointed(each, fitting) for each in pick) if fitting else ()
    return fitting[pick % len(fitting)] if fitting and pick is not None else None


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
