"""Opening an export in an empty service, to inspect it with all that the service has: reading, replay, projections.

What comes of it is a log of its own: events keep their versions, times, ids and sealed bodies, and are numbered anew
from 1, since the log that they come from is not there. What is proved is proved by the file, not by this log.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid4

from domain.entry import Actor, Draft
from domain.events.catalogue import decode
from domain.events.merging import ClientMergedInto, ClientsMerged
from domain.events.organization import PolicyAdopted
from domain.policy import Policy
from domain.vocabulary.record import Precision
from service.database.append_function import LINKING
from service.database.owner import Owner, as_owner
from service.log.erasing import erase
from service.log.header import Reference
from service.log.identifiers import identifier_hashes
from service.log.keyring import DataKey, Keyring
from service.log.organizations import Organizations
from service.log.sealed import SealedEvent
from service.log.store import EventStore
from service.log.timelines import seal_drafts
from service.proofs.export_check import CheckedExport, ExportedEvent

OPENED_FROM: Final = "opened from an export"
_ACTOR: Final = Actor(UUID("00000000-0000-4000-8000-006578706f72"), f"system/{OPENED_FROM}")

_MERGE: Final[str] = ClientsMerged.model_fields["type"].default
_MERGED_INTO: Final[str] = ClientMergedInto.model_fields["type"].default

_ACCESS_RECORDS: Final = """insert into access.access_record
select (jsonb_populate_recordset(null::access.access_record, $1::jsonb)).*"""


class ServiceNotEmpty(Exception):
    """There is an organization already: an export is opened where nothing else is."""

    def __init__(self) -> None:
        super().__init__(
            "An export is opened in an empty service, and there is an organization here already: name a new folder with"
            " CARE_TIMELINE_DATA_DIR, and no other database."
        )


class ExportSealed(Exception):
    """The export has no key to what the client's events say."""

    def __init__(self) -> None:
        super().__init__(
            "The export was made without keys, so there is nothing to read: care-timeline verify-export shows what it"
            " holds. One that can be opened is made with --with-keys."
        )


class _Placed(NamedTuple):
    """An event at its place in the log that it comes from."""

    position: int
    recorded_at: datetime
    event: SealedEvent


class ExportOpener:
    """Loads an export into a service in which nothing is."""

    def __init__(self, store: EventStore, keyring: Keyring, organizations: Organizations, owner: str | None) -> None:
        self._store = store
        self._keyring = keyring
        self._organizations = organizations
        self._owner = owner

    async def open(self, export: CheckedExport) -> int:
        """Load it; how many events.

        Raises ServiceNotEmpty, ExportSealed, OwnerNeeded, DatabaseUnavailable, and ValueError where it was recorded in
        what is the future by the clock here.
        """
        own = export.head.timelines[0].client_id
        if own not in export.keys:
            raise ExportSealed
        if await self._organizations.ids():
            raise ServiceNotEmpty
        organization_id = UUID(export.about["organization_id"])
        async with as_owner(self._owner, organization_id) as connection:
            await _make_organization(connection, organization_id, export.about)
            await _take_in_access_records(connection, organization_id, own, export)
        for client_id, (key_id, key, notes_key_id) in export.keys.items():
            await self._keyring.take_in(organization_id, client_id, DataKey(key_id, key, notes_key_id))
        placed = sorted([*await self._events(organization_id, export), *await self._policies(organization_id, export)])
        moments = [each.recorded_at for each in placed]
        await self._store.append_bulk(organization_id, [each.event for each in placed], moments)
        for each in export.head.timelines:
            if each.client_id not in export.keys:
                async with as_owner(self._owner, organization_id) as owner:
                    await erase(owner, organization_id, each.client_id, _ACTOR, None)
        return len(export.events)

    async def _events(self, organization_id: UUID, export: CheckedExport) -> list[_Placed]:
        links = [_draft(each) for each in export.events if each.plaintext and each.said["type"] == LINKING]
        hashes = await identifier_hashes(self._keyring, organization_id, links)
        merges = _merges(export.events)
        return [_placed(each, hashes, merges) for each in export.events]

    async def _policies(self, organization_id: UUID, export: CheckedExport) -> list[_Placed]:
        adoptions = export.policy["adoptions"]
        if not adoptions:
            return []
        key = await self._keyring.data_key(organization_id, organization_id)
        drafts = list(_adoptions(adoptions))
        sealed = seal_drafts(organization_id, organization_id, 0, drafts, _ACTOR, key)
        return [
            _Placed(each["position"], datetime.fromisoformat(each["recorded_at"]), event)
            for each, event in zip(adoptions, sealed, strict=True)
        ]


def _adoptions(adoptions: list[Mapping[str, Any]]) -> Iterator[Draft]:
    for each in adoptions:
        event = PolicyAdopted(
            in_force_from=datetime.fromisoformat(each["in_force_from"]), numbers=Policy.model_validate(each["numbers"])
        )
        yield Draft(uuid4(), event, datetime.fromisoformat(each["recorded_at"]), Precision.INSTANT, OPENED_FROM)


def _placed(event: ExportedEvent, hashes: Mapping[UUID, bytes], merges: Mapping[UUID, UUID]) -> _Placed:
    said = event.said
    correlation, causation = said["correlation_id"], said["causation_id"]
    id_ = UUID(said["id"])
    identifier = None
    if said["type"] == LINKING:
        identifier = hashes.get(id_) or sha256(id_.bytes).digest()  # of an erased client it is not known any more
    references = tuple(Reference(field, UUID(target)) for field, target in said["references"])
    sealed = SealedEvent(
        client_id=UUID(said["client_id"]),
        version=said["version"],
        id=id_,
        type=said["type"],
        schema_version=said["schema_version"],
        occurred_at=datetime.fromisoformat(said["occurred_at"]),
        precision=said["precision"],
        actor_id=UUID(said["actor_id"]),
        recorded_by=said["recorded_by"],
        on_behalf_of=said["on_behalf_of"],
        source=said["source"],
        correlation_id=UUID(correlation) if correlation else None,
        causation_id=UUID(causation) if causation else None,
        references=references,
        key_id=UUID(said["key_id"]),
        body=event.body or b"",
        identifier=identifier,
        merged_into=merges.get(references[0].id) if said["type"] == _MERGED_INTO else None,
    )
    return _Placed(said["position"], datetime.fromisoformat(said["recorded_at"]), sealed)


def _merges(events: Iterable[ExportedEvent]) -> Mapping[UUID, UUID]:
    """With whom care goes on after each merge: on whose timeline it stands, as headers tell of who was erased too."""
    return {UUID(each.said["id"]): UUID(each.said["client_id"]) for each in events if each.said["type"] == _MERGE}


def _draft(event: ExportedEvent) -> Draft:
    said = event.said
    decoded = decode(said["type"], said["schema_version"], event.plaintext or b"")
    occurred_at = datetime.fromisoformat(said["occurred_at"])
    return Draft(UUID(said["id"]), decoded, occurred_at, Precision(said["precision"]), said["source"])


async def _make_organization(owner: Owner, organization_id: UUID, about: Mapping[str, Any]) -> None:
    await owner.execute(
        "insert into log.organization (organization_id, name, time_zone, created_at) values ($1, $2, $3, now())",
        organization_id,
        f"{about['organization']} ({OPENED_FROM})",
        about["time_zone"],
    )
    await owner.execute("insert into log.log_head (organization_id) values ($1)", organization_id)


async def _take_in_access_records(owner: Owner, organization_id: UUID, own: UUID, export: CheckedExport) -> None:
    """Each as one that told of a client of the export: who the others on a list were is not in the file."""
    told_of = [
        (organization_id, UUID(each["client_id"] or str(own)), UUID(each["record_id"]))
        for each in export.access_records
    ]
    records = [
        {
            **each,
            "parameters": json.loads(each["parameters"]),
            "organization_id": str(organization_id),
            "clients_digest": "\\x" + sha256(client_id.bytes).hexdigest(),
        }
        for each, (_, client_id, _) in zip(export.access_records, told_of, strict=True)
    ]
    await owner.execute(_ACCESS_RECORDS, json.dumps(records))
    await owner.executemany(
        "insert into access.access_record_client (organization_id, client_id, record_id) values ($1, $2, $3)", told_of
    )
