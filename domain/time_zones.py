"""Time zones, the same on every machine: those of the IANA database as the `tzdata` package brings it.

A host's own files are never asked. They differ from host to host, and hold names such as `localtime` and `posixrules`
which mean another zone on each.
"""

import zoneinfo
from functools import cache

# For the whole process, since a zone found on the host would be answered to everybody else from zoneinfo's cache.
# The package imports this module first, so no code of ours can come before it.
zoneinfo.reset_tzpath(to=())
zoneinfo.ZoneInfo.clear_cache()


@cache
def names() -> frozenset[str]:
    """The names that may be given to a time zone."""
    return frozenset(zoneinfo.available_timezones())
