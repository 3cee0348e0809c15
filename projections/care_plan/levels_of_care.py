"""Levels of care: which the client was in, from when until when, and with what gap between them (R20, R35)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from domain.entry import Entry
from domain.events.base import ShortText
from domain.events.intake import EpisodeClosed, IntakeCompleted, LevelOfCareChanged
from domain.events.registration import ClientDied
from domain.replacing import replace
from domain.vocabulary.asam import LevelChangeReason, LevelOfCare
from projections.answers import Answer, At, all_answered, answered
from projections.collection import Elements
from projections.context import Context
from projections.elements import KEY, ViewContext
from projections.episode_of_care import UnderWay, after_closing, after_intake
from projections.fold import Fold
from projections.mark import Mark, Placed, mark
from projections.strands import Strand


@dataclass(frozen=True, slots=True)
class Level(Placed):
    """A level of care that the client is or was in. Now: ended_at null."""

    event_id: Annotated[UUID, KEY]
    """The entry that says that the client is in it."""
    level: LevelOfCare
    """The level, by the ASAM criteria."""
    co_occurring_enhanced: bool
    """Whether it is enhanced for co-occurring conditions (COE)."""
    biomedically_enhanced: bool
    """Whether it is biomedically enhanced (BIO)."""
    reason: LevelChangeReason
    """Why it changed."""
    provided_by: ShortText | None
    """Who provides it, where not the organization itself."""
    since: datetime
    """From when on the client is in it."""
    gap_days: int | None
    """Days between leaving the level before and coming into this one; null where none came before in care."""
    because_of: tuple[UUID, ...]
    """The entries that led to it, as it cites them: an assessment, a handoff."""
    ended: Mark | None = None
    """The next level, the episode's closing, or the client's death; null while the client is in it."""


@dataclass(frozen=True, slots=True)
class Levels:
    """All levels, the one that the client is in, and the episode of care."""

    levels: Elements[Level] = Elements()
    current: UUID | None = None
    episode: UnderWay | None = None


class Shown(Answer):
    level_of_care: At[Level] | None
    """The level of care that the client is in; null before the first, and after the episode was closed."""
    earlier_levels: tuple[At[Level], ...]
    """The levels of care before, the latest first."""


def show(state: Levels, context: ViewContext) -> Shown:
    """The level now, and those before."""
    current = state.levels.get(state.current) if state.current else None
    earlier = [level for level in reversed(state.levels) if level.event_id != state.current]
    return Shown(level_of_care=current and answered(current, context), earlier_levels=all_answered(earlier, context))


fold = Fold(Levels())
STRAND = Strand(fold, Shown, show)
LEVEL = fold.each(Level, lambda state: state.levels).table("care_plan_level_of_care")


@fold.on(LevelOfCareChanged)
def level_of_care_changed(state: Levels, entry: Entry, event: LevelOfCareChanged, context: Context) -> Levels:
    """The client is in this level, and no longer in the one before."""
    level = Level(
        event_id=entry.id,
        correction_id=entry.correction_id,
        level=event.level,
        co_occurring_enhanced=event.co_occurring_enhanced,
        biomedically_enhanced=event.biomedically_enhanced,
        reason=event.reason,
        provided_by=event.provided_by,
        since=entry.occurred_at,
        gap_days=_gap(state, entry, event, context),
        because_of=event.because_of,
    )
    before = _ended(state, mark(entry))
    return replace(before, levels=before.levels.put(level), current=entry.id)


def _gap(state: Levels, entry: Entry, event: LevelOfCareChanged, context: Context) -> int | None:
    """Whole days without a level of care; none where the day of leaving is not said, or is that of coming.

    Also said for the first level here where they come from one elsewhere, such as withdrawal management (R35).
    """
    if event.left_on:
        return max((context.day(entry) - event.left_on).days, 0)
    return 0 if state.current else None


@fold.on(IntakeCompleted)
def intake_completed(state: Levels, entry: Entry, event: IntakeCompleted, context: Context) -> Levels:
    """Which episode it is that a closing ends."""
    return replace(state, episode=after_intake(state.episode, entry, context))


@fold.on(EpisodeClosed)
def episode_closed(state: Levels, entry: Entry, event: EpisodeClosed, context: Context) -> Levels:
    """With the episode its level ends."""
    episode = after_closing(state.episode, event)
    return state if episode is state.episode else replace(_ended(state, mark(entry)), episode=episode)


@fold.on(ClientDied)
def client_died(state: Levels, entry: Entry, event: ClientDied, context: Context) -> Levels:
    """Care ends."""
    return _ended(state, mark(entry))


def _ended(state: Levels, ended: Mark) -> Levels:
    if state.current is None:
        return state
    return replace(
        state, levels=state.levels.change(state.current, lambda level: replace(level, ended=ended)), current=None
    )
