"""Which entry says so: marks that something happened, and elements that an entry put there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from domain.entry import Entry
from projections.elements import KEY, Named


@dataclass(frozen=True, slots=True)
class Mark:
    """That something happened."""

    event_id: Annotated[UUID, Named("_event_id")]
    """The entry that says so."""
    at: Annotated[datetime, Named("_at")]
    """When it occurred."""


def mark(entry: Entry) -> Mark:
    """The mark that the entry leaves."""
    return Mark(entry.id, entry.occurred_at)


def first(*marks: Mark | None) -> Mark | None:
    """The earliest of these marks; None where none is there."""
    return min((each for each in marks if each), key=lambda each: each.at, default=None)


@dataclass(frozen=True, slots=True)
class Placed:
    """What an element says that an entry put there; it is known by that entry."""

    event_id: Annotated[UUID, KEY]
    """The entry that put this here."""
    correction_id: Annotated[UUID | None, Named("_correction_id")]
    """The last correction of that entry; null where there is none."""
