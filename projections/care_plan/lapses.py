"""Lapses: data from which the plan learns (R30)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from domain.entry import Entry
from domain.events.lapses import LapseRecorded
from domain.vocabulary.substances import Substance
from projections.answers import Answer, At, answered
from projections.context import Context
from projections.elements import KEY, NO_COLUMN, Named, ViewContext
from projections.fold import Fold
from projections.mark import Placed
from projections.strands import Strand


@dataclass(frozen=True, slots=True)
class Lapse(Placed):
    """The last lapse. Nothing is taken away for it."""

    event_id: Annotated[UUID, KEY, Named("_event_id")]
    """The entry of the lapse."""
    at: Annotated[datetime, Named("_at")]
    """When it was."""
    substances: Annotated[tuple[Substance, ...], NO_COLUMN]
    """Which substances."""
    overdose_danger: Annotated[bool | None, Named("_overdose_danger")]
    """Whether it brought danger of overdose; null when not assessed."""


@dataclass(frozen=True, slots=True)
class Lapses:
    """The last lapse."""

    last: Lapse | None = None


class Shown(Answer):
    last_lapse: At[Lapse] | None
    """The last lapse."""


def show(state: Lapses, context: ViewContext) -> Shown:
    """The last lapse."""
    return Shown(last_lapse=state.last and answered(state.last, context))


fold = Fold(Lapses())
STRAND = Strand(fold, Shown, show)


@fold.on(LapseRecorded)
def lapse_recorded(state: Lapses, entry: Entry, event: LapseRecorded, context: Context) -> Lapses:
    """The last lapse. The plan and all that was reached stay as they are."""
    return Lapses(
        Lapse(
            event_id=entry.id,
            correction_id=entry.correction_id,
            at=entry.occurred_at,
            substances=event.substances,
            overdose_danger=event.overdose_danger,
        )
    )
