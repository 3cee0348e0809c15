"""The store's half of identifiers: linked once at a time whoever appends, and checked against the log."""

import asyncio
from collections.abc import Sequence
from uuid import UUID, uuid4

import asyncpg
import pytest

from service.database.connection import scoped
from service.database.embedded import DatabaseUrls
from service.log.errors import IdentifierTaken
from service.log.header import Reference
from service.log.identifiers import identifier_hash
from service.log.sealed import Appended, SealedEvent
from service.log.store import EventStore
from service.log.verify import verify
from tests.log.events import sealed_event

MRN = bytes(31) + b"m"
LINE = bytes(31) + b"l"


def linking(client_id: UUID, version: int, identifier: bytes = MRN) -> SealedEvent:
    return sealed_event(client_id, version)._replace(type="identifier_linked", identifier=identifier)


def freeing(link: SealedEvent, version: int, kind: str = "identifier_unlinked") -> SealedEvent:
    return sealed_event(link.client_id, version, references=(Reference("link", link.id),))._replace(type=kind)


async def rows(store: EventStore, organization_id: UUID) -> list[tuple[bytes, UUID]]:
    found = await store.rows(
        organization_id, "select digest, client_id from log.client_identifier where organization_id = $1 order by 1"
    )
    return [(row["digest"], row["client_id"]) for row in found]


async def outcomes(store: EventStore, organization_id: UUID, *appends: Sequence[SealedEvent]) -> list[object]:
    """What comes of appends that are committed together."""
    return await asyncio.gather(*(store.append(organization_id, each) for each in appends), return_exceptions=True)


async def test_of_appends_at_once_one_links_it(store: EventStore, organization_id: UUID) -> None:
    clients = [uuid4() for _ in range(8)]

    done = await outcomes(store, organization_id, *([linking(each, 1)] for each in clients), [sealed_event(uuid4(), 1)])

    (winner,) = [client for client, outcome in zip(clients, done, strict=False) if isinstance(outcome, list)]
    assert await rows(store, organization_id) == [(MRN, winner)]
    assert {outcome.client_ids for outcome in done if isinstance(outcome, IdentifierTaken)} == {(winner,)}
    assert isinstance(done[-1], list)
    assert (await verify(store, organization_id)).findings == []


@pytest.mark.parametrize("kind", ["identifier_unlinked", "entry_retracted"])
async def test_what_is_freed_can_be_linked_again(store: EventStore, organization_id: UUID, kind: str) -> None:
    ada, ben = uuid4(), uuid4()
    link = linking(ada, 1)
    await store.append(organization_id, [link])

    with pytest.raises(IdentifierTaken) as taken:
        await store.append(organization_id, [linking(ben, 1, LINE), linking(ben, 2)])
    assert taken.value.client_ids == (ada,)
    await store.append(organization_id, [freeing(link, 2, kind), linking(ada, 3)])
    await store.append(organization_id, [linking(ben, 1, LINE)])

    assert await rows(store, organization_id) == [(LINE, ben), (MRN, ada)]
    assert (await verify(store, organization_id)).findings == []


async def test_nobody_frees_the_link_of_another_client(store: EventStore, organization_id: UUID) -> None:
    link = linking(uuid4(), 1)
    await store.append(organization_id, [link])

    await store.append(organization_id, [freeing(link, 1)._replace(client_id=uuid4())])

    assert await rows(store, organization_id) == [(MRN, link.client_id)]


async def test_an_import_is_held_to_the_same(store: EventStore, organization_id: UUID) -> None:
    link = linking(uuid4(), 1)
    await store.append_bulk(organization_id, [link])

    with pytest.raises(IdentifierTaken):
        await store.append_bulk(organization_id, [linking(uuid4(), 1)])
    twice = uuid4()
    with pytest.raises(IdentifierTaken):
        await store.append(organization_id, [linking(twice, 1, LINE), linking(twice, 2, LINE)])

    assert await store.log_head(organization_id) == 1


async def test_appends_that_hand_it_on_are_committed_together(store: EventStore, organization_id: UUID) -> None:
    link = linking(uuid4(), 1)
    await store.append(organization_id, [link])

    done = await outcomes(store, organization_id, [freeing(link, 2)], [linking(uuid4(), 1)])

    assert [isinstance(outcome, list) and isinstance(outcome[0], Appended) for outcome in done] == [True, True]
    assert len(await rows(store, organization_id)) == 1


@pytest.mark.parametrize(
    ("change", "position"),
    [
        ("delete from log.client_identifier", 1),
        ("update log.client_identifier set client_id = gen_random_uuid()", 1),
        ("update log.client_identifier set event_id = gen_random_uuid()", 0),
    ],
)
async def test_verify_names_links_by_which_nobody_or_another_is_found(
    store: EventStore, database: DatabaseUrls, organization_id: UUID, change: str, position: int
) -> None:
    await store.append(organization_id, [linking(uuid4(), 1)])
    superuser = await asyncpg.connect(database.superuser)
    await superuser.execute(f"{change} where organization_id = $1", organization_id)
    await superuser.close()

    findings = (await verify(store, organization_id)).findings

    assert position in {finding.position for finding in findings}
    assert all("identifier" in finding.what for finding in findings)


async def test_verify_names_a_client_of_whom_the_head_alone_says_that_they_are_merged(
    store: EventStore, database: DatabaseUrls, organization_id: UUID
) -> None:
    one, other = uuid4(), uuid4()
    merge = sealed_event(other, 1)
    await store.append(organization_id, [sealed_event(one, 1), merge])
    merged = sealed_event(one, 2, references=(Reference("merge", merge.id),))
    merged = merged._replace(type="client_merged_into", merged_into=other)
    await store.append(organization_id, [merged])
    assert (await verify(store, organization_id)).findings == []

    superuser = await asyncpg.connect(database.superuser)
    swapped = "update log.timeline_head set merged_into = $2 where organization_id = $1 and client_id = $3"
    await superuser.execute(swapped, organization_id, None, one)
    await superuser.execute(swapped, organization_id, one, other)
    await superuser.close()

    assert [finding.position for finding in (await verify(store, organization_id)).findings] == [2, 3]


async def test_the_service_writes_no_row_by_hand(pool: asyncpg.Pool, organization_id: UUID) -> None:
    for statement in (
        "insert into log.client_identifier select $1, 'x', $1, $1",
        "update log.client_identifier set digest = 'x' where organization_id = $1",
        "delete from log.client_identifier where organization_id = $1",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with scoped(pool, organization_id) as connection:
                await connection.execute(statement, organization_id)


def test_the_hash_depends_on_the_key_the_system_and_the_value() -> None:
    hashed = identifier_hash(bytes(32), "ehr", "42")

    assert len(hashed) == 32
    assert hashed == identifier_hash(bytes(32), "ehr", "42")
    assert identifier_hash(bytes(32), "ehr", "caf\u00e9") == identifier_hash(bytes(32), "ehr", "cafe\u0301")
    others = [
        identifier_hash(bytes(31) + b"x", "ehr", "42"),
        identifier_hash(bytes(32), "ehr4", "2"),
        identifier_hash(bytes(32), "ehr", "43"),
    ]
    assert hashed not in others
