"""A circle of care that tells a story through the running service, and replays it to every moment.

    async with telling(service, juan(uuid4(), now)) as told:
        await told.replays_to_every_moment()
        plan = await told.care_plan(as_of=…)

After each entry the three projections are read and kept as they were shown. Replayed to the moment at which that
entry was recorded, whatever was recorded since, they must be the same.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, TypeVar
from uuid import UUID

import httpx

from domain.vocabulary.obligations import ObligationKind
from projections.answers import Answer
from projections.care_plan import CARE_PLAN, CarePlanAnswer
from projections.catalogue import PROJECTIONS
from projections.milestones import MILESTONES
from projections.milestones.view import MilestonesAnswer, Track
from projections.obligations import Obligation
from projections.postvention import POSTVENTION, CrisisReview, PostventionAnswer
from samples.demo.story import Chapter, Step, Story, StoryWriter
from service.access.caller import KeyRole
from service.api.response_models import EventAnswer, Receipt
from service.bootstrap import System
from service.database.embedded import DatabaseUrls
from tests.builders import only
from tests.databases import new_organization
from tests.scenarios.client_api import ClientApi

E = TypeVar("E")

COUNSELOR, PEER = KeyRole.COUNSELOR, KeyRole.PEER
CASE_MANAGER, PRESCRIBER = KeyRole.CASE_MANAGER, KeyRole.PRESCRIBER
TEAM = (COUNSELOR, PEER, CASE_MANAGER, PRESCRIBER, KeyRole.AUDITOR)


@dataclass(frozen=True)
class Service:
    """The running service, and the operator's way into its database."""

    address: str
    system: System
    database: DatabaseUrls


class Shown(NamedTuple):
    """What the service answered right after an entry was recorded, by projection."""

    receipt: Receipt
    answers: dict[str, Answer]


@dataclass
class Told:
    """A story as it was told: what was shown after each of its entries, in order."""

    story: Story
    api: ClientApi
    http: httpx.AsyncClient
    keys: dict[KeyRole, str]
    shown: list[Shown] = field(default_factory=list)

    async def record(self, step: Step) -> None:
        """Record one more step, and keep what is shown then."""
        receipt = await self.api.record(step)
        self.shown.append(Shown(receipt, {each.name: await self.api.read(each) for each in PROJECTIONS}))

    async def replays_to_every_moment(self) -> None:
        """Each answer, asked for as known at the moment when it was given, is the one that was given."""
        for receipt, answers in self.shown:
            for projection in PROJECTIONS:
                again = await self.api.read(projection, known_at=receipt.recorded_at)
                assert again == answers[projection.name], f"{projection.name} after {receipt.type} #{receipt.version}"

    def plans(self) -> list[CarePlanAnswer]:
        """The care plan as it was shown after each entry."""
        return [plan for shown in self.shown if isinstance(plan := shown.answers[CARE_PLAN.name], CarePlanAnswer)]

    def recorded_at(self, step: str) -> datetime:
        """When the step of that name was recorded."""
        return next(shown.receipt.recorded_at for shown in self.shown if shown.receipt.id == self.id(step))

    def id(self, step: str) -> UUID:
        """The id of the step of that name."""
        return self.story.id(step)

    def occurred_at(self, step: str) -> datetime:
        """When the step of that name happened."""
        return self.story.step(step).draft.occurred_at

    def version(self, step: str) -> int:
        """The version that the step of that name became."""
        return next(shown.receipt.version for shown in self.shown if shown.receipt.id == self.id(step))

    async def event(self, step: str) -> EventAnswer:
        """The step of that name as the record tells of it."""
        path = f"/v1/clients/{self.story.client_id}/events/{self.id(step)}"
        response = await self.http.get(path, headers={"Authorization": f"Bearer {self.keys[KeyRole.AUDITOR]}"})
        return EventAnswer.model_validate_json(response.content)

    def of(self, elements: Sequence[E], step: str) -> E:
        """The one of these elements of an answer that the step of that name brought."""
        return only([each for each in elements if getattr(each, "event_id", None) == self.id(step)])

    async def care_plan(self, **asked: datetime | None) -> CarePlanAnswer:
        """The care plan at two times."""
        answer = await self.api.read(CARE_PLAN, **asked)
        assert isinstance(answer, CarePlanAnswer)
        return answer

    async def track(self, substance: str, **asked: datetime | None) -> Track:
        """The days of one substance at two times."""
        answer = await self.api.read(MILESTONES, **asked)
        assert isinstance(answer, MilestonesAnswer)
        return only([track for track in answer.tracks if track.track == substance])

    async def milestones(self, **asked: datetime | None) -> MilestonesAnswer:
        """The milestones at two times."""
        answer = await self.api.read(MILESTONES, **asked)
        assert isinstance(answer, MilestonesAnswer)
        return answer

    async def review_of(self, crisis: str, **asked: datetime | None) -> CrisisReview:
        """The review of the crisis of that name, at two times."""
        answer = await self.api.read(POSTVENTION, **asked)
        assert isinstance(answer, PostventionAnswer)
        return only([review for review in answer.reviews if review.event_id == self.id(crisis)])

    async def obligation(
        self,
        kind: ObligationKind,
        because: str,
        number: int = 1,
        *,
        as_of: datetime | None = None,
        known_at: datetime | None = None,
    ) -> Obligation:
        """An obligation that the step of that name brought, at two times."""
        plan = await self.care_plan(as_of=as_of, known_at=known_at)
        return only([each for each in plan.obligations if _is(each, kind, self.id(because), number)])


def _is(each: Obligation, kind: ObligationKind, because: UUID, number: int) -> bool:
    return (each.kind, each.because, each.step) == (kind, because, number)


def one_chapter(writer: StoryWriter, *steps: Step) -> Story:
    """A story that goes through in one go."""
    return Story(writer.client_id, writer.zone, (Chapter("all", "", "", steps),))


async def tell(service: Service, http: httpx.AsyncClient, story: Story) -> Told:
    """Tell the story to a new clinic."""
    organization_id = await new_organization(service.database, story.time_zone.key)
    keys = {}
    for role in TEAM:
        _, keys[role] = await service.system.api_keys.create(organization_id, role.value.replace("_", "-"), role)
    told = Told(story, ClientApi(http, story.client_id, keys), http, keys)
    for step in story.steps:
        await told.record(step)
    return told


@asynccontextmanager
async def telling(service: Service, story: Story) -> AsyncIterator[Told]:
    """The story, told over HTTP."""
    async with httpx.AsyncClient(base_url=service.address, timeout=30) as http:
        told = await tell(service, http, story)
        yield told
        await told.api.close()
