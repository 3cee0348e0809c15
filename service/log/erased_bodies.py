"""Telling erased events from damaged ones: a body may be missing where its client was erased, and nowhere else.

But for counseling notes in the copy of an export: they were recorded there without a body, under a key that is not
there either.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final, NamedTuple
from uuid import UUID

from domain.events.erasure import ClientErased
from service.log.consistency import Finding
from service.log.sealed import StoredEvent
from service.log.store import EventStore

ENDS_WITH: Final[str] = ClientErased.model_fields["type"].default
"""The type of the event that ends the timeline of who was erased. It never had a body."""

NOTHING: Final = sha256(b"").digest()
"""The digest of a body that was never there."""

_WITHOUT = """
select client_id, destroyed_at is not null as erased, notes_key_id from keyring.client_key
 where organization_id = $1 and wrapped_notes_key is null"""

_STILL_THERE = """
select e.position from keyring.client_key k
  join log.event e on e.organization_id = k.organization_id and e.client_id = k.client_id
 where k.organization_id = $1 and k.destroyed_at is not null and e.body <> ''
 order by e.position"""

_ENDS = """
select e.position, k.destroyed_at is not null as destroyed
  from log.timeline_head h
  join keyring.client_key k on k.organization_id = h.organization_id and k.client_id = h.client_id
  join log.event e on e.organization_id = h.organization_id and e.client_id = h.client_id and e.version = h.version
 where h.organization_id = $1 and (k.destroyed_at is not null) <> (e.type = $2)
 order by e.position"""


class Emptied(NamedTuple):
    """An event whose body is missing."""

    position: int
    client_id: UUID
    key_id: UUID
    """The key that sealed it."""
    never_there: bool
    """Whether it was recorded so, as its digest tells: in the copy of an export, which brings no counseling notes."""


class ErasureCheck(NamedTuple):
    """What a check of the erasures in a log found."""

    findings: list[Finding]
    events: int
    """How many events were emptied by an erasure."""
    clients: int
    """Of how many clients."""
    apart: int = 0
    """Of how many counseling notes just the header is here, since an export from which this log is has no more."""


def is_emptied(event: StoredEvent) -> bool:
    """Whether the event's body is missing, as that of an erased client's is."""
    return not event.body and event.type != ENDS_WITH


async def check_erasures(store: EventStore, organization_id: UUID, emptied: Sequence[Emptied]) -> ErasureCheck:
    """Whether just the bodies of clients who were erased are missing, and all of theirs. Raises DatabaseUnavailable.

    `emptied` were found in the log before this.
    """
    rows = await store.rows(organization_id, _WITHOUT) if emptied else []
    destroyed = {UUID(int=row["client_id"].int) for row in rows if row["erased"]}
    notes_keys = {UUID(int=row["notes_key_id"].int) for row in rows if not row["erased"]}
    missing = [each for each in emptied if each.client_id not in destroyed]
    events = len(emptied) - len(missing)
    damaged = [each for each in missing if not each.never_there or each.key_id not in notes_keys]
    what = "its body is missing, and its client was not erased: put it back from a backup"
    found = [Finding(each.position, what) for each in damaged]
    clients = len({each.client_id for each in emptied} & destroyed)
    again = "its client was erased, and its body is still there: run care-timeline erasures apply"
    found += [Finding(row["position"], again) for row in await store.rows(organization_id, _STILL_THERE)]
    for row in await store.rows(organization_id, _ENDS, ENDS_WITH):
        if row["destroyed"]:
            said = "its client's keys were destroyed, and the timeline does not end with an erasure"
        else:
            said = "its client was erased, and the keys are there again: run care-timeline erasures apply"
        found.append(Finding(row["position"], said))
    return ErasureCheck(found, events, clients, len(missing) - len(damaged))
