"""The policies of an organization, and which of them applies to what.

Three rules keep the past as it was. Numbers are those in force when something occurred, not when it is looked at.
They are those known when it was recorded: a policy that is adopted later, whenever it is in force from, changes no
entry that was there already. And what is shown about a moment, as known at another, is shown by what had been adopted
by then.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from typing import NamedTuple, Protocol

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


@dataclass(frozen=True, slots=True)
class Policies:
    """What an organization has adopted, in order of position, and what held before."""

    before: Policy
    """The defaults in the organization's time zone."""
    adoptions: tuple[Adoption, ...] = ()

    def for_entry(self, entry: Entry) -> Policy:
        """The numbers in force when the entry occurred, as known when it was recorded.

        A correction moves the entry to another time, not to another knowledge: the numbers are still those adopted
        before the entry itself. Where just the day is known, those in force when it began for the organization.
        """
        if not self.adoptions:
            return self.before
        moment = entry.occurred_at
        if entry.precision is Precision.DAY and moment.time() == time.min:
            moment = moment.replace(tzinfo=self.before.working_days.zone)
        return self._in_force(moment, (each for each in self.adoptions if each.position < entry.position))

    def at(self, moment: datetime, *, known_at: datetime | None = None) -> Policy:
        """The numbers in force at that moment, as known at another, or else by now."""
        known = (each for each in self.adoptions if known_at is None or each.recorded_at <= known_at)
        return self._in_force(moment, known)

    def _in_force(self, moment: datetime, known: Iterable[Adoption]) -> Policy:
        """Of those known, the one in force from the latest moment; of several from one moment the last adopted."""
        begun = (each for each in known if each.in_force_from <= moment)
        latest = max(begun, key=lambda each: (each.in_force_from, each.position), default=None)
        return latest.policy if latest else self.before
