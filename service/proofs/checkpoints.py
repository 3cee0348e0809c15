"""Checkpoints (C2SP tlog-checkpoint): a log's name, its size and the root of its tree, as a signed note."""

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from service.proofs.merkle import EMPTY_ROOT, HASH_BYTES
from service.proofs.notes import NoteRefused, SigningKey, VerifierKey, decoded, encoded, opened, read_note, signed

_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


class Checkpoint(NamedTuple):
    """What a log was at a size."""

    origin: str
    """The log's name, which stays."""
    size: int
    """How many entries it had."""
    root: bytes

    @property
    def text(self) -> str:
        """The note's text."""
        return f"{self.origin}\n{self.size}\n{encoded(self.root)}\n"


def sign_checkpoint(checkpoint: Checkpoint, keys: Sequence[SigningKey]) -> str:
    """The checkpoint as a note, signed with each of the keys."""
    return signed(checkpoint.text, [key.sign(checkpoint.text) for key in keys])


def read_checkpoint(note: str) -> Checkpoint:
    """What a note says that is a checkpoint, whoever signed it. Raises NoteRefused."""
    return _read_text(read_note(note).text)


def open_checkpoint(note: str, keys: Iterable[VerifierKey], *, origin: str | None = None) -> Checkpoint:
    """The checkpoint, which one of the keys must have signed and, where it is said, must be of that log.

    Raises NoteRefused.
    """
    checkpoint = _read_text(opened(note, keys).text)
    if origin is not None and checkpoint.origin != origin:
        raise NoteRefused(f"The checkpoint is of the log {checkpoint.origin}, not of {origin}.")
    return checkpoint


def _read_text(text: str) -> Checkpoint:
    lines = text[:-1].split("\n")
    if len(lines) < 3 or not all(lines):
        raise NoteRefused("A checkpoint has three lines: the log's name, its size and its root.")
    if len(lines) > 3:
        raise NoteRefused("The checkpoint has lines beyond its three, which nobody could check.")
    origin, size, root = lines
    if not _SIZE.fullmatch(size):
        raise NoteRefused("The checkpoint's second line is no size.")
    raw = decoded(root, "The checkpoint's root")
    if len(raw) != HASH_BYTES or (size == "0" and raw != EMPTY_ROOT):
        raise NoteRefused("The checkpoint's root is not one of a tree of its size.")
    return Checkpoint(origin, int(size), raw)
