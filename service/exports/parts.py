"""What an export says, part by part; how each is written is in docs/exports.md."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from pydantic_core import to_jsonable_python

from domain.policies import Policies
from projections.context import time_zones
from rendering import Formatting
from rendering.formatting import places
from rendering.timeline import timeline_page
from service.access.access_records import Access
from service.access.recipients import NOTICE
from service.exports.proved_accesses import ProvedAccess
from service.exports.reading import RecordRead
from service.log.sealed import StoredEvent
from service.proofs.export_check import (
    ABOUT,
    ACCESS_CHECKPOINT,
    ACCESS_RECORD,
    CHECKPOINT,
    DOES_NOT_PROVE,
    EVENT,
    KEY,
    PAGE,
    POLICY,
    PROVES,
)
from service.proofs.notes import encoded

TIMELINE_PAGE: Final = "timeline.html"

Part = tuple[str, Mapping[str, Any]]
"""What messages call a line, and what it says."""


def first_parts(
    access: Access, record: RecordRead, checkpoint: str, of_accesses: str, now: datetime, *, with_keys: bool
) -> list[Part]:
    """What the file is, both checkpoints, the policy and the page; with keys, what opens the events."""
    parts: list[Part] = [
        ("about", {"part": ABOUT, **_about(access, record, with_keys=with_keys)}),
        ("checkpoint", {"part": CHECKPOINT, "note": checkpoint}),
        ("checkpoint of accesses", {"part": ACCESS_CHECKPOINT, "note": of_accesses}),
        ("policy", {"part": POLICY, **_policy(record.policies, now)}),
        (TIMELINE_PAGE, {"part": PAGE, "name": TIMELINE_PAGE, "html": _page(record, now, with_contents=with_keys)}),
    ]
    if with_keys:
        parts += [
            (
                f"key of {each}",
                {
                    "part": KEY,
                    "client_id": str(each),
                    "key_id": str(key.key_id),
                    "key": encoded(key.key),
                    "notes_key_id": str(key.notes_key_id),
                },
            )
            for each, key in record.keys.items()
        ]
    return parts


def event_parts(record: RecordRead, proofs: Sequence[Sequence[bytes]]) -> Iterator[Part]:
    """The events in the order in which they were recorded.

    Of counseling notes no body (R27), nor of who was erased since they were read: which are notes is not known then.
    """
    for event, proof in zip(record.events, proofs, strict=True):
        name = f"event {event.version}" + (f" of {event.client_id}" if len(record.timelines) > 1 else "")
        key = record.keys.get(event.client_id)
        with_body = key is not None and event.key_id != key.notes_key_id
        yield name, {"part": EVENT, **_event(event, proof, with_body=with_body)}


def access_parts(records: Sequence[ProvedAccess]) -> Iterator[Part]:
    """Who read about the client, as it was entered in the log of accesses."""
    for number, each in enumerate(records, 1):
        said = {
            **to_jsonable_python(each.record._asdict()),
            "parameters": each.parameters,
            "clients_digest": each.clients_digest,
            "recorded_at": moment(each.record.recorded_at),
            "entry": each.entry,
            "proof": list(map(encoded, each.proof)),
        }
        yield f"access record {number}", {"part": ACCESS_RECORD, **said}


def moment(at: datetime) -> str:
    """A moment as exports write it."""
    return at.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _about(access: Access, record: RecordRead, *, with_keys: bool) -> dict[str, Any]:
    client_id, *merged = map(str, record.timelines)
    organization = record.organization
    return {
        "organization_id": str(organization.organization_id),
        "organization": organization.name,
        "time_zone": organization.time_zone,
        "client_id": client_id,
        "merged": merged,
        "made_by": access.caller.actor.name,
        "purpose": access.purpose.value,
        "request_id": access.request_id,
        "with_keys": with_keys,
        "notice": NOTICE,
        "proves": PROVES,
        "does_not_prove": DOES_NOT_PROVE,
    }


def _policy(policies: Policies, now: datetime) -> dict[str, Any]:
    """The policy in force, and every adoption, so that the past can be folded again by what was known then."""
    return {
        "in_force": policies.readable_at(now).model_dump(mode="json"),
        "before": policies.before.model_dump(mode="json"),
        "adoptions": [
            {
                "position": each.position,
                "recorded_at": moment(each.recorded_at),
                "in_force_from": moment(each.in_force_from),
                "numbers": each.policy.model_dump(mode="json"),
            }
            for each in policies.adoptions
        ],
        "not_readable": str(policies.unread.event_id) if policies.unread else None,
    }


def _page(record: RecordRead, now: datetime, *, with_contents: bool) -> str:
    entries = record.entries
    zone = time_zones(entries).at(now) or ZoneInfo(record.organization.time_zone)
    fmt = Formatting(zone, places(entries, record.client_id), now.astimezone(zone).year)
    return timeline_page(str(record.client_id), entries, fmt, now, with_contents=with_contents)


def _event(event: StoredEvent, proof: Sequence[bytes], *, with_body: bool) -> dict[str, Any]:
    return {
        "position": event.position,
        "recorded_at": moment(event.recorded_at),
        "client_id": str(event.client_id),
        "version": event.version,
        "id": str(event.id),
        "type": event.type,
        "schema_version": event.schema_version,
        "occurred_at": moment(event.occurred_at),
        "precision": event.precision,
        "actor_id": str(event.actor_id),
        "recorded_by": event.recorded_by,
        "on_behalf_of": event.on_behalf_of,
        "source": event.source,
        "correlation_id": event.correlation_id and str(event.correlation_id),
        "causation_id": event.causation_id and str(event.causation_id),
        "references": [[field, str(id_)] for field, id_ in event.references],
        "key_id": str(event.key_id),
        "body_digest": event.body_digest.hex(),
        "body": encoded(event.body) if with_body and event.body else None,
        "proof": [encoded(each) for each in proof],
    }
