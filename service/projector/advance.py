"""One projection of one client, brought up to the entries that have come: incrementally or by a refold."""

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.effective import Effective, effective
from domain.entry import Entry
from domain.events.record import EntryCorrected, EntryRetracted
from domain.policy import Policy
from projections.projection import Projection, Rows
from service.describing import describe
from service.log.timelines import Timelines
from service.projector.folding import FoldFailed, fold
from service.projector.rows import RowChanges
from service.projector.states import Base, Checkpoint, Kept

MOST_SINCE = 16
"""How many entries are kept since a base; of what is documented late, about one in ten lands before them."""


class ClientWork:
    """The entries that have come for one client, and the older ones once they turn out to be needed."""

    def __init__(self, organization_id: UUID, client_id: UUID, entries: Sequence[Entry], timelines: Timelines) -> None:
        self.organization_id = organization_id
        self.client_id = client_id
        self._entries = list(entries)
        self._timelines = timelines
        self._all: list[Entry] | None = None
        self._effective: Effective | None = None

    @property
    def version(self) -> int | None:
        """The version to reach; None for whatever the log holds."""
        return self._entries[-1].version if self._entries else None

    async def after(self, version: int) -> Sequence[Entry]:
        """All entries that follow this version, without a gap."""
        if self._all is None and self._entries and self._entries[0].version <= version + 1:
            return [entry for entry in self._entries if entry.version > version]
        return [entry for entry in await self.up_to_now() if entry.version > version]

    async def up_to_now(self) -> list[Entry]:
        """The whole timeline up to the version to reach, in order of version."""
        if self._all is None:
            if self._entries and self._entries[0].version == 1:
                self._all = self._entries
            else:
                self._all = await self._timelines.read(self.organization_id, self.client_id, up_to=self.version)
        return self._all

    async def effective(self) -> Effective:
        """The whole effective timeline."""
        if self._effective is None:
            self._effective = effective(await self.up_to_now())
        return self._effective


@dataclass(frozen=True, slots=True)
class Advanced:
    """A projection of a client after an advance; without `before`, the rows that stood there, all are replaced."""

    projection: Projection[Any]
    client_id: UUID
    before: Rows | None
    kept: Kept
    changed: bool

    def change(self, changes: RowChanges) -> None:
        """Add what became of the rows."""
        if self.before is None:
            changes.replacement(self.client_id, self.projection.tables, self.kept.rows)
        elif self.changed:
            changes.difference(self.client_id, self.before, self.kept.rows)


async def advance(
    projection: Projection[Any],
    work: ClientWork,
    point: Checkpoint | None,
    kept: Kept | None,
    policy: Policy,
    *,
    again: bool,
) -> Advanced | None:
    """The projection after the entries that have come; None when there is nothing to do, or it has failed before.

    `again` folds from the beginning whatever stands there. Raises FoldFailed.
    """
    if again or point is None:
        return await _refolded(projection, work, point, None, policy)
    if kept is None:
        return None
    pending = await work.after(point.version)
    if not pending:
        return None
    since = (*kept.since, *pending)
    if _all_after(pending, point.until):
        start, following = Base(kept.state, point.until), pending
    elif _all_after(since, kept.base.until):
        start, following = kept.base, since
    else:
        return await _refolded(projection, work, point, kept, policy)
    ordered = effective(following)
    state = fold(projection, ordered.entries, policy, start.state)
    changed = state is not kept.state and (following is pending or state != kept.state)
    rows = _rows(projection, state, policy, pending[-1]) if changed else kept.rows
    reached = replace(point, version=pending[-1].version, until=ordered.until or start.until)
    base, since = (kept.base, since) if len(since) < MOST_SINCE else (Base(state, reached.until), ())
    return Advanced(projection, work.client_id, kept.rows, Kept(reached, state, rows, base, since), changed)


def _all_after(entries: Sequence[Entry], until: datetime | None) -> bool:
    """Whether the entries only add to the end of an effective timeline that ends then.

    Corrections and retractions do where they are about one of the entries themselves.
    """
    ids = {entry.id for entry in entries}
    return all(_after(entry, until, ids) for entry in entries)


def _after(entry: Entry, until: datetime | None, ids: Set[UUID]) -> bool:
    moment: datetime | None = entry.occurred_at
    if isinstance(entry.event, EntryCorrected | EntryRetracted):
        if entry.event.entry not in ids:
            return False
        moment = entry.event.occurred_at if isinstance(entry.event, EntryCorrected) else None
    return until is None or moment is None or moment >= until


async def _refolded(
    projection: Projection[Any], work: ClientWork, point: Checkpoint | None, kept: Kept | None, policy: Policy
) -> Advanced | None:
    """The projection folded from the beginning; what it comes to is compared with what is kept, where that is known."""
    entries = await work.up_to_now()
    if not entries:
        return None
    ordered = await work.effective()
    state = fold(projection, ordered.entries, policy)
    reached = Checkpoint(
        projection.name, work.client_id, point.generation if point else 0, entries[-1].version, ordered.until, None
    )
    base = Base(state, ordered.until)
    if kept and state == kept.state:
        return Advanced(projection, work.client_id, kept.rows, Kept(reached, state, kept.rows, base), changed=False)
    rows = _rows(projection, state, policy, entries[-1])
    # Rows stand there from the first checkpoint on.
    before = kept.rows if kept else None if point else {}
    return Advanced(projection, work.client_id, before, Kept(reached, state, rows, base), changed=True)


def _rows(projection: Projection[Any], state: Any, policy: Policy, last: Entry) -> Rows:
    try:
        return projection.rows(state, policy)
    except Exception as error:
        raise FoldFailed(projection.name, last.id, describe(error)) from error
