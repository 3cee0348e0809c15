"""Asking witnesses to cosign checkpoints, by the protocol that they speak (C2SP tlog-witness, add-checkpoint)."""

from collections.abc import Awaitable, Callable
from typing import Final

import httpx
import structlog

from service.proofs.checkpoints import Checkpoint
from service.proofs.notes import MOST_BYTES, encoded
from service.runtime.tracebacks import describe

_ANSWER_SECONDS: Final = 15.0
_SIZE: Final = "text/x.tlog.size"

Consistency = Callable[[int], Awaitable[list[bytes]]]
"""From an older size of the log to the proof that the checkpoint goes on from it."""

log = structlog.get_logger(__name__)


class Witness:
    """A witness at an address, its submission prefix. It remembers the last checkpoint of each log that it has seen."""

    def __init__(self, url: str, http: httpx.AsyncClient | None = None) -> None:
        self._address = f"{url.rstrip('/')}/add-checkpoint"
        self._http = http or httpx.AsyncClient(timeout=_ANSWER_SECONDS, follow_redirects=False)
        self._seen: dict[str, int] = {}

    async def cosign(self, checkpoint: Checkpoint, note: str, consistency: Consistency) -> str | None:
        """The signature lines that the witness answers; None where it gave none, which is logged.

        A witness that has seen another size than we know of says which, and is asked once more.
        """
        try:
            old = self._seen.get(checkpoint.origin, 0)
            answer = await self._ask(old, note, await consistency(old))
            if answer.status_code == httpx.codes.CONFLICT and answer.headers.get("content-type") == _SIZE:
                old = _size(answer.text)
                if not 0 <= old <= checkpoint.size:
                    log.error("witness_saw_a_longer_log", log=checkpoint.origin, size=old)
                    return None
                answer = await self._ask(old, note, await consistency(old))
        except (httpx.HTTPError, ValueError) as error:
            log.warning("checkpoint_not_cosigned", error=describe(error))
            return None
        if not answer.is_success:
            log.warning("checkpoint_not_cosigned", status=answer.status_code)
            return None
        self._seen[checkpoint.origin] = checkpoint.size
        return answer.text[:MOST_BYTES]

    async def close(self) -> None:
        """Close its connections."""
        await self._http.aclose()

    async def _ask(self, old: int, note: str, proof: list[bytes]) -> httpx.Response:
        lines = "".join(f"{encoded(each)}\n" for each in proof)
        content = f"old {old}\n{lines}\n{note}".encode()
        return await self._http.post(self._address, content=content, headers={"User-Agent": "care-timeline"})


def _size(said: str) -> int:
    """What a witness says of the size that it has seen. Raises ValueError."""
    text = said.removesuffix("\n")
    if not text.isascii() or not text.isdigit():
        raise ValueError("a witness says no size")
    return int(text[:20])
