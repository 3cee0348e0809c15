"""Versions of a plan, and which number each has (R10, R15; case G2)."""

from dataclasses import dataclass
from typing import Annotated, TypeVar
from uuid import UUID

from domain.replacing import replace
from projections.collection import Elements
from projections.elements import KEY, NO_COLUMN, NOT_SHOWN
from projections.mark import Placed


@dataclass(frozen=True, slots=True)
class Version(Placed):
    """A version of a plan.

    Numbers follow the order of recording, not that of agreement: one found on paper after others had been recorded
    gets the next number, and theirs, by which people already speak of them, stay as they are. Our choice, and its
    price: asked about a day before those others were agreed, the paper has a lower number, since they do not count
    yet. Which one is current, and which came before which, is told by when they were agreed.
    """

    event_id: Annotated[UUID, KEY]
    """The entry that wrote it."""
    version: int
    """1 for the version that was recorded first, then 2, 3 …"""
    recorded_as: Annotated[int, NOT_SHOWN, NO_COLUMN]
    """The place of its entry in the order of recording."""


V = TypeVar("V", bound=Version)


def with_version(versions: Elements[V], written: V) -> Elements[V]:
    """With one more, numbered; those among the others that were recorded after it count one up."""
    number = 1
    for each in versions:
        if each.recorded_as < written.recorded_as:
            number += 1
        elif each.recorded_as > written.recorded_as:
            versions = versions.put(replace(each, version=each.version + 1))
    return versions.put(replace(written, version=number))
