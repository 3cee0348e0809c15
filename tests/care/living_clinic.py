"""A simulated clinic that lives in its own time, and keeps what it was answered on the way.

Its people record through the service, whose clock stands where their story is. So log and answers are what they would
have been had the clinic run the service in those days: much is told late, much is due, much is not due yet.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from domain.entry import Draft, at_day
from domain.events.base import Event
from domain.events.record import EntryCorrected, EntryRetracted
from domain.events.registration import ClientMoved
from domain.policy import Policy
from domain.refusals import Refused
from domain.vocabulary.record import CorrectionReason, Precision
from projections.catalogue import PROJECTIONS
from samples.simulation.chance import Chance
from samples.simulation.entry import SimulatedEntry, actor_named
from service.access.caller import SCOPES_OF_ROLE, Caller, KeyRole, operator
from service.bootstrap import System
from service.care.errors import ClientMerged
from service.log.sealed import Appended, SealedEvent
from service.log.store import EventStore
from service.runtime import clock
from tests.system import access_to, draft, follow

NAMES = [projection.name for projection in PROJECTIONS]

_A_TICK = timedelta(microseconds=1)
_ZONES = ("Asia/Tokyo", "America/Los_Angeles", "Pacific/Kiritimati", "Europe/Berlin")


class Answered(NamedTuple):
    """What every projection answered about a client at a moment: JSON, by the projection's name."""

    client_id: UUID
    at: datetime
    version: int
    answers: Mapping[str, bytes]


class ClinicClock:
    """Where the clock stands: for the whole process, and for the log."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, begins: datetime) -> None:
        self._now = begins

        async def dated(store: EventStore, organization_id: UUID, events: Sequence[SealedEvent]) -> list[Appended]:
            moment = self._now
            positions = await store.append_bulk(organization_id, events, [moment] * len(events))
            return [Appended(position, moment) for position in positions]

        monkeypatch.setattr(clock, "now", self.now)
        monkeypatch.setattr(EventStore, "append", dated)

    def now(self) -> datetime:
        return self._now

    def go_on(self, to: datetime | None = None) -> datetime:
        """On to that moment, and by a tick at least: nothing is recorded at the moment of something else."""
        self._now = max(to or self._now, self._now + _A_TICK)
        return self._now


@dataclass
class LivingClinic:
    """An organization whose people record what happens, and look at it as they go."""

    system: System
    organization_id: UUID
    clock: ClinicClock
    chance: Chance
    looked_at_with: dict[UUID, set[UUID]] = field(default_factory=dict)
    """The clients; of each those who are looked at when something is recorded of them: they, and who may be they."""
    recorded: list[tuple[UUID, UUID]] = field(default_factory=list)
    """Client and id of each entry."""
    answered: list[Answered] = field(default_factory=list)

    async def live(self, told: Sequence[SimulatedEntry]) -> None:
        """Record what the story tells next, each at its time, and now and then something that was wrong."""
        for entry in told:
            if len(self.recorded) % 7 == 0:
                await follow(self.system, self.organization_id)  # some answers are made of snapshots, some of the log
            self.clock.go_on(entry.recorded_at)
            await self.record(self._caller(entry.recorded_by), entry.client_id, self._as_told(entry))
            if self.chance.happens(0.25):
                await self._set_right()

    async def record(self, caller: Caller, client_id: UUID, said: Draft) -> None:
        """Record it, of the client with whom care goes on, and look; what the record does not admit is left out."""
        new = client_id not in self.looked_at_with
        try:
            await self.system.recorder.record(caller, client_id, [said], new_client=new)
        except ClientMerged as merged:
            await self.record(caller, merged.survivor, said)
        except Refused:
            return
        else:
            self.recorded.append((client_id, said.id))
            await self.look(*self.looked_at_with.setdefault(client_id, {client_id}))

    async def happens(self, client_id: UUID, event: Event, at: datetime | None = None) -> UUID:
        """A supervisor records it of the client; the entry's id."""
        now = self.clock.go_on()
        said = draft(event, at or now)
        await self.record(self._caller("supervisor/oscar"), client_id, said)
        return said.id

    async def adopt(self, numbers: Mapping[str, object], in_force_from: datetime | None = None) -> None:
        """The organization adopts other numbers, and looks at everybody by them."""
        self.clock.go_on()
        policy = Policy.model_validate(numbers)
        await self.system.policy_adopter.adopt(operator(self.organization_id), policy, in_force_from=in_force_from)
        await self.look(*self.looked_at_with)

    async def look(self, *clients: UUID) -> None:
        """Ask what every projection says of them now, and keep it."""
        for client_id in clients:
            found = await self.system.projection_reader.read_together(
                access_to(self.organization_id), client_id, NAMES, what="summary"
            )
            answers = {name: each.last.json(each.answer) for name, each in zip(NAMES, found, strict=True)}
            self.answered.append(Answered(client_id, self.clock.now(), found[0].version, answers))

    def _caller(self, recorded_by: str) -> Caller:
        role, name = recorded_by.split("/")
        who = actor_named(recorded_by).id
        return Caller(self.organization_id, who, name, KeyRole(role), SCOPES_OF_ROLE[KeyRole(role)])

    def _as_told(self, entry: SimulatedEntry) -> Draft:
        """The entry; of some what a clock said that runs ahead, and of some just the day, which begins early in the
        east."""
        said, now = entry.draft, self.clock.now()
        if said.event.references() or said.event.type == "client_registered":
            return said
        way = self.chance.random()
        if way < 0.15:
            return replace(said, occurred_at=now + timedelta(minutes=4))
        if way < 0.3:
            day = now.astimezone(ZoneInfo("Pacific/Auckland")).date()
            return replace(said, occurred_at=at_day(day), precision=Precision.DAY)
        return said

    async def _set_right(self) -> None:
        """Retract an entry, be it a retraction; say when it was; or that the client had moved."""
        client_id, entry = self.chance.one(self.recorded)
        way, before = self.chance.random(), self.clock.now() - timedelta(hours=self.chance.whole(0, 400))
        if way < 0.5:
            await self.happens(client_id, EntryRetracted(entry=entry, reason=CorrectionReason.WRONG_CLIENT))
        elif way < 0.8:
            day = at_day(before.date())
            reason = CorrectionReason.WRONG_TIME
            await self.happens(
                client_id, EntryCorrected(entry=entry, reason=reason, occurred_at=day, precision=Precision.DAY)
            )
        else:
            await self.happens(client_id, ClientMoved(time_zone=self.chance.one(_ZONES)), before)
