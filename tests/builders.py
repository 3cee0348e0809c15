"""How tests tell a client's story: events with believable bodies, and a history that puts them in the record.

history = History()
history.add(registered(), at="2026-03-01T15:00Z")
goal = history.add(goal_set(target=7), at="2026-03-02T15:00Z")
history.add(GoalMeasured(goal=goal, value=5), at="2026-03-09T15:00Z", recorded="2026-03-20T15:00Z")
history.correct(goal, goal_set(target=8))
state = folded(CARE_PLAN, history, as_of="2026-03-10T00:00Z")
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import Any, TypeVar
from uuid import UUID

from domain.effective import effective
from domain.entry import Actor, Draft, Entry, at_day
from domain.events.appointments import AppointmentMade
from domain.events.base import EntryContent, Event, referred
from domain.events.contacts import SessionMissed
from domain.events.lapses import LapseRecorded
from domain.events.record import EntryCorrected, EntryRetracted
from domain.events.team import TeamMemberAssigned
from domain.facts import FURTHER_ROUNDS, Fact, Facts, Needs, further_needs, needs
from domain.policies import Numbers
from domain.policy import Policy
from domain.refusals import Refused
from domain.rules import admit
from domain.vocabulary.contacts import Channel, SessionKind
from domain.vocabulary.people import Role
from domain.vocabulary.record import CorrectionReason, Precision
from domain.vocabulary.substances import Substance
from projections.projection import Folded, Projection
from samples.demo import usual
from samples.demo.usual import (
    check_in,
    consent,
    crisis,
    crisis_card,
    emergency_disclosure,
    goal_set,
    handoff,
    intake,
    naloxone_kit,
    next_step,
    outreach,
    plan,
    registered,
    resolved,
    review,
    safety_plan,
    session,
    settled,
)

__all__ = [
    "ADA",
    "CLIENT",
    "LONG_AGO",
    "POLICY",
    "History",
    "Moment",
    "Record",
    "appointment",
    "check_in",
    "consent",
    "crisis",
    "crisis_card",
    "emergency_disclosure",
    "fold",
    "folded",
    "goal_set",
    "handoff",
    "intake",
    "lapse",
    "missed",
    "moment",
    "moment_or_none",
    "naloxone_kit",
    "next_step",
    "only",
    "outreach",
    "plan",
    "registered",
    "resolved",
    "review",
    "safety_plan",
    "session",
    "settled",
    "team_member",
]

S = TypeVar("S")

Moment = str | datetime
"""A datetime, or its ISO text with a zone, such as 2026-03-01T15:00Z."""

CLIENT = UUID("c1000000-0000-4000-8000-000000000001")
ADA = UUID("ada00000-0000-4000-8000-000000000001")
POLICY = Policy()
LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)


def moment(said: Moment) -> datetime:
    """The moment in UTC; it must name its zone."""
    found = datetime.fromisoformat(said) if isinstance(said, str) else said
    assert found.tzinfo is not None, f"{said} has no zone"
    return found.astimezone(UTC)


def moment_or_none(said: Moment | None) -> datetime | None:
    return None if said is None else moment(said)


class Record:
    """One client's entries in memory, and the facts that a decision asks about them."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._by_id: dict[UUID, Entry] = {}
        self._referring: dict[UUID, list[Entry]] = defaultdict(list)

    @property
    def version(self) -> int:
        return len(self.entries)

    def add(self, entry: Entry) -> None:
        assert entry.version == self.version + 1
        self.entries.append(entry)
        self._by_id[entry.id] = entry
        for _, target, _ in referred(entry.event):
            self._referring[target].append(entry)

    def retracted(self, entry_id: UUID) -> bool:
        """Whether the entry was marked as entered in error, and that was not itself an error."""
        about = (entry for entry in self._referring.get(entry_id, ()) if isinstance(entry.event, EntryRetracted))
        return any(not self.retracted(entry.id) for entry in about)

    def admit(self, drafts: Sequence[Draft], now: datetime, policy: Policy) -> None:
        """Check that these may be recorded next. Raises Refused."""
        admit(drafts, self.facts_for(drafts), now, policy)

    def facts_for(self, drafts: Sequence[Draft]) -> Facts:
        """What a decision about these has to know."""
        facts = self.facts(needs(drafts))
        for _ in range(FURTHER_ROUNDS):
            if more := further_needs(drafts, facts):
                facts = facts.with_more(self.facts(more))
        return facts

    def facts(self, asked: Needs) -> Facts:
        facts = Facts(
            version=self.version,
            entries={id_: self._fact(self._by_id[id_]) for id_ in asked.ids if id_ in self._by_id},
            answers={
                (target, kind): [self._fact(e) for e in self._referring.get(target, ()) if e.event.type == kind]
                for target, kind in asked.answers
            },
            once={
                kind: [
                    self._fact(entry)
                    for entry in self.entries
                    if entry.event.type == kind and not self.retracted(entry.id)
                ]
                for kind in asked.once
            },
        )
        return replace(facts, contents={id_: self._content_of(id_) for id_ in facts.with_contents_for(asked)})

    def _fact(self, entry: Entry) -> Fact:
        references = tuple((name, target) for name, target, _ in referred(entry.event))
        return Fact(
            entry.id,
            entry.event.type,
            entry.occurred_at,
            references,
            self.retracted(entry.id),
            Actor(entry.actor_id, entry.recorded_by),
        )

    def _content_of(self, entry_id: UUID) -> EntryContent | None:
        found = (entry for entry in effective(self.entries).entries if entry.id == entry_id)
        return next((EntryContent(entry.event, entry.occurred_at, entry.precision) for entry in found), None)


class History:
    """One client's record, as it grows. Whatever is added must be admitted by the rules.

    Ids are made of the version, so that the same story always gives the same ids. An entry is recorded when
    it occurred unless `recorded` says otherwise, and never before the one recorded last.
    """

    def __init__(self, client_id: UUID = CLIENT, policy: Policy = POLICY) -> None:
        self.client_id = client_id
        self.policy = policy
        self.record = Record()

    @property
    def entries(self) -> list[Entry]:
        """All entries, in order of version."""
        return self.record.entries

    @property
    def version(self) -> int:
        return self.record.version

    @property
    def last_recorded(self) -> datetime:
        """When the last entry was recorded; long ago when there is none."""
        return self.entries[-1].recorded_at if self.entries else LONG_AGO

    def draft(self, event: Event, at: Moment, precision: Precision = Precision.INSTANT) -> Draft:
        """The event as a caller would ask to record it next."""
        id_ = UUID(int=self.client_id.int + self.version + 1)
        occurred_at = at_day(datetime.fromisoformat(str(at)).date()) if precision is Precision.DAY else moment(at)
        return Draft(id_, event, occurred_at, precision, "tests")

    def add(
        self, event: Event, at: Moment, recorded: Moment | None = None, precision: Precision = Precision.INSTANT
    ) -> UUID:
        """Record the event and give the entry's id. Raises Refused."""
        draft = self.draft(event, at, precision)
        recorded_at = moment(recorded) if recorded else max(draft.occurred_at, self._next_tick())
        self.record.admit([draft], recorded_at, self.policy)
        assert recorded_at > self.last_recorded, "what is recorded next is recorded later"
        entry = Entry(
            client_id=self.client_id,
            version=self.version + 1,
            id=draft.id,
            event=event,
            occurred_at=draft.occurred_at,
            precision=precision,
            recorded_at=recorded_at,
            actor_id=ADA,
            recorded_by="counselor.ada",
            source=draft.source,
            correlation_id=None,
            causation_id=None,
            position=self.version + 1,
        )
        self.record.add(entry)
        return entry.id

    def correct(
        self,
        entry: UUID,
        replacement: Event | None = None,
        *,
        occurred_at: Moment | None = None,
        precision: Precision | None = None,
        recorded: Moment | None = None,
    ) -> UUID:
        """Record a correction of an earlier entry and give its id."""
        correction = EntryCorrected(
            entry=entry,
            reason=CorrectionReason.WRONG_CONTENT if replacement else CorrectionReason.WRONG_TIME,
            replacement=replacement,  # type: ignore[arg-type]  # the model checks that it is an event of care
            occurred_at=moment_or_none(occurred_at),
            precision=precision,
        )
        return self._about(correction, recorded)

    def retract(self, entry: UUID, recorded: Moment | None = None) -> UUID:
        """Record that an earlier entry was made in error and give the retraction's id."""
        return self._about(EntryRetracted(entry=entry, reason=CorrectionReason.DID_NOT_OCCUR), recorded)

    def retracted(self, entry: UUID) -> bool:
        """Whether the entry was marked as entered in error."""
        return self.record.retracted(entry)

    def refused(self, event: Event, at: Moment, now: Moment | None = None) -> set[str]:
        """The names of the rules that would refuse the event now; none when it may be recorded."""
        draft = self.draft(event, at)
        try:
            self.record.admit([draft], moment(now) if now else max(draft.occurred_at, self._next_tick()), self.policy)
        except Refused as refused:
            return {refusal.rule for _, refusal in refused.refusals}
        return set()

    def effective(self, as_of: Moment | None = None, known_at: Moment | None = None) -> list[Entry]:
        """What counts, in order."""
        return effective(self.entries, as_of=moment_or_none(as_of), known_at=moment_or_none(known_at)).entries

    def _about(self, event: Event, recorded: Moment | None) -> UUID:
        at = moment(recorded) if recorded else self._next_tick()
        return self.add(event, at=at, recorded=at)

    def _next_tick(self) -> datetime:
        return self.last_recorded + timedelta(microseconds=1)


def folded(
    projection: Projection[S], history: History, *, as_of: Moment | None = None, known_at: Moment | None = None
) -> Folded[S]:
    """The projection's state of the client at two times."""
    times = {"as_of": moment_or_none(as_of), "known_at": moment_or_none(known_at)}
    return fold(projection, projection.timeline(history.entries, **times).entries, history.policy)


def fold(projection: Projection[S], entries: Iterable[Entry], numbers: Numbers = POLICY) -> Folded[S]:
    """The projection's state after these effective entries."""
    entries = list(entries)
    return reduce(lambda folded, entry: projection.apply(folded, entry, numbers), entries, projection.begin(entries))


def missed(**said: Any) -> SessionMissed:
    return SessionMissed(**{"kind": SessionKind.INDIVIDUAL, "channel": Channel.IN_PERSON, **said})


def lapse(*substances: Substance, **said: Any) -> LapseRecorded:
    return LapseRecorded(**{"substances": substances or (Substance.ALCOHOL,), **said})


def appointment(starts_at: Moment, **said: Any) -> AppointmentMade:
    return usual.appointment(moment(starts_at), **said)


def team_member(role: Role = Role.COUNSELOR, person: str = "Ada Example", **said: Any) -> TeamMemberAssigned:
    return TeamMemberAssigned(**{"role": role, "person": person, **said})


def only(items: Sequence[S]) -> S:
    """The one item that there is."""
    (item,) = items
    return item
