"""A receiver of webhooks that accepts whatever comes.

Run as `python -m benchmarks.webhook_receiver`; prints the port on which it listens.
"""

import asyncio
from collections.abc import Callable

import uvloop

_ACCEPTED = b"HTTP/1.1 204 No Content\r\n\r\n"


async def accept(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, heard: Callable[[bytes], object] = len
) -> None:
    """Accepts all that comes over a connection; `heard` is told each body."""
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(head.split(b"content-length: ")[1].split(b"\r\n")[0])
            heard(await reader.readexactly(length))
            writer.write(_ACCEPTED)
    except (OSError, asyncio.IncompleteReadError):
        writer.close()


async def _main() -> None:
    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_main())
