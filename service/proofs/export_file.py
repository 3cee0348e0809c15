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

from service.proofs.checkpoints import Checkpoint
from service.proofs.client_head import FIRST_LINE as ALONE
from service.proofs.client_head import (
    ClientHead,
    TimelineHead,
    check_signed,
    count,
    open_client_head,
    read_lines,
    rest_of,
)
from service.proofs.notes import NoteRefused, SigningKey, VerifierKey, read_note, signed

FIRST_LINE: Final = "care-timeline export 1"
"""What an export begins with. A checkpoint has three lines and a head more, so neither passes for the other."""

_DASH: Final = "— ".encode()
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)


class ExportRefused(ValueError):
    """The file is not to be believed. The message names the place and says what does not hold."""


class ExportHead(NamedTuple):
    """What is signed of an export: the client's head, and what stands below it."""

    client_head: ClientHead
    made_at: str
    """When the export was made, in UTC, such as 2026-03-02T15:00:00.000000Z."""
    lines: int
    """How many lines stand below the head, the list of digests among them."""
    digest: str
    """SHA-256 of the list of digests, in hexadecimal digits."""

    @property
    def text(self) -> str:
        """The note's text."""
        return f"{FIRST_LINE}\n{self.client_head.lines}made {self.made_at}\nlines {self.lines} {self.digest}\n"


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

    head: ClientHead
    made_at: str
    lines: Sequence[Line]


def write_export(
    keys: Sequence[SigningKey],
    checkpoint: Checkpoint,
    made_at: str,
    timelines: Iterable[TimelineHead],
    parts: Sequence[tuple[str, Mapping[str, Any]]],
) -> bytes:
    """The file, signed with the keys, whose name is the log's: of parts that each have a name and say something."""
    lines = [_json(said) for _, said in parts]
    listed = _json({"digests": [[name, _digest(line)] for (name, _), line in zip(parts, lines, strict=True)]})
    public = tuple(each.verifier_key for each in keys)
    of_client = ClientHead(*checkpoint, public, tuple(timelines))
    head = ExportHead(of_client, made_at, len(lines) + 1, _digest(listed))
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
    found = enumerate(zip(listed, lines[1:], strict=True), first + 1)
    parts = [Line(number, name, json.loads(line)) for number, ((name, _), line) in found]
    return ExportFile(head.client_head, head.made_at, parts)


def read_head(raw: bytes, keys: Iterable[VerifierKey]) -> ClientHead:
    """A client's head: one that stands alone, or that of an export, whether or not the rest is there.

    Raises ExportRefused.
    """
    if raw.startswith(f"{ALONE}\n".encode()):
        try:
            return open_client_head(raw.decode(), keys)
        except UnicodeDecodeError:
            raise ExportRefused("The head is not text in UTF-8.") from None
        except NoteRefused as error:
            raise ExportRefused(f"The head: {error}") from None
    return _read_head(raw, tuple(keys))[0].client_head


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
        check_signed(head.client_head, head.text, note, keys)
    except UnicodeDecodeError as error:
        raise ExportRefused(f"Line {_lines(raw, error.start) + 1} (of the head) is not text in UTF-8.") from None
    except NoteRefused as error:
        raise ExportRefused(place + str(error)) from None
    except (ValueError, LookupError):
        raise ExportRefused(f"{place}it is not written as an export's is.") from None
    return head, end


def _parsed(text: str) -> ExportHead:
    _, *of_client, made, lines = text[:-1].split("\n")
    moment = rest_of("made ", made)
    if not _MOMENT.fullmatch(moment):
        raise ValueError("no moment")
    below, digest = rest_of("lines ", lines).split(" ")
    return ExportHead(read_lines(of_client), moment, count(below), digest)


def _lines(raw: bytes, end: int) -> int:
    """How many lines end before that byte."""
    return raw.count(b"\n", 0, end)


def _digest(line: bytes) -> str:
    return sha256(line).hexdigest()


def _json(said: Mapping[str, Any]) -> bytes:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
