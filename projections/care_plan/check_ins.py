"""Check-ins: craving, mood and sleep as the client told them last (R25)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from domain.entry import Entry
from domain.events.base import FreeText
from domain.events.contacts import CheckInReceived
from domain.vocabulary.contacts import Channel, CheckInOccasion
from projections.answers import Answer, At, answered
from projections.context import Context
from projections.elements import NO_COLUMN, Named, ViewContext
from projections.fold import Fold
from projections.mark import Placed
from projections.strands import Strand

SHOWN_IN_FULL: Final = 7
"""So many of the last check-ins are shown in full: a week of daily ones (our choice)."""


@dataclass(frozen=True, slots=True)
class OwnRating:
    """A client's own rating from 0 to 10."""

    value: Annotated[int, Named("_rating")]
    """The rating, from 0 to 10."""
    event_id: Annotated[UUID, Named("_event_id")]
    """The check-in that says so."""
    at: Annotated[datetime, Named("_at")]
    """When that was."""


@dataclass(frozen=True, slots=True)
class Sleep:
    """How long the client slept."""

    hours: Annotated[float, Named("_hours")]
    """How many hours."""
    event_id: Annotated[UUID, Named("_event_id")]
    """The check-in that says so."""
    at: Annotated[datetime, Named("_at")]
    """When that was."""


@dataclass(frozen=True, slots=True)
class CheckIn(Placed):
    """A check-in."""

    at: datetime
    """When it was."""
    channel: Channel
    """How it came."""
    occasion: CheckInOccasion | None
    """What it was for; null where not said."""
    craving: int | None
    """Craving, from 0 to 10; null where not said."""
    mood: int | None
    """Mood, from 0 (lowest) to 10; null where not said."""
    sleep_hours: float | None
    """Hours of sleep in the night before; null where not said."""
    words: FreeText | None
    """What the client said."""


@dataclass(frozen=True, slots=True)
class CheckIns:
    """What the client told in check-ins: each value as it was told last, which need not be the last check-in."""

    received: Annotated[int, Named("check_ins")] = 0
    """How many check-ins there were."""
    craving: OwnRating | None = None
    """The last craving, from 0 to 10; null before the first."""
    mood: OwnRating | None = None
    """The last mood, from 0 (lowest) to 10; null before the first."""
    sleep: Sleep | None = None
    """The last night's sleep; null before the first."""
    last: Annotated[tuple[CheckIn, ...], NO_COLUMN] = ()
    """The last check-ins in full, the newest first."""


class Shown(Answer):
    check_ins: At[CheckIns]
    """What the client told in check-ins: the last values, and the last check-ins in full."""


def show(state: CheckIns, context: ViewContext) -> Shown:
    """All of it."""
    return Shown(check_ins=answered(state, context))


fold = Fold(CheckIns())
STRAND = Strand(fold, Shown, show)
CHECK_INS = fold.one(CheckIns, lambda state: state if state.received else None).table("care_plan_check_ins")


@fold.on(CheckInReceived)
def check_in_received(state: CheckIns, entry: Entry, event: CheckInReceived, context: Context) -> CheckIns:
    """What it tells is the last of its kind; what it leaves out stays as it was told before."""
    at = entry.occurred_at
    check_in = CheckIn(
        event_id=entry.id,
        correction_id=entry.correction_id,
        at=at,
        channel=event.channel,
        occasion=event.occasion,
        craving=event.craving,
        mood=event.mood,
        sleep_hours=event.sleep_hours,
        words=event.words,
    )
    return CheckIns(
        received=state.received + 1,
        craving=state.craving if event.craving is None else OwnRating(event.craving, entry.id, at),
        mood=state.mood if event.mood is None else OwnRating(event.mood, entry.id, at),
        sleep=state.sleep if event.sleep_hours is None else Sleep(event.sleep_hours, entry.id, at),
        last=(check_in, *state.last)[:SHOWN_IN_FULL],
    )
