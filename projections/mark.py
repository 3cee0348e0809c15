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

    put_by: Annotated[UUID, Named("_by")]
    """The entry that says so."""
    at: Annotated[datetime, Named("_at")]
    """When it occurred."""


def mark(entry: Entry) -> Mark:
    """The mark that the entry leaves."""
    return Mark(entry.id, entry.occurred_at)


@dataclass(frozen=True, slots=True)
class Placed:
    """What an element says that an entry put there; it is known by that entry."""

    put_by: Annotated[UUID, KEY]
    """The entry that put this here."""
    corrected_by: Annotated[UUID | None, Named("_corrected_by")]
    """The last correction of that entry; null where there is none."""
