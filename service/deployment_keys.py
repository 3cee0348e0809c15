"""The keys that a deployment holds: those of its settings or, in the embedded mode, those made in its data folder."""

import os
import secrets
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

from service.audit.signing_keys import SigningKeys, new_signing_key
from service.database.embedded import EmbeddedPostgres, EmbeddedPostgresError
from service.log.key_encryption import KeyEncryptionKey, provided
from service.log.keyring import KeyEncryptionKeys
from service.settings import Settings, parse_key_encryption_keys, parse_retired_signing_keys, parse_signing_keys

EMBEDDED_KEY_FILE = "key-encryption-key"
EMBEDDED_SIGNING_KEY_FILE = "signing-key"


def key_encryption_keys(settings: Settings) -> KeyEncryptionKeys:
    """The key-encryption keys of the settings; in the embedded mode one is made on the first start.

    It lies in a file of its own in the data folder: whoever copies the database without it reads nothing. Raises
    EmbeddedPostgresError where there is a record already and its key is gone, and KeyProviderMissing.
    """
    if settings.key_encryption_keys:
        return read_key_encryption_keys(settings.key_encryption_keys.get_secret_value())
    path = embedded_key_file(settings)
    if not path.exists() and EmbeddedPostgres(settings.data_dir).exists:
        raise EmbeddedPostgresError(
            f"The key-encryption key {path} is missing, and nothing recorded can be read without it. Put it back,"
            " or name the file that holds it with CARE_TIMELINE_KEY_ENCRYPTION_KEYS_FILE."
        )
    return read_key_encryption_keys(_secret_in(path, new_key_encryption_key))


def embedded_key_file(settings: Settings) -> Path:
    """Where the embedded mode keeps its key-encryption key, unless the settings name one."""
    return settings.data_dir / EMBEDDED_KEY_FILE


def read_key_encryption_keys(text: str) -> KeyEncryptionKeys:
    """The keys that the setting's text names. Raises ValueError, KeyProviderMissing."""
    keys: dict[str, bytes | KeyEncryptionKey] = {}
    for id_, said in parse_key_encryption_keys(text).items():
        keys[id_] = said if isinstance(said, bytes) else provided(*said)
    return KeyEncryptionKeys(keys)


def signing_keys(settings: Settings) -> SigningKeys:
    """The keys of the settings that sign checkpoints; in the embedded mode one is made in the data folder.

    With an external database and no key there are none, and nothing is signed.
    """
    said = settings.signing_keys.get_secret_value() if settings.signing_keys else ""
    if not said and settings.embedded:
        said = _secret_in(settings.data_dir / EMBEDDED_SIGNING_KEY_FILE, new_signing_key)
    retired = parse_retired_signing_keys(settings.retired_signing_keys)
    return SigningKeys(parse_signing_keys(said), settings.checkpoint_origin, retired)


def _secret_in(path: Path, make: Callable[[], str]) -> str:
    """What the file holds, which is made where it is missing: by one process, closed to other users."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        made = path.with_suffix(f".{os.getpid()}")
        descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(make())
        try:
            os.link(made, path)
        except FileExistsError:
            pass
        finally:
            made.unlink()
    return path.read_text("ascii")


def new_key_encryption_key() -> str:
    """A fresh key-encryption key, as the settings read it."""
    return f"kek-{secrets.token_hex(4)}:{b64encode(secrets.token_bytes(32)).decode()}"
