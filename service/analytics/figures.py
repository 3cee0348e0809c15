"""The figures of measures over an organization's rows, live or as they stood."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from importlib.util import find_spec
from typing import Final, NamedTuple
from uuid import UUID

from analytics.counting import By, counts, spread, times
from analytics.figures import Figures, Rows, figures
from analytics.measures.measure import Kind, Measure
from analytics.suppression import SMALLEST
from service.access.access_records import Access, Asked
from service.analytics.reading import Reading
from service.care.accesses import Accesses
from service.log.organizations import Organizations
from service.runtime import clock

AT_ONCE: Final = 2
"""So many answers are made at once in a process (our choice): each takes a processor for a second or so."""

Read = Callable[[UUID], AbstractAsyncContextManager[Reading]]
"""Gives a reading of an organization: of its rows as they are, or as they stood."""


class FiguresMissing(Exception):
    """The libraries that figures are made with are not installed."""

    def __init__(self) -> None:
        super().__init__(
            "To tell figures, the extra `analytics` has to be installed: pip install 'care-timeline[analytics]'."
        )


class ToldFigures(NamedTuple):
    """Figures of an organization, and what they are as of."""

    organization_id: UUID
    position: int
    """Of the last event that they reflect."""
    moment: datetime
    """By which cases are judged."""
    measures: Sequence[Figures]


async def figures_of(reading: Reading, measure: Measure, by: By, smallest: int) -> Figures:
    """A measure's figures by these periods, as known at the reading's position, of no fewer people than `smallest`."""
    sources = reading.sources
    counted = await reading.fetch(counts(measure, sources))
    spread_out = await reading.fetch(spread(measure, sources)) if measure.kind == Kind.AMOUNT else ()
    timed = await reading.fetch(times(measure, sources)) if measure.kind == Kind.TIME else ()
    rows = Rows([dict(row) for row in counted], [dict(row) for row in spread_out], [dict(row) for row in timed])
    # Looking for what would give small cells away may take a second: others are served meanwhile.
    return await asyncio.to_thread(figures, measure, rows, by, smallest)


async def smallest_cell(organizations: Organizations, organization_id: UUID) -> int:
    """Figures of fewer people are hidden, by the organization's policy in force now.

    Where that cannot be read it is what is usual, if that hides more.
    """
    policies = await organizations.policies(organization_id)
    smallest = policies.readable_at(clock.now()).analytics.smallest_cell
    return max(smallest, SMALLEST) if policies.unread else smallest


class MeasureFigures:
    """Tells figures. Each answer keeps its access record before anything is told."""

    def __init__(self, read: Read, organizations: Organizations, accesses: Accesses) -> None:
        self._read = read
        self._organizations = organizations
        self._accesses = accesses
        self._at_once = asyncio.Semaphore(AT_ONCE)

    async def make(self, access: Access, measures: Sequence[Measure], by: By, read: Read | None = None) -> ToldFigures:
        """The figures of the access's organization, by `read` as they stood, or else as they are.

        Which cells are too small goes by the policy in force now, whatever they are as of. Raises what `read` raises,
        such as RowsNotReady, and FiguresMissing, NoLegalGround, NotConsented, AccessNotRecorded.
        """
        require()
        self._accesses.begin_with_many(access)
        smallest = await smallest_cell(self._organizations, access.organization_id)
        async with self._at_once, (read or self._read)(access.organization_id) as reading:
            asked = Asked("analytics", {"measures": [each.name for each in measures], "by": by})
            await self._accesses.keep(access, asked, (), position=reading.position, under_pseudonyms=True)
            told = [await figures_of(reading, each, by, smallest) for each in measures]
            return ToldFigures(reading.organization_id, reading.position, reading.moment, told)


def require() -> None:
    """Raises FiguresMissing where what makes figures, or draws them, is not installed."""
    if not all(map(find_spec, ("lifelines", "matplotlib", "scipy"))):
        raise FiguresMissing
