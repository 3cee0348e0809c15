"""Reading the projections, now or as of / as known at any moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.effective import effective
from domain.entry import Entry
from domain.policies import Policies, PolicyUnreadable
from domain.policy import Policy
from domain.vocabulary.record import Precision
from projections.answers import Answer
from projections.projection import Projection
from service.access.caller import Caller
from service.care.clients import require_client
from service.care.errors import UnknownClient
from service.care.timeline_reader import TimelineReader
from service.log.organizations import Organizations
from service.projector.folding import ProjectionFailed, fold
from service.projector.fresh_states import FreshStates
from service.runtime import clock
from service.runtime.sliced_work import SlicedWork


@dataclass(frozen=True, slots=True)
class ProjectionAnswer:
    """What a projection answers, and for when: `version` is the last entry that it knows of."""

    client_id: UUID
    version: int
    as_of: datetime | None
    known_at: datetime | None
    answer: Answer


class ProjectionReader:
    """Answers from snapshots and what was recorded since, or by folding the log: the same folds."""

    def __init__(
        self,
        timelines: TimelineReader,
        organizations: Organizations,
        projections: Sequence[Projection[Any]],
        fresh: FreshStates,
        sliced: SlicedWork,
    ) -> None:
        self._timelines = timelines
        self._fresh = fresh
        self._sliced = sliced
        self._organizations = organizations
        self._projections = {projection.name: projection for projection in projections}

    async def read(
        self,
        caller: Caller,
        client_id: UUID,
        name: str,
        *,
        as_of: datetime | None = None,
        known_at: datetime | None = None,
    ) -> ProjectionAnswer:
        """What the projection answers, as of the moment asked for, else now.

        Raises UnknownClient, KnownAtInFuture, ProjectionFailed, ClientErased.
        """
        require_client(caller, client_id)
        organization_id, projection = caller.organization_id, self._projections[name]
        moment = as_of or known_at or clock.now()
        plain = as_of is None and known_at is None
        if plain:
            fresh = await self._fresh.read(organization_id, client_id, projection)
            if fresh is None:
                raise UnknownClient
            if fresh.until is None or fresh.until <= moment:
                answer = projection.answer(fresh.state, moment, _in_force(projection, fresh.policies, moment, None))
                return ProjectionAnswer(client_id, fresh.version, None, None, answer)
        async with self._timelines.whole(caller, client_id, known_at=known_at) as whole:
            policies = await self._organizations.policies(organization_id)
            ordered = _occurred(whole.entries, moment if plain else as_of, known_at)
            folded = projection.begin(ordered)
            async for entries in self._sliced.slices(ordered):
                folded = fold(projection, entries, policies, folded)
        answer = projection.answer(folded, moment, _in_force(projection, policies, moment, known_at))
        return ProjectionAnswer(client_id, whole.version, as_of, known_at, answer)


def _occurred(entries: Sequence[Entry], as_of: datetime | None, known_at: datetime | None) -> list[Entry]:
    """What had occurred by then, a plain read's present included: what a clock that runs ahead of ours dates in some
    minutes is not there yet. Of what is known to the day the recording says that the day had begun, also where
    midnight in UTC is still to come.
    """
    counting = effective(entries, as_of=as_of, known_at=known_at).entries
    if as_of is None:
        return counting
    there = {entry.id for entry in counting}
    return [
        entry
        for entry in effective(entries, known_at=known_at).entries
        if entry.id in there or (entry.precision is Precision.DAY and entry.recorded_at <= as_of)
    ]


def _in_force(projection: Projection[Any], policies: Policies, moment: datetime, known_at: datetime | None) -> Policy:
    """The policy by which an answer is made. Raises ProjectionFailed where it cannot be read."""
    try:
        return policies.at(moment, known_at=known_at)
    except PolicyUnreadable as error:
        raise ProjectionFailed(projection.name, error.event_id, type(error).__name__) from error
