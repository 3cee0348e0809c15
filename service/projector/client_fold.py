"""One client folded whole for one build: what a build begins with, what catch-up puts in place of what failed, and how
clients who were merged are folded each time."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from domain.policies import Numbers
from projections.projection import Projection
from projections.rows import Rows
from service.projector.advance import Base, beginning, fold_whole, resume
from service.projector.folding import rows_of
from service.projector.opened_events import Opened, concerning, opened
from service.projector.united_events import had_merges


class ClientFold(NamedTuple):
    """What a build has of a client."""

    snapshot: Base
    """From which the fold goes on; it stands some entries before the end, since what comes late lands before that. One
    at 0 just says that the build has met the client, of whom nothing is kept to fold on from: the client was merged."""
    rows: Rows


def fold_client(projection: Projection[Any], events: Sequence[Opened], numbers: Numbers) -> ClientFold:
    """The events that a client is folded from, from the beginning, folded. Raises ProjectionFailed."""
    opened(events, projection.name)  # also where just merges are there: nothing is kept of whose key does not open
    entries = concerning(events, projection.relevant, projection.name)
    if not entries:
        return ClientFold(beginning(projection), {})
    if had_merges(events):
        folded = resume(projection, beginning(projection), entries, numbers)
        return ClientFold(beginning(projection), rows_of(projection, folded.state, entries[-1].id))
    kept = fold_whole(projection, entries, numbers)
    snapshot = kept.base if kept.base.version else kept.here
    return ClientFold(snapshot, rows_of(projection, kept.state, entries[-1].id))
