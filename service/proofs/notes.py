"""Signed notes (C2SP signed-note): a text, and signatures of named keys below it."""

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519: Final = 0x01
"""The type of signatures over the text itself."""

COSIGNATURE: Final = 0x04
"""The type of cosignatures of witnesses, over the text and a time (cosignatures.py)."""

KEY_BYTES: Final = 32
MOST_SIGNATURES: Final = 64
MOST_BYTES: Final = 100_000
_ID_BYTES: Final = 4
_SIGNATURE_BYTES: Final = 64
_NAME: Final = re.compile(r"[^\s+]+")
_KEY_ID: Final = re.compile(r"[0-9a-f]{8}", re.ASCII)


class NoteRefused(ValueError):
    """A note, a key or a signature is not to be believed; the message says why."""


class Signature(NamedTuple):
    """One signature line of a note."""

    name: str
    """The name of the key."""
    key_id: bytes
    signature: bytes

    @property
    def line(self) -> str:
        """The line as it stands below the note's text, with its end."""
        return f"— {self.name} {encoded(self.key_id + self.signature)}\n"


class Note(NamedTuple):
    """A note as it came: nothing of it is to be believed before `opened`."""

    text: str
    """With the end of its last line."""
    signatures: tuple[Signature, ...]


class VerifierKey(NamedTuple):
    """The public half of a key, under its name: a *vkey*."""

    name: str
    kind: int
    """The type of its signatures: ED25519 or COSIGNATURE."""
    public_key: bytes

    @property
    def key_id(self) -> bytes:
        """The four bytes that name the key beside its name."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public_key).digest()[:_ID_BYTES]

    @property
    def text(self) -> str:
        """The key as others are given it."""
        return f"{self.name}+{self.key_id.hex()}+{encoded(bytes([self.kind]) + self.public_key)}"

    def under(self, name: str) -> "VerifierKey":
        """The same key under another name, as for another log."""
        return VerifierKey(name, self.kind, self.public_key)

    def made(self, signature: Signature) -> bool:
        """Whether a signature says that it is of this key."""
        return (signature.name, signature.key_id) == (self.name, self.key_id)

    def check(self, message: bytes, signature: bytes) -> None:
        """That the key has signed the message. Raises NoteRefused."""
        try:
            if len(signature) != _SIGNATURE_BYTES:
                raise InvalidSignature
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(signature, message)
        except InvalidSignature:
            raise NoteRefused(f"The signature of {self.name} is not of this text.") from None


class SigningKey:
    """An Ed25519 key that signs notes under a name."""

    def __init__(self, name: str, secret: bytes) -> None:
        """`secret` has 32 bytes. Raises NoteRefused for a name that notes cannot have."""
        _check_name(name)
        self.name = name
        self._key = Ed25519PrivateKey.from_private_bytes(secret)

    @property
    def verifier_key(self) -> VerifierKey:
        """What others check this key's signatures with."""
        return VerifierKey(self.name, ED25519, self._key.public_key().public_bytes_raw())

    def sign(self, text: str) -> Signature:
        """The signature under a note's text."""
        return Signature(self.name, self.verifier_key.key_id, self._key.sign(text.encode()))


def signed(text: str, signatures: Sequence[Signature]) -> str:
    """The text and its signatures as one note."""
    return f"{text}\n{''.join(each.line for each in signatures)}"


def read_verifier_key(said: str) -> VerifierKey:
    """A key that its text says, `name+id+base64`. Raises NoteRefused."""
    name, _, rest = said.partition("+")
    key_id, _, material = rest.partition("+")
    _check_name(name)
    raw = decoded(material, "The key")
    if not _KEY_ID.fullmatch(key_id) or len(raw) != 1 + KEY_BYTES or raw[0] not in {ED25519, COSIGNATURE}:
        raise NoteRefused("The key has to read name+id+base64, of an Ed25519 key (type 01) or a witness's (type 04).")
    key = VerifierKey(name, raw[0], raw[1:])
    if key.key_id.hex() != key_id:
        raise NoteRefused(f"The id of the key {name} is not that of its name and key: was it copied whole?")
    return key


def read_note(note: str) -> Note:
    """The parts of a note. Raises NoteRefused where it has not exactly the form of one."""
    if len(note) > MOST_BYTES:
        raise NoteRefused(f"The note is longer than {MOST_BYTES:,} characters.")
    if any(character < " " and character != "\n" for character in note):
        raise NoteRefused("The note has a control character.")
    text, blank, below = note.rpartition("\n\n")
    if not blank or not text.strip() or not below.endswith("\n"):
        raise NoteRefused("The note has no text, a blank line, and signatures below it, each line with an end.")
    lines = below[:-1].split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise NoteRefused(f"The note has more than {MOST_SIGNATURES} signatures.")
    return Note(text + "\n", tuple(map(read_signature, lines)))


def read_signature(line: str) -> Signature:
    """A signature line, without its end. Raises NoteRefused."""
    dash, space, rest = line.partition(" ")
    name, gap, material = rest.partition(" ")
    if dash != "—" or not space or not gap:
        raise NoteRefused("A signature line reads — name base64.")
    _check_name(name)
    raw = decoded(material, f"The signature of {name}")
    if len(raw) <= _ID_BYTES:
        raise NoteRefused(f"The signature of {name} is too short.")
    return Signature(name, raw[:_ID_BYTES], raw[_ID_BYTES:])


def opened(note: str, keys: Iterable[VerifierKey]) -> Note:
    """The note with those signatures of these keys that are good, at least one of which must be.

    Signatures of unknown keys are left out, as the format says. Raises NoteRefused, also where one of a known key is
    not good.
    """
    known, read = tuple(keys), read_note(note)
    good = []
    for signature in read.signatures:
        for key in known:
            if key.kind == ED25519 and key.made(signature):
                key.check(read.text.encode(), signature.signature)
                good.append(signature)
    if not good:
        names = ", ".join(sorted({key.name for key in known})) or "none"
        raise NoteRefused(f"No key that is known has signed the note (known: {names}).")
    return Note(read.text, tuple(good))


def encoded(raw: bytes) -> str:
    """Base64, as everything in these formats is written."""
    return base64.b64encode(raw).decode()


def decoded(said: str, what: str) -> bytes:
    """What base64 says, written in the one way there is. Raises NoteRefused, which names `what`."""
    try:
        raw = base64.b64decode(said, validate=True)
    except (binascii.Error, ValueError):
        raise NoteRefused(f"{what} is not written in base64.") from None
    if encoded(raw) != said:  # the last digit has bits that say nothing
        raise NoteRefused(f"{what} is not written in base64 as it is made.")
    return raw


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name) or any(character < " " for character in name):
        raise NoteRefused("The name of a key is not empty and has no spaces and no plus.")
