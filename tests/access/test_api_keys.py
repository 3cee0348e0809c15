"""API keys: expiry, rotation, names; how long a key that was checked is believed; and what wrong ones cost."""

import asyncio
import base64
import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio

from service.access.api_keys import PREFIX, SECRET_BYTES, ApiKeys
from service.access.authentication import REMEMBERED_SECONDS, Authentication
from service.access.brake import Brake
from service.access.caller import KeyRole
from service.access.errors import NotAuthenticated, TooManyWrong
from service.access.key_checks import KeyRefused
from service.access.tokens import Tokens
from service.database.embedded import DatabaseUrls
from service.runtime import clock
from tests.access.seconds import Seconds

HERE, ELSEWHERE = "192.0.2.7", "198.51.100.9"


class Asked(ApiKeys):
    """Keys that count how often the database is asked for one."""

    times = 0

    async def find(self, organization_id: UUID, key_id: UUID):  # type: ignore[no-untyped-def]
        self.times += 1
        return await super().find(organization_id, key_id)


class Door:
    """Keys of an organization, and who is let in with them."""

    def __init__(self, keys: Asked, organization_id: UUID, *, wrong_per_minute: int = 5) -> None:
        self.keys = keys
        self.organization_id = organization_id
        self.seconds = Seconds()
        self.authentication = Authentication(keys, Tokens({}), Brake(wrong_per_minute), timer=self.seconds)

    async def create(self, name: str = "jo", expires_at: datetime | None = None) -> tuple[UUID, str]:
        key, text = await self.keys.create(self.organization_id, name, KeyRole.PEER, expires_at=expires_at)
        return key.key_id, text

    async def opens(self, text: str, address: str = HERE) -> UUID:
        return (await self.authentication.authenticate(text, address)).subject_id

    async def refuses(self, text: str, why: str, address: str = HERE) -> None:
        with pytest.raises(NotAuthenticated, match=why):
            await self.authentication.authenticate(text, address)


@pytest_asyncio.fixture(loop_scope="session")
async def door(database: DatabaseUrls, pool: asyncpg.Pool, organization_id: UUID) -> AsyncIterator[Door]:
    yield Door(Asked(pool, database.owner), organization_id)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Puts the clock on."""
    now = clock.now

    def put_on(by: timedelta) -> None:
        monkeypatch.setattr(clock, "now", lambda: now() + by)

    return put_on


def wrong(organization_id: UUID, key_id: UUID | None = None) -> str:
    """The text of a key whose secret is wrong; of a key that is none, unless one is named."""
    data = organization_id.bytes + (key_id or uuid4()).bytes + secrets.token_bytes(SECRET_BYTES)
    return PREFIX + base64.urlsafe_b64encode(data).rstrip(b"=").decode()


async def test_a_revoked_key_is_believed_for_half_a_minute_at_most_however_often_it_is_used(door: Door) -> None:
    key_id, text = await door.create()
    assert await door.opens(text) == key_id
    await door.keys.revoke(door.organization_id, key_id)

    door.seconds.now = REMEMBERED_SECONDS - 1
    assert await door.opens(text) == key_id
    door.seconds.now = REMEMBERED_SECONDS
    await door.refuses(text, "was revoked")


async def test_what_is_no_key_now_is_asked_about_again(door: Door) -> None:
    _, text = await door.create()
    await door.refuses(f"{text[:-2]}{'A' if text[-2] != 'A' else 'Q'}{text[-1]}", "not, or no longer, valid")
    await door.opens(text)


async def test_an_expired_key_says_so_to_whoever_has_its_secret_and_to_nobody_else(door: Door, later) -> None:  # type: ignore[no-untyped-def]
    key_id, text = await door.create(expires_at=clock.now() + timedelta(days=90))
    assert await door.opens(text) == key_id

    later(timedelta(days=90))

    await door.refuses(text, "has expired")
    no_such_key = "This API key is not, or no longer, valid"
    await door.refuses(wrong(door.organization_id, key_id), no_such_key)
    await door.refuses(wrong(door.organization_id), no_such_key)


async def test_a_rotated_key_keeps_its_id_and_its_old_secret_until_the_overlap_is_over(door: Door, later) -> None:  # type: ignore[no-untyped-def]
    key_id, old = await door.create()
    rotated, new = await door.keys.rotate(door.organization_id, key_id, overlap=timedelta(hours=24))

    assert (await door.opens(old), await door.opens(new)) == (key_id, key_id)
    assert rotated.rotated_at is not None

    later(timedelta(hours=24))
    await door.refuses(old, "has a new secret")
    assert await door.opens(new) == key_id


async def test_a_secret_before_the_last_two_is_good_no_longer(door: Door) -> None:
    key_id, first = await door.create()
    _, second = await door.keys.rotate(door.organization_id, key_id)
    _, third = await door.keys.rotate(door.organization_id, key_id)

    await door.refuses(first, "not, or no longer, valid")
    assert (await door.opens(second), await door.opens(third)) == (key_id, key_id)


async def test_an_expired_key_is_rotated_with_a_new_expiry_only_and_a_revoked_one_never(door: Door, later) -> None:  # type: ignore[no-untyped-def]
    key_id, text = await door.create(expires_at=clock.now() + timedelta(hours=1))
    later(timedelta(hours=2))
    with pytest.raises(KeyRefused, match="has expired"):
        await door.keys.rotate(door.organization_id, key_id)
    _, new = await door.keys.rotate(
        door.organization_id, key_id, overlap=timedelta(), expires_at=clock.now() + timedelta(hours=1)
    )
    assert await door.opens(new) == key_id
    await door.refuses(text, "has a new secret")

    await door.keys.revoke(door.organization_id, key_id)
    with pytest.raises(KeyRefused, match="no key"):
        await door.keys.rotate(door.organization_id, key_id)


async def test_a_name_belongs_to_one_living_key_of_an_organization(door: Door) -> None:
    key_id, _ = await door.create("jo")
    with pytest.raises(KeyRefused, match=str(key_id)):
        await door.create("jo")

    await door.keys.revoke(door.organization_id, key_id)
    assert await door.create("jo")


async def test_a_key_expires_in_the_future(door: Door) -> None:
    with pytest.raises(KeyRefused):
        await door.create(expires_at=datetime(2020, 1, 1, tzinfo=UTC))


async def test_a_flood_of_wrong_keys_costs_few_queries_and_is_told_when_to_come_again(door: Door) -> None:
    answers = await asyncio.gather(
        *(door.authentication.authenticate(wrong(door.organization_id), HERE) for _ in range(500)),
        return_exceptions=True,
    )

    assert door.keys.times <= 5 + 4, "the limit, and the few that are asked about at once"
    held = [answer.seconds for answer in answers if isinstance(answer, TooManyWrong)]
    assert len(held) >= 500 - 9
    assert all(1 <= seconds <= 60 for seconds in held)


async def test_a_right_key_passes_while_its_address_and_its_id_are_held_back(door: Door) -> None:
    key_id, text = await door.create()
    await door.opens(text)
    door.keys.times = 0

    for address in (HERE, ELSEWHERE):
        for _ in range(20):
            with pytest.raises((NotAuthenticated, TooManyWrong)):
                await door.opens(wrong(door.organization_id, key_id), address)
    assert door.keys.times <= 6, "one address uses up what is let pass for the key's id"

    assert await door.opens(text) == key_id
    door.seconds.now = REMEMBERED_SECONDS * 2
    assert await door.opens(text, ELSEWHERE) == key_id, "a key that was known lately is asked about again all the same"


async def test_a_new_secret_is_good_at_once_though_the_key_is_remembered(door: Door) -> None:
    key_id, old = await door.create()
    await door.opens(old)
    _, new = await door.keys.rotate(door.organization_id, key_id)

    assert (await door.opens(new), await door.opens(old)) == (key_id, key_id)


async def test_another_address_is_let_in_while_one_is_held_back(door: Door) -> None:
    key_id, text = await door.create()
    for _ in range(10):
        with pytest.raises((NotAuthenticated, TooManyWrong)):
            await door.opens(wrong(door.organization_id))

    with pytest.raises(TooManyWrong):
        await door.opens(text)
    assert await door.opens(text, ELSEWHERE) == key_id


def test_one_holder_of_a_network_of_ipv6_is_one_caller() -> None:
    brake = Brake(1)
    brake.count("2001:db8::1")

    assert brake.wait("2001:db8::ffff:2")
    assert brake.wait("2001:db8:0:1::1") is None
    brake.count("::ffff:192.0.2.7")
    assert brake.wait("192.0.2.7")


async def test_another_key_of_a_person_is_that_person(door: Door) -> None:
    jo, text = await door.create()
    key, other = await door.keys.create(door.organization_id, "jo-at-night", KeyRole.COUNSELOR, person_id=jo)

    assert await door.opens(text) == await door.opens(other) == jo
    caller = await door.authentication.authenticate(other, HERE)
    assert (caller.credential_id, caller.actor.name) == (str(key.key_id), "counselor/jo-at-night")
    _, rotated = await door.keys.rotate(door.organization_id, key.key_id)
    assert await door.opens(rotated) == jo
    assert [each.person_id for each in await door.keys.list(door.organization_id)] == [None, jo]


async def test_a_system_is_no_person(door: Door) -> None:
    jo, _ = await door.create()

    with pytest.raises(KeyRefused, match="no person"):
        await door.keys.create(door.organization_id, "app", KeyRole.SYSTEM, ["system/CheckIn.c"], person_id=jo)
