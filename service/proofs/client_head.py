"""A client's signed head: where their timeline ended, in the log of which size and root.

A signed note of a few lines. An export begins with the same ones (export_file.py), so either can be kept as the head of
a client: what is held later against the log, or against a later export, shows whether anything was cut off behind it.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from service.proofs.checkpoints import Checkpoint
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

FIRST_LINE: Final = "care-timeline client head 1"
"""What a head begins with. A checkpoint's second line is a size and this one's a name, so neither passes for the other,
and an export begins otherwise and says more."""

_LOG: Final = "log "
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,18}", re.ASCII)


class TimelineHead(NamedTuple):
    """Where a client's timeline ended."""

    client_id: UUID
    version: int
    """The version of their last event."""
    leaf: bytes
    """What the log commits to with that event."""


class ClientHead(NamedTuple):
    """What is signed of a client and of the log in which they are."""

    origin: str
    """The name of the log."""
    size: int
    """How many events the log had."""
    root: bytes
    """The root of its tree."""
    keys: tuple[VerifierKey, ...]
    """The keys that sign it, in order: each must have, so that no signature can be changed unseen."""
    timelines: tuple[TimelineHead, ...]
    """Of the client first, then of whoever was merged into them: every event up to these, and none is left out."""

    @property
    def client_id(self) -> UUID:
        """Whose head it is."""
        return self.timelines[0].client_id

    @property
    def checkpoint(self) -> Checkpoint:
        """The checkpoint of the log under which it stands."""
        return Checkpoint(self.origin, self.size, self.root)

    @property
    def lines(self) -> str:
        """The lines that say so."""
        keys = "".join(f"key {each.text}\n" for each in self.keys)
        ends = "".join(f"timeline {each.client_id} {each.version} {encoded(each.leaf)}\n" for each in self.timelines)
        return f"{_LOG}{self.origin}\nsize {self.size}\nroot {encoded(self.root)}\n{keys}{ends}"

    @property
    def text(self) -> str:
        """The note's text, where the head stands alone."""
        return f"{FIRST_LINE}\n{self.lines}"


def sign_client_head(keys: Sequence[SigningKey], checkpoint: Checkpoint, timelines: Iterable[TimelineHead]) -> str:
    """The head as a note, signed with the keys of the checkpoint's log."""
    text = ClientHead(*checkpoint, tuple(each.verifier_key for each in keys), tuple(timelines)).text
    return signed(text, [each.sign(text) for each in keys])


def open_client_head(note: str, keys: Iterable[VerifierKey]) -> ClientHead:
    """The head, which one of the keys must have signed, for the log whose name it bears. Raises NoteRefused."""
    read = read_note(note)
    first, *lines = read.text[:-1].split("\n")
    if first != FIRST_LINE:
        raise NoteRefused(f"This is no head of a client. One begins with {FIRST_LINE}.")
    try:
        head = read_lines(lines)
    except (ValueError, LookupError):
        raise NoteRefused("It is not written as a head is.") from None
    check_signed(head, head.text, read, tuple(keys))
    return head


def said_origin(note: str) -> str:
    """The log that a head or an export says it is of, whoever signed it; empty where it says none."""
    second = note.split("\n", 2)[1:2]
    return second[0].removeprefix(_LOG) if second and second[0].startswith(_LOG) else ""


def read_lines(lines: Sequence[str]) -> ClientHead:
    """What these lines say. Raises ValueError, LookupError."""
    origin, size, root, *ends = lines
    keys, timelines = [], []
    for each in ends:
        if each.startswith("key "):
            keys.append(read_verifier_key(rest_of("key ", each)))
        else:
            client_id, version, leaf = rest_of("timeline ", each).split(" ")
            timelines.append(TimelineHead(UUID(client_id), count(version), _hash(leaf)))
    if not timelines:
        raise ValueError("no timeline")
    log = (rest_of(_LOG, origin), count(rest_of("size ", size)), _hash(rest_of("root ", root)))
    return ClientHead(*log, tuple(keys), tuple(timelines))


def check_signed(head: ClientHead, text: str, note: Note, pinned: tuple[VerifierKey, ...]) -> None:
    """That exactly the keys that the head names have signed the text, a pinned one among them, for their own log.

    Raises NoteRefused.
    """
    if text != note.text:
        raise NoteRefused("It is not written as a head is.")
    if not set(head.keys) & set(pinned):
        names = ", ".join(sorted({key.name for key in pinned})) or "none"
        raise NoteRefused(f"No key that is known signs it (known: {names}).")
    if len(note.signatures) != len(head.keys):
        raise NoteRefused(f"It has {len(note.signatures)} signatures, and {len(head.keys)} keys sign it.")
    for key, signature in zip(head.keys, note.signatures, strict=True):
        if key.name != head.origin or not key.made(signature):
            raise NoteRefused("A signature is not of the key that the head names for it, or not of this log.")
        key.check(note.text.encode(), signature.signature)


def rest_of(word: str, line: str) -> str:
    """What a line says after its first word. Raises ValueError where it begins otherwise."""
    if not line.startswith(word):
        raise ValueError(f"no {word}")
    return line.removeprefix(word)


def count(said: str) -> int:
    """A count, written in the one way there is. Raises ValueError."""
    if not _NUMBER.fullmatch(said):
        raise ValueError("no number")
    return int(said)


def _hash(said: str) -> bytes:
    raw = decoded(said, "A hash of the head")
    if len(raw) != HASH_BYTES:
        raise ValueError("no hash")
    return raw
