"""Days that can be seen coming, and the touchpoints that are owed before them (R26)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

from domain.entry import Entry
from domain.events.base import Event, FreeText
from domain.events.contacts import OutreachMade, SessionHeld
from domain.events.intake import EpisodeClosed, IntakeCompleted
from domain.events.looking_ahead import TriggerAnticipated, TriggerPassed
from domain.events.registration import ClientDied
from domain.replacing import replace
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import TEAM, Role
from domain.vocabulary.plan import DayAhead, DayPassed
from domain.vocabulary.triggers import Trigger
from projections.answers import Answer, At, all_answered
from projections.care_plan.care_under_way import ends_care, episode_after
from projections.collection import Elements
from projections.context import Context
from projections.elements import NO_COLUMN, Named, ViewContext, at_a_moment
from projections.episode_of_care import UnderWay
from projections.fold import Fold
from projections.mark import Mark, Placed, mark
from projections.obligations import Obligation
from projections.strands import Strand


@dataclass(frozen=True, slots=True)
class TouchpointOwed:
    """A contact that is owed before the day."""

    step: int
    """Its place among those planned, from 1."""
    by: Role
    """Whose task it is; a contact with anybody else of the team meets it too."""
    on: date
    """The client's day on which it is owed."""
    opens_at: datetime
    """When that day begins, or later when the trigger was seen coming."""
    due_at: datetime
    """The end of that day."""
    met: Mark | None = None
    """The contact; null where there was none."""
    released: Mark | None = None
    """After what it need not happen any more."""

    @property
    def waits(self) -> bool:
        """Whether it still has to happen."""
        return self.met is None and self.released is None


@dataclass(frozen=True, slots=True)
class TriggerAhead(Placed):
    """A day that may bring cravings or distress. Ahead: passed_at null, and ends_at after now."""

    kind: DayAhead
    """What kind of day it is."""
    on: Annotated[date, Named("comes_on")]
    """The client's day."""
    begins_at: datetime
    """When that day begins."""
    ends_at: datetime
    """When it is over."""
    anticipated_at: datetime
    """When it was seen coming."""
    triggers: tuple[Trigger, ...]
    """What it may set off."""
    what: FreeText | None
    """The day in words."""
    because_of: tuple[UUID, ...]
    """The entries that led to it being planned for, as it cites them."""
    touchpoints: Annotated[tuple[TouchpointOwed, ...], NO_COLUMN]
    """The contacts owed before it; those whose day was over when it was seen coming are not asked for."""
    passed: Mark | None = None
    """That it has passed, or will not come; null before that was recorded."""
    outcome: DayPassed | None = None
    """How it went."""
    note: FreeText | None = None
    """What was said about how it went."""

    @at_a_moment
    def ahead(self, context: ViewContext) -> bool:
        """Whether it still lies ahead, or is today."""
        return self.passed is None and context.at < self.ends_at


@dataclass(frozen=True, slots=True)
class TriggersAhead:
    """All of them, those before which a touchpoint waits, and the open episode of care."""

    triggers: Elements[TriggerAhead] = Elements()
    waiting: tuple[UUID, ...] = ()
    episode: UnderWay | None = None


class Shown(Answer):
    triggers_ahead: tuple[At[TriggerAhead], ...]
    """Days that were seen coming, those that have passed among them, by day."""


def show(state: TriggersAhead, context: ViewContext) -> Shown:
    """All of them, by day."""
    return Shown(triggers_ahead=all_answered(sorted(state.triggers, key=lambda each: each.on), context))


def touchpoints_asked(trigger: TriggerAhead) -> Iterator[Obligation]:
    """Each touchpoint is owed on its day."""
    for each in trigger.touchpoints:
        yield Obligation(
            kind=ObligationKind.TRIGGER_TOUCHPOINT,
            because=trigger.event_id,
            step=each.step,
            opens_at=each.opens_at,
            due_at=each.due_at,
            owner=each.by,
            met=each.met,
            released=each.released,
        )


fold = Fold(TriggersAhead())
STRAND = Strand(fold, Shown, show)
triggers = fold.each(TriggerAhead, lambda state: state.triggers)
TRIGGER_AHEAD = triggers.table("care_plan_trigger_ahead")
triggers.ask(touchpoints_asked)


@fold.on(TriggerAnticipated)
def trigger_anticipated(
    state: TriggersAhead, entry: Entry, event: TriggerAnticipated, context: Context
) -> TriggersAhead:
    """A day ahead, and the touchpoints before it."""
    trigger = TriggerAhead(
        event_id=entry.id,
        correction_id=entry.correction_id,
        kind=event.kind,
        on=event.on,
        begins_at=context.start_of(event.on),
        ends_at=context.end_of(event.on),
        anticipated_at=entry.occurred_at,
        triggers=event.triggers,
        what=event.what,
        because_of=event.because_of,
        touchpoints=tuple(_owed(entry, event, context)),
    )
    return _with(state, trigger)


@fold.on(SessionHeld)
def session_held(state: TriggersAhead, entry: Entry, event: SessionHeld, context: Context) -> TriggersAhead:
    """The client was met."""
    return _in_touch(state, entry, event.held_by, context) if state.waiting else state


@fold.on(OutreachMade)
def outreach_made(state: TriggersAhead, entry: Entry, event: OutreachMade, context: Context) -> TriggersAhead:
    """Somebody of the team reached the client; a check-in that the client sends is no touchpoint."""
    counts = state.waiting and event.reached and event.made_by in TEAM
    return _in_touch(state, entry, event.made_by, context) if counts else state


@fold.on(TriggerPassed)
def trigger_passed(state: TriggersAhead, entry: Entry, event: TriggerPassed, context: Context) -> TriggersAhead:
    """The day has passed, and nothing is owed before it any more."""
    trigger = state.triggers.get(event.trigger)
    if trigger is None:
        return state
    passed = replace(trigger, passed=mark(entry), outcome=event.outcome, note=event.note)
    return _with(state, _released(passed, mark(entry)))


@fold.on(IntakeCompleted, EpisodeClosed, ClientDied)
def care_ended(state: TriggersAhead, entry: Entry, event: Event, context: Context) -> TriggersAhead:
    """Touchpoints are released with the episode of care. A day ahead stays so in the next episode, and so do they
    where a new intake is all that tells of its beginning."""
    after = episode_after(state.episode, entry, event, context)
    if ends_care(state.episode, after, event) and not isinstance(event, IntakeCompleted):
        for each in state.waiting:
            trigger = state.triggers.get(each)
            assert trigger, "those that wait are there"
            state = _with(state, _released(trigger, mark(entry)))
    return replace(state, episode=after)


def _owed(entry: Entry, event: TriggerAnticipated, context: Context) -> Iterator[TouchpointOwed]:
    for step, each in enumerate(event.touchpoints, start=1):
        on = event.on - timedelta(days=each.days_before)
        opens_at, due_at = max(context.start_of(on), entry.occurred_at), context.end_of(on)
        if opens_at < due_at:
            yield TouchpointOwed(step, each.by, on, opens_at, due_at)


def _in_touch(state: TriggersAhead, entry: Entry, by: Role, context: Context) -> TriggersAhead:
    """One contact meets one touchpoint before each of the days."""
    today = context.day(entry)
    for each in state.waiting:
        trigger = state.triggers.get(each)
        assert trigger, "those that wait are there"
        owed = [touchpoint for touchpoint in trigger.touchpoints if touchpoint.waits and touchpoint.on <= today]
        if owed:
            fitting = max(owed, key=lambda touchpoint: _fits(touchpoint, by, today))
            state = _with(state, _changed(trigger, fitting, replace(fitting, met=mark(entry))))
    return state


def _fits(touchpoint: TouchpointOwed, by: Role, today: date) -> tuple[bool, bool, int, int]:
    """How well a contact fits: the touchpoint of today before one that is late, one's own before another's, then
    the older."""
    return touchpoint.on == today, touchpoint.by is by, -touchpoint.on.toordinal(), -touchpoint.step


def _changed(trigger: TriggerAhead, before: TouchpointOwed, after: TouchpointOwed) -> TriggerAhead:
    return replace(trigger, touchpoints=tuple(after if each is before else each for each in trigger.touchpoints))


def _released(trigger: TriggerAhead, after: Mark) -> TriggerAhead:
    touchpoints = tuple(replace(each, released=after) if each.waits else each for each in trigger.touchpoints)
    return replace(trigger, touchpoints=touchpoints)


def _with(state: TriggersAhead, trigger: TriggerAhead) -> TriggersAhead:
    """With the trigger as it is now, among those that wait while a touchpoint before it does."""
    others = tuple(each for each in state.waiting if each != trigger.event_id)
    waits = any(each.waits for each in trigger.touchpoints)
    return replace(
        state,
        triggers=state.triggers.put(trigger),
        waiting=(*others, trigger.event_id) if waits else others,
    )
