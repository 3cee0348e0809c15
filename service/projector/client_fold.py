"""One client folded whole for one build: what a build begins with, and what catch-up puts in place of what failed."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from domain.policies import Numbers
from projections.projection import Projection
from projections.rows import Rows
from service.projector.advance import Base, fold_whole
from service.projector.folding import rows_of
from service.projector.opened_events import Opened, concerning


class ClientFold(NamedTuple):
    """What a build has of a client."""

    snapshot: Base
    """From which the fold goes on; it stands some entries before the end, since what comes late lands before that."""
    rows: Rows


def fold_client(projection: Projection[Any], events: Sequence[Opened], numbers: Numbers) -> ClientFold:
    """The client's timeline from its beginning, folded. Raises ProjectionFailed."""
    entries = concerning(events, projection.relevant, projection.name)
    if not entries:
        return ClientFold(Base(0, None, projection.begin()), {})
    kept = fold_whole(projection, entries, numbers)
    snapshot = kept.base if kept.base.version else kept.here
    return ClientFold(snapshot, rows_of(projection, kept.state, entries[-1].id))
