"""The policies of an organization, and which of them applies to what (R63).

Three rules keep the past as it was. Numbers are those in force when something occurred, not when it is looked at.
They are those known when it was recorded: a policy that is adopted later, whenever it is in force from, changes no
entry that was there already. And what is shown about a moment, as known at another, is shown by what had been adopted
by then.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from typing import NamedTuple, Protocol
from uuid import UUID

from domain.entry import Entry
from domain.policy import Policy
from domain.vocabulary.record import Precision


class Numbers(Protocol):
    """What tells the numbers that apply to an entry: an organization's policies, or one policy that always does."""

    def for_entry(self, entry: Entry, /) -> Policy:
        """The policy by which the entry is folded."""


class Adoption(NamedTuple):
    """That a policy was adopted."""

    position: int
    """Its place in the organization's log: entries before it do not know of it."""
    recorded_at: datetime
    in_force_from: datetime
    policy: Policy


class UnreadAdoption(NamedTuple):
    """That a policy was adopted which cannot be read: its bytes were changed, or a newer release wrote them."""

    event_id: UUID
    position: int
    recorded_at: datetime


class PolicyUnreadable(Exception):
    """Which numbers apply cannot be told: a policy that was adopted before cannot be read."""

    def __init__(self, event_id: UUID) -> None:
        super().__init__(f"The policy that the event {event_id} adopted cannot be read.")
        self.event_id = event_id


@dataclass(frozen=True, slots=True)
class Policies:
    """What an organization has adopted, in order of position, and what held before."""

    before: Policy
    """The defaults in the organization's time zone."""
    adoptions: tuple[Adoption, ...] = ()
    unread: UnreadAdoption | None = None
    """The first that cannot be read: from its place on it cannot be told what applies, and nothing is guessed."""

    def for_entry(self, entry: Entry) -> Policy:
        """The numbers in force when the entry occurred, as known when it was recorded.

        A correction moves the entry to another time, not to another knowledge: the numbers are still those adopted
        before the entry itself. Where just the day is known, those in force when it began for the organization.

        Raises PolicyUnreadable.
        """
        if self.unread and self.unread.position < entry.position:
            raise PolicyUnreadable(self.unread.event_id)
        if not self.adoptions:
            return self.before
        moment = entry.occurred_at
        if entry.precision is Precision.DAY and moment.time() == time.min:
            moment = moment.replace(tzinfo=self.before.working_days.zone)
        return self._in_force(moment, (each for each in self.adoptions if each.position < entry.position))

    def at(self, moment: datetime, *, known_at: datetime | None = None) -> Policy:
        """The numbers in force at that moment, as known at another, or else by now. Raises PolicyUnreadable."""
        if self.unread and (known_at is None or self.unread.recorded_at <= known_at):
            raise PolicyUnreadable(self.unread.event_id)
        return self.readable_at(moment, known_at=known_at)

    def readable_at(self, moment: datetime, *, known_at: datetime | None = None) -> Policy:
        """The same as far as it can be read: recording goes on whatever became of a policy."""
        known = (each for each in self.adoptions if known_at is None or each.recorded_at <= known_at)
        return self._in_force(moment, known)

    def _in_force(self, moment: datetime, known: Iterable[Adoption]) -> Policy:
        """Of those known, the one in force from the latest moment; of several from one moment the last adopted."""
        begun = (each for each in known if each.in_force_from <= moment)
        latest = max(begun, key=lambda each: (each.in_force_from, each.position), default=None)
        return latest.policy if latest else self.before
