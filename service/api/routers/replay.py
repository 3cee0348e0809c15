"""Replaying a client's record, for auditors: what each event changed, and what is known now that was not known then."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, create_model
from starlette.requests import Request
from starlette.responses import Response

from projections.catalogue import PROJECTIONS
from projections.differences import Difference, DifferenceKind
from projections.projection import Projection
from projections.replay import Step
from service.api.dependencies import ReplayAccess, RunningSystem
from service.api.links import LINK_HEADER, page_links
from service.api.moments import Moment
from service.api.openapi_responses import NOT_MODIFIED, OF_A_READ, READ_HEADERS, answered, problem_responses
from service.api.parameters import IN_DIGITS, ClientId, KnownVersion
from service.api.problems import ClientErased, KnownAtInFuture, ProjectionFailed, UnknownClient
from service.api.response_models import RecordedEvent
from service.api.responses import projected_answer
from service.api.routers.projections import answered_by, name_in_answers
from service.api.strict_route import StrictRoute
from service.care.record_replay import Hindsight

router = APIRouter(prefix="/v1/clients/{client_id}", route_class=StrictRoute, tags=["Auditing"])

_PROBLEMS: Final = problem_responses(*OF_A_READ, UnknownClient, ClientErased, KnownAtInFuture, ProjectionFailed)


class ReplayQuery(BaseModel):
    """Which steps of a replay."""

    model_config = ConfigDict(frozen=True)

    after: Annotated[
        int,
        Field(ge=0, le=999_999_999_999, description="Go on after the event at this place: `next` of the page before."),
        IN_DIGITS,
    ] = 0
    limit: Annotated[int, Field(ge=1, le=1_000, description="How many steps at most."), IN_DIGITS] = 100
    known_at: Annotated[
        Moment | None,
        Field(description="Only what had been recorded by then, that moment included. Must not lie in the future."),
    ] = None


class HindsightQuery(BaseModel):
    """About which moment."""

    model_config = ConfigDict(frozen=True)

    at: Annotated[
        Moment | None,
        Field(
            description="The moment: what was known then, and what is known about it now. Must not lie in the future."
            " Without it the present, about which nothing can be known later yet."
        ),
    ] = None


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ElementDifference(_Answer):
    """An element of a projection that is not as it was."""

    projection: str = Field(description="The projection, as the answers of its own operation name it.")
    part: str = Field(description="What kind of element it is: `goal`, `handoff`, `crisis`, `obligation` …")
    kind: DifferenceKind = Field(description="Whether it was added, says something else, or is not there any more.")
    event_id: UUID | None = Field(description="The event that put the element there; null where it names none.")
    key: dict[str, Any] = Field(
        description="What tells it from others of its kind, beside the event, such as which of the obligations it is."
        " Empty where the event alone does."
    )
    before: dict[str, Any] = Field(
        description="What it said: all of an element that was removed; of one that changed, the fields that differ."
    )
    after: dict[str, Any] = Field(
        description="What it says: all of an element that was added; of one that changed, the fields that differ."
    )

    @classmethod
    def of(cls, projection: Projection[Any], difference: Difference) -> "ElementDifference":
        """The answer for a difference."""
        return cls(projection=name_in_answers(projection), **difference._asdict())


class ReplayStep(_Answer):
    """An event, and what the record said differently once it was recorded."""

    event: RecordedEvent = Field(description="The event as it was recorded: what, by whom, and through which system.")
    at: datetime = Field(
        description="About which moment both sides of each difference are told: that of the recording."
    )
    differences: tuple[ElementDifference, ...] = Field(description="What it changed, projection by projection.")

    @classmethod
    def of(cls, step: Step) -> "ReplayStep":
        """The answer for a step."""
        differences = tuple(ElementDifference.of(*each) for each in step.changed)
        return cls(event=RecordedEvent.of(step.entry), at=step.at, differences=differences)


class ReplayAnswer(_Answer):
    """A client's record, replayed."""

    client_id: UUID = Field(description="The client's id.")
    version: int = Field(description="The version of the timeline that is replayed.")
    known_at: datetime | None = Field(description="As known at which moment; null when not asked.")
    steps: tuple[ReplayStep, ...] = Field(description="The events in the order in which they were recorded.")
    next: int | None = Field(description="What to give as `after` for the steps that follow; null when these are last.")


_FIELDS: Final[dict[str, Any]] = {
    name_in_answers(each): (answered_by(each), Field(description=f"{each.title} of the client."))
    for each in PROJECTIONS
}
_PROJECTED: Final[Any] = create_model(
    "Projected", __base__=_Answer, __doc__="What every projection says about a client.", **_FIELDS
)


class HindsightAnswer(_Answer):
    """What was known about a client at a moment, and what is known about that moment now."""

    client_id: UUID = Field(description="The client's id.")
    at: datetime | None = Field(description="The moment asked about; null when not asked.")
    version: int = Field(description="The version of the timeline that is known now.")
    version_then: int = Field(description="The version that was known then; 0 when nothing had been recorded.")
    then: _PROJECTED = Field(description="What every projection said, as of that moment and as known at it.")
    now: _PROJECTED = Field(description="What every projection says as of that moment, as known now.")
    differences: tuple[ElementDifference, ...] = Field(description="What is not the same in both.")
    since: tuple[RecordedEvent, ...] = Field(
        description="The events recorded since that tell of the time until that moment, that correct or retract, or"
        " by which clients became one person or two again."
    )


def replay_answer(
    client_id: UUID, version: int, known_at: datetime | None, steps: Sequence[ReplayStep], following: int | None
) -> ReplayAnswer:
    """A page of a replay."""
    return ReplayAnswer(client_id=client_id, version=version, known_at=known_at, steps=tuple(steps), next=following)


def hindsight_answer(
    client_id: UUID, at: datetime | None, found: Hindsight, since: Sequence[RecordedEvent]
) -> HindsightAnswer:
    """What was known then, beside what is known now."""
    return HindsightAnswer(
        client_id=client_id,
        at=at,
        version=found.version,
        version_then=found.version_then,
        then=_PROJECTED(**{name_in_answers(each.projection): each.then for each in found.sides}),
        now=_PROJECTED(**{name_in_answers(each.projection): each.now for each in found.sides}),
        differences=tuple(
            ElementDifference.of(side.projection, each) for side in found.sides for each in side.differences
        ),
        since=tuple(since),
    )


@router.get(
    "/replay",
    summary="Replay a client's record",
    response_model=ReplayAnswer,
    responses={200: answered("A page of steps.", READ_HEADERS | LINK_HEADER), **NOT_MODIFIED, **_PROBLEMS},
)
async def replay_record(
    access: ReplayAccess,
    system: RunningSystem,
    client_id: ClientId,
    request: Request,
    asked: Annotated[ReplayQuery, Query()],
    known_version: KnownVersion = None,
) -> Response:
    """The client's events in the order in which they were recorded, each with what it changed in every projection.

    A difference names the element by the event that put it there, and tells what it said before and what it says
    after this event: all of an element that was added or removed, and of one that changed the fields that differ. Both
    sides are told about the moment of the recording, so what only the clock changed from one event to the next (that
    something became late) is no difference. What an event changed is told as the projections fold it today, by the
    policy that was in force and known then.

    Of counseling notes the header alone is told, as in the timeline.
    """
    async with system.record_replay.steps(
        access, client_id, after=asked.after, limit=asked.limit, known_at=asked.known_at
    ) as page:
        steps = await system.sliced.each(page.steps, ReplayStep.of)
        content = replay_answer(client_id, page.version, asked.known_at, steps, page.next)
        return projected_answer(content, page.version, known_version, page_links(request, next_after=content.next))


@router.get(
    "/hindsight",
    summary="Compare what was known with what is known now",
    response_model=HindsightAnswer,
    responses={200: answered("Both, side by side.", READ_HEADERS), **NOT_MODIFIED, **_PROBLEMS},
)
async def read_hindsight(
    access: ReplayAccess,
    system: RunningSystem,
    client_id: ClientId,
    asked: Annotated[HindsightQuery, Query()],
    known_version: KnownVersion = None,
) -> Response:
    """What was known about the client at a moment, beside what is known about that moment now.

    `then` is what the team could see: everything that had been recorded by then. `now` is what the record says today
    about that same moment, with all that was recorded late, corrected or retracted since. `differences` tells what is
    not the same, from `then` to `now`, and `since` which events made the difference.
    """
    async with system.record_replay.hindsight(access, client_id, asked.at) as found:
        since = await system.sliced.each(found.since, RecordedEvent.of)
        content = hindsight_answer(client_id, asked.at, found, since)
        return projected_answer(content, found.version, known_version)
