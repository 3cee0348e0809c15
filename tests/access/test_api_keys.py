"""A key that was checked is believed for a while, and then asked about again."""

from uuid import UUID

import asyncpg

from service.access.api_keys import REMEMBERED_SECONDS, ApiKeys
from service.access.caller import KeyRole
from service.database.embedded import DatabaseUrls


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


async def test_a_revoked_key_is_believed_for_half_a_minute_at_most_however_often_it_is_used(
    database: DatabaseUrls, pool: asyncpg.Pool, organization_id: UUID
) -> None:
    clock = Clock()
    keys = ApiKeys(pool, database.owner, timer=clock)
    key, token = await keys.create(organization_id, "jo", KeyRole.PEER)
    assert await keys.authenticate(token)
    await ApiKeys(pool, database.owner).revoke(organization_id, key.key_id)

    clock.seconds = REMEMBERED_SECONDS - 1
    assert await keys.authenticate(token)
    clock.seconds = REMEMBERED_SECONDS
    assert await keys.authenticate(token) is None


async def test_what_is_no_key_now_is_asked_about_again(
    database: DatabaseUrls, pool: asyncpg.Pool, organization_id: UUID
) -> None:
    keys = ApiKeys(pool, database.owner)
    _, token = await keys.create(organization_id, "jo", KeyRole.PEER)
    assert await keys.authenticate(f"{token[:-1]}{'A' if token[-1] != 'A' else 'Q'}") is None
    assert await keys.authenticate(token)
