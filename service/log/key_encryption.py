"""What wraps clients' keys and the secrets of webhooks: a key that this process holds, or one that is held elsewhere.

A key management service never hands out its keys: it wraps and unwraps what it is sent. So that is what is asked of a
key-encryption key here, and never its bytes.
"""

from collections.abc import Callable
from importlib.metadata import entry_points
from typing import Final, Protocol

from service.log.seal import KEY_BYTES, open_sealed, seal

PROVIDERS: Final = "care_timeline.key_encryption"
"""The group of entry points by which other packages provide keys: each names a callable, which is given what the
settings say after the provider's name and returns the key."""


class KeyUnavailable(Exception):
    """Whoever holds a key-encryption key does not answer, or does not let us use it; the message says who."""


class KeyProviderMissing(Exception):
    """The settings name a key of a provider that no installed package brings."""


class KeyEncryptionKey(Protocol):
    """A key that wraps other keys, wherever it is held.

    It is handed to processes that rebuild, so it can be pickled: it makes its connections when they are needed.
    """

    async def wrap(self, key: bytes, context: bytes) -> bytes:
        """The key, wrapped and bound to the context (what a KMS calls additional or authenticated data).

        Raises KeyUnavailable.
        """

    async def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """The key that was wrapped. Raises SealBroken when it or its context was changed, and KeyUnavailable."""


class HeldKey:
    """A key-encryption key whose 32 bytes this process holds: AES-256-GCM."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"Every key-encryption key has {KEY_BYTES} bytes.")
        self._key = key

    async def wrap(self, key: bytes, context: bytes) -> bytes:
        """The key, sealed and bound to the context."""
        return seal(self._key, key, context)

    async def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """The key. Raises SealBroken."""
        return open_sealed(self._key, wrapped, context)


def provided(provider: str, reference: str) -> KeyEncryptionKey:
    """The key that an installed package provides under this name. Raises KeyProviderMissing where none does."""
    for found in entry_points(group=PROVIDERS, name=provider):
        make: Callable[[str], KeyEncryptionKey] = found.load()
        return make(reference)
    raise KeyProviderMissing(
        f"CARE_TIMELINE_KEY_ENCRYPTION_KEYS names a key of {provider}, and no installed package provides keys under"
        f" that name (as an entry point of the group {PROVIDERS})."
    )
