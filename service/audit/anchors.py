"""Where checkpoints are put down outside of the database, so that a log that was cut or restored is known by them."""

import asyncio
import os
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Final
from uuid import UUID

import httpx
import structlog

from service.audit.errors import AnchorsUnreadable
from service.proofs.checkpoints import Checkpoint, open_checkpoint, read_checkpoint
from service.proofs.notes import MOST_BYTES, NoteRefused, VerifierKey
from service.runtime.tracebacks import describe

_SUFFIX: Final = ".checkpoint"
_ANSWER_SECONDS: Final = 15.0

log = structlog.get_logger(__name__)


class AnchorFolder:
    """A folder of checkpoints: for each organization one, in which each checkpoint is a file that is never changed.

    A file's name begins with the checkpoint's size in twenty digits, so that names are in order; a number follows where
    one of another name was of that size, from before the log was given this one.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def write(self, organization_id: UUID, size: int, note: str) -> None:
        """Write a checkpoint down, unless it is there. Raises OSError."""
        await asyncio.to_thread(self._write, organization_id, size, note)

    async def last(self, organization_id: UUID, keys: Sequence[VerifierKey], origin: str) -> Checkpoint | None:
        """The largest that one of the keys has signed for that log; None where there is none.

        Raises AnchorsUnreadable.
        """
        try:
            return await asyncio.to_thread(self._last, organization_id, keys, origin)
        except OSError as error:
            raise AnchorsUnreadable(error) from error

    def _write(self, organization_id: UUID, size: int, note: str) -> None:
        folder = self._folder / str(organization_id)
        folder.mkdir(parents=True, exist_ok=True)
        origin = read_checkpoint(note).origin
        paths = (folder / f"{size:020}{f'.{number}' if number else ''}{_SUFFIX}" for number in count())
        path = next(each for each in paths if not each.exists() or _origin(each) == origin)
        if path.exists():
            return
        made = folder / f".{size:020}.{os.getpid()}"
        with made.open("w", encoding="utf-8") as file:
            file.write(note)
            file.flush()
            os.fsync(file.fileno())
        made.replace(path)

    def _last(self, organization_id: UUID, keys: Sequence[VerifierKey], origin: str) -> Checkpoint | None:
        folder = self._folder / str(organization_id)
        if not folder.is_dir():
            return None
        for path in sorted(folder.glob(f"*{_SUFFIX}"), reverse=True):
            try:
                return open_checkpoint(path.read_text("utf-8"), keys, origin=origin)
            except (NoteRefused, UnicodeDecodeError):
                continue  # of another name or key, or nothing of ours
        return None


def _origin(path: Path) -> str | None:
    """The name of the log of which the file has a checkpoint; None for one that has none."""
    try:
        return read_checkpoint(path.read_text("utf-8")).origin
    except (NoteRefused, UnicodeDecodeError):
        return None


class AnchorEndpoint:
    """An address to which checkpoints are posted as text."""

    def __init__(self, url: str, http: httpx.AsyncClient | None = None) -> None:
        self._url = url
        self._http = http or httpx.AsyncClient(timeout=_ANSWER_SECONDS, follow_redirects=False)

    async def post(self, note: str) -> str | None:
        """Post a checkpoint; the signature lines of the answer, or None where it was not taken."""
        headers = {"Content-Type": "text/plain; charset=utf-8", "User-Agent": "care-timeline"}
        try:
            answer = await self._http.post(self._url, content=note.encode(), headers=headers)
        except httpx.HTTPError as error:
            log.warning("checkpoint_not_posted", error=describe(error))
            return None
        if not answer.is_success:
            log.warning("checkpoint_not_posted", status=answer.status_code)
            return None
        lines = answer.text[:MOST_BYTES].splitlines(keepends=True)
        return "".join(line for line in lines if line.startswith("— "))

    async def close(self) -> None:
        """Close its connections."""
        await self._http.aclose()
