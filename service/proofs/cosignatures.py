"""Cosignatures (C2SP tlog-cosignature, Ed25519): when a witness saw that a checkpoint goes on from the ones before."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from service.proofs.notes import COSIGNATURE, NoteRefused, Signature, VerifierKey, read_note, read_signature

_TIME_BYTES: Final = 8
_LATEST: Final = 2**63 - 1


class Cosignature(NamedTuple):
    """A good cosignature of a known witness."""

    witness: str
    """The name of the witness's key."""
    time: int
    """When it was made, in seconds since 1970."""
    line: str
    """As it stands below the checkpoint, with the line's end."""


def cosign(text: str, name: str, secret: bytes, time: int) -> Signature:
    """A witness's cosignature under a checkpoint's text: what witnesses do, and who tries them out."""
    key = Ed25519PrivateKey.from_private_bytes(secret)
    public = VerifierKey(name, COSIGNATURE, key.public_key().public_bytes_raw())
    return Signature(name, public.key_id, time.to_bytes(_TIME_BYTES) + key.sign(_message(text, time)))


def cosignatures(note: str, witnesses: Iterable[VerifierKey]) -> list[Cosignature]:
    """The cosignatures of these witnesses below a checkpoint. Those of others are left out.

    Raises NoteRefused where the note is none, or a cosignature of one of the witnesses is not good.
    """
    read = read_note(note)
    return _good(read.text, read.signatures, tuple(witnesses))


def cosignatures_in(lines: str, text: str, witnesses: Iterable[VerifierKey]) -> list[Cosignature]:
    """The cosignatures of these witnesses for a checkpoint's text among signature lines that came alone.

    Raises NoteRefused, as `cosignatures` does.
    """
    signatures = [read_signature(line) for line in lines.removesuffix("\n").split("\n")]
    return _good(text, signatures, tuple(witnesses))


def _good(text: str, signatures: Iterable[Signature], witnesses: tuple[VerifierKey, ...]) -> list[Cosignature]:
    found = []
    for signature in signatures:
        for witness in witnesses:
            if witness.kind == COSIGNATURE and witness.made(signature):
                time = int.from_bytes(signature.signature[:_TIME_BYTES])
                if time > _LATEST:
                    raise NoteRefused(f"The cosignature of {witness.name} says no time.")
                witness.check(_message(text, time), signature.signature[_TIME_BYTES:])
                found.append(Cosignature(witness.name, time, signature.line))
    return found


def _message(text: str, time: int) -> bytes:
    return f"cosignature/v1\ntime {time}\n{text}".encode()
