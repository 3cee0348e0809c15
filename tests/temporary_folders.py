"""Where a run keeps its temporary folders.

PostgreSQL makes some 300 files for each database, and each module of tests has its own: on a disk that is most of what
the server's processes do.
"""

import shutil
from pathlib import Path

import psutil

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 not a file of a guessable name: pytest makes a folder of ours in it
ROOM = 4 << 30
"""What must be free, in bytes: about four times what a run with four processes holds at once."""


def in_memory() -> Path | None:
    """A folder in memory, or nothing where the system has none or too little room; a container often has 64 MB."""
    if not SHARED_MEMORY.is_dir() or psutil.virtual_memory().available < 2 * ROOM:
        return None
    return SHARED_MEMORY if shutil.disk_usage(SHARED_MEMORY).free >= ROOM else None
