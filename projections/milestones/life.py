"""Milestones of life: housing secured, a first support meeting, small steps, back to work, the client's own (R47).

Some follow from what else is recorded, any may be recorded by hand, and a milestone that is told both ways is one: who
moves in on Thursday and celebrates "housing secured" on Friday has one home. The entry that told of it first, in the
order in which things happened, stands for it, since its day is when it came; the other adds its words and which
defined milestone it was. One entry joins one other, so that a second home recorded by hand stays a second one. What
counts as the same is our choice: of housing, while the client has not lost it or moved again; of the first meeting of
a support group, always. Small steps are many, so a micro-goal done and a small step recorded by hand stay two.
"""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from domain.entry import Entry
from domain.events.base import FreeText
from domain.events.milestones import MilestoneDefined, MilestoneReached
from domain.events.residence import ResidenceChanged
from domain.replacing import replace
from domain.vocabulary.residence import HOUSING_LOST
from projections.collection import Elements
from projections.context import Context
from projections.elements import KEY
from projections.milestones.reached import Defined, ReachedKind, ReachedMilestone
from projections.milestones.uses import OVERALL


@dataclass(frozen=True, slots=True)
class MicroGoal:
    """A micro-goal that may be done."""

    event_id: Annotated[UUID, KEY]
    """The entry that agreed on it."""
    what: FreeText
    """It in words."""


@dataclass(frozen=True, slots=True)
class Life:
    """Milestones of life that were defined and reached, in order, and what tells of further ones."""

    defined: Elements[Defined] = Elements()
    reached: Elements[ReachedMilestone] = Elements()
    micro_goals: Elements[MicroGoal] = Elements()
    housed: bool | None = None
    """Whether the client can stay where they live; None while nothing says where that is."""
    home: UUID | None = None
    """The entry by which the housing was secured where the client lives; None where none tells."""


def defined(life: Life, entry: Entry, event: MilestoneDefined, context: Context) -> Life:
    """A milestone that may be reached."""
    one = Defined(
        event_id=entry.id,
        kind=event.kind,
        at=entry.occurred_at,
        on=context.day(entry),
        name=event.name,
        days=event.days,
        track=None if event.days is None else event.substance or OVERALL,
        note=event.note,
    )
    return replace(life, defined=life.defined.put(one))


def recorded(life: Life, entry: Entry, event: MilestoneReached, context: Context) -> Life:
    """A milestone recorded by hand, unless it was one whose definition was retracted."""
    aim = life.defined.get(event.milestone)
    if event.milestone and aim is None:
        return life
    kind = ReachedKind(aim.kind if aim else event.kind or ReachedKind.OWN)
    same = _told_before(life, kind)
    if same and (same.recorded_by_hand or (aim and same.at < aim.at)):
        same = None
    one = same or _reached(life, entry, kind, context)
    one = replace(one, recorded_by_hand=True, also_event_id=entry.id if same else None, how=event.how or one.how)
    if aim:
        one = replace(one, milestone=aim.event_id, name=aim.name)
        life = replace(life, defined=life.defined.put(replace(aim, reached_event_id=one.event_id)))
    return _put(life, one)


def moved(life: Life, entry: Entry, event: ResidenceChanged, context: Context) -> Life:
    """Housing is secured by who had none where they could stay, or lost it; moving from one home to another is none."""
    lost = event.left_because in HOUSING_LOST
    secured = event.stable and (life.housed is False or lost)
    # A home recorded by hand while there was none is this one, of which the move tells too.
    this_one = life.home if event.stable and not life.housed else None
    life = replace(life, housed=event.stable, home=this_one)
    return _derived(life, entry, ReachedKind.HOUSING_SECURED, context) if secured else life


def met_a_support_group(life: Life, entry: Entry, context: Context) -> Life:
    """The first meeting of a support group is a milestone; those that follow are counted by the care plan."""
    met = [each for each in life.reached if each.kind is ReachedKind.FIRST_SUPPORT_MEETING]
    if any(not each.recorded_by_hand or each.also_event_id for each in met):
        return life
    return _derived(life, entry, ReachedKind.FIRST_SUPPORT_MEETING, context)


def micro_goal_agreed(life: Life, entry: Entry, what: str) -> Life:
    """A micro-goal that may be done."""
    return replace(life, micro_goals=life.micro_goals.put(MicroGoal(entry.id, what)))


def step_done(life: Life, entry: Entry, step: UUID, context: Context) -> Life:
    """A micro-goal that was done is a small step, also when its hours were over; what others do is no milestone."""
    goal = life.micro_goals.get(step)
    if goal is None:
        return life
    return _put(life, replace(_reached(life, entry, ReachedKind.SMALL_STEP, context), micro_goal=step, how=goal.what))


def _derived(life: Life, entry: Entry, kind: ReachedKind, context: Context) -> Life:
    """A milestone that follows from what else is recorded, or that which was recorded by hand before."""
    same = _told_before(life, kind)
    if same and not same.also_event_id:
        return _put(life, replace(same, also_event_id=entry.id))
    return _put(life, _reached(life, entry, kind, context))


def _told_before(life: Life, kind: ReachedKind) -> ReachedMilestone | None:
    """The milestone of which one more entry may tell."""
    if kind is ReachedKind.HOUSING_SECURED:
        return life.reached.get(life.home)
    if kind is ReachedKind.FIRST_SUPPORT_MEETING:
        return next((each for each in life.reached if each.kind is kind), None)
    return None


def _reached(life: Life, entry: Entry, kind: ReachedKind, context: Context) -> ReachedMilestone:
    return ReachedMilestone(
        event_id=entry.id,
        kind=kind,
        number=1 + sum(each.kind is kind for each in life.reached),
        at=entry.occurred_at,
        precision=entry.precision,
        on=context.day(entry),
        goal=None,
        milestone=None,
        name=None,
        how=None,
    )


def _put(life: Life, one: ReachedMilestone) -> Life:
    home = one.event_id if one.kind is ReachedKind.HOUSING_SECURED else life.home
    return replace(life, reached=life.reached.put(one), home=home)
