"""Lists over an organization's clients: what waits for whom, the caseload, and the signals that wait (R49, R50, R52).

They come from the rows that the projector keeps, so each says which position of the log it reflects. Where the policy
or a rule decides something, it has decided it in those rows; here nothing is folded.
"""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, NamedTuple, TypeVar
from uuid import UUID

from domain.vocabulary.crisis import RiskTier
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from domain.vocabulary.signals import SignalRule
from service.access.access_records import Access, Asked
from service.care.accesses import Accesses
from service.projector import list_queries
from service.projector.list_queries import Query
from service.projector.list_reads import ListReading, ListReads
from service.runtime import clock

Row = TypeVar("Row")
Shown = TypeVar("Shown", "Task", "ClientInCare", "WaitingSignal")

WAIT_SECONDS: Final = 5.0
"""So long a list waits for the position that it is to reflect: our choice, well below a request's deadline."""


class Task(NamedTuple):
    """An obligation that waits, and whose task it is."""

    client_id: UUID
    kind: ObligationKind
    because: UUID
    step: int
    opens_at: datetime
    due_at: datetime
    late: bool
    owner_role: Role
    person_id: UUID | None
    reassigned: bool

    @property
    def key(self) -> tuple[object, ...]:
        """By what tasks are ordered."""
        return self.due_at, self.client_id, self.kind, self.because, self.step


class ClientInCare(NamedTuple):
    """How a client stands."""

    client_id: UUID
    died_at: datetime | None
    episode_event_id: UUID | None
    episode_opened_at: datetime | None
    episode_closed_at: datetime | None
    plan_event_id: UUID | None
    plan_version: int | None
    plan_agreed_at: datetime | None
    safety_plan_version: int | None
    safety_plan_written_at: datetime | None
    last_contact_at: datetime | None
    last_reached_at: datetime | None
    missed_in_a_row: int
    next_due_at: datetime | None
    late_since: datetime | None
    waiting: int
    late: int
    open_crises: int
    tier: RiskTier | None
    tier_not_excluded: RiskTier | None
    waiting_signals: int

    @property
    def key(self) -> tuple[object, ...]:
        """By what clients are ordered."""
        return (self.client_id,)


class WaitingSignal(NamedTuple):
    """A signal that holds, and of which nobody has taken note."""

    client_id: UUID
    rule: SignalRule
    event_id: UUID
    raised_at: datetime
    behind: tuple[UUID, ...]

    @property
    def key(self) -> tuple[object, ...]:
        """By what signals are ordered."""
        return self.raised_at, self.client_id, self.rule, self.event_id


@dataclass(frozen=True, slots=True)
class ListPage(Generic[Row]):
    """A page of a list, judged at a moment, that reflects the log up to a position."""

    rows: Sequence[Row]
    position: int
    as_of: datetime
    parked: int
    """Of how many clients the rows do not tell everything, since a projection failed for them."""
    more: bool
    """Whether there are rows after these."""


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a list is asked for."""

    after: tuple[Any, ...] | None = None
    """The key of the row after which it goes on."""
    limit: int = 200
    position: int | None = None
    """The position of the log that it reflects at least."""


class Lists:
    """Answers over many clients. Its methods raise ListsNotReady, ListsBehind, NoLegalGround and AccessNotRecorded.

    Each keeps its access record, which names the clients of the page, before it hands anything out.
    """

    def __init__(self, reads: ListReads, accesses: Accesses) -> None:
        self._reads = reads
        self._accesses = accesses

    async def worklist(
        self,
        access: Access,
        part: Part,
        *,
        role: Role | None = None,
        person_id: UUID | None = None,
        kind: ObligationKind | None = None,
        late: bool | None = None,
    ) -> ListPage[Task]:
        """What must still happen, what is due first on top."""
        now = clock.now()
        query = Query.at(access.organization_id, now)
        query.after([f"o.{column}" for column in list_queries.WORKLIST_ORDER], part.after)
        if kind is not None:
            query.where("o.kind = {0}", kind)
        if late is not None:
            query.where("o.due_at < $2" if late else "o.due_at >= $2")
        async with self._reading(access, ["care_plan"], part) as reading:
            sql, arguments = list_queries.worklist(
                reading.schemas, query, role=role, person_id=person_id, limit=part.limit + 1
            )
            records = await reading.connection.fetch(sql, *arguments)
        page = _page(reading, now, part, [Task(*record) for record in records])
        return await self._kept(access, page, "worklist", part, role=role, person_id=person_id, kind=kind, late=late)

    async def caseload(
        self, access: Access, part: Part, *, person_id: UUID | None = None, in_care: bool | None = None
    ) -> ListPage[ClientInCare]:
        """A row for each client, in the order of their ids, which stays the same whatever happens to them."""
        now = clock.now()
        query = Query.at(access.organization_id, now)
        query.after([f"p.{column}" for column in list_queries.CASELOAD_ORDER], part.after)
        if in_care is not None:
            query.where(list_queries.IN_CARE if in_care else f"NOT {list_queries.IN_CARE}")
        async with self._reading(access, ["care_plan", "signals"], part) as reading:
            if person_id is not None:
                query.where(list_queries.on_the_team_of(reading.schemas), person_id)
            sql, arguments = list_queries.caseload(reading.schemas, query, limit=part.limit + 1)
            records = await reading.connection.fetch(sql, *arguments)
        page = _page(reading, now, part, [ClientInCare(*record) for record in records])
        return await self._kept(access, page, "caseload", part, person_id=person_id, in_care=in_care)

    async def signals(self, access: Access, part: Part, *, rule: SignalRule | None = None) -> ListPage[WaitingSignal]:
        """The signals that wait, those first that have waited longest."""
        now = clock.now()
        query = Query.at(access.organization_id, now)
        query.where("s.raised_at <= $2")
        query.after([f"s.{column}" for column in list_queries.SIGNALS_ORDER], part.after)
        if rule is not None:
            query.where("s.rule = {0}", rule)
        async with self._reading(access, ["signals"], part) as reading:
            sql, arguments = list_queries.signals(reading.schemas, query, limit=part.limit + 1)
            records = await reading.connection.fetch(sql, *arguments)
        page = _page(reading, now, part, [WaitingSignal(*record) for record in records])
        return await self._kept(access, page, "signals", part, rule=rule)

    async def _kept(
        self, access: Access, page: ListPage[Shown], what: str, part: Part, **asked: object
    ) -> ListPage[Shown]:
        """The page, once its access record is kept."""
        clients = {row.client_id for row in page.rows}
        parameters = {**asked, "limit": part.limit, "after": part.after}
        await self._accesses.keep(access, Asked(what, parameters), clients, position=page.position)
        return page

    def _reading(
        self, access: Access, projections: Sequence[str], part: Part
    ) -> AbstractAsyncContextManager[ListReading]:
        self._accesses.begin_with_many(access)
        return self._reads.reading(access.organization_id, projections, position=part.position, seconds=WAIT_SECONDS)


def _page(reading: ListReading, at: datetime, part: Part, rows: list[Row]) -> ListPage[Row]:
    """The page without the one row more that was read to see whether there are others."""
    return ListPage(rows[: part.limit], reading.position, at, reading.parked, more=len(rows) > part.limit)
