"""The projector's process is killed again and again: another takes over, and the rows come right by themselves."""

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from domain.entry import Draft
from domain.events.record import EntryCorrected, EntryRetracted
from domain.vocabulary.record import CorrectionReason
from service.access.caller import SCOPES_OF_ROLE, Caller, KeyRole
from service.bootstrap import System
from service.database.embedded import DatabaseUrls
from service.following.cursors import cursors, wait_for
from tests.builders import check_in, goal_set, lapse, registered, session
from tests.cli.command import environment_of
from tests.crash.nursery import Nursery, nursery
from tests.databases import new_organization
from tests.projector.comparing import assert_equal_to_fresh_folds
from tests.system import draft

KILLS = 20
ORGANIZATIONS, CLIENTS = 3, 4
EVENTS = (check_in, lapse, session, goal_set)
BEGINNING = datetime(2026, 3, 1, 15, tzinfo=UTC)

IMPORTS = """
from service.bootstrap import Addresses
from service.cli import child
from service.cli.run_command import run
from service.serving.children import Orders

child.NICENESS = 0
orders = Orders("projector", Addresses(sys.argv[1], None))
"""
"""Beside other tests little of the processors would be left to who gives way."""
PROJECT = "run(lambda settings: child.carry_out(orders, settings), quiet=False)"


@pytest.fixture
async def projectors(database: DatabaseUrls, tmp_path: Path) -> AsyncIterator[Nursery]:
    """Starts projectors over the module's database."""
    environment = {name: value for name, value in environment_of(database, tmp_path).items() if value}
    async with nursery(IMPORTS, PROJECT, database.app, environment=environment) as projectors:
        yield projectors


class Load:
    """A clinic's clients, of whom something is recorded all the time; some of it late, corrected and retracted."""

    def __init__(self, system: System, organization_id: UUID, seed: int) -> None:
        self.organization_id = organization_id
        self._system = system
        self._counselor = Caller(organization_id, uuid4(), "ana", KeyRole.COUNSELOR, SCOPES_OF_ROLE[KeyRole.COUNSELOR])
        self._chance = random.Random(seed)

    async def run(self, stop: asyncio.Event) -> None:
        """Record until told to stop."""
        await asyncio.gather(*(self._record(uuid4(), stop) for _ in range(CLIENTS)))

    async def _record(self, client_id: UUID, stop: asyncio.Event) -> None:
        await self._system.recorder.record(
            self._counselor, client_id, [draft(registered(), at=BEGINNING)], new_client=True
        )
        standing: list[Draft] = []
        while not stop.is_set():
            next_ = self._next(standing)
            await self._system.recorder.record(self._counselor, client_id, [next_])
            await asyncio.sleep(self._chance.uniform(0.05, 0.25))

    def _next(self, standing: list[Draft]) -> Draft:
        kind = self._chance.random()
        if standing and kind < 0.2:
            wrong = standing.pop(self._chance.randrange(len(standing)))
            if kind < 0.1:
                return draft(EntryRetracted(entry=wrong.id, reason=CorrectionReason.WRONG_CONTENT))
            said = {"entry": wrong.id, "reason": CorrectionReason.WRONG_CONTENT, "replacement": wrong.event}
            return draft(EntryCorrected.model_validate(said))
        at = BEGINNING + timedelta(minutes=self._chance.randrange(1, 30 * 24 * 60))
        standing.append(draft(self._chance.choice(EVENTS)(), at=at))
        return standing[-1]


async def test_20_kills_under_load(database: DatabaseUrls, system: System, projectors: Nursery) -> None:
    chance = random.Random(20260301)
    loads = [Load(system, await new_organization(database), seed) for seed in range(ORGANIZATIONS)]
    organizations = [load.organization_id for load in loads]
    for _ in range(2):
        await projectors.start()
    stop = asyncio.Event()
    recording = asyncio.gather(*(load.run(stop) for load in loads))
    await asyncio.sleep(0.5)

    for _ in range(KILLS):
        await asyncio.sleep(chance.uniform(0, 0.2))
        projectors.kill(chance.randrange(2))
        await _follow_up_to_now(system, organizations)
        await projectors.start()
    stop.set()
    await recording

    heads = await _follow_up_to_now(system, organizations)
    for organization_id, head in zip(organizations, heads, strict=True):
        stood = await cursors(system.pool, organization_id, system.builds.names())
        assert {(each.position, each.failures, each.parked_at) for each in stood} == {(head, 0, None)}
        assert await assert_equal_to_fresh_folds(system, organization_id) == CLIENTS
    assert min(heads) > KILLS


async def _follow_up_to_now(system: System, organizations: list[UUID]) -> list[int]:
    """Wait until whoever lives has followed what is in the logs now; where they end."""
    heads = [await system.store.log_head(organization_id) for organization_id in organizations]
    for organization_id, head in zip(organizations, heads, strict=True):
        for name in system.builds.names():
            assert await wait_for(system.pool, organization_id, name, head, seconds=60), "nobody has taken over"
    return heads
