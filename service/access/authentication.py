"""Who calls: the holder of an API key, or the subject of an access token.

The brake (brake.py) stands before the database. What is remembered passes it, and the id of a key that was found within
the last day is asked about every half minute all the same: so a right key that is in use works on from an address that
floods the service with wrong ones. Held back is only what this process cannot know: a key that it has not seen for a
day, or a new secret within half a minute. A token costs no query; a right one always passes.
"""

import asyncio
import hashlib
import time
from collections.abc import Callable
from typing import Final
from uuid import UUID

from cachetools import TTLCache

from service.access.api_keys import ApiKey, ApiKeys, Presented, Standing, presented
from service.access.brake import Brake
from service.access.caller import Caller
from service.access.errors import NotAuthenticated, TooManyWrong
from service.access.protected_resource import ProtectedResource
from service.access.tokens import LEEWAY_SECONDS, Tokens
from service.runtime import clock

REMEMBERED_SECONDS: Final = 30.0
"""How long a key or token that was checked is believed; a revoked key dies within this time in every process."""
KNOWN_SECONDS: Final = 86_400.0
"""How long a key's id that was found may be looked for again although the brake holds."""
_MOST_REMEMBERED: Final = 5_000
_AT_ONCE: Final = 4
"""How many keys that are not known are looked for at once: of a thousand that come together, the first few tell
whether the brake is to hold for the rest."""

_Kept = tuple[ApiKey, Caller]

_WHY_NOT: Final = {
    Standing.EXPIRED: "This API key has expired. Whoever runs the service can give it a new secret, or make another.",
    Standing.ROTATED: "This API key has a new secret, and the overlap with this one is over.",
    Standing.REVOKED: "This API key was revoked.",
}
_NO_KEY: Final = "This API key is not, or no longer, valid."


class Authentication:
    """Tells who calls. `timer` gives seconds, for what is remembered."""

    def __init__(
        self, api_keys: ApiKeys, tokens: Tokens, brake: Brake, *, timer: Callable[[], float] = time.monotonic
    ) -> None:
        self._api_keys = api_keys
        self._tokens = tokens
        self._brake = brake
        self._keys: TTLCache[bytes, _Kept] = TTLCache(_MOST_REMEMBERED, REMEMBERED_SECONDS, timer=timer)
        self._known: TTLCache[bytes, None] = TTLCache(_MOST_REMEMBERED * 4, KNOWN_SECONDS, timer=timer)
        self._callers: TTLCache[bytes, tuple[Caller, float]] = TTLCache(
            _MOST_REMEMBERED, REMEMBERED_SECONDS, timer=timer
        )
        self._asking = asyncio.Semaphore(_AT_ONCE)

    @property
    def resource(self) -> ProtectedResource | None:
        """What clients may be told of who makes tokens for this service."""
        return self._tokens.resource

    async def authenticate(self, text: str, address: str) -> Caller:
        """Who calls from this address with this key or token.

        Raises NotAuthenticated, TooManyWrong; of a token also RoleMissing and KeysUnavailable.
        """
        key = presented(text)
        try:
            if key:
                return await self._holder(key, address)
            if self._tokens.looks_like_one(text):
                return await self._subject(text)
            raise NotAuthenticated(_NO_KEY)
        except NotAuthenticated as wrong:
            if wrong.guessed:
                self._brake_or_count(address, key.key_id if key else None)
            raise

    async def _holder(self, key: Presented, address: str) -> Caller:
        kept = self._keys.get(key.ids)
        if kept is None and key.ids in self._known:
            kept = await self._asked(key)
        if kept is None or _standing(kept, key) is Standing.WRONG:
            kept = await self._looked_for(key, address)
        standing = _standing(kept, key)
        if standing is Standing.GOOD:
            return kept[1]
        raise NotAuthenticated(_WHY_NOT[standing], guessed=False)

    async def _looked_for(self, key: Presented, address: str) -> _Kept:
        """The key as it is now: it may have been made, or given this secret, since it was remembered."""
        async with self._asking:
            kept = self._keys.get(key.ids)  # whoever waited before may have found it
            if kept is None or _standing(kept, key) is Standing.WRONG:
                self._refuse_when_braked(address, key.key_id)
                kept = await self._asked(key)
            if kept is None or _standing(kept, key) is Standing.WRONG:
                self._brake.count(address, key.key_id)  # before the next is looked for
                raise NotAuthenticated(_NO_KEY, guessed=False)
            return kept

    async def _asked(self, key: Presented) -> _Kept | None:
        record = await self._api_keys.find(key.organization_id, key.key_id)
        if record is None:
            self._known.pop(key.ids, None)
            return None
        found = record, record.caller
        self._keys[key.ids] = found
        self._known[key.ids] = None
        return found

    async def _subject(self, token: str) -> Caller:
        remembered_as = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        caller, expires = self._callers.get(remembered_as, (None, 0.0))
        if caller is None or expires + LEEWAY_SECONDS <= clock.now().timestamp():
            caller, expires = await self._tokens.authenticate(token)
            self._callers[remembered_as] = caller, expires
        return caller

    def _brake_or_count(self, address: str, key_id: UUID | None) -> None:
        self._refuse_when_braked(address, key_id)
        self._brake.count(address, key_id)

    def _refuse_when_braked(self, address: str, key_id: UUID | None) -> None:
        seconds = self._brake.wait(address, key_id)
        if seconds is not None:
            raise TooManyWrong(seconds)


def _standing(kept: _Kept, key: Presented) -> Standing:
    return kept[0].standing(key.secret, clock.now())
