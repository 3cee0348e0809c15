"""Keys of clients: one each, wrapped, bound to their client, and gone for good when destroyed."""

import asyncio
from uuid import UUID, uuid4

import asyncpg
import pytest

from service.database.connection import scoped
from service.database.embedded import DatabaseUrls
from service.database.owner import OwnerNeeded
from service.log.keyring import ClientErased, KeyEncryptionKeys, Keyring, UnknownKey
from service.log.seal import SealBroken
from tests.erasing import erase_as_owner

FIRST, SECOND = bytes([1]) * 32, bytes([2]) * 32
KEKS = KeyEncryptionKeys({"first": FIRST})


async def test_a_client_has_one_key_whoever_asks_first(pool: asyncpg.Pool, organization_id: UUID) -> None:
    client_id = uuid4()
    keyrings = [Keyring(pool, KEKS) for _ in range(8)]

    keys = await asyncio.gather(*(keyring.data_key(organization_id, client_id) for keyring in keyrings))

    assert len(set(keys)) == 1
    assert len(keys[0].key) == 32
    assert await Keyring(pool, KEKS).data_key(organization_id, client_id, create=False) == keys[0]
    assert await Keyring(pool, KEKS).data_key(organization_id, uuid4()) != keys[0]


async def test_the_key_is_not_in_the_database_nor_in_what_is_printed(pool: asyncpg.Pool, organization_id: UUID) -> None:
    client_id = uuid4()
    data_key = await Keyring(pool, KEKS).data_key(organization_id, client_id)

    async with scoped(pool, organization_id) as connection:
        (row,) = await connection.fetch("select * from keyring.client_key where client_id = $1", client_id)

    assert all(data_key.key not in value for value in row.values() if isinstance(value, bytes))
    assert row["kek_id"] == "first"
    assert str(data_key) == f"DataKey({data_key.key_id})"


async def test_a_key_that_is_not_there_is_not_made_by_reading(pool: asyncpg.Pool, organization_id: UUID) -> None:
    keyring, client_id = Keyring(pool, KEKS), uuid4()

    with pytest.raises(UnknownKey):
        await keyring.data_key(organization_id, client_id, create=False)
    assert (await keyring.keys(organization_id, [client_id])).usable == {}


async def test_keys_of_many_clients_come_at_once_and_bring_nobody_back(
    pool: asyncpg.Pool, organization_id: UUID, database: DatabaseUrls
) -> None:
    clients = [uuid4() for _ in range(3)]
    keys = [await Keyring(pool, KEKS).data_key(organization_id, client_id) for client_id in clients]
    stranger = uuid4()
    keyring = Keyring(pool, KEKS, database.owner)
    await erase_as_owner(database.owner, organization_id, clients[2])

    found = await keyring.keys(organization_id, [*clients, stranger])

    assert found.usable == dict(zip(clients[:2], keys[:2], strict=True))
    assert found.unusable.keys() == {clients[2]}
    assert found.of(clients[0]) == keys[0]
    with pytest.raises(ClientErased):
        found.of(clients[2])
    with pytest.raises(UnknownKey):
        found.of(stranger)
    async with scoped(pool, organization_id) as connection:
        assert await keyring.keys(organization_id, clients[:1], connection=connection) == ({clients[0]: keys[0]}, {})


async def test_older_key_encryption_keys_still_open_and_rewrapping_retires_them(
    pool: asyncpg.Pool, organization_id: UUID, database: DatabaseUrls
) -> None:
    old_client, new_client = uuid4(), uuid4()
    old_key = await Keyring(pool, KEKS).data_key(organization_id, old_client)
    notes_key = await Keyring(pool, KEKS).notes_key(organization_id, old_client)
    both = KeyEncryptionKeys({"second": SECOND, "first": FIRST})
    only_second = KeyEncryptionKeys({"second": SECOND})

    assert await Keyring(pool, both).data_key(organization_id, old_client) == old_key
    new_key = await Keyring(pool, both).data_key(organization_id, new_client)
    assert await Keyring(pool, only_second).data_key(organization_id, new_client) == new_key
    with pytest.raises(UnknownKey, match="first"):
        await Keyring(pool, only_second).data_key(organization_id, old_client)

    with pytest.raises(OwnerNeeded):
        await Keyring(pool, both).rewrap(organization_id)
    assert await Keyring(pool, both, database.owner).rewrap(organization_id) == 1
    assert await Keyring(pool, both, database.owner).rewrap(organization_id) == 0
    assert await Keyring(pool, only_second).data_key(organization_id, old_client) == old_key
    assert await Keyring(pool, only_second).notes_key(organization_id, old_client) == notes_key


async def test_r27_a_client_has_another_key_for_counseling_notes(pool: asyncpg.Pool, organization_id: UUID) -> None:
    keyring, client_id, stranger = Keyring(pool, KEKS), uuid4(), uuid4()
    data_key = await keyring.data_key(organization_id, client_id)

    notes_key = await keyring.notes_key(organization_id, client_id)

    assert notes_key == await Keyring(pool, KEKS).notes_key(organization_id, client_id)
    assert (notes_key.key_id, notes_key.key == data_key.key) == (data_key.notes_key_id, False)
    assert str(notes_key) == f"NotesKey({notes_key.key_id})"
    with pytest.raises(UnknownKey):
        await keyring.notes_key(organization_id, stranger)


async def test_a_destroyed_key_is_gone_and_never_replaced(
    pool: asyncpg.Pool, organization_id: UUID, database: DatabaseUrls
) -> None:
    keyring, client_id, stranger = Keyring(pool, KEKS, database.owner), uuid4(), uuid4()
    await keyring.data_key(organization_id, client_id)

    for erased in (client_id, client_id, stranger):
        await erase_as_owner(database.owner, organization_id, erased)

    for erased in (client_id, stranger):
        with pytest.raises(ClientErased):
            await keyring.data_key(organization_id, erased)
        with pytest.raises(ClientErased):
            await keyring.notes_key(organization_id, erased)
    async with scoped(pool, organization_id) as connection:
        left = "select from keyring.client_key where num_nonnulls(wrapped_key, wrapped_notes_key) > 0"
        assert await connection.fetch(left) == []
    assert await keyring.rewrap(organization_id) == 0


async def test_a_wrapped_key_moved_to_another_client_does_not_open(
    pool: asyncpg.Pool, organization_id: UUID, database: DatabaseUrls
) -> None:
    ada, ben = uuid4(), uuid4()
    await Keyring(pool, KEKS).data_key(organization_id, ada)
    superuser = await asyncpg.connect(database.superuser)
    await superuser.execute("update keyring.client_key set client_id = $2 where client_id = $1", ada, ben)
    await superuser.close()

    with pytest.raises(SealBroken):
        await Keyring(pool, KEKS).data_key(organization_id, ben)


def test_key_encryption_keys_are_checked() -> None:
    with pytest.raises(ValueError, match="at least one"):
        KeyEncryptionKeys({})
    with pytest.raises(ValueError, match="32 bytes"):
        KeyEncryptionKeys({"first": b"short"})


async def test_a_key_destroyed_elsewhere_is_not_used_from_memory(
    pool: asyncpg.Pool, organization_id: UUID, database: DatabaseUrls
) -> None:
    here, client_id = Keyring(pool, KEKS), uuid4()
    data_key = await here.data_key(organization_id, client_id)
    assert await here.data_key(organization_id, client_id) == data_key

    await erase_as_owner(database.owner, organization_id, client_id)

    with pytest.raises(ClientErased):
        await here.data_key(organization_id, client_id, create=False)
    with pytest.raises(ClientErased):
        (await here.keys(organization_id, [client_id])).of(client_id)


async def test_a_wrapped_key_moved_to_another_client_does_not_open_from_memory_either(
    pool: asyncpg.Pool, organization_id: UUID, database: DatabaseUrls
) -> None:
    keyring, ada, ben = Keyring(pool, KEKS), uuid4(), uuid4()
    await keyring.data_key(organization_id, ada)
    superuser = await asyncpg.connect(database.superuser)
    await superuser.execute("update keyring.client_key set client_id = $2 where client_id = $1", ada, ben)
    await superuser.close()

    assert isinstance((await keyring.keys(organization_id, [ben])).unusable[ben], SealBroken)
