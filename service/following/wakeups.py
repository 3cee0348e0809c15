"""Tells followers that something was appended: in this process at once, in other processes by NOTIFY.

A NOTIFY inside the append's own transaction would be simpler, and lost by nobody; but a transaction that notifies
takes a lock at its commit that spans all databases of the server, so appends of all organizations would commit one
after the other. So it is sent after the commit, gathered, by a connection of its own, and may be lost when the process
dies in between: whoever follows looks by itself now and then.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import structlog

from service.database.connection import open_connection
from service.runtime.tracebacks import describe
from service.runtime.waiting import set_within

CHANNEL = "care_timeline_appended"
"""Notifications on it carry the id of the organization to whose log something was appended."""

GATHER_SECONDS = 0.02
"""The shortest time between two notifications of a process: what is appended meanwhile is told together."""

LOOK_SECONDS = 2.0
"""How often a follower looks for itself which organizations have something to follow."""

LOOK_SECONDS_DEAF = 0.25
"""The same, while appends of other processes are not heard of."""

_LOOK_AT_CONNECTION_SECONDS = 30.0
_ANSWER_SECONDS = 10.0
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 5.0

_LOST = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError)

log = structlog.get_logger(__name__)


class _Watcher(NamedTuple):
    wake: Callable[[UUID], None]
    look: Callable[[], None]


class Wakeups:
    """Carries the news of appends from whoever appends, in whichever process, to whoever follows in this one.

    Holds one connection of its own to the database at the URL, opened when there is first something to tell or
    somebody to listen, and opened anew when it is lost. It must reach a session of its own: through a pooler of
    transactions nothing is heard, and followers go by their looks.
    """

    def __init__(self, url: str, *, look_seconds: float = LOOK_SECONDS) -> None:
        self._url = url
        self._look_seconds = look_seconds
        self._watchers: list[_Watcher] = []
        self._to_tell: set[UUID] = set()
        self._stirred = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()
        self._own_pid: int | None = None
        self.listening = False
        """Whether appends of other processes are heard of at present."""

    @property
    def look_seconds(self) -> float:
        """How soon a follower should look for itself, given what it hears."""
        return self._look_seconds if self.listening else min(LOOK_SECONDS_DEAF, self._look_seconds)

    def appended(self, organization_id: UUID) -> None:
        """Something may have been committed to this organization's log: tell everyone. Never waits, never raises."""
        for watcher in self._watchers:
            watcher.wake(organization_id)
        self._to_tell.add(organization_id)
        self._stir()

    @contextmanager
    def watch(self, wake: Callable[[UUID], None], look: Callable[[], None]) -> Iterator[None]:
        """Meanwhile `wake` is called with each organization to whose log something was appended.

        `look` is called when some of that may have been missed.
        """
        watcher = _Watcher(wake, look)
        self._watchers.append(watcher)
        self._stir()
        try:
            yield
        finally:
            self._watchers.remove(watcher)

    async def close(self) -> None:
        """Tell what is still to be told, if the database answers, and close the connection."""
        self._closing.set()
        if self._task is not None:
            self._stirred.set()
            await asyncio.wait([self._task], timeout=_ANSWER_SECONDS)
            self._task.cancel()
            await asyncio.wait([self._task])

    def _stir(self) -> None:
        self._stirred.set()
        if self._task is None and not self._closing.is_set():
            self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        pause = _FIRST_PAUSE
        while not (self._closing.is_set() and not self._to_tell):
            connection = None
            try:
                connection = await open_connection(self._url, settings={"synchronous_commit": "off"})
                connection.add_termination_listener(lambda _: self._stirred.set())
                self._own_pid = connection.get_server_pid()
                pause = _FIRST_PAUSE
                await self._carry(connection)
            except _LOST as error:
                log.warning("wakeups_lost", error=describe(error), again_in_seconds=pause)
            finally:
                self.listening = False
                if connection is not None:
                    connection.terminate()
            if self._closing.is_set():
                return
            await set_within(pause, self._closing)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _carry(self, connection: asyncpg.Connection) -> None:
        """Tell and listen until the connection is lost or no longer needed."""
        while not connection.is_closed():
            if self._watchers and not self.listening:
                await connection.add_listener(CHANNEL, self._heard)
                self.listening = True
                for watcher in self._watchers:
                    watcher.look()
            if self._to_tell:
                await self._tell(connection)
            if self._closing.is_set():
                return
            await self._stir_or_look(connection)

    async def _tell(self, connection: asyncpg.Connection) -> None:
        telling, self._to_tell = self._to_tell, set()
        try:
            await connection.execute(
                "select pg_notify($1, told::text) from unnest($2::uuid[]) told",
                CHANNEL,
                list(telling),
                timeout=_ANSWER_SECONDS,
            )
        except BaseException:
            self._to_tell |= telling
            raise
        if not self._closing.is_set():
            await asyncio.sleep(GATHER_SECONDS)

    async def _stir_or_look(self, connection: asyncpg.Connection) -> None:
        """Wait for something to do; after long silence see whether the other end is still there."""
        try:
            async with asyncio.timeout(_LOOK_AT_CONNECTION_SECONDS):
                await self._stirred.wait()
        except TimeoutError:
            await connection.execute("select", timeout=_ANSWER_SECONDS)
        self._stirred.clear()

    def _heard(self, _: Any, pid: int, __: str, payload: object) -> None:
        if pid == self._own_pid:
            return  # told at once, when it was appended
        try:
            organization_id = UUID(str(payload))
        except ValueError:
            for watcher in self._watchers:
                watcher.look()
        else:
            for watcher in self._watchers:
                watcher.wake(organization_id)
