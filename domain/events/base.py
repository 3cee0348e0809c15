"""What every event is made of."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Annotated, Any, ClassVar, Protocol, get_args
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from domain.refusals import Refusal

FreeText = Annotated[str, StringConstraints(min_length=1, max_length=20_000, strip_whitespace=True)]
"""Words about or by a client; sealed wherever they are kept, never logged, never in an error."""

ShortText = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
"""A name or a short phrase; as private as FreeText."""

Day = Annotated[date, Field(ge=date(1900, 1, 1))]
"""A day in the client's time zone. The bound catches slips of the keyboard, such as the year 202."""

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._/-]{0,63}$")]
"""A machine-readable name, such as a system's or a person's account; never a client's."""


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("must lie within the years 1 to 9999 of UTC") from error


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A moment with its zone, kept in UTC."""


class RefersTo:
    """Marks a field as the id of an earlier entry of the same client, of one of these types."""

    def __init__(self, *types: str) -> None:
        self.types = frozenset(types)


class Standing(Protocol):
    """What an event may ask about the timeline that it would join. Retracted entries do not count."""

    def answers(self, entry_id: UUID) -> frozenset[str]:
        """The types of the entries that refer to the given one."""

    def count(self, event_type: str) -> int:
        """How many entries of this type the timeline holds."""


class Part(BaseModel):
    """A part of an event's body. Its repr names the class alone: what it says must not slip into logs."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        return iter(())


class Event(Part):
    """The body of an event: what happened, without when and by whom (that is the Entry's).

    A subclass names its `type` once, for ever. When its shape changes, `schema_version` goes up and a
    static method `upcast_v1_v2(state: dict)` turns the old shape into the new one, as in the
    eventsourcing library.
    """

    schema_version: ClassVar[int] = 1

    type: str

    def refusals(self, standing: Standing) -> Iterator[Refusal]:
        """The rules of its own that this event would break, given the timeline it would join."""
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
