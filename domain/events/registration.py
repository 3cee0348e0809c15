"""Who the client is: registration, moves, and their death (R08, R61, R64)."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from domain.events.base import Day, Event, FreeText, ShortText
from domain.time_zones import TimeZone


class ClientRegistered(Event):
    """A person became a client: who they are, and in whose time zone their days are counted."""

    once: ClassVar[bool] = True

    type: Literal["client_registered"] = "client_registered"
    name: ShortText
    """The name in the record."""
    preferred_name: ShortText | None = None
    """How they want to be called."""
    birth_date: Day | None = None
    """The day of birth."""
    pronouns: ShortText | None = None
    """Their pronouns."""
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] = "en"
    """The language in which they are spoken to (BCP 47)."""
    time_zone: TimeZone
    """The time zone in which their days are counted (IANA)."""
    phone: ShortText | None = None
    """How to reach them by telephone."""


class ClientMoved(Event):
    """The client moved: from then on their days are counted in another time zone; those lived keep theirs (R64)."""

    type: Literal["client_moved"] = "client_moved"
    time_zone: TimeZone
    """The time zone in which their days are counted from then on (IANA)."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""


class ClientDied(Event):
    """The client died (R61). What waits to be done for them is released; what is to be reviewed is not."""

    once: ClassVar[bool] = True

    type: Literal["client_died"] = "client_died"
    note: FreeText | None = None
    """Anything else worth keeping, in words."""
