"""The leaf of an access record in the log of accesses, of what is said of the record."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from service.proofs.export_lines import microseconds

KIND: Final = "access_record"

_IDS: Final = ("actor_id", "client_id", "allowed_by")
_NUMBERS: Final = ("version", "position", "clients")
_ORDER: Final = (
    "recorded_at", "operation", "what", "parameters", "purpose", "actor_id", "credential_id", "role", "name",
    "request_id", "version", "position", "client_id", "clients", "clients_digest", "recipient", "allowed_by",
)  # fmt: skip


def leaf_of_texts(texts: Iterable[str | None]) -> bytes:
    """SHA-256 over texts, each as its length in bytes, a colon, itself and a comma, or `-,` where there is none."""
    parts = (b"-," if each is None else b"%d:%b," % (len(each.encode()), each.encode()) for each in texts)
    return sha256(b"".join(parts)).digest()


def access_leaf(organization_id: UUID, said: Mapping[str, Any]) -> bytes:
    """The leaf of a record as an export says it. Raises ValueError, LookupError, TypeError, AttributeError."""
    texts = [_text(field, said[field]) for field in _ORDER]
    return leaf_of_texts([str(organization_id), KIND, str(UUID(said["record_id"])), *texts])


def _text(field: str, said: Any) -> str | None:
    if said is None:
        return None
    if field == "recorded_at":
        seconds, rest = divmod(microseconds(said), 1_000_000)
        return f"{seconds}.{rest:06}"
    if field in _IDS:
        return str(UUID(said))
    if field in _NUMBERS:
        if type(said) is not int:
            raise TypeError("no number")
        return str(said)
    if type(said) is not str:
        raise TypeError("no text")
    return said
