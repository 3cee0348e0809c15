"""Episodes of care: how the client came in, and with what (R01-R08)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, NamedTuple
from uuid import UUID

from domain.entry import Entry
from domain.events.registration import IntakeCompleted, SubstanceUse
from domain.vocabulary.intake import Condition, EntryRoute, StageOfChange
from domain.vocabulary.substances import Severity, Substance, UseFrequency, UseRoute
from projections.answers import Answer, At, answered
from projections.context import Context
from projections.elements import KEY, NO_COLUMN, Named, ViewContext
from projections.fold import Fold
from projections.mark import Placed
from projections.strands import Strand


@dataclass(frozen=True, slots=True)
class Episode(Placed):
    """An episode of care, opened by an intake."""

    event_id: Annotated[UUID, KEY, Named("episode_event_id")]
    """The entry of the intake that opened the episode of care; null before the first."""
    opened_at: Annotated[datetime, Named("episode_opened_at")]
    """When the intake that opened it was completed."""
    entry_route: EntryRoute
    """The way by which the client came into care."""
    substances: Annotated[tuple[SubstanceUse, ...], NO_COLUMN]
    """Substances named at that intake."""
    conditions: tuple[Condition, ...]
    """Conditions beside substance use, as found at that intake."""
    readiness: StageOfChange | None
    """The stage of change at that intake."""
    earlier_episodes: int
    """How many episodes of care came before."""


class SubstanceNamed(NamedTuple):
    """Substances named at the intake of the current episode."""

    number: Annotated[int, KEY]
    """The substance's place in the intake, from 1."""
    event_id: UUID
    """The entry of the intake that opened the episode of care."""
    substance: Substance
    """The substance group."""
    route: UseRoute
    """How it was taken."""
    frequency: UseFrequency
    """How often in the month before the last use."""
    severity: Severity
    """Severity of the substance use disorder."""
    last_used_on: date | None
    """The client's local day of last use, as said at intake."""


@dataclass(frozen=True, slots=True)
class Episodes:
    """The current episode."""

    current: Episode | None = None


class Shown(Answer):
    episode: At[Episode] | None
    """The current episode of care; null before the first intake."""


def show(state: Episodes, context: ViewContext) -> Shown:
    """The current episode."""
    return Shown(episode=state.current and answered(state.current, context))


def substances_named(episode: Episode) -> Iterator[SubstanceNamed]:
    """Each substance of the intake."""
    for number, use in enumerate(episode.substances, start=1):
        yield SubstanceNamed(
            number, episode.event_id, use.substance, use.route, use.frequency, use.severity, use.last_used_on
        )


fold = Fold(Episodes())
STRAND = Strand(fold, Shown, show)
SUBSTANCE = fold.one(Episode, lambda state: state.current).parts(
    "care_plan_substance", SubstanceNamed, substances_named
)


@fold.on(IntakeCompleted)
def intake_completed(state: Episodes, entry: Entry, event: IntakeCompleted, context: Context) -> Episodes:
    """An episode of care begins; the one before counts among the earlier ones."""
    before = state.current
    return Episodes(
        Episode(
            event_id=entry.id,
            correction_id=entry.correction_id,
            opened_at=entry.occurred_at,
            entry_route=event.entry_route,
            substances=event.substances,
            conditions=event.conditions,
            readiness=event.readiness,
            earlier_episodes=before.earlier_episodes + 1 if before else 0,
        )
    )
