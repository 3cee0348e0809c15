"""Sealing: AES-256-GCM under a data key, bound to additional data."""

import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
_NONCE_BYTES = 12


class SealBroken(Exception):
    """The sealed bytes, the additional data or the key are not those that were sealed."""


def seal(key: bytes, plaintext: bytes, aad: bytes) -> bytes:
    """nonce(12) ‖ ciphertext ‖ tag(16), with a random nonce. `key` has 32 bytes."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + _cipher(key).encrypt(nonce, plaintext, aad)


def open_sealed(key: bytes, body: bytes, aad: bytes) -> bytes:
    """The plaintext of what `seal` made. Raises SealBroken."""
    try:
        return _cipher(key).decrypt(body[:_NONCE_BYTES], body[_NONCE_BYTES:], aad)
    except (InvalidTag, ValueError):
        raise SealBroken("The body does not open: it, its header or the key was changed.") from None


def forget_keys() -> None:
    """Drops the keys that are kept ready for use, after one of them was destroyed."""
    _cipher.cache_clear()


@lru_cache(maxsize=64)  # making one takes longer than opening a body, and bodies of one client come together
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)
