"""Marks: that something happened, and which entry says so."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.entry import Entry


@dataclass(frozen=True, slots=True)
class Mark:
    """That something happened: the entry that says so, and when it occurred."""

    put_by: UUID
    at: datetime


def mark(entry: Entry) -> Mark:
    """The mark that the entry leaves."""
    return Mark(entry.id, entry.occurred_at)
