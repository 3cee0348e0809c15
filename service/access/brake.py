"""A brake on guessing: how many wrong keys and tokens one address, or one key's id, may send before nobody looks.

It counts what was wrong, never what was right, in the memory of this process: a service of four workers takes four
times as many. Where it holds, a wrong key costs no query.
"""

import ipaddress
import math
import time
from typing import Final
from uuid import UUID

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

_IPV6_PREFIX: Final = 64
"""The part of an IPv6 address that tells one caller from another: the rest of it they may choose as they like."""


class Brake:
    """Counts wrong attempts over the last minute."""

    def __init__(self, per_minute: int) -> None:
        self._limit = RateLimitItemPerMinute(per_minute)
        # The window is approximate. The storage's exact one never lets go of an address that it has seen once.
        self._attempts = SlidingWindowCounterRateLimiter(MemoryStorage())

    def wait(self, address: str, key_id: UUID | None = None) -> int | None:
        """After how many seconds (1 or more) another attempt is looked at; None where that is now."""
        waits = [
            self._attempts.get_window_stats(self._limit, *each).reset_time - time.time()
            for each in _counted(address, key_id)
            if not self._attempts.test(self._limit, *each)
        ]
        return max(1, math.ceil(max(waits))) if waits else None

    def count(self, address: str, key_id: UUID | None = None) -> None:
        """Note that what came from this address, or with this key's id, was wrong."""
        for each in _counted(address, key_id):
            self._attempts.hit(self._limit, *each)


def _counted(address: str, key_id: UUID | None) -> list[tuple[str, str]]:
    counted = [("address", _caller_of(address))]
    return [*counted, ("key", str(key_id))] if key_id else counted


def _caller_of(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, _IPV6_PREFIX), strict=False))
