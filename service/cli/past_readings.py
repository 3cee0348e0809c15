"""Readings of rows as they stood, for commands."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from rich.progress import Progress

from service.analytics.as_of import FoldingProgress, Past, PastReadings
from service.analytics.exports.export import Read
from service.analytics.reading import Reading
from service.bootstrap import Addresses
from service.deployment_keys import key_encryption_keys
from service.settings import Settings


def past_reads(settings: Settings, addresses: Addresses, past: Past, progress: Progress) -> Read:
    """Gives readings as they stood, with a bar for each organization whose clients are folded."""

    @asynccontextmanager
    async def read(organization_id: UUID) -> AsyncIterator[Reading]:
        readings = PastReadings(addresses.app, key_encryption_keys(settings))
        task = progress.add_task("Folding clients", total=0)

        def tell_of(done: FoldingProgress) -> None:
            progress.update(task, completed=done.done, total=done.total)

        async with readings.as_known(organization_id, past, tell_of) as reading:
            yield reading

    return read
