"""Checking that an organization's log is as it was written: nothing altered, nothing missing, no head wrong."""

from collections.abc import Callable
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from service.log.consistency import (
    Finding,
    heads,
    identifiers_beyond,
    log_end,
    merges,
    references_beyond,
    twice,
)
from service.log.erased_bodies import Emptied, check_erasures
from service.log.keyring import Keyring
from service.log.log_part import Part, check_part, gap, out_of_order, out_of_turn
from service.log.store import EventStore

EVENTS_A_PART: Final = 8_192
"""How many events are checked in one go: whole tiles of the tree, about a second's work."""


class Verification(NamedTuple):
    """What a check of a log found."""

    events: int
    """How many events were there to check."""
    findings: list[Finding]
    """The first position first."""
    erased: int = 0
    """How many of the events an erasure emptied: their headers, digests and leaves are as they were."""
    erased_clients: int = 0
    """Of how many clients."""
    apart: int = 0
    """Of how many counseling notes just the header is here, in the copy of an export."""

    @property
    def intact(self) -> bool:
        """Whether everything is as it was written."""
        return not self.findings


class JoinedParts:
    """Parts of a log, joined in their order: positions, versions and moments have to go on from one to the next."""

    def __init__(self) -> None:
        self.events = 0
        self.findings: list[Finding] = []
        self._position = 0
        self._recorded_at: datetime | None = None
        self._versions: dict[UUID, int] = {}
        self._merged: set[UUID] = set()
        self._emptied: list[Emptied] = []

    def add(self, part: Part) -> None:
        """Join the next part."""
        self.events += part.events
        self.findings += part.findings
        self._emptied += part.emptied
        if part.first is None or part.last is None:
            return
        position, recorded_at = part.first
        self.findings += gap(self._position, position)
        if self._recorded_at is not None and recorded_at < self._recorded_at:
            self.findings.append(Finding(position, out_of_order()))
        self._position, self._recorded_at = part.last
        for client_id, stretch in part.stretches.items():
            last = self._versions.get(client_id, 0)
            if stretch.first != last + 1:
                self.findings.append(Finding(stretch.position, out_of_turn(stretch.first, last)))
            self._versions[client_id] = stretch.last
        for client_id, merged in part.merged.items():
            (self._merged.add if merged else self._merged.discard)(client_id)

    async def finish(self, store: EventStore, organization_id: UUID, end: int) -> Verification:
        """Check what stands beside the events, where the log should end at that position. Raises DatabaseUnavailable.

        That the heads of the log and of its timelines fit, that the rows of log.reference are those of the events' own
        references, that a client is found by each link that counts, and that just those bodies are missing whose
        clients were erased.
        """
        found = [*self.findings, *gap(self._position, end + 1)]
        found += await heads(store, organization_id, self._versions)
        found += await merges(store, organization_id, self._merged)
        found += await references_beyond(store, organization_id)
        found += await identifiers_beyond(store, organization_id)
        found += await twice(store, organization_id)
        erasures = await check_erasures(store, organization_id, self._emptied)
        found = sorted([*found, *erasures.findings], key=lambda finding: finding.position)
        return Verification(self.events, found, erasures.events, erasures.clients, erasures.apart)


async def verify(
    store: EventStore,
    organization_id: UUID,
    *,
    keyring: Keyring | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Verification:
    """Check a log by itself, in this process: all but what takes its tree, its checkpoints and what stands beside it.

    Reads the log up to where it ended at the beginning. `progress` is told how many positions are done, and how many
    there are. Raises UnknownOrganization, DatabaseUnavailable.
    """
    end = await log_end(store, organization_id)
    joined = JoinedParts()
    for after in range(0, end, EVENTS_A_PART):
        up_to = min(after + EVENTS_A_PART, end)
        joined.add(await check_part(store, organization_id, after, up_to, keyring))
        if progress is not None:
            progress(up_to, end)
    return await joined.finish(store, organization_id, end)
