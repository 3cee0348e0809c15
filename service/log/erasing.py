"""Erasing clients in the database: who is to be erased and, as its owner, the erasure itself, and who was erased."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID, uuid4

import asyncpg

from domain.entry import Actor
from domain.events.erasure import (
    ClientErased,
    ErasureApproved,
    ErasureRequested,
    ErasureWithdrawn,
    LegalHoldLifted,
    LegalHoldPlaced,
)
from domain.vocabulary.record import Precision
from service.database.connection import Connection
from service.database.owner import Owner
from service.log.appending import Row, rows_to_append
from service.log.sealed import SealedEvent
from service.runtime import clock

_ABOUT_THE_RECORD = [
    event_class.model_fields["type"].default
    for event_class in (
        LegalHoldPlaced, LegalHoldLifted, ErasureRequested, ErasureApproved, ErasureWithdrawn, ClientErased,
    )
]  # fmt: skip
"""What does not count where it is asked when care was last recorded."""

_ASKED = """
select r.client_id, r.id as request_id, r.recorded_at as requested_at, r.recorded_by as requested_by,
       a.id as approval_id, a.recorded_at as approved_at, a.recorded_by as approved_by,
       keyring.erasure_hindrance($1, r.client_id, r.id, $3) as hindrance,
       coalesce(person.last_recorded_at, r.recorded_at) as last_recorded_at, person.freed_at
  from log.event r
  left join lateral (
    select e.id, e.recorded_at, e.recorded_by from log.reference x
      join log.event e on e.organization_id = $1 and e.id = x.event_id
     where x.organization_id = $1 and x.target_id = r.id and x.type = 'erasure_approved'
     order by x.position limit 1) a on true
  left join lateral (
    select max(e.recorded_at) filter (where e.type <> all($2)) as last_recorded_at,
           max(e.recorded_at) filter (where e.type in ('legal_hold_lifted', 'client_erased')) as freed_at
      from keyring.same_person($1, r.client_id) p(client_id)
      join log.event e on e.organization_id = $1 and e.client_id = p.client_id) person on true
 where r.organization_id = $1 and r.type = 'erasure_requested'
   and not exists (
     select from log.reference w
      where w.organization_id = $1 and w.target_id = r.id and w.type = 'erasure_withdrawn')
   and not exists (
     select from keyring.client_key k
      where k.organization_id = $1 and k.client_id = r.client_id and k.destroyed_at is not null)
 order by r.position"""

_ERASED = """
select coalesce(k.client_id, e.client_id) as client_id, coalesce(e.recorded_at, k.destroyed_at) as erased_at,
       k.client_id is not null and not exists (
         select from log.event b
          where b.organization_id = $1 and b.client_id = k.client_id and b.body <> '') as complete
  from (select client_id, destroyed_at from keyring.client_key
         where organization_id = $1 and destroyed_at is not null) k
  full join (select client_id, min(recorded_at) as recorded_at from log.event
              where organization_id = $1 and type = 'client_erased' group by client_id) e using (client_id)
 order by erased_at, client_id"""

_HEAD = """
select h.version, k.key_id from log.timeline_head h
  left join keyring.client_key k on k.organization_id = h.organization_id and k.client_id = h.client_id
 where h.organization_id = $1 and h.client_id = $2"""

_MERGED_INTO = """
select h.client_id, h.version, m.id as merge
  from log.timeline_head h
  join lateral (
    select e.id from log.event e
     where e.organization_id = $1 and e.client_id = h.client_id and e.type = 'client_merged_into'
     order by e.version desc limit 1) m on true
 where h.organization_id = $1 and h.merged_into = $2 and not exists (
   select from keyring.client_key k
    where k.organization_id = $1 and k.client_id = h.client_id and k.destroyed_at is not null)
 order by h.client_id"""

_ERASE = "select emptied, removed from keyring.erase_client($1, $2, $3, $4, $5)"

_ATTEMPTS = 10


class ErasureAsked(NamedTuple):
    """A request to erase a client that counts, and how it stands by what is in clear."""

    client_id: UUID
    request_id: UUID
    requested_at: datetime
    """When it was recorded, as all moments here."""
    requested_by: str
    approval_id: UUID | None
    approved_at: datetime | None
    approved_by: str | None
    hindrance: str | None
    """Why the database would refuse, in a word of keyring.erasure_hindrance; None where it would not."""
    last_recorded_at: datetime
    """When anything but such events was last recorded of the person, under whichever id."""
    freed_at: datetime | None
    """When a hold was last lifted, or another record of the person erased."""


class Erased(NamedTuple):
    """A client who was erased."""

    client_id: UUID
    erased_at: datetime
    complete: bool
    """Whether their keys are destroyed here and no body is left; not where keys or log came back from a backup."""


class Erasure(NamedTuple):
    """What an erasure did."""

    client_id: UUID
    emptied: int
    """How many events had a body."""
    removed: int
    """How many rows and snapshots of projections there were."""


class Duplicate(NamedTuple):
    """A client who is merged into another and was not erased."""

    client_id: UUID
    version: int
    """Of their timeline."""
    merge: UUID
    """The event on it that merged them."""


class ErasureRefused(Exception):
    """The database refused: `hindrance` is the word of keyring.erasure_hindrance, or not_a_client."""

    def __init__(self, hindrance: str) -> None:
        super().__init__(f"The database refuses to erase the client: {hindrance}.")
        self.hindrance = hindrance


async def asked(connection: Connection, organization_id: UUID, *, two_persons: bool) -> list[ErasureAsked]:
    """The requests that wait, in the order in which they were recorded, as the service's own role sees them too."""
    return [
        ErasureAsked(*row) for row in await connection.fetch(_ASKED, organization_id, _ABOUT_THE_RECORD, two_persons)
    ]


async def erased(owner: Owner, organization_id: UUID) -> list[Erased]:
    """Who was erased, by what the log says and by destroyed keys, in order of time."""
    return [Erased(*row) for row in await owner.fetch(_ERASED, organization_id)]


async def duplicates(owner: Owner, organization_id: UUID, client_id: UUID) -> list[Duplicate]:
    """Who is merged into the client and was not erased."""
    rows = await owner.fetch(_MERGED_INTO, organization_id, client_id)
    return [Duplicate(UUID(int=of.int), version, UUID(int=merge.int)) for of, version, merge in rows]


async def erase(
    owner: Owner,
    organization_id: UUID,
    client_id: UUID,
    actor: Actor,
    request: ErasureAsked | None,
    *,
    two_persons: bool = True,
) -> Erasure:
    """Erase a client for good, upon a request; without one, because they were erased before.

    Nobody can undo it once the transaction of `owner` commits. Raises ErasureRefused.
    """
    request_id = request.request_id if request else None
    for attempt in range(_ATTEMPTS):
        head = await owner.fetchrow(_HEAD, organization_id, client_id)
        telling: Sequence[Row] = []
        if head is not None:
            key_id = head["key_id"] or uuid4()
            told = _client_erased(client_id, head["version"] + 1, key_id, actor, request)
            telling = rows_to_append(organization_id, [told])
        try:
            async with owner.transaction():
                row = await owner.fetchrow(_ERASE, organization_id, client_id, request_id, two_persons, telling)
        except asyncpg.ObjectNotInPrerequisiteStateError as error:
            raise ErasureRefused(str(error)) from error
        except (asyncpg.SerializationError, asyncpg.UndefinedTableError):
            if attempt == _ATTEMPTS - 1:
                raise
            continue  # somebody recorded something in between, or removed a build that is retired
        assert row is not None
        return Erasure(client_id, row["emptied"], row["removed"])
    raise AssertionError("the last attempt returned or raised")


def _client_erased(
    client_id: UUID, version: int, key_id: UUID, actor: Actor, request: ErasureAsked | None
) -> SealedEvent:
    """The event that ends the timeline. It has no body: nothing of it is sealed, so that nothing has to be opened."""
    event = ClientErased()
    return SealedEvent(
        client_id=client_id,
        version=version,
        id=uuid4(),
        type=event.type,
        schema_version=event.schema_version,
        occurred_at=clock.now(),
        precision=Precision.INSTANT.value,
        actor_id=actor.id,
        recorded_by=actor.name,
        source="care-timeline",
        on_behalf_of=None,
        correlation_id=request.request_id if request else None,
        causation_id=request.approval_id if request else None,
        references=(),
        key_id=key_id,
        body=b"",
    )
