"""Checking an export offline: what its lines say, against the signed head and the checkpoint that it brings along.

Needs nothing but the file and the log's public key. The leaf of each event is computed here from what the file says of
it, by the layout that docs/exports.md gives, and not taken over from anywhere.
"""

import struct
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final, NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from service.proofs.access_records import check_access_records
from service.proofs.checkpoints import open_checkpoint
from service.proofs.client_head import ClientHead
from service.proofs.export_file import ExportFile, ExportRefused, Line, read_export
from service.proofs.export_lines import DoesNotHold, microseconds, told
from service.proofs.merkle import check_inclusion, leaf_hash
from service.proofs.notes import NoteRefused, VerifierKey, decoded

ABOUT: Final = "about"
CHECKPOINT: Final = "checkpoint"
POLICY: Final = "policy"
EVENT: Final = "event"
KEY: Final = "key"
ACCESS_RECORD: Final = "access_record"
ACCESS_CHECKPOINT: Final = "access_checkpoint"
PAGE: Final = "page"

PROVES: Final = (
    "Every byte of the file is signed by the log's key. Each event stands in the log of the checkpoint at its position,"
    " unchanged, and none of the client's up to the version in the head is left out. Each access record stands in the"
    " log of accesses as the file says it."
)
DOES_NOT_PROVE: Final = (
    "That nothing was recorded of the client after that version rests on the signature of the head alone: whoever holds"
    " the key could sign a head that ends too early, which another export of the same client would show. That"
    " there are no other access records, that a page of a list told of the client, policy and page rest on the"
    " signature as well. That something was recorded does not make it true."
)

_ONCE: Final = (ABOUT, CHECKPOINT, ACCESS_CHECKPOINT, POLICY)
_PARTS: Final = frozenset({*_ONCE, EVENT, KEY, ACCESS_RECORD, PAGE})
_NONCE_BYTES: Final = 12
_FIXED: Final = struct.Struct(">16s16sq16sqI16s16s16s16s")


class ExportedEvent(NamedTuple):
    """An event of an export, of which everything that the file says was checked."""

    said: Mapping[str, Any]
    """The line: the fields of the header, `position`, `recorded_at`, and the rest of what is exported of it."""
    leaf: bytes
    body: bytes | None
    """As it was sealed; None where the file leaves it out: of counseling notes, and of whoever was erased."""
    plaintext: bytes | None
    """What it says, as JSON; None where the file has no key to it."""


class ExportedKey(NamedTuple):
    """What opens a client's events, but no counseling notes."""

    key_id: UUID
    key: bytes
    notes_key_id: UUID
    """The id of the key that sealed the client's counseling notes, which is not in the file."""


class CheckedExport(NamedTuple):
    """An export in which everything holds."""

    head: ClientHead
    made_at: str
    """When it was made, in UTC."""
    about: Mapping[str, Any]
    checkpoint: str
    access_checkpoint: str
    """That of the log of accesses."""
    policy: Mapping[str, Any]
    events: Sequence[ExportedEvent]
    """In the order in which they were recorded."""
    keys: Mapping[UUID, ExportedKey]
    """Each client's data key; none where the export was made without, or the client was erased."""
    access_records: Sequence[Mapping[str, Any]]
    pages: Mapping[str, str]
    """Pages in HTML, by name."""

    @property
    def summary(self) -> str:
        """What was found, in a sentence or two."""
        own, *merged = self.head.timelines
        opened = "what they say can be read" if self.keys else "what they say is sealed, and no key is in the file"
        return (
            f"Good: {len(self.events):,} events of client {own.client_id}, up to event {own.version}"
            + (f", and of {len(merged)} merged into them" if merged else "")
            + f", in the log {self.head.origin} of {self.head.size:,} events; {opened}. It was made at"
            f" {self.made_at}, and tells of {len(self.access_records):,} reads, each as the log of accesses has it."
        )


def check_export(raw: bytes, keys: Iterable[VerifierKey]) -> CheckedExport:
    """The export, in which everything must hold. Raises ExportRefused, which names the first thing that does not.

    Every byte is what the key signed; the checkpoint is signed, and of the same log, size and root; each event's leaf
    is in its tree; each timeline has every version from the first to that of the signed head; each body is that of its
    digest and opens with the key that the file brings along; each access record is in the tree of accesses.
    """
    pinned = tuple(keys)
    file = read_export(raw, pinned)
    parts = _by_part(file)
    about = parts[ABOUT][0].said
    data_keys = {}
    for line in parts[KEY]:
        with told(line):
            key_id, notes_key_id = UUID(line.said["key_id"]), UUID(line.said["notes_key_id"])
            key = ExportedKey(key_id, decoded(line.said["key"], "The key"), notes_key_id)
            data_keys[UUID(line.said["client_id"])] = key
    with told(parts[CHECKPOINT][0]):
        note = parts[CHECKPOINT][0].said["note"]
        checkpoint = open_checkpoint(note, pinned, origin=file.head.origin)
        if (checkpoint.size, checkpoint.root) != (file.head.size, file.head.root):
            raise NoteRefused("The checkpoint is of another size or root than the head says.")
    with told(parts[ABOUT][0]):
        organization_id = UUID(about["organization_id"])
        if UUID(about["client_id"]) != file.head.client_id:
            raise DoesNotHold("it is about another client than the head")
    events = []
    for line in parts[EVENT]:
        with told(line):
            events.append(_event(line.said, organization_id, file.head, data_keys))
    _check_timelines(parts[EVENT], events, file.head)
    pages = {}
    for line in parts[PAGE]:
        with told(line):
            pages[line.said["name"]] = line.said["html"]
    of_accesses, records = check_access_records(
        parts[ACCESS_CHECKPOINT][0], parts[ACCESS_RECORD], about, organization_id, file.head.origin, pinned
    )
    policy = parts[POLICY][0].said
    return CheckedExport(file.head, file.made_at, about, note, of_accesses, policy, events, data_keys, records, pages)


def check_goes_on(earlier: ClientHead, later: CheckedExport) -> None:
    """That a later export of the same client has all that an earlier head of theirs names. Raises ExportRefused.

    So a timeline whose end was cut off between the two is seen.
    """
    ends = {each.client_id: each for each in earlier.timelines}
    if (earlier.origin, earlier.client_id) != (later.head.origin, later.head.client_id):
        raise ExportRefused("The earlier head is not of this client and this log.")
    if later.head.size < earlier.size:
        raise ExportRefused(
            f"The log had {earlier.size} events at the earlier head and has {later.head.size} at this one: it was"
            " cut, or the two are given the wrong way round."
        )
    if later.head.size == earlier.size and later.head.root != earlier.root:
        raise ExportRefused(f"Two roots were signed of the log's {earlier.size} events: it has two histories.")
    leaves = {(UUID(each.said["client_id"]), each.said["version"]): each.leaf for each in later.events}
    there = {each.client_id for each in later.head.timelines}
    for client_id, end in ends.items():
        if client_id in there and leaves.get((client_id, end.version)) != end.leaf:
            raise ExportRefused(
                f"Event {end.version} of client {client_id} is not the one that the earlier head names: it was"
                " changed or cut off since."
            )


def _by_part(file: ExportFile) -> dict[str, list[Line]]:
    parts: dict[str, list[Line]] = {each: [] for each in sorted(_PARTS)}
    for line in file.lines:
        if line.said.get("part") not in parts:
            raise ExportRefused(f"{line.place} is of a kind that is not known here: a newer release may have made it.")
        parts[line.said["part"]].append(line)
    for each in _ONCE:
        if len(parts[each]) != 1:
            raise ExportRefused(f"The export has {len(parts[each])} lines of the kind {each}, and not one.")
    return parts


def _event(
    said: Mapping[str, Any], organization_id: UUID, head: ClientHead, keys: Mapping[UUID, ExportedKey]
) -> ExportedEvent:
    header = header_of(organization_id, said)
    digest = bytes.fromhex(said["body_digest"])
    body = None if said["body"] is None else decoded(said["body"], "The body")
    if body is not None and sha256(body).digest() != digest:
        raise DoesNotHold("its body is not the one of its digest")
    leaf = leaf_of(said["position"], said["recorded_at"], header, digest)
    proof = [decoded(each, "A hash of the proof") for each in said["proof"]]
    check_inclusion(leaf_hash(leaf), said["position"] - 1, head.size, proof, head.root)
    key = keys.get(UUID(said["client_id"]))
    plaintext = None if body is None or key is None else _opened(body, header, UUID(said["key_id"]), key)
    return ExportedEvent(said, leaf, body, plaintext)


def _opened(body: bytes, header: bytes, key_id: UUID, key: ExportedKey) -> bytes:
    if key_id != key.key_id:
        raise DoesNotHold("its body was sealed with another key than the file brings along")
    try:
        return AESGCM(key.key).decrypt(body[:_NONCE_BYTES], body[_NONCE_BYTES:], header)
    except InvalidTag:
        raise DoesNotHold("its body does not open with the key that the file brings along") from None


def _check_timelines(lines: Sequence[Line], events: Sequence[ExportedEvent], head: ClientHead) -> None:
    """Every version of each timeline from the first to the head's, in the order of recording."""
    ends = {each.client_id: each for each in head.timelines}
    last: dict[UUID, ExportedEvent] = {}
    before = (0, 0)
    for line, event in zip(lines, events, strict=True):
        client_id, version = UUID(event.said["client_id"]), event.said["version"]
        if client_id not in ends:
            raise ExportRefused(f"{line.place} is of a client of whom the head says nothing.")
        expected = last[client_id].said["version"] + 1 if client_id in last else 1
        if version != expected:
            raise ExportRefused(f"{line.place} is event {version} of its client, and event {expected} is missing.")
        place = (event.said["position"], microseconds(event.said["recorded_at"]))
        if place[0] <= before[0] or place[1] < before[1]:
            raise ExportRefused(f"{line.place} was recorded before the event above it.")
        last[client_id], before = event, place
    for client_id, end in ends.items():
        found = last[client_id].said["version"] if client_id in last else 0
        if found != end.version:
            raise ExportRefused(
                f"The timeline of client {client_id} ends with event {found}, and the head says {end.version}."
            )
        if last[client_id].leaf != end.leaf:
            raise ExportRefused(f"Event {end.version} of client {client_id} is not the one that the head names.")


def header_of(organization_id: UUID, said: Mapping[str, Any]) -> bytes:
    """An event's header as bytes, of what an export says of it. Raises ValueError, LookupError, struct.error."""
    correlation, causation = said["correlation_id"], said["causation_id"]
    fixed = _FIXED.pack(
        organization_id.bytes, UUID(said["client_id"]).bytes, said["version"], UUID(said["id"]).bytes,
        microseconds(said["occurred_at"]), said["schema_version"], UUID(said["key_id"]).bytes,
        UUID(said["actor_id"]).bytes, UUID(correlation).bytes if correlation else bytes(16),
        UUID(causation).bytes if causation else bytes(16),
    )  # fmt: skip
    texts = b"".join(_text(said[each] or "") for each in ("type", "precision", "recorded_by", "on_behalf_of", "source"))
    references = b"".join(_text(field) + UUID(id_).bytes for field, id_ in said["references"])
    return fixed + texts + len(said["references"]).to_bytes(2) + references


def leaf_of(position: int, recorded_at: str, header: bytes, body_digest: bytes) -> bytes:
    """An event's leaf: SHA-256 over a zero, its position, its moment of recording, its header and its body's digest."""
    return sha256(b"\0" + struct.pack(">qq", position, microseconds(recorded_at)) + header + body_digest).digest()


def _text(words: str) -> bytes:
    raw = words.encode()
    return len(raw).to_bytes(2) + raw
