"""What is asked of the feed, and the forms of its answers."""

from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import Header
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from domain.events.catalogue import EVENT_TYPES
from service.api.field_errors import FieldError
from service.api.parameters import IN_DIGITS, true_or_false
from service.api.problems import InvalidInput
from service.subscriptions.feed_event import FeedEvent

PATH: Final = "/v1/events"
LONGEST_WAIT: Final = 25
"""Seconds: our choice, below the 30 and 60 after which proxies commonly give up on an answer."""

_LAST_POSITION: Final = 999_999_999_999
_TYPES: Final = "^[a-z][a-z_]{0,63}(,[a-z][a-z_]{0,63}){0,99}$"


def _position(said: Any) -> Any:
    if isinstance(said, str):
        said = said.strip()
        if not (said.isascii() and said.isdecimal() and len(said) <= len(str(_LAST_POSITION))):
            raise PydanticCustomError("position", "Give the last id that the stream told you, as it is.")
        return int(said)
    return said


LastEventId = Annotated[
    int | None,
    BeforeValidator(_position),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]{1,12}$"}),
    Header(
        alias="Last-Event-ID",
        description="On a stream: go on after the event with this id, which is its position. `EventSource` sends it by"
        " itself when it connects again. It counts more than `after`.",
    ),
]


class FeedQuery(BaseModel):
    """Which part of the feed, and how it is told."""

    model_config = ConfigDict(frozen=True)

    after: Annotated[
        int,
        Field(ge=0, le=_LAST_POSITION, description="Go on after this position: what `next` of the part before says."),
        IN_DIGITS,
    ] = 0
    limit: Annotated[
        int, Field(ge=1, le=1_000, description="How many events at most; a stream has no end of that kind."), IN_DIGITS
    ] = 200
    type: Annotated[
        str | None,
        Field(
            pattern=_TYPES,
            description="Only events of these kinds, with commas between them; the description of recording lists the"
            " kinds.",
            examples=["crisis_contact_recorded,lapse_recorded"],
        ),
    ] = None
    wait: Annotated[
        int,
        Field(
            ge=0,
            le=LONGEST_WAIT,
            description="While there is nothing, wait so many seconds for something: the answer comes as soon as an"
            " event is recorded, or without any when the time is up.",
        ),
        IN_DIGITS,
    ] = 0
    content: Annotated[
        bool,
        BeforeValidator(true_or_false),
        Field(description="Whether to tell what the events say: true or false. Needs `Feed.r`, for systems only."),
    ] = False

    @property
    def types(self) -> frozenset[str] | None:
        """The kinds that are asked for; None for all. Raises InvalidInput for one that there is not."""
        if self.type is None:
            return None
        asked = self.type.split(",")
        if not EVENT_TYPES.keys() >= set(asked):
            message = "There is no such kind of event; see the description of recording for those that there are."
            error = FieldError(field="type", rule="known_type", message=message)
            raise InvalidInput("The query names a kind of event that there is not.", errors=[error])
        return frozenset(asked)

    def link(self, after: int) -> str:
        """The Link header that leads to the part after that position."""
        said = self.model_dump(exclude_defaults=True, exclude={"after", "wait"})
        query = urlencode({"after": after, **{name: _written(value) for name, value in said.items()}}, safe=",")
        return f'<{PATH}?{query}>; rel="next"'


def _written(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


class FeedAnswer(BaseModel):
    """A part of the feed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    events: tuple[FeedEvent, ...] = Field(description="The events, in the order of their positions.")
    next: int = Field(
        description="What to give as `after` to go on, now or later. Keep it together with what you made of the events."
    )
    more: bool = Field(
        description="Whether your organization's log goes on after `next`; with `type`, perhaps with other kinds alone."
    )
    position: int = Field(description="The position of the last event of your organization's log.")


def beyond_the_end(field: str, ends_at: int) -> InvalidInput:
    """The problem of a position that the log has not come to."""
    message = (
        f"Your organization's log ends at {ends_at}. If you were told this position, the log was set back since, as by"
        " an old backup: read it again from a position that you know to be right."
    )
    error = FieldError(field=field, rule="beyond_the_end", message=message)
    return InvalidInput("The position is beyond the log's end.", errors=[error])
