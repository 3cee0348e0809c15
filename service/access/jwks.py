"""The public keys of an issuer of tokens, fetched from the one address that the settings name, and remembered.

- Nobody waits for a fetch while there are keys that were fetched a while ago: they are fetched anew beside.
- However many ask, one fetch is under way, and after each, failed or not, none begins for a while: tokens that name
  unknown keys cause no flood of them.
- An issuer that is down is no reason to refuse its tokens: its keys are believed for a day.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final

import httpx
import jwt
import structlog
from jwt.types import JWKDict

FRESH_SECONDS: Final = 600.0
"""After this the keys are fetched anew, beside the requests."""
OLD_SECONDS: Final = 1_200.0
"""After this a request waits for them, unless the issuer is down: what it has withdrawn meanwhile is refused."""
APART_SECONDS: Final = 30.0
"""The least time between two fetches: a key that the issuer begins to use is known at most this long after."""
BELIEVED_SECONDS: Final = 86_400.0
"""How long keys are believed while they cannot be fetched (our choice: a day, to mend the issuer in)."""
FETCH_SECONDS: Final = 5.0
MOST_BYTES: Final = 262_144
MOST_KEYS: Final = 100

_ALGORITHMS: Final = {("RSA", None): "RS256", ("EC", "P-256"): "ES256", ("OKP", "Ed25519"): "EdDSA"}
"""The one algorithm for which a key of each type is used, whatever else a token or the key itself asks for."""
_PRIVATE: Final = frozenset({"d", "p", "q", "k"})
_ACCEPTED: Final = "application/jwk-set+json, application/json"
_SHORTEST_RSA_BITS: Final = 2_048

log = structlog.get_logger(__name__)

Fetch = Callable[[], Awaitable[bytes]]


class KeysUnavailable(Exception):
    """The issuer's keys cannot be had just now, so nothing can be said of its tokens."""


class NotAKeySet(ValueError):
    """What was fetched is no JWK set; the message says why."""


class IssuerKeys:
    """The keys of one issuer by their ids. `fetch` gives the JWK set's text; `timer` gives seconds."""

    def __init__(self, issuer: str, fetch: Fetch, *, timer: Callable[[], float] = time.monotonic) -> None:
        self._issuer = issuer
        self._fetch = fetch
        self._timer = timer
        self._keys: Mapping[str, jwt.PyJWK] | None = None
        self._fetched_at = 0.0
        self._failing = False
        self._tried_at: float | None = None
        self._fetching: asyncio.Task[None] | None = None

    async def key(self, key_id: str) -> jwt.PyJWK | None:
        """The key with this id; None where the issuer has none. Raises KeysUnavailable."""
        keys, age = self._believed(), self._timer() - self._fetched_at
        if keys is None or key_id not in keys or (age >= OLD_SECONDS and not self._failing):
            await self._fetched()
            keys = self._believed()
        elif age >= FRESH_SECONDS:
            self._begin()
        if keys is None:
            raise KeysUnavailable
        return keys.get(key_id)

    async def close(self) -> None:
        """Give up a fetch that is under way."""
        if self._fetching:
            self._fetching.cancel()
            await asyncio.wait([self._fetching])

    def _believed(self) -> Mapping[str, jwt.PyJWK] | None:
        return self._keys if self._timer() - self._fetched_at < BELIEVED_SECONDS else None

    def _begin(self) -> None:
        """Begin a fetch, unless one is under way or the last one was just now."""
        under_way = self._fetching is not None and not self._fetching.done()
        if not under_way and (self._tried_at is None or self._timer() - self._tried_at >= APART_SECONDS):
            self._tried_at = self._timer()
            self._fetching = asyncio.create_task(self._renew())

    async def _fetched(self) -> None:
        self._begin()
        if self._fetching:
            await asyncio.shield(self._fetching)  # others wait for it too, when the one that began it is given up

    async def _renew(self) -> None:
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                self._keys = keys_in(await self._fetch())
        except (OSError, httpx.HTTPError, httpx.InvalidURL, NotAKeySet) as error:  # TimeoutError is an OSError
            self._failing = True
            log.warning("issuer_keys_unavailable", issuer=self._issuer, error=type(error).__name__)
        else:
            self._fetched_at = self._timer()
            self._failing = False


def fetch_from(place: str, http: httpx.AsyncClient) -> Fetch:
    """What reads the JWK set at an address, or in a file."""

    async def from_address() -> bytes:
        read = bytearray()
        async with http.stream("GET", place, headers={"Accept": _ACCEPTED}) as answer:
            if answer.status_code != httpx.codes.OK:  # a redirection is none: it would name another address
                raise NotAKeySet(f"The address answers {answer.status_code}.")
            async for part in answer.aiter_bytes():
                read += part
                if len(read) > MOST_BYTES:
                    raise NotAKeySet(f"More than {MOST_BYTES} bytes.")
        return bytes(read)

    async def from_file() -> bytes:
        return await asyncio.to_thread(Path(place).read_bytes)

    return from_address if "://" in place else from_file


def keys_in(text: bytes) -> dict[str, jwt.PyJWK]:
    """The keys of a JWK set that may check signatures, by their ids. Raises NotAKeySet.

    Left out are keys without an id, of other kinds, for other uses, too short, secret or private.
    """
    try:
        found = json.loads(text)["keys"]
    except (ValueError, RecursionError, TypeError, KeyError):
        raise NotAKeySet("This is no JSON object with keys.") from None
    if not isinstance(found, list):
        raise NotAKeySet("Its keys are no list.")
    usable: dict[str, jwt.PyJWK] = {}
    for each in found[:MOST_KEYS]:
        key = _usable(each)
        if key is not None and key.key_id is not None:
            usable.setdefault(key.key_id, key)
    return usable


def _usable(said: Any) -> jwt.PyJWK | None:
    if not isinstance(said, dict) or not isinstance(said.get("kid"), str) or _PRIVATE & said.keys():
        return None
    algorithm = _algorithm(said)
    if algorithm is None or said.get("alg", algorithm) != algorithm or said.get("use", "sig") != "sig":
        return None
    if "key_ops" in said and "verify" not in _listed(said["key_ops"]):
        return None
    try:
        key = jwt.PyJWK(said, algorithm)
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
    return key if algorithm != "RS256" or key.key.key_size >= _SHORTEST_RSA_BITS else None


def _algorithm(said: JWKDict) -> str | None:
    kind, curve = said.get("kty"), said.get("crv")
    if not isinstance(kind, str) or not isinstance(curve, str | None):
        return None
    return _ALGORITHMS.get((kind, curve))


def _listed(said: Any) -> list[Any]:
    return said if isinstance(said, list) else []
