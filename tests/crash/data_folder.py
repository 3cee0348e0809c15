"""Where a service keeps its record."""

from pathlib import Path
from typing import NamedTuple


class DataFolder(NamedTuple):
    """Where a service keeps its record, and a key for all that a system may do there."""

    path: Path
    key: str
