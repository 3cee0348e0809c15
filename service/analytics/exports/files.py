"""Files of an export: written once from their beginning to their end, and known by their digest."""

import hashlib
import os
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, NamedTuple

BUFFER_BYTES: Final = 1_000_000
"""So much is written at once: pyarrow writes in small pieces."""


class WrittenFile(NamedTuple):
    """A file of an export."""

    path: str
    """Within the export's folder, with / between its parts."""
    rows: int
    bytes: int
    sha256: str


class DigestedFile:
    """A file that is written from its beginning to its end, and digested meanwhile; pyarrow writes to it as well."""

    def __init__(self, file: BinaryIO, *, closes: bool = True) -> None:
        """With `closes` off, who else has the file goes on with it when all is written."""
        self._file = file
        self._closes = closes
        self._ended = False
        self._digest = hashlib.sha256()
        self._bytes = 0

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, part: bytes) -> int:
        """Write at the end."""
        self._digest.update(part)
        written = self._file.write(part)
        self._bytes += written
        return written

    def tell(self) -> int:
        """How many bytes were written."""
        return self._bytes

    def flush(self) -> None:
        """Nothing is held back here."""

    @property
    def closed(self) -> bool:
        """Whether all is written."""
        return self._ended

    def close(self) -> None:
        """Close the file; twice does no harm."""
        self._ended = True
        if self._closes:
            self._file.close()

    def __enter__(self) -> "DigestedFile":
        return self

    def end_with(self, part: bytes) -> None:
        """Write this, and close the file."""
        with self:
            self.write(part)

    def written(self, path: str, rows: int) -> WrittenFile:
        """What was written, by that name."""
        return WrittenFile(path, rows, self._bytes, self._digest.hexdigest())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class NewFiles:
    """New files in an export's folder, which only its owner may read. Those that are open are closed with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._opened: list[DigestedFile] = []

    def open(self, path: str) -> DigestedFile:
        """A new file. Raises OSError."""
        whole = self.folder / path
        whole.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        opened = DigestedFile(os.fdopen(descriptor, "wb", buffering=BUFFER_BYTES))
        self._opened = [opened, *(file for file in self._opened if not file.closed)]
        return opened

    def __enter__(self) -> "NewFiles":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file in self._opened:
            file.close()


def digest_of(whole: Path, path: str, rows: int) -> WrittenFile:
    """A file that something else has written. Raises OSError."""
    with whole.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    return WrittenFile(path, rows, whole.stat().st_size, digest.hexdigest())
