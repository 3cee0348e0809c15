"""The projector: keeps projections in tables, as the log's follower hands it what was recorded.

It works inside the transaction that moves the follower's cursor, so what it writes is there exactly once.
"""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from asyncpg.pool import PoolConnectionProxy
from cachetools import LRUCache

from service.log.keyring import Keyring
from service.log.organizations import Organizations
from service.log.sealed import StoredEvent
from service.projector.advance import ClientState
from service.projector.batch import Batch
from service.projector.builds import Builds
from service.projector.client_update import ClientUpdate

KEPT_STATES = 6_000
"""How many states, each of one client in one build, are kept open in memory."""


class _Stretch(NamedTuple):
    """A part of an organization's log that this process has projected into a build without a gap."""

    organization_id: UUID
    schema: str
    number: int


class Projector:
    """Projects batches of the log into the builds of this process.

    Keeps the states of clients it has met lately. They are right only as long as this process is the one that moves
    the cursor: when a batch does not begin where its last one ended, all that is kept of that build is forgotten.
    """

    def __init__(self, keyring: Keyring, organizations: Organizations, builds: Builds) -> None:
        self._keyring = keyring
        self._organizations = organizations
        self._builds = builds
        self._kept: LRUCache[tuple[_Stretch, UUID], ClientState] = LRUCache(KEPT_STATES)
        self._stretches: dict[tuple[UUID, str], tuple[_Stretch, int]] = {}

    async def handle(
        self,
        connection: PoolConnectionProxy,
        organization_id: UUID,
        names: Sequence[str],
        events: Sequence[StoredEvent],
    ) -> None:
        """Project the next events into the builds of these names, in the connection's transaction.

        A projection that fails for a client is parked for that client. Raises what the database raises.
        """
        builds = [build for name in names if (build := self._builds.followed(name))]
        clients = {event.client_id for event in events} - {organization_id}
        keys = await self._keyring.keys(organization_id, clients, connection=connection)
        policies = await self._organizations.policies(organization_id, connection=connection)
        stretches = {
            build.schema: self._stretch(organization_id, build.schema, events[0].position - 1, events[-1].position)
            for build, _ in builds
        }

        def remembered(schema: str, client_id: UUID) -> ClientState | None:
            return self._kept.get((stretches[schema], client_id))

        batch = Batch(connection, organization_id, policies, self._keyring, keys)
        for work in await batch.project(builds, events, remembered):
            place = stretches[work.build.schema], work.client_id
            if isinstance(work, ClientUpdate) and work.after is not None:
                self._kept[place] = work.after
            else:  # what was kept of a client who was merged since is not all that they are folded from
                self._kept.pop(place, None)
        for failure in batch.failures:
            self._kept.pop((stretches[failure.schema], failure.client_id), None)

    def _stretch(self, organization_id: UUID, schema: str, place: int, end: int) -> _Stretch:
        """The stretch that goes on from this place to `end`, a new one when it is not where the last one ended."""
        stretch, ended = self._stretches.get((organization_id, schema), (_Stretch(organization_id, schema, 0), -1))
        if ended != place:
            stretch = stretch._replace(number=stretch.number + 1)
        self._stretches[organization_id, schema] = stretch, end
        return stretch
