"""What a backup says of itself: two parts, log and keys, each a folder with a file that PostgreSQL's tools read."""

from datetime import datetime
from hashlib import file_digest
from pathlib import Path
from typing import Final, Self, TypeVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from service.backup.errors import RestoreRefused

MANIFEST: Final = "manifest.json"
LOG_FILE: Final = "log.dump"
KEYS_FILE: Final = "keyring.dump"
KEYS_FOLDER: Final = "keys"
"""Where the keys go unless another folder is named, within that of the backup."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    begun_at: AwareDatetime
    """When the state was taken that this is: what had been acknowledged by then is in it."""
    sha256: str
    """Of the file beside this, in hexadecimal digits."""
    key_encryption_keys: tuple[str, ...]
    """The ids of the keys that wrap what the file holds, clients' keys or secrets of webhooks; no backup has them."""


class LoggedOrganization(BaseModel):
    """Where the log of an organization ended."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    organization_id: UUID
    name: str
    events: int
    last_recorded_at: AwareDatetime | None
    """When the last event was recorded; None for an empty log."""
    leaf: str | None
    """The last event's leaf, in hexadecimal digits."""


class LogManifest(_Part):
    """What stands beside the log."""

    revision: str
    """That of the schema."""
    postgresql: str
    """The version of the server."""
    organizations: tuple[LoggedOrganization, ...]


class KeysManifest(_Part):
    """What stands beside the clients' keys."""


def digest_of(file: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits. Raises OSError."""
    with file.open("rb") as opened:
        return file_digest(opened, "sha256").hexdigest()


class Backup:
    """A backup as it lies in its two folders."""

    def __init__(self, log_folder: Path, keys_folder: Path, log: LogManifest, keys: KeysManifest) -> None:
        self.log_file = log_folder / LOG_FILE
        self.keys_file = keys_folder / KEYS_FILE
        self.log = log
        self.keys = keys

    @property
    def key_encryption_keys(self) -> tuple[str, ...]:
        """The ids of all the keys without which something of it cannot be opened."""
        return tuple(sorted({*self.log.key_encryption_keys, *self.keys.key_encryption_keys}))

    @classmethod
    def read(cls, log_folder: Path, keys_folder: Path) -> Self:
        """The backup, once both files are those that were written and belong together. Raises RestoreRefused."""
        backup = cls(log_folder, keys_folder, _manifest(LogManifest, log_folder), _manifest(KeysManifest, keys_folder))
        for file, part in ((backup.log_file, backup.log), (backup.keys_file, backup.keys)):
            try:
                found = digest_of(file)
            except OSError as error:
                raise RestoreRefused(f"{file} cannot be read: {error.strerror}.") from None
            if found != part.sha256:
                raise RestoreRefused(f"{file} is not the file that was written: take another backup.")
        if backup.keys.begun_at < backup.log.begun_at:
            raise RestoreRefused(
                f"The keys in {keys_folder} are of {moment(backup.keys.begun_at)}, before the log"
                f" ({moment(backup.log.begun_at)}): clients who came in between could not be read. Name keys of the"
                " same backup or a later one with --keys."
            )
        return backup


def moment(when: datetime) -> str:
    """A moment as people read it, to the second, in UTC."""
    return f"{when:%Y-%m-%d %H:%M:%S} UTC"


Kind = TypeVar("Kind", bound=_Part)


def _manifest(kind: type[Kind], folder: Path) -> Kind:
    file = folder / MANIFEST
    try:
        return kind.model_validate_json(file.read_bytes())
    except OSError as error:
        raise RestoreRefused(f"{folder} holds no finished backup: {file} cannot be read ({error.strerror}).") from None
    except ValidationError:
        raise RestoreRefused(f"{file} does not read as one of this release, or of another part of a backup.") from None
