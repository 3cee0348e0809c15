"""The measures by name, in the order of the table."""

from collections.abc import Awaitable, Callable, Mapping

from benchmarks import (
    analysts_export,
    append,
    bulk,
    cohort,
    exporting,
    feed,
    figures,
    importing,
    lag,
    many,
    post,
    projecting,
    proofs,
    reading,
    reads,
    rebuild,
    replay,
    soak,
    timeline,
    verifying,
    webhooks,
)
from benchmarks.ground import Ground
from benchmarks.harness import Result, Rounds

MEASURES: Mapping[str, Callable[[Ground, Rounds], Awaitable[list[Result]]]] = {
    "append": append.measure,
    "bulk": bulk.measure,
    "timeline": timeline.measure,
    "post": post.measure,
    "many": many.measure,
    "lag": lag.measure,
    "projecting": projecting.measure,
    "rebuild": rebuild.measure,
    "cohort": cohort.measure,
    "reads": reads.measure,
    "reading": reading.measure,
    "feed": feed.measure,
    "import": importing.measure,
    "webhooks": webhooks.measure,
    "replay": replay.measure,
    "proofs": proofs.measure,
    "verifying": verifying.measure,
    "exporting": exporting.measure,
    "analysts-export": analysts_export.measure,
    "figures": figures.measure,
    "soak": soak.measure,
}

ONLY_WHEN_ASKED = frozenset({"soak"})
"""What takes minutes and compares the service with itself: not a part of the table unless named."""
