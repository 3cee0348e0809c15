"""Writing a simulated client's entries as people do: now and then late, wrong, or twice."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import NamedTuple
from uuid import UUID

from domain.entry import at_day
from domain.events.base import Event
from domain.events.record import EntryCorrected, EntryRetracted
from domain.vocabulary.record import CorrectionReason, Precision
from samples.simulation import words
from samples.simulation.chance import Chance
from samples.simulation.days import Days
from samples.simulation.entry import SimulatedEntry
from samples.simulation.mistakes import LEFT_TO_SUPERVISORS, RETRACTABLE, put_right

LATE = 0.14
"""How many of the entries written by hand are late, by hours to weeks; of all entries, about one in ten."""

CORRECTED = 0.015
RETRACTED = 0.01

A_MOMENT = timedelta(seconds=1)


class Way(NamedTuple):
    """How something gets into the record: who records it, through which system, and how often late."""

    recorded_by: str
    source: str
    late: float = LATE


class Written:
    """An entry in the record, to which others may refer: these are recorded after it, one after the other."""

    __slots__ = ("at", "id", "last_recorded", "stands")

    def __init__(self, id_: UUID, at: datetime, last_recorded: datetime) -> None:
        self.id = id_
        self.at = at
        self.last_recorded = last_recorded
        self.stands = True


class EntryWriter:
    """Writes one client's entries, at most `room` of them, and no more after that."""

    def __init__(self, client_id: UUID, days: Days, chance: Chance, room: int) -> None:
        self.client_id = client_id
        self.room = room
        self._days = days
        self._chance = chance
        self._pending: list[tuple[datetime, int, SimulatedEntry]] = []
        self._count = 0
        self._opened: datetime | None = None

    def write(
        self,
        event: Event,
        at: datetime,
        way: Way,
        *about: Written,
        correlation_id: UUID | None = None,
    ) -> Written:
        """Write the event that occurred at that moment and is about these entries; sometimes it is put right later.

        An event that cites an entry must name it in `about`.
        """
        chance = self._chance
        precision = Precision.INSTANT
        delay = chance.skewed(12, 1.0) * 60 if way.late else 2 * chance.random()
        if self._opened and chance.random() < way.late:
            delay = min(max(chance.skewed(20, 1.3), 2.5), 24 * 40) * 3600
            if delay > 36 * 3600 and chance.random() < 0.4:
                precision = Precision.DAY if chance.random() < 0.7 else Precision.APPROXIMATE
        written = self._record(
            event,
            at_day(self._days.date_at(at)) if precision is Precision.DAY else at,
            self._in_turn(at + timedelta(seconds=delay), about),
            way,
            causation_id=about[0].id if about else None,
            correlation_id=correlation_id,
            precision=precision,
        )
        self._opened = self._opened or written.last_recorded
        fate = chance.random()
        if fate < CORRECTED and not isinstance(event, LEFT_TO_SUPERVISORS):
            self._correct(written, event, at, way)
        elif fate < CORRECTED + RETRACTED and isinstance(event, RETRACTABLE):
            self._retract(written, way)
        return written

    def recorded_before(self, moment: datetime) -> Iterator[SimulatedEntry]:
        """What has been recorded before that moment and not yet been given, in order."""
        while self._pending and self._pending[0][0] < moment:
            yield heappop(self._pending)[2]

    def all_that_is_left(self) -> Iterator[SimulatedEntry]:
        """Whatever has not been given yet, in order."""
        while self._pending:
            yield heappop(self._pending)[2]

    def _in_turn(self, recorded_at: datetime, about: tuple[Written, ...]) -> datetime:
        """When it is recorded at the earliest: after the timeline's first entry and after whatever it is about."""
        if self._opened and recorded_at <= self._opened:
            recorded_at = self._opened + A_MOMENT
        for written in about:
            if recorded_at <= written.last_recorded:
                recorded_at = written.last_recorded + A_MOMENT
        for written in about:
            written.last_recorded = recorded_at
        return recorded_at

    def _record(
        self,
        event: Event,
        at: datetime,
        recorded_at: datetime,
        way: Way,
        *,
        causation_id: UUID | None,
        correlation_id: UUID | None = None,
        precision: Precision = Precision.INSTANT,
    ) -> Written:
        written = Written(self._chance.id(), at, recorded_at)
        if self.room:
            self.room -= 1
            self._count += 1
            entry = SimulatedEntry(
                self.client_id,
                written.id,
                event,
                at,
                precision,
                way.source,
                correlation_id,
                causation_id,
                way.recorded_by,
                recorded_at,
            )
            heappush(self._pending, (recorded_at, self._count, entry))
        return written

    def _correct(self, written: Written, event: Event, at: datetime, way: Way) -> None:
        replacement = put_right(event, self._chance)
        correction = EntryCorrected(
            entry=written.id,
            reason=CorrectionReason.WRONG_CONTENT if replacement else CorrectionReason.WRONG_TIME,
            replacement=replacement,  # type: ignore[arg-type]  # of care, as what it replaces
            occurred_at=None if replacement else at - timedelta(minutes=self._chance.whole(20, 3000)),
            note=words.say(self._chance, words.RECORD_NOTE),
        )
        self._amend(correction, written, way)

    def _retract(self, written: Written, way: Way) -> None:
        reason = self._chance.one((CorrectionReason.DUPLICATE, CorrectionReason.WRONG_CLIENT))
        self._amend(EntryRetracted(entry=written.id, reason=reason), written, way)
        written.stands = False

    def _amend(self, event: Event, written: Written, way: Way) -> None:
        noticed = written.last_recorded + timedelta(seconds=self._chance.skewed(30, 1.2) * 3600)
        self._record(event, noticed, noticed, way, causation_id=written.id)
