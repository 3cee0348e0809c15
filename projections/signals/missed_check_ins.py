"""Daily check-ins missed in a row (R49).

That nothing came is no event: after each check-in, and whenever what was agreed changes, the moment is kept at which
enough whole days will have been missed. It is raised then by itself, unless a check-in comes before.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from domain.entry import Entry
from domain.events.base import Event
from domain.events.contacts import CheckInReceived
from domain.events.intake import EpisodeClosed, IntakeCompleted
from domain.events.plan import CadenceSet
from domain.replacing import replace
from domain.vocabulary.plan import CadenceKind, Period
from domain.vocabulary.record import Precision
from domain.vocabulary.signals import SignalRule
from projections.care_plan import cadences as cadence_strand
from projections.care_plan.cadences import Cadence, Cadences
from projections.collection import Elements
from projections.context import Context
from projections.local_days import day_after
from projections.signals.signal import Signal, Watch, watching


@dataclass(frozen=True, slots=True)
class CheckInsExpected(Watch):
    """The signals of check-ins missed in a row, and what is expected."""

    cadences: Cadences = field(default_factory=Cadences)
    """How often check-ins were agreed, as the care plan keeps it, of those alone."""
    last: UUID | None = None
    """The last check-in, while days are counted from it."""
    since: date = date.min
    """The first of the client's days that may count as missed: that after the last check-in, or of the last release."""


class Expected(NamedTuple):
    """A time in which a check-in is expected each day."""

    starts_at: datetime
    ends_at: datetime | None
    cadence: UUID
    """The entry that set it so, the first one where several follow upon one another."""


fold = watching(CheckInsExpected(), SignalRule.MISSED_CHECK_INS)


@fold.on(CheckInReceived)
def check_in_received(
    state: CheckInsExpected, entry: Entry, event: CheckInReceived, context: Context
) -> CheckInsExpected:
    """Whatever was missed before is over, and what ended before this day does not matter any more."""
    day = context.day(entry)
    begins_at = context.start_of(day)
    kept = Elements(each for each in state.cadences.cadences if each.ends_at is None or begins_at < each.ends_at)
    cadences = state.cadences if len(kept) == len(state.cadences.cadences) else replace(state.cadences, cadences=kept)
    state = replace(state, raised=state.raised.cleared(entry), cadences=cadences, last=entry.id)
    return _looked_ahead(replace(state, since=day_after(day, 1)), entry, context)


@fold.on(CadenceSet)
def cadence_set(state: CheckInsExpected, entry: Entry, event: CadenceSet, context: Context) -> CheckInsExpected:
    """Other check-ins are agreed. Days before they were do not count as missed, nor does one where just the day of the
    agreement is known."""
    if event.kind is not CadenceKind.CHECK_IN:
        return state
    day = context.day(entry)
    starts_on = max(event.starts_on, day) if event.starts_on else None
    if entry.precision is Precision.DAY:
        starts_on = starts_on or day_after(day, 1)
    said = event.model_copy(update={"starts_on": starts_on, "note": None})
    cadences = cadence_strand.cadence_set(state.cadences, entry, said, context)
    return _looked_ahead(replace(state, cadences=cadences), entry, context)


@fold.on(IntakeCompleted, EpisodeClosed)
def care_ended(state: CheckInsExpected, entry: Entry, event: Event, context: Context) -> CheckInsExpected:
    """What was agreed ends with its episode of care."""
    cadences = cadence_strand.care_ended(state.cadences, entry, event, context)
    return _looked_ahead(replace(state, cadences=cadences), entry, context)


def _looked_ahead(state: CheckInsExpected, entry: Entry, context: Context) -> CheckInsExpected:
    """With the moments at which enough will have been missed in each time that is not over, as it is expected now.

    What is missed already stays so while a check-in is expected each day, as may be agreed just after it ended; else
    it is released, and days are counted anew.
    """
    now = entry.occurred_at
    times = [each for each in expected(state.cadences.cadences) if each.ends_at is None or now < each.ends_at]
    present = next((each for each in times if each.starts_at <= now), None)
    raised = state.raised
    holding = next((each for each in raised.open if present and present.starts_at <= each.raised_at <= now), None)
    day, over = context.day(entry), any(each.raised_at <= now and each is not holding for each in raised.open)
    if over and state.since <= day:
        state = replace(state, since=day, last=None)
    raised = raised.released(entry, lambda signal: signal is not holding)
    if holding and present and holding.ends_at != present.ends_at:
        raised = raised.put(replace(holding, ends_at=present.ends_at))
    for each in times:
        if holding is None or each is not present:
            signal = _missed(each, state, entry, context)
            raised = raised if signal is None else raised.put(signal)
    return replace(state, raised=raised)


def _missed(time: Expected, state: CheckInsExpected, entry: Entry, context: Context) -> Signal | None:
    """The first days in a row in that time, each of them whole, on which none has come; None where it is too short."""
    day = context.day_at(time.starts_at)
    begins_then = context.start_of(day) == time.starts_at
    first = max(state.since, day if begins_then else day_after(day, 1))
    last = day_after(first, context.policy.early_warning.missed_daily_check_ins_in_a_row - 1)
    raised_at = max(context.end_of(last), entry.occurred_at)
    last_check_in = state.last if first == state.since else None
    signal = Signal(
        rule=SignalRule.MISSED_CHECK_INS,
        event_id=last_check_in or time.cadence,
        about_on=last,
        raised_at=raised_at,
        ends_at=time.ends_at,
        behind=(time.cadence, last_check_in) if last_check_in else (time.cadence,),
    )
    return None if signal.ended_by(raised_at) else signal


def expected(cadences: Elements[Cadence]) -> Iterator[Expected]:
    """The times in which a check-in is expected each day: of what was agreed, what was set last for a moment counts."""
    found: Expected | None = None
    moments = sorted({at for each in cadences for at in (each.starts_at, each.ends_at) if at is not None})
    for at in moments:
        in_force = next((each for each in reversed(cadences) if each.holds(at)), None)
        if in_force and in_force.per is Period.DAY and in_force.times:
            found = found or Expected(at, None, in_force.event_id)
        elif found:
            yield found._replace(ends_at=at)
            found = None
    if found:
        yield found
