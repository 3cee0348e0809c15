"""Sessions: of which kinds, with which techniques, what stood behind those missed, and readiness (R06, R22-R24).

Counted, with the last few in full: people are in care for years, and the timeline has every one of them.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from domain.entry import Entry
from domain.events.base import FreeText
from domain.events.contacts import SessionHeld, SessionMissed
from domain.events.intake import IntakeCompleted
from domain.replacing import replace
from domain.vocabulary.barriers import Barrier
from domain.vocabulary.contacts import Channel, SessionKind, Technique
from domain.vocabulary.intake import StageOfChange
from domain.vocabulary.people import Role
from projections.answers import Answer, At, all_answered, answered
from projections.collection import Elements
from projections.context import Context
from projections.elements import KEY, ViewContext
from projections.fold import Fold
from projections.mark import Mark, Placed, mark
from projections.strands import Strand

SHOWN_IN_FULL: Final = 5
"""So many of the last sessions are shown in full: about a month of weekly ones (our choice)."""


@dataclass(frozen=True, slots=True)
class SessionsOfKind:
    """The sessions of a kind, by how people met: how many were held and missed."""

    kind: Annotated[SessionKind, KEY]
    """What kind of session."""
    channel: Annotated[Channel, KEY]
    """How people met."""
    held: int = 0
    """How many were held."""
    missed: int = 0
    """How many were missed."""
    last_held: Mark | None = None
    """The last one that was held."""
    last_missed: Mark | None = None
    """The last one that was missed."""


@dataclass(frozen=True, slots=True)
class TechniqueUsed:
    """A technique used in sessions."""

    technique: Annotated[Technique, KEY]
    """Which one."""
    sessions: int
    """In how many sessions."""
    last: Mark
    """The last of them."""


@dataclass(frozen=True, slots=True)
class BarrierBehindMisses:
    """What stood between the client and sessions that were missed; unknown is counted, too."""

    barrier: Annotated[Barrier, KEY]
    """What it was."""
    sessions: int
    """How many sessions it cost."""
    last: Mark
    """The last of them."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """The client's stage of change, as it was told last, at an intake or in a session."""

    stage: StageOfChange
    """The stage of change."""
    event_id: UUID
    """The entry that says so."""
    at: datetime
    """When that was."""


@dataclass(frozen=True, slots=True)
class Session(Placed):
    """A session that was held."""

    at: datetime
    """When it was."""
    kind: SessionKind
    """What kind of session."""
    channel: Channel
    """How they met."""
    held_by: Role
    """Who held it."""
    minutes: int | None
    """How long it took."""
    techniques: tuple[Technique, ...]
    """The techniques used."""
    appointment: UUID | None
    """The entry of the appointment that it was; null where it names none."""
    summary: FreeText | None
    """The session in words."""


@dataclass(frozen=True, slots=True)
class MissedSession(Placed):
    """A session that was missed."""

    at: datetime
    """When it would have been."""
    kind: SessionKind
    """What kind of session."""
    channel: Channel
    """How they would have met."""
    barrier: Barrier
    """What stood in the way."""
    appointment: UUID | None
    """The entry of the appointment that it was; null where it names none."""
    note: FreeText | None
    """What was in the way, in words."""


@dataclass(frozen=True, slots=True)
class Sessions:
    """Sessions counted, and the last ones."""

    by_kind: Elements[SessionsOfKind] = Elements()
    techniques: Elements[TechniqueUsed] = Elements()
    barriers: Elements[BarrierBehindMisses] = Elements()
    readiness: Readiness | None = None
    last_held: tuple[Session, ...] = ()
    last_missed: tuple[MissedSession, ...] = ()


class Shown(Answer):
    sessions: tuple[At[SessionsOfKind], ...]
    """How many sessions were held and missed, by kind and by how people met."""
    techniques_used: tuple[At[TechniqueUsed], ...]
    """The techniques used in sessions."""
    barriers_behind_misses: tuple[At[BarrierBehindMisses], ...]
    """What stood behind missed sessions."""
    readiness: At[Readiness] | None
    """The stage of change, as it was told last; null where nobody said."""
    last_sessions: tuple[At[Session], ...]
    """The last sessions that were held, the newest first."""
    last_misses: tuple[At[MissedSession], ...]
    """The last sessions that were missed, the newest first."""


def show(state: Sessions, context: ViewContext) -> Shown:
    """All of it."""
    return Shown(
        sessions=all_answered(state.by_kind, context),
        techniques_used=all_answered(state.techniques, context),
        barriers_behind_misses=all_answered(state.barriers, context),
        readiness=state.readiness and answered(state.readiness, context),
        last_sessions=all_answered(state.last_held, context),
        last_misses=all_answered(state.last_missed, context),
    )


fold = Fold(Sessions())
STRAND = Strand(fold, Shown, show)
SESSIONS = fold.each(SessionsOfKind, lambda state: state.by_kind).table("care_plan_sessions")
TECHNIQUE = fold.each(TechniqueUsed, lambda state: state.techniques).table("care_plan_technique_used")
BARRIER_BEHIND_MISSES = fold.each(BarrierBehindMisses, lambda state: state.barriers).table(
    "care_plan_barrier_behind_misses"
)
fold.shown(Session, lambda state: state.last_held)
fold.shown(MissedSession, lambda state: state.last_missed)
READINESS = fold.one(Readiness, lambda state: state.readiness).table("care_plan_readiness")


@fold.on(IntakeCompleted)
def intake_completed(state: Sessions, entry: Entry, event: IntakeCompleted, context: Context) -> Sessions:
    """Readiness as it was at the intake."""
    return _ready(state, entry, event.readiness)


@fold.on(SessionHeld)
def session_held(state: Sessions, entry: Entry, event: SessionHeld, context: Context) -> Sessions:
    """One more of its kind, and of each technique; each counts once a session, however often it was noted."""
    held, techniques = mark(entry), state.techniques
    for technique in dict.fromkeys(event.techniques):
        used = techniques.get(technique)
        techniques = techniques.put(TechniqueUsed(technique, used.sessions + 1 if used else 1, held))
    of_kind = _of_kind(state, event)
    session = Session(
        event_id=entry.id,
        correction_id=entry.correction_id,
        at=entry.occurred_at,
        kind=event.kind,
        channel=event.channel,
        held_by=event.held_by,
        minutes=event.minutes,
        techniques=event.techniques,
        appointment=event.appointment,
        summary=event.summary,
    )
    counted = replace(
        state,
        by_kind=state.by_kind.put(replace(of_kind, held=of_kind.held + 1, last_held=held)),
        techniques=techniques,
        last_held=(session, *state.last_held)[:SHOWN_IN_FULL],
    )
    return _ready(counted, entry, event.readiness)


@fold.on(SessionMissed)
def session_missed(state: Sessions, entry: Entry, event: SessionMissed, context: Context) -> Sessions:
    """One more missed of its kind, and one more behind which this barrier stood (R24)."""
    missed, of_kind, behind = mark(entry), _of_kind(state, event), state.barriers.get(event.barrier)
    miss = MissedSession(
        event_id=entry.id,
        correction_id=entry.correction_id,
        at=entry.occurred_at,
        kind=event.kind,
        channel=event.channel,
        barrier=event.barrier,
        appointment=event.appointment,
        note=event.note,
    )
    return replace(
        state,
        by_kind=state.by_kind.put(replace(of_kind, missed=of_kind.missed + 1, last_missed=missed)),
        barriers=state.barriers.put(BarrierBehindMisses(event.barrier, behind.sessions + 1 if behind else 1, missed)),
        last_missed=(miss, *state.last_missed)[:SHOWN_IN_FULL],
    )


def _of_kind(state: Sessions, event: SessionHeld | SessionMissed) -> SessionsOfKind:
    return state.by_kind.get((event.kind, event.channel)) or SessionsOfKind(event.kind, event.channel)


def _ready(state: Sessions, entry: Entry, stage: StageOfChange | None) -> Sessions:
    return replace(state, readiness=Readiness(stage, entry.id, entry.occurred_at)) if stage else state
