"""Whether the service is alive, and whether it can do its work: public, and without a word about anybody."""

import asyncio
from typing import Final

from cachetools import TTLCache
from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.datastructures import State

from service.api.dependencies import RunningSystem
from service.api.openapi_responses import problem_responses
from service.api.problems import DatabaseUnavailable, NotMigrated
from service.api.strict_route import StrictRoute
from service.bootstrap import System
from service.database.migrate import MigrationError, require_migrated
from service.projector.builds import State as BuildState
from service.projector.status import status
from service.runtime.deadlines import at_most

PATIENCE_SECONDS: Final = 3.0
REMEMBERED_SECONDS: Final = 1.0
"""How long the lag is believed: there may be many organizations, and many who ask."""
HEADS_REMEMBERED_SECONDS: Final = 10.0
"""How long it is believed that logs end where their heads say, which nothing but a hand in the database changes."""

_READINESS: Final = "readiness"

router = APIRouter(route_class=StrictRoute, tags=["Health"])


class _Public(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Health(_Public):
    """That the process runs."""

    alive: bool = Field(description="True.")


class ProjectionState(_Public):
    """How one projection stands, over all organizations."""

    projection: str = Field(description="Its name.")
    version: int = Field(description="Its version in this release.")
    state: BuildState = Field(
        description="`live`: what analysts query shows it. `following`: built, not yet switched in. `building`: to be"
        " built by `care-timeline rebuild`. `retired`: another version is live. Reads of a client are right in any."
    )
    lag: int = Field(description="Events that its tables have yet to follow; reads of a client fold what is missing.")
    parked: int = Field(description="Clients for whom it failed; `care-timeline catch-up` tries again.")


class Readiness(_Public):
    """That the service can record and answer."""

    ready: bool = Field(description="True.")
    projections: tuple[ProjectionState, ...] = Field(description="How each projection stands.")
    logs_to_mend: int = Field(
        description="How many organizations' logs do not end where their head says, as after a wrong restore: what is"
        " recorded there is refused until that is mended. The service's log (`heads_differ`) and `care-timeline"
        " doctor` name them, `care-timeline verify` says what does not fit. Believed for ten seconds."
    )
    logs_not_signed: int = Field(
        description="Of how many logs, of events or of accesses, no checkpoint is signed any more, since they are not"
        " what was signed before: cut, changed or restored to an earlier point. The service's log"
        " (`checkpoint_refused`) and `care-timeline doctor` say which and what to do. Believed for a second."
    )


@router.get(
    "/healthz", summary="Whether the process runs", response_description="It does.", responses=problem_responses()
)
async def read_health() -> Health:
    """The process runs and answers. Says nothing about the database: restarting this process would not mend that."""
    return Health(alive=True)


@router.get(
    "/readyz",
    summary="Whether the service can do its work",
    response_description="It can.",
    responses=problem_responses(DatabaseUnavailable, NotMigrated),
)
async def read_readiness(request: Request, system: RunningSystem) -> Readiness:
    """The database answers and has the schema that this release was made for; else 503.

    Shows how far each projection lags behind the log, for how many clients it failed, and how many organizations'
    logs are to be mended. None of that makes the service unready: events of others are recorded all the same,
    timelines and the other projections answer, and taking the service out of traffic would lose all that and mend
    nothing.
    """
    looking: asyncio.Task[Readiness] | None = getattr(request.app.state, "looking", None)
    if looking is None or looking.done():
        looking = request.app.state.looking = asyncio.create_task(_look(request.app.state, system))
        looking.add_done_callback(_hear)
    # Not cancelled already when it takes so long: with many organizations the first look may.
    await asyncio.wait([looking], timeout=at_most(PATIENCE_SECONDS))
    if not looking.done():
        raise TimeoutError
    try:
        return looking.result()
    except MigrationError:
        raise NotMigrated("The database has another schema than this release needs.") from None


def _hear(looked: "asyncio.Task[Readiness]") -> None:
    """What went wrong has been heard, also where nobody waits for it any more."""
    if not looked.cancelled():
        looked.exception()


async def _look(state: State, system: System) -> Readiness:
    async with asyncio.timeout(system.settings.request_seconds):
        await require_migrated(system.pool)
        kept: TTLCache[str, Readiness] = state.remembered
        readiness = kept.get(_READINESS)
        if readiness is None:
            readiness = kept[_READINESS] = await _readiness(system)
        return readiness


async def _readiness(system: System) -> Readiness:
    projections = tuple(
        ProjectionState(
            projection=each.projection, version=each.version, state=each.state, lag=each.behind, parked=each.parked
        )
        for each in await status(system.pool, system.builds)
    )
    differing = await system.heads.differing(older_than=HEADS_REMEMBERED_SECONDS)
    refused = sum(map(len, (await system.logs_not_signed()).values()))
    return Readiness(ready=True, projections=projections, logs_to_mend=len(differing), logs_not_signed=refused)
