"""How many requests one key may send: a token bucket for each, in the memory of this process.

A service of four processes allows four times as many, and a process that is started again begins with full buckets:
this keeps one caller from taking the service away from the others, and bills nobody. Wrong keys are not counted here.

A key here is whoever calls with it: keys of one person, and the tokens of one subject, have one bucket, since otherwise
a second key would be a second helping. Whatever a key sends counts, and each answer says how much is left, in the
fields of draft-ietf-httpapi-ratelimit-headers-10.
"""

import math
import time
from collections.abc import Callable
from typing import Final, NamedTuple
from uuid import UUID

from starlette.responses import Response

from service.api.problems import TooManyRequests

RATE_LIMIT_HEADERS: Final = {
    "RateLimit-Policy": "How many requests a key may send at once (`q`), and the seconds (`w`) in which so many come"
    " again; left out where there is no limit.",
    "RateLimit": "How many requests this key may send now (`r`), and the seconds (`t`) until it may send `q` again.",
}
"""What the API's description says of the headers."""

_MANY_KEYS: Final = 10_000
"""Once so many buckets are kept, those that are full again are forgotten, which changes nothing for anybody."""

_ROUNDING: Final = 1e-6
"""Seconds that sums of binary fractions may be off by."""


class Left(NamedTuple):
    """What is left to a key after its request."""

    requests: int
    """So many more it may send now."""
    full_in: float
    """Seconds until it may send a whole burst again."""
    wait: float
    """Seconds until the next request is answered; 0 where this one is."""


class RateLimits:
    """Buckets that hold `burst` requests and are filled at `per_minute`; no limit where that is 0.

    `timer` gives seconds.
    """

    def __init__(self, per_minute: int, burst: int, *, timer: Callable[[], float] = time.monotonic) -> None:
        self._seconds_each = 60 / per_minute if per_minute else 0.0
        self._seconds_all = burst * self._seconds_each
        self._full_at: dict[UUID, float] = {}
        self._timer = timer
        self._policy = f'"key";q={burst};w={math.ceil(self._seconds_all)}'.encode("ascii")

    def take(self, key: UUID) -> Left | None:
        """Count a request of this key; None where there is no limit."""
        if not self._seconds_each:
            return None
        now = self._timer()
        full_at = self._full_at.get(key)
        if full_at is None:
            self._make_room(now)
        full_in = (full_at - now if full_at and full_at > now else 0.0) + self._seconds_each
        wait = full_in - self._seconds_all
        if wait > _ROUNDING:
            return Left(0, full_in - self._seconds_each, wait)
        self._full_at[key] = now + full_in
        return Left(int((_ROUNDING - wait) / self._seconds_each), full_in, 0.0)

    def _make_room(self, now: float) -> None:
        if len(self._full_at) >= _MANY_KEYS:
            self._full_at = {key: full_at for key, full_at in self._full_at.items() if full_at > now}

    def say(self, response: Response, left: Left) -> None:
        """Tell in the answer what is left."""
        said = f'"key";r={left.requests};t={math.ceil(left.full_in)}'
        response.raw_headers += ((b"ratelimit-policy", self._policy), (b"ratelimit", said.encode("ascii")))


def too_many(left: Left) -> TooManyRequests:
    """The problem that tells a key to wait."""
    seconds = math.ceil(left.wait)
    detail = f"This key has sent more requests than it may. Nothing was done; send this one again in {seconds} s."
    return TooManyRequests(detail, headers={"Retry-After": str(seconds)})
