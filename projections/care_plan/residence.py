"""Where the client lives and lived, sober living among it, and the rules of the house (R21)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from domain.entry import Entry
from domain.events.base import FreeText, ShortText
from domain.events.residence import HouseRuleNoted, ResidenceChanged
from domain.replacing import replace
from domain.vocabulary.residence import HouseRuleKind, LeavingReason, LivingSituation
from projections.answers import Answer, At, all_answered, answered
from projections.collection import Elements
from projections.context import Context
from projections.elements import KEY, ViewContext, at_a_moment
from projections.fold import Fold
from projections.mark import Mark, Placed, mark
from projections.strands import Strand


@dataclass(frozen=True, slots=True)
class Residence(Placed):
    """Where the client lives from a moment on, until they left. Lives there now: left_at null."""

    event_id: Annotated[UUID, KEY]
    """The entry by which they moved in."""
    moved_in_at: datetime
    """When they moved in."""
    situation: LivingSituation
    """How they live there."""
    place: ShortText | None
    """The house or the place."""
    stable: bool
    """Whether they can stay there as long as they choose."""
    until: date | None
    """The last local day of a stay that is known to end."""
    ends_at: datetime | None
    """The end of that day."""
    left: Mark | None = None
    """The next change of residence; null while the client lives there."""
    left_because: LeavingReason | None = None
    """Why they left, where it is known."""

    @at_a_moment
    def overstayed(self, context: ViewContext) -> bool:
        """Whether the stay was to have ended by the moment asked about, and nothing says where they went."""
        return self.left is None and self.ends_at is not None and self.ends_at <= context.at


@dataclass(frozen=True, slots=True)
class HouseRule(Placed):
    """A rule of a house that the client lives in, or lived in."""

    event_id: Annotated[UUID, KEY]
    """The entry that notes the rule."""
    noted_at: datetime
    """When it was noted."""
    residence: UUID
    """The entry by which they moved in."""
    kind: HouseRuleKind
    """What it is about."""
    detail: FreeText | None
    """The rule, in the words of the house."""


@dataclass(frozen=True, slots=True)
class Residences:
    """All residences and rules, and where the client lives."""

    residences: Elements[Residence] = Elements()
    rules: Elements[HouseRule] = Elements()
    current: UUID | None = None


class Shown(Answer):
    residence: At[Residence] | None
    """Where the client lives; null while nothing says so."""
    residences: tuple[At[Residence], ...]
    """Where the client lives and lived, in order."""
    house_rules: tuple[At[HouseRule], ...]
    """The rules of the house that the client lives in; those of earlier houses hold no more."""


def show(state: Residences, context: ViewContext) -> Shown:
    """Where they live, and the rules there."""
    current = state.residences.get(state.current)
    return Shown(
        residence=current and answered(current, context),
        residences=all_answered(state.residences, context),
        house_rules=all_answered([rule for rule in state.rules if rule.residence == state.current], context),
    )


fold = Fold(Residences())
STRAND = Strand(fold, Shown, show)
RESIDENCE = fold.each(Residence, lambda state: state.residences).table("care_plan_residence")
HOUSE_RULE = fold.each(HouseRule, lambda state: state.rules).table("care_plan_house_rule")


@fold.on(ResidenceChanged)
def residence_changed(state: Residences, entry: Entry, event: ResidenceChanged, context: Context) -> Residences:
    """They live there from then on, and have left where they lived before."""
    left = mark(entry)
    known = state.residences.change(
        state.current, lambda each: replace(each, left=left, left_because=event.left_because)
    )
    residence = Residence(
        event_id=entry.id,
        correction_id=entry.correction_id,
        moved_in_at=entry.occurred_at,
        situation=event.situation,
        place=event.place,
        stable=event.stable,
        until=event.until,
        ends_at=context.end_of(event.until) if event.until else None,
    )
    return replace(state, residences=known.put(residence), current=entry.id)


@fold.on(HouseRuleNoted)
def house_rule_noted(state: Residences, entry: Entry, event: HouseRuleNoted, context: Context) -> Residences:
    """A rule of the house."""
    rule = HouseRule(
        event_id=entry.id,
        correction_id=entry.correction_id,
        noted_at=entry.occurred_at,
        residence=event.residence,
        kind=event.kind,
        detail=event.detail,
    )
    return replace(state, rules=state.rules.put(rule))
