"""Checking that an organization's log is as it was written: nothing altered, nothing missing, no head wrong."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from service.log.consistency import (
    Finding,
    heads,
    identifiers_beyond,
    identifiers_missing,
    log_end,
    merges,
    references_beyond,
    references_missing,
    twice,
)
from service.log.erased_bodies import ErasedBodies
from service.log.header import header, leaf
from service.log.sealed import StoredEvent
from service.log.store import EventStore

_BATCH = 2_000

NOT_TOLD = (
    "What no check can tell before checkpoints are signed: events cut off from a log's end together with its heads, up"
    " to all of them, and an event forged together with its leaf, since a leaf holds no key."
)
"""What passes unseen, to be told to whoever asks."""


class Verification(NamedTuple):
    """What a check of a log found."""

    events: int
    """How many events were there to check."""
    findings: list[Finding]
    erased: int = 0
    """How many of them an erasure emptied: their headers, digests and leaves are as they were."""

    @property
    def intact(self) -> bool:
        """Whether everything is as it was written."""
        return not self.findings


async def verify(
    store: EventStore, organization_id: UUID, *, progress: Callable[[int, int], None] | None = None
) -> Verification:
    """Recomputes every digest and leaf of a log, and checks that positions, versions and moments follow one another.

    Checks too what stands beside the events: that the heads of the log and of its timelines fit them, that the rows of
    log.reference are those of the events' own references, that a client is found by each link that counts, and that no
    body is missing but those of clients who were erased. Reads the log in batches, up to where it ended at the
    beginning. `progress` is told how many positions are done, and how many there are. Raises UnknownOrganization,
    DatabaseUnavailable.
    """
    check = _Check(await ErasedBodies.begin(store, organization_id))
    end = await log_end(store, organization_id)
    async for batch in _batches(store, organization_id, end):
        for event in batch:
            check.event(event)
        check.findings += await references_missing(store, batch)
        check.findings += await identifiers_missing(store, batch)
        if progress is not None and batch[-1].position % _BATCH == 0:
            progress(batch[-1].position, end)
    check.gap_before(end + 1)
    check.findings += await heads(store, organization_id, check.versions)
    check.findings += await merges(store, organization_id, check.merged)
    check.findings += await references_beyond(store, organization_id)
    check.findings += await identifiers_beyond(store, organization_id)
    check.findings += await twice(store, organization_id)
    check.findings += await check.erased.end(store, organization_id)
    return Verification(check.events, check.findings, check.erased.events)


async def _batches(store: EventStore, organization_id: UUID, end: int) -> AsyncIterator[list[StoredEvent]]:
    after = 0
    while after < end:
        read = await store.log(organization_id, after=after, limit=min(_BATCH, end - after))
        batch = [event for event in read if event.position <= end]
        if not batch:
            return
        yield batch
        after = batch[-1].position


@dataclass(slots=True)
class _Check:
    erased: ErasedBodies
    events: int = 0
    findings: list[Finding] = field(default_factory=list)
    position: int = 0
    recorded_at: datetime | None = None
    versions: dict[UUID, int] = field(default_factory=dict)
    merged: set[UUID] = field(default_factory=set)

    def event(self, event: StoredEvent) -> None:
        self.gap_before(event.position)
        self.events += 1
        self.position = event.position
        if not self.erased.emptied(event) and sha256(event.body).digest() != event.body_digest:
            self._find("its body is not the one its digest was made of")
        expected = leaf(event.position, event.recorded_at, header(event.organization_id, event), event.body_digest)
        if expected != event.leaf:
            self._find("its header, recorded_at or digest is not the one its leaf was made of")
        if wrong := self.erased.wrong(event):
            self._find(wrong)
        if self.recorded_at is not None and event.recorded_at < self.recorded_at:
            self._find("it was recorded earlier than the event before it")
        self.recorded_at = event.recorded_at
        last = self.versions.get(event.client_id, 0)
        if event.version != last + 1:
            self._find(f"its version is {event.version}, after version {last} of the same client")
        self.versions[event.client_id] = event.version
        if event.type == "client_merged_into":
            self.merged.add(event.client_id)
        elif event.type == "client_separated":
            self.merged.discard(event.client_id)

    def gap_before(self, position: int) -> None:
        missing = position - self.position - 1
        if missing == 1:
            self.findings.append(Finding(position - 1, "the event is missing"))
        elif missing > 1:
            self.findings.append(Finding(self.position + 1, f"{missing} events are missing, up to {position - 1}"))

    def _find(self, what: str) -> None:
        self.findings.append(Finding(self.position, what))
