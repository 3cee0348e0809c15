"""Sealing: AES-256-GCM under a data key, bound to additional data."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
_NONCE_BYTES = 12


class SealBroken(Exception):
    """The sealed bytes, the additional data or the key are not those that were sealed."""


def seal(key: bytes, plaintext: bytes, aad: bytes) -> bytes:
    """nonce(12) ‖ ciphertext ‖ tag(16), with a random nonce. `key` has 32 bytes."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, aad)


def open_sealed(key: bytes, body: bytes, aad: bytes) -> bytes:
    """The plaintext of what `seal` made. Raises SealBroken."""
    try:
        return AESGCM(key).decrypt(body[:_NONCE_BYTES], body[_NONCE_BYTES:], aad)
    except (InvalidTag, ValueError):
        raise SealBroken("The body does not open: it, its header or the key was changed.") from None
