"""An event's header as bytes: what its body is bound to, and what its leaf commits to.

organization 16 ‖ client 16 ‖ version 8 ‖ id 16 ‖ occurred_at 8 (signed, microseconds since 1970) ‖ schema_version 4 ‖
key_id 16 ‖ actor_id 16 ‖ correlation_id 16 ‖ causation_id 16 (zeros when none) ‖ then type, precision, recorded_by,
on_behalf_of (empty when for nobody) and source, each as its length in 2 bytes and its UTF-8 ‖ how many references 2 ‖
then each: its field, as a text like those before, and the id referred to 16. Integers are big-endian. The layout
never changes: every leaf depends on it.
"""

import struct
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple, Protocol
from uuid import UUID

_FIXED = struct.Struct(">16s16sq16sqI16s16s16s16s")
_PLACE = struct.Struct(">cqq")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NONE = bytes(16)
_NO_REFERENCES = bytes(2)
_MOST = 0xFFFF


class Reference(NamedTuple):
    """That an event refers to another of the same client: by which of its fields, and to which id."""

    field: str
    id: UUID


class Headed(Protocol):
    """What has a header: an event to append, or a stored one."""

    @property
    def client_id(self) -> UUID: ...
    @property
    def version(self) -> int: ...
    @property
    def id(self) -> UUID: ...
    @property
    def type(self) -> str: ...
    @property
    def schema_version(self) -> int: ...
    @property
    def occurred_at(self) -> datetime: ...
    @property
    def precision(self) -> str: ...
    @property
    def actor_id(self) -> UUID: ...
    @property
    def recorded_by(self) -> str: ...
    @property
    def on_behalf_of(self) -> str | None: ...
    @property
    def source(self) -> str: ...
    @property
    def correlation_id(self) -> UUID | None: ...
    @property
    def causation_id(self) -> UUID | None: ...
    @property
    def references(self) -> tuple[Reference, ...]: ...
    @property
    def key_id(self) -> UUID: ...


def header(organization_id: UUID, event: Headed) -> bytes:
    """The header's bytes. Raises ValueError for a text over 65,535 bytes of UTF-8, or more references."""
    correlation, causation = event.correlation_id, event.causation_id
    return b"".join(
        (
            _FIXED.pack(
                organization_id.bytes,
                event.client_id.bytes,
                event.version,
                event.id.bytes,
                microseconds(event.occurred_at),
                event.schema_version,
                event.key_id.bytes,
                event.actor_id.bytes,
                _NONE if correlation is None else correlation.bytes,
                _NONE if causation is None else causation.bytes,
            ),
            _text(event.type),
            _text(event.precision),
            _text(event.recorded_by),
            _text(event.on_behalf_of or ""),
            _text(event.source),
            _references(event.references),
        )
    )


def leaf(position: int, recorded_at: datetime, header_bytes: bytes, body_digest: bytes) -> bytes:
    """SHA-256(0x00 ‖ position 8 ‖ recorded_at 8 (signed, microseconds since 1970) ‖ header ‖ body_digest).

    The database computes the same in log.append, where position and recorded_at become known.
    """
    return sha256(_PLACE.pack(b"\0", position, microseconds(recorded_at)) + header_bytes + body_digest).digest()


def microseconds(moment: datetime) -> int:
    """An aware moment as whole microseconds since 1970, negative before."""
    return (moment - _EPOCH) // _MICROSECOND


def _references(references: tuple[Reference, ...]) -> bytes:
    if not references:
        return _NO_REFERENCES
    if len(references) > _MOST:
        raise ValueError(f"an event has {len(references)} references, more than {_MOST}")
    return len(references).to_bytes(2, "big") + b"".join(_text(field) + id_.bytes for field, id_ in references)


@lru_cache(maxsize=4096)
def _text(words: str) -> bytes:
    encoded = words.encode()
    if len(encoded) > _MOST:
        raise ValueError(f"a header's text has {len(encoded)} bytes of UTF-8, more than {_MOST}")
    return len(encoded).to_bytes(2, "big") + encoded
