"""Key-encryption keys that are held elsewhere: asked to wrap and unwrap, and never for their bytes."""

import base64
from importlib.metadata import EntryPoint, EntryPoints
from uuid import UUID, uuid4

import asyncpg
import pytest

from service.database.embedded import DatabaseUrls
from service.deployment_keys import read_key_encryption_keys
from service.log import key_encryption
from service.log.key_encryption import KeyProviderMissing, KeyUnavailable
from service.log.keyring import KeyEncryptionKeys, Keyring
from service.log.seal import SealBroken, open_sealed, seal

HELD = bytes([7]) * 32
HELD_TEXT = f"held:{base64.b64encode(HELD).decode()}"


class ManagedKey:
    """A key of a management service that runs elsewhere: what it holds never leaves it."""

    def __init__(self, reference: str) -> None:
        self.reference = reference
        self.answers = True
        self.asked: list[str] = []

    async def wrap(self, key: bytes, context: bytes) -> bytes:
        return self._answer("wrap", seal(bytes(32), key, context))

    async def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        return self._answer("unwrap", open_sealed(bytes(32), wrapped, context))

    def _answer(self, asked: str, answer: bytes) -> bytes:
        if not self.answers:
            raise KeyUnavailable("The key service of the test does not answer.")
        self.asked.append(asked)
        return answer


async def test_a_key_service_wraps_and_unwraps_and_is_asked_once_for_each_key(
    pool: asyncpg.Pool, organization_id: UUID
) -> None:
    managed, client_id = ManagedKey("one"), uuid4()
    made = await Keyring(pool, KeyEncryptionKeys({"kms": managed})).data_key(organization_id, client_id)
    keyring = Keyring(pool, KeyEncryptionKeys({"kms": managed}))
    managed.asked.clear()

    read = [await keyring.data_key(organization_id, client_id) for _ in range(3)]

    assert read == [made] * 3
    assert managed.asked == ["unwrap"]


async def test_keys_move_to_a_key_service_and_back_without_a_body_being_touched(
    pool: asyncpg.Pool, organization_id: UUID, database: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.log.keyring._REWRAPPED_AT_ONCE", 2)
    managed, clients = ManagedKey("one"), [uuid4() for _ in range(5)]
    held_only = Keyring(pool, KeyEncryptionKeys({"held": HELD}))
    before = [await held_only.data_key(organization_id, each) for each in clients]
    to_service = Keyring(pool, KeyEncryptionKeys({"kms": managed, "held": HELD}), database.owner)

    assert await to_service.rewrap(organization_id) == 5
    assert await to_service.wrapped_by(organization_id) == {"kms": 5}
    service_only = Keyring(pool, KeyEncryptionKeys({"kms": managed}))
    assert [await service_only.data_key(organization_id, each) for each in clients] == before
    back = Keyring(pool, KeyEncryptionKeys({"held": HELD, "kms": managed}), database.owner)
    assert await back.rewrap(organization_id) == 5
    assert [await held_only.data_key(organization_id, each) for each in clients] == before


async def test_a_rotation_that_was_interrupted_keeps_what_it_did_and_goes_on(
    pool: asyncpg.Pool, organization_id: UUID, database: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.log.keyring._REWRAPPED_AT_ONCE", 2)
    old = ManagedKey("old")
    first = Keyring(pool, KeyEncryptionKeys({"old": old}))
    for _ in range(5):
        await first.data_key(organization_id, uuid4())
    keyring = Keyring(pool, KeyEncryptionKeys({"new": HELD, "old": old}), database.owner)
    unwrap, asked = old.unwrap, 0

    async def fail_later(wrapped: bytes, context: bytes) -> bytes:
        nonlocal asked
        asked += 1
        old.answers = asked <= 5
        return await unwrap(wrapped, context)

    monkeypatch.setattr(old, "unwrap", fail_later)
    with pytest.raises(KeyUnavailable):
        await keyring.rewrap(organization_id)
    assert await keyring.wrapped_by(organization_id) == {"new": 2, "old": 3}

    monkeypatch.setattr(old, "unwrap", unwrap)
    old.answers = True
    assert await keyring.rewrap(organization_id) == 3
    assert await keyring.wrapped_by(organization_id) == {"new": 5}


async def test_a_service_that_does_not_answer_erases_nobody(pool: asyncpg.Pool, organization_id: UUID) -> None:
    managed, client_id = ManagedKey("one"), uuid4()
    await Keyring(pool, KeyEncryptionKeys({"kms": managed})).data_key(organization_id, client_id)
    managed.answers = False
    keyring = Keyring(pool, KeyEncryptionKeys({"kms": managed}))

    with pytest.raises(KeyUnavailable):
        await keyring.keys(organization_id, [client_id])
    managed.answers = True
    assert (await keyring.keys(organization_id, [client_id])).usable.keys() == {client_id}


async def test_a_package_provides_keys_under_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("test-kms", f"{__name__}:ManagedKey", key_encryption.PROVIDERS)
    monkeypatch.setattr(EntryPoint, "load", lambda _: ManagedKey)
    monkeypatch.setattr(key_encryption, "entry_points", lambda **said: EntryPoints([point]).select(**said))

    keys = read_key_encryption_keys(f"kms-1:test-kms:arn:key/one,{HELD_TEXT}")

    assert keys.ids == ("kms-1", "held")
    assert await keys.unwrap("kms-1", await keys.wrap(b"k" * 32, b"context"), b"context") == b"k" * 32
    with pytest.raises(SealBroken):
        await keys.unwrap("held", await keys.wrap(b"k" * 32, b"context"), b"context")
    with pytest.raises(KeyProviderMissing, match="a key of other-kms, and no installed package"):
        read_key_encryption_keys("kms-1:other-kms:one")


@pytest.mark.parametrize(
    "said", ["held", "held:c2hvcnQ=", ":x:y", "kms:provider:", "kms::one", f"{HELD_TEXT},{HELD_TEXT}"]
)
def test_what_is_no_key_is_refused_without_quoting_it(said: str) -> None:
    with pytest.raises(ValueError, match=r"key-encryption key number [12] (must read|has the id)") as refused:
        read_key_encryption_keys(said)
    assert HELD_TEXT not in str(refused.value)
