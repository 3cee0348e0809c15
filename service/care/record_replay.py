"""Replaying a client's record for an auditor: what each entry changed, and what was known then beside what is now."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from domain.entry import Entry
from domain.events.record import RECORD_TYPES
from domain.policies import PolicyUnreadable
from projections.answers import Answer
from projections.asked_at import AskedAt
from projections.differences import Difference, differences
from projections.elements import ViewContext
from projections.projection import Projection
from projections.replay import Replay, ReplayFailed, Step
from service.access.access_records import Access, Asked
from service.care.projection_reader import Stood, fold_together
from service.care.timeline_reader import TimelineReader, settle
from service.log.merges import OF_SURVIVOR
from service.log.organizations import Organizations
from service.log.store import EventStore
from service.projector.folding import ProjectionFailed
from service.runtime import clock
from service.runtime.sliced_work import SlicedWork
from service.runtime.tracebacks import describe

_OF_ALL_TIME: Final = RECORD_TYPES | OF_SURVIVOR


class ReplayPage(NamedTuple):
    """Steps of a replay, in the order in which the entries were recorded."""

    version: int
    """The version of the timeline that is replayed."""
    entries: Sequence[Entry]
    """All entries, of which these are steps."""
    steps: Sequence[Step]
    next: int | None
    """The place after which others follow, as `EntryPage.place` tells it; None when these are the last."""


class Sides(NamedTuple):
    """What a projection says about a moment as known then, and as known later; and what differs."""

    projection: Projection[Any]
    then: Answer
    now: Answer
    differences: Sequence[Difference]


class Hindsight(NamedTuple):
    """What was known at a moment, and what is known about it now."""

    version: int
    """The version of the timeline that is known now."""
    version_then: int
    """The version that was known at the moment; 0 where nothing had been recorded."""
    entries: Sequence[Entry]
    """All entries that are known now."""
    sides: Sequence[Sides]
    since: Sequence[Entry]
    """The entries recorded since that tell of the time until the moment, set right what had been recorded, or say
    whether clients are one person."""


class RecordReplay:
    """Folds a client's whole record again. Each read keeps its access record before it hands anything out.

    Every method raises UnknownClient, KnownAtInFuture, ClientErased, ProjectionFailed, NoLegalGround and
    AccessNotRecorded.
    """

    def __init__(
        self,
        store: EventStore,
        timelines: TimelineReader,
        organizations: Organizations,
        projections: Sequence[Projection[Any]],
        sliced: SlicedWork,
    ) -> None:
        self._store = store
        self._timelines = timelines
        self._organizations = organizations
        self._projections = projections
        self._sliced = sliced

    @asynccontextmanager
    async def steps(
        self,
        access: Access,
        client_id: UUID,
        *,
        after: int = 0,
        limit: int | None = None,
        known_at: datetime | None = None,
    ) -> AsyncIterator[ReplayPage]:
        """What each entry after that place changed in every projection, as it was recorded; at most so many.

        Clients who were merged are replayed as one person from the beginning, whenever that was found out.
        """
        asked = Asked("replay", {"after": after, "limit": limit, "known_at": known_at})
        async with self._timelines.whole(access, client_id, known_at=known_at, asked=asked) as whole:
            replay = Replay(self._projections, await self._organizations.policies(access.organization_id))
            earlier = [entry for entry in whole.readable if whole.place(entry) <= after]
            later = [entry for entry in whole.readable if whole.place(entry) > after]
            told = later if limit is None else later[:limit]
            with _named_failure():
                await self._sliced.each(earlier, replay.take_in)
                steps = await self._sliced.each(told, replay.step)
            more = len(told) < len(later)
            yield ReplayPage(whole.version, whole.entries, steps, next=whole.place(told[-1]) if more else None)

    @asynccontextmanager
    async def hindsight(self, access: Access, client_id: UUID, at: datetime | None) -> AsyncIterator[Hindsight]:
        """What every projection said at that moment, else at the present one, and what it says about it now."""
        asked = Asked("hindsight", {"at": at})
        await settle(self._store, access.organization_id, at)
        async with self._timelines.whole(access, client_id, asked=asked) as whole:
            # The present is after the reading, so that what was recorded a moment ago counts.
            at = at or clock.now()
            policies = await self._organizations.policies(access.organization_id)
            known = await self._timelines.as_known(access, client_id, whole, at, asked)
            mine = [entry for entry in known if entry.client_id == client_id]
            as_then = fold_together(self._projections, known, policies, self._sliced, moment=at, known_at=at)
            as_now = fold_together(self._projections, whole.readable, policies, self._sliced, moment=at, known_at=None)
            then, now = [each async for each in as_then], [each async for each in as_now]
            both = [sides(*each, at) for each in zip(then, now, strict=True)]
            there = {entry.id for entry in known}
            since = [entry for entry in whole.entries if entry.id not in there and _tells_of(entry, at)]
            yield Hindsight(whole.version, mine[-1].version if mine else 0, whole.entries, both, since)


def sides(then: Stood, now: Stood, at: datetime) -> Sides:
    """What the projection says about that moment by both, and what differs."""
    projection = now.projection
    changes = projection.fold.changed_elements(then.folded.state, now.folded.state)
    context = ViewContext(AskedAt(at), now.policy, now.folded.time_zones)
    then_said, now_said = (projection.answer(each.folded, at, each.policy) for each in (then, now))
    return Sides(projection, then_said, now_said, tuple(differences(changes, context)))


def _tells_of(entry: Entry, at: datetime) -> bool:
    """Whether it may change what is told of that moment: who are one person are so for all time."""
    return entry.occurred_at <= at or entry.event.type in _OF_ALL_TIME


@contextmanager
def _named_failure() -> Iterator[None]:
    """What a replay raises, as reads tell of it."""
    try:
        yield
    except ReplayFailed as failed:
        error = describe(failed.__cause__ or failed)
        raise ProjectionFailed(failed.projection, failed.entry.id, error) from failed
    except PolicyUnreadable as error:
        raise ProjectionFailed("replay", error.event_id, type(error).__name__) from error
