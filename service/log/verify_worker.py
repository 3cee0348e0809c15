"""A worker of a check: checks parts of logs. Runs in its own process."""

import asyncio
from uuid import UUID

from service.database.connection import open_pool
from service.log.keyring import KeyEncryptionKeys, Keyring
from service.log.log_part import Part, check_part
from service.log.store import EventStore
from service.runtime.event_loop import new_event_loop
from service.runtime.hardening import harden


class _Process:
    """What a worker process keeps between parts."""

    def __init__(self, address: str, keks: KeyEncryptionKeys) -> None:
        self.runner = asyncio.Runner(loop_factory=new_event_loop)
        self.runner.run(self._open(address, keks))

    async def _open(self, address: str, keks: KeyEncryptionKeys) -> None:
        pool = await open_pool(address, min_size=1, max_size=1)
        self.store, self.keyring = EventStore(pool), Keyring(pool, keks)


_process: _Process | None = None


def begin(address: str, keks: KeyEncryptionKeys) -> None:
    """Set this process up for parts of the logs in the database at this address."""
    harden()
    global _process  # noqa: PLW0603 - a pool of processes has no other place for what a process keeps
    _process = _Process(address, keks)


def work(organization_id: UUID, after: int, up_to: int) -> Part:
    """Check one part in this process."""
    assert _process is not None
    return _process.runner.run(check_part(_process.store, organization_id, after, up_to, _process.keyring))
