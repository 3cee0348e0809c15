"""Cohorts told in tables, one row a client: what happened on which day, and what each measure is expected to say.

    Ada   | 0 intake, 10@09:00 crisis, 11@09:00 reached  | yes | -
    Ben   | 0 intake, 5 session (told on 200)            | no  | 30

Day 0 is Monday, 5 January 2026, by the client's own clock in Chicago, and noon unless a time is said. Each thing is
told as it happens, but for what was `(told on ...)` later, was entered `(in error)` and retracted a day after, or
happened `(truly on ...)` another day, as a correction a day after says. Of `Ben (again)` there are two records, which
were merged later; `Cal (erased)` was erased later.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from domain.events.base import Event
from domain.events.handoffs import HandoffAccepted, HandoffCompleted, HandoffWithdrawn
from domain.events.intake import EpisodeClosed
from domain.events.medications import MedicationStarted
from domain.events.merging import ClientsMerged
from domain.events.milestones import MilestoneReached
from domain.events.record import EntryCorrected, EntryRetracted
from domain.events.registration import ClientDied
from domain.events.residence import ResidenceChanged
from domain.events.screening import ScreeningScored
from domain.events.supports import SupportMeetingAttended
from domain.instruments.phq9 import Phq9Answers
from domain.vocabulary.barriers import Barrier
from domain.vocabulary.handoffs import HandoffUrgency, HandoffWithdrawalReason
from domain.vocabulary.intake import DischargeReason
from domain.vocabulary.medications import Drug, MedicationPurpose
from domain.vocabulary.milestones import LifeMilestone
from domain.vocabulary.people import Role
from domain.vocabulary.postvention import AdjustmentKind, Settlement
from domain.vocabulary.record import CorrectionReason, Precision
from domain.vocabulary.residence import LivingSituation
from domain.vocabulary.supports import SupportGroup
from samples.simulation.entry import SimulatedEntry
from service.access.caller import Caller
from service.bootstrap import System
from service.care.importing import import_entries
from tests.builders import (
    check_in,
    crisis,
    handoff,
    intake,
    lapse,
    missed,
    outreach,
    registered,
    resolved,
    review,
    session,
    settled,
    team_member,
)
from tests.erasing import erase
from tests.system import draft, follow

DAY_0: Final = date(2026, 1, 5)
CHICAGO: Final = ZoneInfo("America/Chicago")

_AGAIN: Final = " (again)"
_ERASED: Final = " (erased)"
_THING: Final = re.compile(
    r"(?P<day>-?\d+)(@(?P<time>\d\d:\d\d))? (?P<what>[a-z_]+)(?P<said>( [\w.]+)*)"
    r"( \((?P<how>told on|truly on|in error) ?(?P<other>-?\d+)?\))?"
)


class Row(NamedTuple):
    """What happened to a client, and what each measure says of them."""

    who: str
    story: str
    expected: Mapping[str, str]


def cohort(table: str, *measures: str) -> list[Row]:
    """The rows of a table, whose columns after the first two are about these measures."""
    _, *lines = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
    return [Row(who, story, dict(zip(measures, expected, strict=True))) for who, story, *expected in lines]


async def tell(system: System, caller: Caller, rows: Sequence[Row], *, plainly: bool = False) -> Mapping[UUID, str]:
    """Record what the rows tell, and have the projector follow; whose record is whose.

    `plainly`: as if all had been known at once, without corrections, second records and anybody who was erased later.
    """
    clients = {row.who: uuid4() for row in rows}
    entries: list[SimulatedEntry] = []
    for row in rows:
        first = row.who.removesuffix(_AGAIN)
        if plainly and row.who.endswith(_ERASED):
            continue
        story = _Story(clients[first if plainly else row.who])
        if not (plainly and row.who.endswith(_AGAIN)):
            story.tell(registered(), moment_of(-420))
        for thing in row.story.split(", "):
            story.read(thing, plainly=plainly)
        entries += story.entries
    entries.sort(key=lambda entry: entry.recorded_at)
    async for _ in import_entries(system.store, system.keyring, caller.organization_id, entries):
        pass
    if not plainly:
        await _merge_and_erase(system, caller, clients)
    await follow(system, caller.organization_id)
    return {client_id: who for who, client_id in clients.items()}


async def _merge_and_erase(system: System, caller: Caller, clients: Mapping[str, UUID]) -> None:
    for who, client_id in clients.items():
        if who.endswith(_AGAIN):
            merged = draft(ClientsMerged(duplicate=client_id))
            await system.recorder.record(caller, clients[who.removesuffix(_AGAIN)], [merged])
        if who.endswith(_ERASED):
            await follow(system, caller.organization_id)
            await erase(system, caller.organization_id, client_id)


def moment_of(day: int, at: str | None = None) -> datetime:
    """The moment of a time of a day."""
    clock = time.fromisoformat(at) if at else time(12)
    return datetime.combine(DAY_0 + timedelta(days=day), clock, CHICAGO).astimezone(ZoneInfo("UTC"))


class _Story:
    """The entries of a client, as they are recorded."""

    def __init__(self, client_id: UUID) -> None:
        self.client_id = client_id
        self.entries: list[SimulatedEntry] = []
        self.last: dict[str, UUID] = {}

    def tell(self, event: Event, at: datetime, recorded: datetime | None = None) -> UUID:
        id_ = uuid4()
        entry = SimulatedEntry(
            *(self.client_id, id_, event, at, Precision.INSTANT, "tests", None, None, "counselor/ada", recorded or at)
        )
        self.entries.append(entry)
        return id_

    def read(self, thing: str, *, plainly: bool) -> None:
        said = _THING.fullmatch(thing)
        assert said, f"not understood: {thing}"
        day, clock, how = int(said["day"]), said["time"], said["how"]
        other = int(said["other"]) if said["other"] else day + 1
        if plainly and how == "in error":
            return
        at = moment_of(other if plainly and how == "truly on" else day, clock)
        recorded = moment_of(other, clock) if how == "told on" and not plainly else None
        events = _EVENTS[said["what"]](self.last, *said["said"].split())
        ids = [self.tell(event, at, recorded) for event in (events if isinstance(events, list) else [events])]
        self.last[said["what"]] = ids[-1]
        if plainly or how in {None, "told on"}:
            return
        noticed = moment_of(max(day + 1, other), clock)
        if how == "in error":
            self.tell(EntryRetracted(entry=ids[-1], reason=CorrectionReason.DID_NOT_OCCUR), noticed)
        else:
            moved = EntryCorrected(
                entry=ids[-1], reason=CorrectionReason.WRONG_TIME, occurred_at=moment_of(other, clock)
            )
            self.tell(moved, noticed)


def _phq(score: int) -> ScreeningScored:
    answers = [min(3, max(0, score - 3 * place)) for place in range(9)]
    return ScreeningScored(
        answers=Phq9Answers.model_validate({f"q{place + 1}": answer for place, answer in enumerate(answers)})
    )


_DRUGS: Final = {
    "buprenorphine": (Drug.BUPRENORPHINE, MedicationPurpose.OPIOID_USE_DISORDER),
    "naltrexone": (Drug.NALTREXONE, MedicationPurpose.ALCOHOL_USE_DISORDER),
    "for_sleep": (Drug.OTHER, MedicationPurpose.SLEEP),
}
_HOMES: Final = {"flat": LivingSituation.RENTED, "shelter": LivingSituation.EMERGENCY_SHELTER}

Last = Mapping[str, UUID]

_EVENTS: Final[Mapping[str, Callable[..., Any]]] = {
    "intake": lambda last: intake(),
    "closed": lambda last, reason: EpisodeClosed(intake=last["intake"], reason=DischargeReason(reason)),
    "died": lambda last: ClientDied(),
    "session": lambda last: session(),
    "missed": lambda last, barrier="unknown": missed(barrier=Barrier(barrier)),
    "medication": lambda last, drug: MedicationStarted(
        drug=_DRUGS[drug][0], name=drug.replace("_", " "), purpose=_DRUGS[drug][1]
    ),
    "lapse": lambda last: lapse(),
    "crisis": lambda last: crisis(),
    "resolved": lambda last: resolved(last["crisis"]),
    "reached": lambda last: outreach(reached=True),
    "not_reached": lambda last: outreach(reached=False),
    "check_in": lambda last: check_in(),
    "app": lambda last: check_in(automated=True),
    "craving": lambda last, craving: check_in(automated=True, craving=int(craving)),
    "sleep": lambda last, hours: check_in(automated=True, sleep_hours=float(hours)),
    "phq": lambda last, score: _phq(int(score)),
    "review": lambda last, *kinds: review(last["crisis"], *({"kind": AdjustmentKind(kind)} for kind in kinds)),
    "carried_out": lambda last, number: settled(last["review"], int(number)),
    "dropped": lambda last, number: settled(last["review"], int(number), how=Settlement.DROPPED),
    "handoff": lambda last, urgency="routine": handoff(HandoffUrgency(urgency)),
    "accepted": lambda last: HandoffAccepted(handoff=last["handoff"], accepted_by=Role.CASE_MANAGER),
    "met": lambda last: HandoffCompleted(handoff=last["handoff"]),
    "withdrawn": lambda last: HandoffWithdrawn(
        handoff=last["handoff"], reason=HandoffWithdrawalReason.NOT_NEEDED_ANY_MORE
    ),
    "meeting": lambda last: SupportMeetingAttended(support_group=SupportGroup.AA),
    "work": lambda last: MilestoneReached(kind=LifeMilestone.BACK_TO_WORK),
    "home": lambda last, kind: ResidenceChanged(situation=_HOMES[kind]),
    "joined": lambda last, role: team_member(Role(role)),
}
