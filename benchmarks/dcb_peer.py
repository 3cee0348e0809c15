"""eventsourcing's recorder with a dynamic consistency boundary: appends on the condition that nothing came between."""

import asyncio
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from uuid import uuid4

from eventsourcing.dcb.api import DCBAppendCondition, DCBEvent, DCBQuery, DCBQueryItem, DCBRecorder
from eventsourcing.dcb.postgres_tt import PostgresTTDCBFactory

from benchmarks.eventsourcing_peer import environment
from service.database.embedded import DatabaseUrls

EVENT_TYPE = "CheckInReceived"


@contextmanager
def dcb_recorder(urls: DatabaseUrls, *, pool_size: int) -> Iterator[DCBRecorder]:
    """The recorder, its tables made; its connections are closed when the context ends."""
    with PostgresTTDCBFactory(environment(urls, pool_size)) as factory:
        yield factory.dcb_recorder()


async def append_conditionally(
    recorder: DCBRecorder, threads: ThreadPoolExecutor, *, writers: int, each: int, clients_a_writer: int, body: int
) -> float:
    """Events a second, one a call, each on the condition that its client has had no event since the writer's last.

    `body` is the size of an event's data in bytes.
    """
    data = os.urandom(body)

    def write() -> None:
        clients = [(f"client:{uuid4()}", [0]) for _ in range(clients_a_writer)]
        for number in range(each):
            tag, last = clients[number % clients_a_writer]
            unchanged = DCBAppendCondition(DCBQuery([DCBQueryItem(types=[EVENT_TYPE], tags=[tag])]), after=last[0])
            last[0] = recorder.append([DCBEvent(type=EVENT_TYPE, data=data, tags=[tag])], unchanged)

    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    await asyncio.gather(*(loop.run_in_executor(threads, write) for _ in range(writers)))
    return writers * each / (time.perf_counter() - began)
