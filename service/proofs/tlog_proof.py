"""A proof that an entry is in a log, as one text that stands for itself (C2SP tlog-proof)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from service.proofs.checkpoints import Checkpoint, open_checkpoint
from service.proofs.merkle import check_inclusion, leaf_hash
from service.proofs.notes import NoteRefused, VerifierKey, decoded, encoded

_FIRST: Final = "c2sp.org/tlog-proof@v1"
_INDEX: Final = re.compile(r"index (0|[1-9][0-9]{0,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class TlogProof:
    """The parts of such a text; nothing of it is to be believed before `check_tlog_proof`."""

    entry: bytes | None
    """The entry, where the text brings it along as `extra`."""
    index: int
    proof: tuple[bytes, ...]
    checkpoint: str


def write_tlog_proof(entry: bytes, index: int, proof: Sequence[bytes], checkpoint: str) -> str:
    """The text: of an entry, its index, the proof of inclusion, and the checkpoint as a note."""
    lines = [_FIRST, f"extra {encoded(entry)}", f"index {index}", *map(encoded, proof), "", checkpoint]
    return "\n".join(lines)


def read_tlog_proof(text: str) -> TlogProof:
    """The parts of the text. Raises NoteRefused where it has not exactly that form."""
    head, blank, checkpoint = text.partition("\n\n")
    lines = head.split("\n")
    if lines[0] != _FIRST or not blank:
        raise NoteRefused(f"This is no proof: it does not begin with {_FIRST}, or has no checkpoint.")
    del lines[0]
    entry = None
    if lines and lines[0].startswith("extra "):
        entry = decoded(lines.pop(0).removeprefix("extra "), "The entry")
    found = _INDEX.fullmatch(lines.pop(0)) if lines else None
    if found is None:
        raise NoteRefused("The proof does not say an index.")
    return TlogProof(entry, int(found[1]), tuple(decoded(each, "A hash of the proof") for each in lines), checkpoint)


def check_tlog_proof(text: str, keys: Iterable[VerifierKey], *, entry: bytes, origin: str | None = None) -> Checkpoint:
    """That the entry is in the log, at the checkpoint that the text ends with, which is returned.

    Raises NoteRefused and ProofRefused.
    """
    read = read_tlog_proof(text)
    checkpoint = open_checkpoint(read.checkpoint, keys, origin=origin)
    check_inclusion(leaf_hash(entry), read.index, checkpoint.size, read.proof, checkpoint.root)
    if read.entry is not None and read.entry != entry:
        raise NoteRefused("The proof brings another entry along than the one it is asked about.")
    return checkpoint
