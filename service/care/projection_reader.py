"""Reading the projections, now or as of / as known at any moment."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from domain.entry import Entry
from domain.policies import Policies, PolicyUnreadable
from domain.policy import Policy
from domain.vocabulary.record import Precision
from projections.answers import Answer
from projections.disclosed_plan import disclosed, left_out
from projections.projection import Folded, Projection
from service.access.access_records import Access, Asked
from service.care.accesses import Accesses
from service.care.disclosures import CARE_PLAN_PART
from service.care.errors import UnknownClient
from service.care.timeline_reader import TimelineReader
from service.log.organizations import Organizations
from service.projector.folding import ProjectionFailed, fold
from service.projector.fresh_states import Fresh, FreshStates
from service.projector.last_answer import LastAnswer
from service.runtime import clock
from service.runtime.sliced_work import SlicedWork

_ATTEMPTS: Final = 3
"""So often are states of several projections read anew when something was recorded between them; then the log is."""


@dataclass(frozen=True, slots=True)
class ProjectionAnswer:
    """What a projection answers, for when, and by which policy: `version` is the last entry that it knows of."""

    client_id: UUID
    version: int
    as_of: datetime | None
    known_at: datetime | None
    answer: Answer
    policy: Policy
    last: LastAnswer
    """What was last answered of the same state: it has the JSON of this answer, if this is that."""
    left_out: tuple[str, ...] = ()
    """The fields of the answer that what allows to tell it does not open."""


class ProjectionReader:
    """Answers from snapshots and what was recorded since, or by folding the log: the same folds."""

    def __init__(
        self,
        timelines: TimelineReader,
        organizations: Organizations,
        projections: Sequence[Projection[Any]],
        fresh: FreshStates,
        accesses: Accesses,
        sliced: SlicedWork,
    ) -> None:
        self._timelines = timelines
        self._accesses = accesses
        self._fresh = fresh
        self._sliced = sliced
        self._organizations = organizations
        self._projections = {projection.name: projection for projection in projections}

    async def read(
        self,
        access: Access,
        client_id: UUID,
        name: str,
        *,
        as_of: datetime | None = None,
        known_at: datetime | None = None,
        what: str | None = None,
    ) -> ProjectionAnswer:
        """What the projection answers, as of the moment asked for, else now.

        `what` says what the access record tells was read, where that is not the projection itself. Raises
        UnknownClient, KnownAtInFuture, ProjectionFailed, ClientErased, NoLegalGround, AccessNotRecorded.
        """
        (answer,) = await self.read_together(
            access, client_id, [name], what=what or name, as_of=as_of, known_at=known_at
        )
        return answer

    async def read_together(
        self,
        access: Access,
        client_id: UUID,
        names: Sequence[str],
        *,
        what: str,
        as_of: datetime | None = None,
        known_at: datetime | None = None,
    ) -> list[ProjectionAnswer]:
        """What several projections answer about the same moment, at one version of the timeline.

        One access record is kept, of `what`, before anything is handed out. Raises as `read` does.
        """
        asked = Asked(what, {"as_of": as_of, "known_at": known_at})
        await self._accesses.begin(access, client_id, asked)
        projections = [self._projections[name] for name in names]
        moment = as_of or known_at or clock.now()
        if as_of is None and known_at is None:
            fresh = await self._fresh_together(access.organization_id, client_id, projections)
            if fresh and all(each.until is None or each.until <= moment for each in fresh):
                answers = []
                for projection, each in zip(projections, fresh, strict=True):
                    policy = _in_force(projection, each.policies, moment, None)
                    last, withheld = _told(access, asked, each.last_answer)
                    answer = last.about(projection, moment, policy)
                    answers.append(
                        ProjectionAnswer(client_id, each.version, None, None, answer, policy, last, withheld)
                    )
                about = [client_id, *(fresh[0].merged or ())]
                await self._accesses.keep(access, asked, about, version=answers[0].version)
                return answers
        return await self._folded_together(access, client_id, projections, asked, as_of, known_at)

    async def _fresh_together(
        self, organization_id: UUID, client_id: UUID, projections: Sequence[Projection[Any]]
    ) -> list[Fresh] | None:
        """Their states at one version; None where something was recorded during each attempt."""
        for _ in range(_ATTEMPTS):
            found = [await self._fresh.read(organization_id, client_id, projection) for projection in projections]
            fresh = [each for each in found if each]
            if len(fresh) < len(found):
                raise UnknownClient
            if all((each.version, each.merged) == (fresh[0].version, fresh[0].merged) for each in fresh):
                return fresh
        return None

    async def _folded_together(
        self,
        access: Access,
        client_id: UUID,
        projections: Sequence[Projection[Any]],
        asked: Asked,
        as_of: datetime | None,
        known_at: datetime | None,
    ) -> list[ProjectionAnswer]:
        """What they answer, folded from the whole timeline, which is read once."""
        answers = []
        async with self._timelines.whole(access, client_id, known_at=known_at, asked=asked) as whole:
            # Now is after the reading, so that what was recorded a moment ago counts.
            moment = as_of or known_at or clock.now()
            policies = await self._organizations.policies(access.organization_id)
            standing = fold_together(
                projections, whole.readable, policies, self._sliced, known_at=known_at, moment=moment
            )
            async for projection, folded, policy in standing:
                last, withheld = _told(access, asked, LastAnswer(folded))
                answer = last.about(projection, moment, policy)
                answers.append(
                    ProjectionAnswer(client_id, whole.version, as_of, known_at, answer, policy, last, withheld)
                )
        return answers


def _told(access: Access, asked: Asked, last: LastAnswer) -> tuple[LastAnswer, tuple[str, ...]]:
    """What answers the caller, and the fields that are left out: where some are, never what was kept for others."""
    if access.ground is None or asked.what != CARE_PLAN_PART:
        return last, ()
    return LastAnswer(disclosed(last.state, access.ground.scope)), left_out(access.ground.scope)


class Stood(NamedTuple):
    """How a projection stood at a moment, and the policy by which it answers about it."""

    projection: Projection[Any]
    folded: Folded[Any]
    policy: Policy


async def fold_together(
    projections: Sequence[Projection[Any]],
    entries: Sequence[Entry],
    policies: Policies,
    sliced: SlicedWork,
    *,
    moment: datetime,
    known_at: datetime | None,
) -> AsyncIterator[Stood]:
    """The projections folded from these entries, as far as they had occurred by `moment` and were known at `known_at`.

    Where it is not said when they were known, all are. The effective timeline is made once for all that ask for the
    same of it. Raises ProjectionFailed.
    """
    by_former = {each.fold.asks_for_former: each for each in projections}
    found = {former: _occurred(one, entries, moment, known_at) for former, one in by_former.items()}
    for projection in projections:
        ordered = found[projection.fold.asks_for_former]
        folded = projection.begin(ordered)
        async for few in sliced.slices(ordered):
            folded = fold(projection, few, policies, folded)
        yield Stood(projection, folded, _in_force(projection, policies, moment, known_at))


def _occurred(
    projection: Projection[Any], entries: Sequence[Entry], as_of: datetime, known_at: datetime | None
) -> list[Entry]:
    """What the projection folds of what had occurred by then.

    What a clock that runs ahead of ours dates in some minutes is not there yet, neither in a plain read nor in what is
    asked about that moment later. Of what is known to the day the recording says that the day had begun, also where
    midnight in UTC is still to come.
    """
    known = projection.timeline(entries, known_at=known_at)
    return [
        entry
        for entry, moment in zip(known.entries, known.moments, strict=True)
        if moment <= as_of or (entry.precision is Precision.DAY and entry.recorded_at <= as_of)
    ]


def _in_force(projection: Projection[Any], policies: Policies, moment: datetime, known_at: datetime | None) -> Policy:
    """The policy by which an answer is made. Raises ProjectionFailed where it cannot be read."""
    try:
        return policies.at(moment, known_at=known_at)
    except PolicyUnreadable as error:
        raise ProjectionFailed(projection.name, error.event_id, type(error).__name__) from error
