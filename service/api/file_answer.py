"""An answer that is told from a file, which nobody else sees and which is gone afterwards."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import BinaryIO, Final

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

_AT_ONCE: Final = 256 * 1024


class FileAnswer(StreamingResponse):
    """Tells a file from its beginning, and closes it however the answer ends."""

    def __init__(self, file: BinaryIO, length: int, headers: Mapping[str, str], media_type: str) -> None:
        self._file = file
        super().__init__(self._parts(), 200, {**headers, "Content-Length": str(length)}, media_type)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._file.close()

    async def _parts(self) -> AsyncIterator[bytes]:
        while part := await asyncio.to_thread(self._file.read, _AT_ONCE):
            yield part
