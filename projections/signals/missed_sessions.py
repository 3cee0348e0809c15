"""Sessions missed in a row (R49)."""

from dataclasses import dataclass
from uuid import UUID

from domain.entry import Entry
from domain.events.appointments import AppointmentCancelled
from domain.events.contacts import SessionHeld, SessionMissed
from domain.replacing import replace
from domain.vocabulary.appointments import CancelledBy
from domain.vocabulary.signals import SignalRule
from projections.context import Context
from projections.signals.signal import Watch, watching


@dataclass(frozen=True, slots=True)
class MissedSessions(Watch):
    """The signals of sessions missed in a row."""

    missed: tuple[UUID, ...] = ()
    """The sessions missed in a row, and the appointments that the client called off."""


fold = watching(MissedSessions(), SignalRule.MISSED_SESSIONS)


@fold.on(SessionMissed)
def session_missed(state: MissedSessions, entry: Entry, event: SessionMissed, context: Context) -> MissedSessions:
    """One more session missed in a row."""
    return _missed(state, entry, context)


@fold.on(AppointmentCancelled)
def appointment_cancelled(
    state: MissedSessions, entry: Entry, event: AppointmentCancelled, context: Context
) -> MissedSessions:
    """What the client calls off is missed; what the clinic calls off does not count against the client (R58)."""
    return state if event.by is CancelledBy.CLINIC else _missed(state, entry, context)


def _missed(state: MissedSessions, entry: Entry, context: Context) -> MissedSessions:
    missed = (*state.missed, entry.id)
    enough = len(missed) >= context.policy.early_warning.missed_sessions_in_a_row
    raised = state.raised.told(SignalRule.MISSED_SESSIONS, entry, missed, context) if enough else state.raised
    return replace(state, missed=missed, raised=raised)


@fold.on(SessionHeld)
def session_held(state: MissedSessions, entry: Entry, event: SessionHeld, context: Context) -> MissedSessions:
    """The client was there: the end of sessions missed in a row."""
    return replace(state, missed=(), raised=state.raised.cleared(entry))
