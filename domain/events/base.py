"""What every event is made of."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, ClassVar, Final, NamedTuple, Protocol, get_args
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetPydanticSchema,
    StringConstraints,
    ValidationInfo,
)
from pydantic_core import PydanticCustomError
from pydantic_core.core_schema import datetime_schema

from domain import texts
from domain.refusals import Refusal
from domain.stored import Stored
from domain.vocabulary.record import Precision


def _readable(text: str, info: ValidationInfo) -> str:
    if isinstance(info.context, Stored):
        return text
    if texts.holds_controls(text):
        message = "Leave out control characters, such as escape; a text may hold line breaks and tabs."
        raise PydanticCustomError("no_control_characters", message)
    if not texts.is_visible(text):
        message = "Give a text that can be seen: this one holds nothing but blanks and invisible marks."
        raise PydanticCustomError("visible_text", message)
    return text


_NO_CONTROLS: Final = Field(json_schema_extra={"pattern": texts.WITHOUT_CONTROLS})

FreeText = Annotated[
    str,
    StringConstraints(min_length=1, max_length=20_000, strip_whitespace=True),
    AfterValidator(_readable),
    _NO_CONTROLS,
]
"""Words about or by a client; sealed wherever they are kept, never logged, never in an error."""

ShortText = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, strip_whitespace=True),
    AfterValidator(_readable),
    _NO_CONTROLS,
]
"""A name or a short phrase; as private as FreeText."""

Day = Annotated[date, Field(ge=date(1900, 1, 1))]
"""A day in the client's time zone. The bound catches slips of the keyboard, such as the year 202."""


def _no_slash(said: Any) -> Any:
    if isinstance(said, str) and "/" in said:
        message = "Leave out the slash: it stands between a role and a name where the record names a person."
        raise PydanticCustomError("no_slash", message)
    return said


Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$"), BeforeValidator(_no_slash)]
"""A machine-readable name, such as a system's or a person's account; never a client's, and never counselor/ana."""


def _hyphenated(said: Any) -> Any:
    if isinstance(said, str) and not texts.is_uuid(said):
        message = "Give a UUID in its usual form, such as 0b7ffa3e-2f6c-4c1e-9d0e-6d8a6f6f1a11."
        raise PydanticCustomError("uuid_parsing", message)
    return said


StrictUUID = Annotated[UUID, BeforeValidator(_hyphenated)]
"""A UUID as RFC 9562 writes it: not in braces, not as a URN, not without its hyphens."""


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("must lie within the years 1 to 9999 of UTC") from error


def _occurred_at(moment: datetime, info: ValidationInfo) -> datetime:
    if info.data.get("precision") is Precision.DAY:
        return datetime.combine(moment.date(), time.min, UTC)
    return _in_utc(moment)


_WITH_ZONE: Final = GetPydanticSchema(
    lambda _, __: datetime_schema(tz_constraint="aware", microseconds_precision="error")
)

Moment = Annotated[datetime, _WITH_ZONE, AfterValidator(_in_utc)]
"""A moment with its zone, kept in UTC. Finer than microseconds is refused: nothing is cut off without a word."""

PlannedMoment = Annotated[datetime, _WITH_ZONE, AfterValidator(_in_utc), Field(ge=datetime(1900, 1, 1, tzinfo=UTC))]
"""A moment that was planned, which may lie ahead. The bound catches slips of the keyboard, as that of Day does."""

OccurredAt = Annotated[datetime, _WITH_ZONE, AfterValidator(_occurred_at)]
"""When something occurred, beside a `precision` that stands before it: a Moment. Where just the day is known, the local
date as it is written is the fact, whatever its offset."""


class RefersTo:
    """Marks a field as the id, or ids, of earlier entries of the same client, of one of these types (none: of any).

    What refers *answers* that entry (an acceptance its request, a measurement its goal) and cannot have happened
    before it: in the effective timeline it never stands before it, whatever times were noted. With `cites`, it only
    names that entry as a reason, which orders nothing: a plan stays where it was agreed when the time of the intake
    that it cites is corrected.

    `once`: at most one known entry of this kind answers the same one; others are refused by a rule named after the
    kind, such as handoff_accepted_once.

    Recording reads no more than its rules declare here. `asks` names the types of answers to that entry which the
    event's own `refusals` ask about, `dated` that they ask when those occurred, `content` that they ask what that
    entry says.
    """

    def __init__(
        self,
        *types: str,
        cites: bool = False,
        once: bool = False,
        asks: Iterable[str] = (),
        dated: bool = False,
        content: bool = False,
    ) -> None:
        self.types = frozenset(types)
        self.cites = cites
        self.once = once
        self.asks = frozenset(asks)
        self.dated = dated
        self.content = content


class EntryContent(NamedTuple):
    """What an entry says and when that occurred, as it counts now: corrections are applied."""

    event: "Event"
    occurred_at: datetime
    precision: Precision


class PossibleDays(NamedTuple):
    """Local days of the client's, wherever on earth they live: rules refuse only what is wrong in every time zone."""

    earliest: date
    """No earlier did it occur."""
    latest: date
    """No later did it occur."""
    today: date
    """No later is it recorded."""


class KnownEntries(Protocol):
    """What an event may ask about the entries that it refers to, as far as its fields declare it (see RefersTo).

    Retracted entries do not count. Asking for what is not declared raises LookupError.
    """

    def answered(self, entry_id: UUID, *by: str) -> bool:
        """Whether an entry of one of these types refers to the given one."""

    def answered_before(self, entry_id: UUID, *by: str) -> bool:
        """Whether such an entry is known to have occurred before what is being recorded: where just the day of either
        is known, they may lie on one day, and this is false."""

    def content_of(self, entry_id: UUID) -> EntryContent | None:
        """What that entry says; None when there is none. Its event is Unreadable where it could not be opened."""


def _say_what_a_type_is(schema: dict[str, Any]) -> None:
    """Every kind of event has the field, it means the same in each, and by it a reader knows which one it has."""
    if "type" in schema.get("properties", {}):
        schema["properties"]["type"]["description"] = "The kind of event."
        schema["required"] = ["type", *(name for name in schema.get("required", ()) if name != "type")]


class Part(BaseModel):
    """A part of an event's body. Its repr names the class alone: what it says must not slip into logs."""

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="forbid",
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        json_schema_extra=_say_what_a_type_is,
    )

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        return iter(())


class Event(Part):
    """The body of an event: what happened, without when and by whom (that is the Entry's).

    A subclass names its `type` once, for ever. When its shape changes, `schema_version` goes up and a
    static method `upcast_v1_v2(state: dict)` turns the old shape into the new one, as in the
    eventsourcing library. `once` says that a client has at most one that stands; others are refused by a
    rule named after the type, such as client_registered_once. `kept_apart` says that only its author's role reads what
    it says: it is sealed under the client's key for counseling notes (R27). `replaceable` says that a correction may
    give it another body, `retractable` that it can be retracted, and `restorable` that a retraction of it can be taken
    back.
    """

    schema_version: ClassVar[int] = 1
    once: ClassVar[bool] = False
    kept_apart: ClassVar[bool] = False
    replaceable: ClassVar[bool] = True
    retractable: ClassVar[bool] = True
    restorable: ClassVar[bool] = True

    type: str

    def refusals(self, known: KnownEntries) -> Iterator[Refusal]:
        """The rules of its own that this event would break, given the timeline it would join.

        A body that replaces an entry's is asked as if nothing else were known: its place in the timeline stays.
        """
        yield from ()

    def refusals_by_day(self, days: PossibleDays) -> Iterator[Refusal]:
        """The rules about the days it tells of that it would break, given when it occurred and is recorded."""
        yield from ()

    @classmethod
    def references(cls) -> dict[str, RefersTo]:
        """The fields that hold ids of other entries, and what they may refer to."""
        return _references(cls)


def _references(event_class: type[Event]) -> dict[str, RefersTo]:
    found: dict[str, RefersTo] | None = event_class.__dict__.get("_reference_fields")
    if found is None:
        found = {
            name: mark
            for name, field in event_class.model_fields.items()
            for mark in (*field.metadata, *_nested(field.annotation))
            if isinstance(mark, RefersTo)
        }
        type.__setattr__(event_class, "_reference_fields", found)
    return found


def _nested(annotation: Any) -> Iterator[Any]:
    for inner in get_args(annotation):
        yield inner
        yield from _nested(inner)


def referred(event: Event) -> Iterator[tuple[str, UUID, RefersTo]]:
    """Every reference that the event makes: the field, the id referred to, and what it may be."""
    for name, mark in event.references().items():
        value: Any = getattr(event, name)
        if isinstance(value, UUID):
            yield name, value, mark
        elif value is not None:
            for each in value:
                yield name, each, mark
