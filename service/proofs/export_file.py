"""The file that one client's record is exported as: a signed head, and lines whose digests it commits to.

The head is a signed note. It says which log, at which size and root, where each timeline of the file ends, which keys
sign it, and the digest of the first line below it. That line lists what every other line is and the digest of it. So
each byte of the file is either signed or in a digest that is, and whatever was changed is named by its line.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final, NamedTuple
from uuid import UUID

from service.proofs.merkle import HASH_BYTES
from service.proofs.notes import (
    Note,
    NoteRefused,
    SigningKey,
    VerifierKey,
    decoded,
    encoded,
    read_note,
    read_verifier_key,
    signed,
)

FIRST_LINE: Final = "care-timeline export 1"
"""What an export begins with. A checkpoint has three lines and a head more, so neither passes for the other."""

_DASH: Final = "— ".encode()
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,18}", re.ASCII)
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)


class ExportRefused(ValueError):
    """The file is not to be believed. The message names the place and says what does not hold."""


class TimelineHead(NamedTuple):
    """Where a client's timeline ended."""

    client_id: UUID
    version: int
    """The version of their last event."""
    leaf: bytes
    """What the log commits to with that event."""


class ExportHead(NamedTuple):
    """What is signed of an export."""

    origin: str
    """The name of the log."""
    size: int
    """How many events the log had."""
    root: bytes
    """The root of its tree."""
    made_at: str
    """When the export was made, in UTC, such as 2026-03-02T15:00:00.000000Z."""
    keys: tuple[VerifierKey, ...]
    """The keys that sign it, in order: each must have, so that no signature can be changed unseen."""
    timelines: tuple[TimelineHead, ...]
    """Of the client first, then of whoever was merged into them: every event up to these, and none is left out."""
    lines: int
    """How many lines stand below the head, the list of digests among them."""
    digest: str
    """SHA-256 of the list of digests, in hexadecimal digits."""

    @property
    def text(self) -> str:
        """The note's text."""
        keys = "".join(f"key {each.text}\n" for each in self.keys)
        ends = "".join(f"timeline {each.client_id} {each.version} {encoded(each.leaf)}\n" for each in self.timelines)
        return (
            f"{FIRST_LINE}\nlog {self.origin}\nsize {self.size}\nroot {encoded(self.root)}\nmade {self.made_at}\n"
            f"{keys}{ends}lines {self.lines} {self.digest}\n"
        )


class Line(NamedTuple):
    """One line below the head."""

    number: int
    """Of the file's lines, from 1."""
    name: str
    """What it is, as the signed list of digests says it, such as `event 12`."""
    said: Mapping[str, Any]
    """The JSON object."""

    @property
    def place(self) -> str:
        """How messages name it."""
        return f"Line {self.number} ({self.name})"


class ExportFile(NamedTuple):
    """A file whose every byte is what was signed; what its lines say is still to be checked (export_check.py)."""

    head: ExportHead
    lines: Sequence[Line]


def write_export(
    keys: Sequence[SigningKey],
    size: int,
    root: bytes,
    made_at: str,
    timelines: Iterable[TimelineHead],
    parts: Sequence[tuple[str, Mapping[str, Any]]],
) -> bytes:
    """The file, signed with the keys, whose name is the log's: of parts that each have a name and say something."""
    lines = [_json(said) for _, said in parts]
    listed = _json({"digests": [[name, _digest(line)] for (name, _), line in zip(parts, lines, strict=True)]})
    public = tuple(each.verifier_key for each in keys)
    head = ExportHead(
        keys[0].name, size, root, made_at, public, tuple(timelines), len(lines) + 1, _digest(listed)
    )  # fmt: skip
    note = signed(head.text, [each.sign(head.text) for each in keys])
    return note.encode() + b"".join(line + b"\n" for line in [listed, *lines])


def read_export(raw: bytes, keys: Iterable[VerifierKey]) -> ExportFile:
    """The head, which one of the keys must have signed, and the lines, each of which must be what was signed.

    The log must be that whose name the key bears. Raises ExportRefused.
    """
    head, end = _read_head(raw, tuple(keys))
    *lines, rest = raw[end:].split(b"\n")
    if rest:
        lines.append(rest)
    first = _lines(raw, end) + 1
    if not lines:
        raise ExportRefused("The file ends after its head: the lines that it signs are missing.")
    if _digest(lines[0]) != head.digest:
        raise ExportRefused(f"Line {first} (the list of digests) is not what was signed.")
    listed = json.loads(lines[0])["digests"]
    for number, ((name, digest), line) in enumerate(zip(listed, lines[1:], strict=False), first + 1):
        if _digest(line) != digest:
            raise ExportRefused(f"Line {number} ({name}) is not what was signed.")
    if len(lines) < head.lines:
        name = listed[len(lines) - 1][0]
        raise ExportRefused(f"The file ends before line {first + len(lines)} ({name}), which was signed.")
    if len(lines) > head.lines:
        raise ExportRefused(f"Line {first + head.lines} is more than was signed.")
    if rest:
        raise ExportRefused(f"The end of the last line, {first + len(lines) - 1}, is missing.")
    found = zip(listed, lines[1:], strict=True)
    return ExportFile(
        head, [Line(number, name, json.loads(line)) for number, ((name, _), line) in enumerate(found, first + 1)]
    )


def read_head(raw: bytes, keys: Iterable[VerifierKey]) -> ExportHead:
    """The head of an export, whether or not the rest is there. Raises ExportRefused."""
    return _read_head(raw, tuple(keys))[0]


def _read_head(raw: bytes, keys: tuple[VerifierKey, ...]) -> tuple[ExportHead, int]:
    """The head, and where in the file it ends."""
    if not raw.startswith(f"{FIRST_LINE}\n".encode()):
        raise ExportRefused(f"Line 1: this is no export. One begins with {FIRST_LINE}.")
    end = raw.find(b"\n\n") + 2
    while end > 1 and raw.startswith(_DASH, end):
        end = raw.find(b"\n", end) + 1
    if end < 2:
        raise ExportRefused("The head has no blank line with signatures below it.")
    place = f"The head (lines 1 to {_lines(raw, end)}): "
    try:
        note = read_note(raw[:end].decode())
        head = _parsed(note.text)
        _check_signatures(head, note, keys)
    except UnicodeDecodeError as error:
        raise ExportRefused(f"Line {_lines(raw, error.start) + 1} (of the head) is not text in UTF-8.") from None
    except NoteRefused as error:
        raise ExportRefused(place + str(error)) from None
    except (ValueError, LookupError):
        raise ExportRefused(f"{place}it is not written as an export's is.") from None
    return head, end


def _check_signatures(head: ExportHead, note: Note, pinned: tuple[VerifierKey, ...]) -> None:
    """That exactly the keys that the head names have signed it, a pinned one among them, for the log of their name.

    Raises NoteRefused.
    """
    if head.text != note.text:
        raise NoteRefused("It is not written as an export's is.")
    if not set(head.keys) & set(pinned):
        names = ", ".join(sorted({key.name for key in pinned})) or "none"
        raise NoteRefused(f"No key that is known signs it (known: {names}).")
    if len(note.signatures) != len(head.keys):
        raise NoteRefused(f"It has {len(note.signatures)} signatures, and {len(head.keys)} keys sign it.")
    for key, signature in zip(head.keys, note.signatures, strict=True):
        if key.name != head.origin or not key.made(signature):
            raise NoteRefused("A signature is not of the key that the head names for it, or not of this log.")
        key.check(note.text.encode(), signature.signature)


def _parsed(text: str) -> ExportHead:
    _, origin, size, root, made, *between, lines = text[:-1].split("\n")
    keys, timelines = [], []
    for each in between:
        if each.startswith("key "):
            keys.append(read_verifier_key(_after("key ", each)))
        else:
            client_id, version, leaf = _after("timeline ", each).split(" ")
            timelines.append(TimelineHead(UUID(client_id), _number(version), _hash(leaf)))
    moment = _after("made ", made)
    if not timelines or not _MOMENT.fullmatch(moment):
        raise ValueError("no timeline, or no moment")
    count, digest = _after("lines ", lines).split(" ")
    return ExportHead(
        _after("log ", origin), _number(_after("size ", size)), _hash(_after("root ", root)),
        moment, tuple(keys), tuple(timelines), _number(count), digest,
    )  # fmt: skip


def _after(word: str, line: str) -> str:
    if not line.startswith(word):
        raise ValueError(f"no {word}")
    return line.removeprefix(word)


def _number(said: str) -> int:
    if not _NUMBER.fullmatch(said):
        raise ValueError("no number")
    return int(said)


def _hash(said: str) -> bytes:
    raw = decoded(said, "A hash of the head")
    if len(raw) != HASH_BYTES:
        raise ValueError("no hash")
    return raw


def _lines(raw: bytes, end: int) -> int:
    """How many lines end before that byte."""
    return raw.count(b"\n", 0, end)


def _digest(line: bytes) -> str:
    return sha256(line).hexdigest()


def _json(said: Mapping[str, Any]) -> bytes:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
