"""The figures of measures over an organization's rows, live or as they stood."""

import asyncio

from analytics.counting import By, counts, spread, times
from analytics.figures import Figures, Rows, figures
from analytics.measures.measure import Kind, Measure
from service.analytics.reading import Reading


async def figures_of(reading: Reading, measure: Measure, by: By, smallest: int) -> Figures:
    """A measure's figures by these periods, as known at the reading's position, of no fewer people than `smallest`."""
    sources = reading.sources
    counted = await reading.fetch(counts(measure, sources))
    spread_out = await reading.fetch(spread(measure, sources)) if measure.kind in {Kind.AMOUNT, Kind.CHANGE} else ()
    timed = await reading.fetch(times(measure, sources)) if measure.kind == Kind.TIME else ()
    rows = Rows([dict(row) for row in counted], [dict(row) for row in spread_out], [dict(row) for row in timed])
    # Looking for what would give small cells away may take a second: others are served meanwhile.
    return await asyncio.to_thread(figures, measure, rows, by, smallest)
