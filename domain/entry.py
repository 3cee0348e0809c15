"""Entries: events at their place in a client's timeline."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import NamedTuple
from uuid import UUID

from domain.events.base import Event
from domain.vocabulary.record import CorrectionReason, Precision


class Actor(NamedTuple):
    """Who records: a stable id, which two people of one name do not share, and what the record calls them."""

    id: UUID
    name: str
    """A role and a name, such as counselor/ana."""

    @property
    def role(self) -> str:
        """The role in the name, such as counselor: no role and no account holds a slash."""
        return self.name.partition("/")[0]


def at_day(day: date) -> datetime:
    """How the record keeps that just the day is known, a local date of the client's: as its midnight in UTC."""
    return datetime.combine(day, time.min, UTC)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a caller asks to record: an event, when it occurred, and where it comes from.

    `id` is also the idempotency key: the same id with the same content is the same entry.
    Where just the day is known, it is the client's local date, kept as `at_day` has it.
    `source` names the system that sent it; correlation and causation ids are the caller's own. `on_behalf_of` is the
    role and name of the person for whom a system records it, as Actor.name has them.
    """

    id: UUID
    event: Event
    occurred_at: datetime
    precision: Precision
    source: str
    correlation_id: UUID | None = None
    causation_id: UUID | None = None
    on_behalf_of: str | None = None


class Recorded(NamedTuple):
    """That an entry was recorded, or a correction or retraction of it."""

    event_id: UUID
    position: int
    """Its place in the order of recording."""
    at: datetime
    """When it was recorded."""
    reason: CorrectionReason | None = None
    """Why the entry was corrected or retracted; None for the entry itself."""


class Revision(NamedTuple):
    """From when to when the record said what an entry says: what told of it so, and what withdrew it."""

    told_by: Recorded
    """The entry itself, or the correction that made it what it is here."""
    withdrawn_by: Recorded | None = None
    """The correction or retraction after which it is not so any more; None where it stands."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An immutable fact about a client, as it stands in the record.

    `version` counts the client's entries from 1, `position` the organization's. `occurred_at` is what the
    recorder says (valid time), `recorded_at` the store's clock (transaction time), both in UTC.
    `actor_id` and `recorded_by` are the Actor's id and name; `on_behalf_of` is as in Draft.
    `correction_id` is the id of the last correction that applies; only effective entries carry one. `revision` is
    there where former entries were asked for (see `effective`), and the entry was corrected or retracted.
    Satisfies eventsourcing's DomainEventProtocol.
    """

    client_id: UUID
    version: int
    id: UUID
    event: Event
    occurred_at: datetime
    precision: Precision
    recorded_at: datetime
    actor_id: UUID
    recorded_by: str
    source: str
    correlation_id: UUID | None
    causation_id: UUID | None
    position: int
    on_behalf_of: str | None = None
    correction_id: UUID | None = None
    revision: Revision | None = None

    @property
    def former(self) -> bool:
        """Whether it does not stand any more: it was corrected or retracted."""
        return self.revision is not None and self.revision.withdrawn_by is not None

    @property
    def said(self) -> Revision:
        """From when to when the record said so; an entry that was not amended says it from its recording on."""
        return self.revision or Revision(Recorded(self.id, self.position, self.recorded_at))

    @property
    def originator_id(self) -> UUID:
        """The client, in the words of eventsourcing."""
        return self.client_id

    @property
    def originator_version(self) -> int:
        """The version, in the words of eventsourcing."""
        return self.version
