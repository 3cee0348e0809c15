"""Time zones, the same on every machine: those of the IANA database as the `tzdata` package brings it.

A host's own files are never asked. They differ from host to host, and hold names such as `localtime` and `posixrules`
which mean another zone on each.
"""

import zoneinfo
from functools import cache
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo

from domain.stored import Stored

# For the whole process, since a zone found on the host would be answered to everybody else from zoneinfo's cache.
# The package imports this module first, so no code of ours can come before it.
zoneinfo.reset_tzpath(to=())
zoneinfo.ZoneInfo.clear_cache()


@cache
def names() -> frozenset[str]:
    """The names that may be given to a time zone."""
    return frozenset(zoneinfo.available_timezones())


def _known(name: str, info: ValidationInfo) -> str:
    if not isinstance(info.context, Stored) and name not in names():
        raise ValueError("must be a time zone of the IANA database, such as America/Chicago")
    return name


TimeZone = Annotated[str, Field(max_length=64), AfterValidator(_known)]
"""The name of an IANA time zone, known to this release when it is said (see Stored)."""
