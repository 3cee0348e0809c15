"""What a check says."""

from typing import NamedTuple


class Check(NamedTuple):
    """Something that was looked at: `said` tells what was found and, where it is not good, what to do."""

    name: str
    good: bool
    said: str
