"""One client in one build: what is there beside what a fresh fold of the same events gives."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any
from uuid import UUID

from domain.entry import Entry
from domain.policies import Policies
from projections.projection import Projection
from service.log.keyring import ClientKeys
from service.log.sealed import StoredEvent
from service.projector.folding import ProjectionFailed, fold, rows_of
from service.projector.opened_events import concerning, open_each
from service.projector.snapshots import Snapshot, open_snapshot

StoredRows = Mapping[str, Sequence[tuple[Any, ...]]]
"""A client's rows by the name of their table, without organization and client, in a fixed order."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What an organization's clients should have in a build of this projection."""

    organization_id: UUID
    projection: Projection[Any]
    policies: Policies

    def differences(
        self, events: Sequence[StoredEvent], keys: ClientKeys, rows: StoredRows, snapshots: Sequence[Snapshot]
    ) -> Iterator[str]:
        """What is not as a fresh fold of these events makes it, in words that quote nobody."""
        if not events:
            yield from (f"there are rows in {name}, and no event made any" for name, found in rows.items() if found)
            yield from ("there is a snapshot, and no event made one" for _ in snapshots[:1])
            return
        try:
            entries = concerning(open_each(events, keys), self.projection.relevant, self.projection.name)
            expected = self.rows(entries)
        except ProjectionFailed as failed:
            yield f"a fresh fold fails, so nothing can be compared ({failed.error})"
            return
        for name, found in rows.items():
            if found != expected[name]:
                yield f"the rows in {name} are not those of a fresh fold"
        for snapshot in snapshots:
            if not self._fits(snapshot, entries, keys):
                yield f"the snapshot at version {snapshot.version} is not that of a fresh fold"

    def rows(self, entries: Sequence[Entry]) -> StoredRows:
        """The rows of a fresh fold, as the database gives them back. Raises ProjectionFailed."""
        made = rows_of(self.projection, self._fold(entries), entries[-1].id) if entries else {}
        return {
            table.name: in_order(tuple(map(_plain, row)) for row in made.get(table, ()))
            for table in self.projection.tables
        }

    def _fold(self, entries: Sequence[Entry]) -> Any:
        return fold(
            self.projection, self.projection.timeline(entries).entries, self.policies, self.projection.begin(entries)
        )

    def _fits(self, snapshot: Snapshot, entries: Sequence[Entry], keys: ClientKeys) -> bool:
        key = keys.of(snapshot.client_id)
        base = open_snapshot(self.projection, self.organization_id, snapshot, key)
        before = [entry for entry in entries if entry.version <= snapshot.version]
        return base is not None and (base.until, base.state) == (
            self.projection.timeline(before).until,
            self._fold(before),
        )


def in_order(rows: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Rows in an order that does not depend on where they came from."""
    return sorted(rows, key=str)


def _plain(value: Any) -> Any:
    """As the database gives it back: lists for arrays, text for coded terms."""
    if isinstance(value, tuple | frozenset):
        return [_plain(each) for each in value]
    return value.value if isinstance(value, Enum) else value
