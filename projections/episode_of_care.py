"""Where one episode of care ends and the next begins, for every strand that depends on it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.entry import Entry
from domain.events.intake import EpisodeClosed
from domain.replacing import replace
from projections.context import Context


@dataclass(frozen=True, slots=True)
class UnderWay:
    """The latest episode of care, as a strand keeps it."""

    sittings: tuple[UUID, ...]
    """The entries of its intake, of which there may be several; the first opened it."""
    opened_at: datetime
    """When the first was completed."""
    closed: bool = False
    """Whether it has ended."""


def after_intake(before: UnderWay | None, entry: Entry, context: Context) -> UnderWay:
    """The episode under way after an intake: a new one, with one sitting, or the one before with another."""
    if before and is_sitting_of(before.opened_at, before.closed, entry, context):
        return replace(before, sittings=(*before.sittings, entry.id))
    return UnderWay((entry.id,), entry.occurred_at)


def after_closing(before: UnderWay | None, event: EpisodeClosed) -> UnderWay | None:
    """The episode after one was closed; as it was, where that was an earlier one."""
    return replace(before, closed=True) if before and event.intake in before.sittings else before


def is_sitting_of(opened_at: datetime, closed: bool, entry: Entry, context: Context) -> bool:
    """Whether an intake is another sitting of the one that opened an episode: within days of it, while it is open."""
    days = (context.day(entry) - context.day_at(opened_at)).days
    return not closed and days <= context.policy.intake.sittings_within_days
