"""What a batch asks of one build for one client: where it stood, what has come, and what becomes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from domain.entry import Entry
from domain.policies import Numbers
from projections.projection import Projection
from projections.rows import Changes, difference
from service.projector.advance import (
    Arrival,
    Base,
    ClientState,
    fold_on,
    fold_whole,
    lands_after,
    resume,
)
from service.projector.batch_reads import Sought, Wanted
from service.projector.builds import Build
from service.projector.folding import changes_of, rows_of
from service.projector.opened_events import Opened, concerning, opened
from service.projector.relevant_events import Concerned, version_of


@dataclass(slots=True, eq=False)
class ClientUpdate:
    """One client in one build."""

    build: Build
    projection: Projection[Any]
    client_id: UUID
    types: frozenset[str]
    numbers: Numbers
    before_batch: int
    """The client's version before the batch."""
    come: list[Opened] = field(default_factory=list)
    """What has come for this projection, in order of version; and merges, whatever it is for."""
    kept: ClientState | None = None
    """How it stood before, if that is in memory."""
    _stored: int = 0  # the version of the newest snapshot that is known to be in the database
    _arrivals: Sequence[Arrival] = ()
    _newest: Base | None = None
    _deeper: Base | None = None
    after: ClientState | None = None
    changes: Changes = field(default_factory=dict)
    keep: int | None = None
    """The version of the newest snapshot that is right, when others are to be deleted; -1 when none is."""
    fresh: list[Base] = field(default_factory=list)
    """Snapshots to write."""

    def __post_init__(self) -> None:
        self._stored = self.kept.base.version if self.kept else 0

    def meet(self, about: Mapping[UUID, Concerned]) -> None:
        """Take in what has come. Raises ProjectionFailed."""
        self._arrivals = [Arrival(entry, version_of(entry, about)) for entry in opened(self.come, self.projection.name)]

    @property
    def version(self) -> int:
        """Of the last event that has come."""
        return self.come[-1].version

    @property
    def last_id(self) -> UUID:
        """The id of that event."""
        return self.come[-1].id

    @property
    def lands_after_the_snapshot(self) -> bool:
        """Whether what has come can be folded on from the newest snapshot that is in memory."""
        kept = self.kept
        return kept is not None and lands_after(self._arrivals, kept.base.version, kept.base.until)

    def sought(self) -> Sought:
        """Which snapshots are needed."""
        moments = [arrival.moment for arrival in self._arrivals if arrival.moment is not None]
        safe_version = min(arrival.about for arrival in self._arrivals) - 1
        return Sought(self.client_id, self.kept is None, safe_version, min(moments, default=None))

    def found(self, bases: Sequence[Base]) -> None:
        """Take in the snapshots that opened, the newest first. Only what was sought for has come with its state."""
        bases = [base for base in bases if base.version]  # one at 0 just says that a build has met the client
        if self.kept is None and bases:
            self._newest = bases[0]
            self._stored = bases[0].version
        safe = [base for base in bases if lands_after(self._arrivals, base.version, base.until)]
        self._deeper = safe[0] if safe else None

    def wanted(self) -> Wanted:
        """The stretch of the timeline that is needed besides what has come."""
        start = self._deeper.version if self._deeper else 0
        if self.kept is None and self._newest and start:
            start = min(start, self._newest.version)
        return Wanted(self.client_id, start, self.before_batch, self.types)

    def advance(self, earlier: Sequence[Opened]) -> None:
        """Fold, and see what becomes of the rows. `earlier` is the client's timeline before, as far as was wanted.

        Raises ProjectionFailed.
        """
        before = self.kept or self._as_it_stood(earlier)
        after = fold_on(self.projection, before, self._arrivals, self.numbers)
        if after is None:
            after = self._folded_deeper(earlier)
        self.changes = self._changed(before, after)
        if after.base.version != self._stored:
            self.fresh.append(after.base)
        if after.snapshot_due:
            self.keep = after.base.version or -1 if self.keep is None else self.keep
            after = after.rebased()
            self.fresh.append(after.base)
        self._stored = after.base.version
        self.after = after

    def _as_it_stood(self, earlier: Sequence[Opened]) -> ClientState:
        entries = self._of_mine(earlier, self._newest.version if self._newest else 0)
        if self._newest:
            return resume(self.projection, self._newest, entries, self.numbers)
        return fold_whole(self.projection, entries, self.numbers)

    def _folded_deeper(self, earlier: Sequence[Opened]) -> ClientState:
        """From an older snapshot, or the beginning; the newer ones are no longer right."""
        come = [arrival.entry for arrival in self._arrivals]
        if self._deeper:
            self.keep = self._stored = self._deeper.version
            entries = [*self._of_mine(earlier, self._deeper.version), *come]
            return resume(self.projection, self._deeper, entries, self.numbers)
        self.keep, self._stored = -1, 0
        return fold_whole(self.projection, [*self._of_mine(earlier, 0), *come], self.numbers)

    def _of_mine(self, earlier: Sequence[Opened], after: int) -> list[Entry]:
        return concerning([one for one in earlier if one.version > after], self.types, self.projection.name)

    def _changed(self, before: ClientState, after: ClientState) -> Changes:
        last = self.last_id
        if before.version == 0:  # it has taken in nothing so far, so there are no rows
            return difference({}, rows_of(self.projection, after.state, last))
        return changes_of(self.projection, before.state, after.state, last)
