"""Files that commands write."""

import os
from pathlib import Path
from typing import IO

from service.cli.errors import CommandFailed


def write_private(path: Path, text: str) -> None:
    """A new file, which only its owner may read. Raises CommandFailed: it is there already, or cannot be written."""
    with new_private(path) as file:
        file.write(text)


def write_private_bytes(path: Path, content: bytes) -> None:
    """The same of bytes. Raises CommandFailed."""
    with os.fdopen(_opened(path), "wb") as file:
        file.write(content)


def new_private(path: Path) -> IO[str]:
    """The same, to be written to. Raises CommandFailed."""
    return os.fdopen(_opened(path), "w", encoding="utf-8")


def _opened(path: Path) -> int:
    try:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise CommandFailed(f"{path} is there already: name a new file.") from None
    except OSError as error:
        raise CommandFailed(f"{path} cannot be written: {error.strerror}.") from None
