"""The keys that sign checkpoints: held by the process that signs, never in the database."""

import base64
import secrets
from uuid import UUID

from service.audit.log_kinds import LogKind
from service.proofs.notes import ED25519, KEY_BYTES, SigningKey, VerifierKey


class SigningKeys:
    """The signing keys of the settings, under each log's name; none where nothing is signed."""

    def __init__(self, secret_keys: tuple[bytes, ...], origin: str, retired: tuple[bytes, ...] = ()) -> None:
        """`origin` is the beginning of the name of every log: the organization's id follows it.

        `retired` are public keys that sign no more, and whose checkpoints are believed still.
        """
        self._secret_keys = secret_keys
        self._origin = origin
        self._retired = retired

    def __bool__(self) -> bool:
        return bool(self._secret_keys)

    @property
    def beginning(self) -> str:
        """What the names of all logs begin with: a slash and the organization's id follow."""
        return self._origin

    def origin(self, organization_id: UUID, kind: LogKind = LogKind.EVENTS) -> str:
        """The name of a log of the organization, which is also that of its keys."""
        return f"{self._origin}/{organization_id}{kind.ending}"

    @staticmethod
    def organization_of(origin: str) -> UUID:
        """Whose log it is that has that name, whatever it begins with. Raises ValueError."""
        return UUID(origin.removesuffix(LogKind.ACCESSES.ending).rpartition("/")[2])

    def signing(self, origin: str) -> list[SigningKey]:
        """The keys under the name of a log."""
        return [SigningKey(origin, secret) for secret in self._secret_keys]

    def named(self, origin: str) -> list[VerifierKey]:
        """What checkpoints of a log of that name are checked with: the keys that sign, then those that did."""
        now = [key.verifier_key for key in self.signing(origin)]
        return [*now, *(VerifierKey(origin, ED25519, key) for key in self._retired)]

    def of(self, organization_id: UUID, kind: LogKind = LogKind.EVENTS) -> list[SigningKey]:
        """The keys under the name of that log; all of them sign, so that one can follow another with an overlap."""
        return self.signing(self.origin(organization_id, kind))

    def public(self, organization_id: UUID, kind: LogKind = LogKind.EVENTS) -> list[VerifierKey]:
        """What that log's checkpoints are checked with: the keys that sign, then those that did."""
        return self.named(self.origin(organization_id, kind))

    @property
    def secrets(self) -> tuple[bytes, ...]:
        """The keys themselves, 32 bytes each."""
        return self._secret_keys

    @property
    def retired(self) -> frozenset[bytes]:
        """The public keys that sign no more."""
        return frozenset(self._retired)


def new_signing_key() -> str:
    """A fresh key, as the settings read it."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
