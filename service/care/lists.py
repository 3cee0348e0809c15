"""Lists over an organization's clients: what waits for whom, the caseload, and the signals that wait (R49, R50, R52).

They come from the rows that the projector keeps, so each says which position of the log it reflects. Where the policy
or a rule decides something, it has decided it in those rows; here nothing is folded.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from domain.vocabulary.signals import SignalRule
from service.access.access_records import Access, Asked
from service.care.accesses import Accesses
from service.projector.list_pages import caseload_page, place, signals_page, worklist_page
from service.projector.list_reads import ListReading, ListReads, with_merged
from service.projector.list_rows import (
    CLIENTS_ORDER,
    SIGNALS_ORDER,
    TASKS_ORDER,
    ListedClient,
    ListedSignal,
    ListedTask,
)
from service.runtime import clock
from service.runtime.deadlines import at_most

Row = TypeVar("Row")
Shown = TypeVar("Shown", ListedTask, ListedClient, ListedSignal)

WAIT_SECONDS: Final = 5.0
"""So long a list waits for the position that it is to reflect, and half of the time that its request has left at most:
our choice, so that the answer says why."""


@dataclass(frozen=True, slots=True)
class ListPage(Generic[Row]):
    """A page of a list, judged at a moment, that reflects the log up to a position."""

    rows: Sequence[Row]
    position: int
    as_of: datetime
    parked: int
    """Of how many clients whom the caller sees the rows do not tell everything, since a projection failed for them."""
    erased: int
    """How many of the organization's clients were erased up to the position."""
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
    ) -> ListPage[ListedTask]:
        """What must still happen, what is due first on top."""
        now = clock.now()
        seen = await self._seen(access, now)
        values = _values(access, part, TASKS_ORDER, seen, kind=kind, role=role, person_id=person_id)
        async with self._reading(access, ["care_plan"], part, seen) as reading:
            page = worklist_page(reading.schemas["care_plan"], frozenset(values), late, part.limit + 1)
            records = await reading.connection.fetch(page.sql, *page.arguments(values))
            found = _page(reading, now, part, [ListedTask(**record) for record in records])
            told = await _told_of(access, reading, found)
        return await self._kept(
            access, found, told, "worklist", part, role=role, person_id=person_id, kind=kind, late=late
        )

    async def caseload(
        self, access: Access, part: Part, *, person_id: UUID | None = None, in_care: bool | None = None
    ) -> ListPage[ListedClient]:
        """A row for each client, in the order of their ids, which stays the same whatever happens to them."""
        now = clock.now()
        seen = await self._seen(access, now)
        values = _values(access, part, CLIENTS_ORDER, seen, person_id=person_id)
        async with self._reading(access, ["care_plan", "signals"], part, seen) as reading:
            schemas = reading.schemas
            page = caseload_page(schemas["care_plan"], schemas["signals"], frozenset(values), in_care, part.limit + 1)
            records = await reading.connection.fetch(page.sql, *page.arguments(values))
            found = _page(reading, now, part, [ListedClient(**record) for record in records])
            told = await _told_of(access, reading, found)
        return await self._kept(access, found, told, "caseload", part, person_id=person_id, in_care=in_care)

    async def signals(self, access: Access, part: Part, *, rule: SignalRule | None = None) -> ListPage[ListedSignal]:
        """The signals that wait, those first that have waited longest."""
        now = clock.now()
        seen = await self._seen(access, now)
        values = _values(access, part, SIGNALS_ORDER, seen, rule=rule)
        async with self._reading(access, ["care_plan", "signals"], part, seen) as reading:
            schemas = reading.schemas
            page = signals_page(schemas["signals"], schemas["care_plan"], frozenset(values), part.limit + 1)
            records = await reading.connection.fetch(page.sql, *page.arguments(values))
            found = _page(reading, now, part, [ListedSignal(**record) for record in records])
            told = await _told_of(access, reading, found)
        return await self._kept(access, found, told, "signals", part, rule=rule)

    async def _kept(
        self, access: Access, page: ListPage[Shown], told: Collection[UUID], what: str, part: Part, **asked: object
    ) -> ListPage[Shown]:
        """The page, once its access record is kept."""
        parameters = {**asked, "limit": part.limit, "after": part.after}
        await self._accesses.keep(access, Asked(what, parameters), told, position=page.position)
        return page

    async def _seen(self, access: Access, now: datetime) -> Mapping[str, object]:
        """Which clients alone are listed, and counted: the caller's, where they see no others; and where a client may
        have asked to be kept from who reads or what for, nobody who did."""
        seen: dict[str, object] = {"now": now}
        if await self._accesses.restricted(access.caller):
            seen["seen_by"] = access.caller.subject_id
        if await self._accesses.any_restrictions(access.organization_id):
            seen |= {"reader_id": access.caller.subject_id, "purpose": access.purpose.value}
        return seen

    def _reading(
        self, access: Access, projections: Sequence[str], part: Part, seen: Mapping[str, object]
    ) -> AbstractAsyncContextManager[ListReading]:
        self._accesses.begin_with_many(access)
        return self._reads.reading(
            access.organization_id, projections, position=part.position, seconds=at_most(WAIT_SECONDS), seen=seen
        )


def _values(
    access: Access, part: Part, order: Sequence[str], seen: Mapping[str, object], **narrowed: object | None
) -> Mapping[str, object]:
    """What a page is asked with, by the names that list_pages gives it; what is not asked for is not there."""
    after = place(order, part.after) if part.after is not None else {}
    given = {name: value for name, value in narrowed.items() if value is not None}
    return {"organization_id": access.organization_id, **seen, **after, **given}


async def _told_of(access: Access, reading: ListReading, page: ListPage[Shown]) -> Collection[UUID]:
    """Whom the page tells of: those of its rows, and those merged into them, of whom these tell as well."""
    return await with_merged(reading, access.organization_id, {row.client_id for row in page.rows})


def _page(reading: ListReading, at: datetime, part: Part, rows: list[Row]) -> ListPage[Row]:
    """The page without the one row more that was read to see whether there are others."""
    more = len(rows) > part.limit
    return ListPage(rows[: part.limit], reading.position, at, reading.parked, reading.erased, more=more)
