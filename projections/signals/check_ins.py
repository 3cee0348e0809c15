"""High or rising craving, and low mood, as check-ins tell of them (R49)."""

from dataclasses import dataclass
from uuid import UUID

from domain.entry import Entry
from domain.events.contacts import CheckInReceived
from domain.replacing import replace
from domain.vocabulary.signals import SignalRule
from projections.context import Context
from projections.signals.signal import Watch, watching


@dataclass(frozen=True, slots=True)
class Craving:
    """A craving that the client told of in a check-in."""

    event_id: UUID
    craving: int


@dataclass(frozen=True, slots=True)
class WhatCheckInsTell(Watch):
    """The signals of what check-ins tell."""

    cravings: tuple[Craving, ...] = ()
    """The latest ones, as many as the rule about rising cravings looks at."""


fold = watching(WhatCheckInsTell(), SignalRule.HIGH_CRAVING, SignalRule.RISING_CRAVING, SignalRule.LOW_MOOD)


@fold.on(CheckInReceived)
def check_in_received(
    state: WhatCheckInsTell, entry: Entry, event: CheckInReceived, context: Context
) -> WhatCheckInsTell:
    """High or rising craving, and low mood; what was not said changes nothing."""
    numbers, raised, cravings = context.policy.early_warning, state.raised, state.cravings
    if event.craving is not None:
        cravings = (*cravings, Craving(entry.id, event.craving))[-numbers.craving_rise_within_check_ins :]
        high = event.craving >= numbers.craving_at_least
        raised = raised.told(SignalRule.HIGH_CRAVING, entry, [entry.id] if high else [], context)
        lowest = min(cravings, key=lambda each: each.craving)
        rising = event.craving - lowest.craving >= numbers.craving_rise
        behind = [lowest.event_id, entry.id] if rising else []
        raised = raised.told(SignalRule.RISING_CRAVING, entry, behind, context)
    if event.mood is not None:
        low = event.mood <= numbers.mood_at_most
        raised = raised.told(SignalRule.LOW_MOOD, entry, [entry.id] if low else [], context)
    return replace(state, raised=raised, cravings=cravings)
