"""What reviews asked of the plan, as tasks of the team; the postvention projection shows them (R45)."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from domain.entry import Entry
from domain.events.base import Event
from domain.events.intake import EpisodeClosed
from domain.events.postvention import AdjustmentSettled, PostventionReviewed
from domain.events.registration import ClientDied
from domain.replacing import replace
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from projections.adjustments import Adjustment, asked, released, settled
from projections.answers import Answer
from projections.collection import Elements
from projections.context import Context
from projections.elements import ViewContext
from projections.fold import Fold
from projections.mark import mark
from projections.obligations import Obligation
from projections.strands import Strand


@dataclass(frozen=True, slots=True)
class Adjustments:
    """All that was asked for, and which of it is open."""

    adjustments: Elements[Adjustment] = Elements()
    open: tuple[tuple[UUID, int], ...] = ()


class Shown(Answer):
    open_adjustments: int
    """How many changes that reviews after crises asked for are not settled yet."""


def show(state: Adjustments, context: ViewContext) -> Shown:
    """How many are open."""
    return Shown(open_adjustments=len(state.open))


def asked_for(adjustment: Adjustment) -> Iterator[Obligation]:
    """That it is carried out, or dropped for a reason."""
    yield Obligation(
        ObligationKind.PLAN_ADJUSTMENT,
        adjustment.event_id,
        adjustment.number,
        adjustment.asked_at,
        adjustment.due_at,
        Role.COUNSELOR,
        adjustment.carried_out,
        adjustment.dropped or adjustment.released,
    )


fold = Fold(Adjustments())
STRAND = Strand(fold, Shown, show)
fold.each(Adjustment, lambda state: state.adjustments).ask(asked_for)


@fold.on(PostventionReviewed)
def postvention_reviewed(state: Adjustments, entry: Entry, event: PostventionReviewed, context: Context) -> Adjustments:
    """What the review asks for is open."""
    for each in asked(entry, event, event.crisis, context):
        state = _put(state, each)
    return state


@fold.on(AdjustmentSettled)
def adjustment_settled(state: Adjustments, entry: Entry, event: AdjustmentSettled, context: Context) -> Adjustments:
    """One of them is settled."""
    found = state.adjustments.get((event.review, event.number))
    return _put(state, settled(found, entry, event)) if found else state


@fold.on(EpisodeClosed, ClientDied)
def care_ended(state: Adjustments, entry: Entry, event: Event, context: Context) -> Adjustments:
    """The plan that was to change is not followed any more: our choice. The review itself stays due."""
    said = mark(entry)
    for key in state.open:
        found = state.adjustments.get(key)
        assert found, "those that are open are there"
        state = _put(state, released(found, said))
    return state


def _put(state: Adjustments, adjustment: Adjustment) -> Adjustments:
    key = (adjustment.event_id, adjustment.number)
    others = tuple(each for each in state.open if each != key)
    still_open = (*others, key) if adjustment.open else others
    return replace(state, adjustments=state.adjustments.put(adjustment), open=still_open)
