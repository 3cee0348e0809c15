"""Where the client lives, sober living among it, and the rules of the house (R21)."""

from typing import Annotated, Literal

from domain.events.base import Day, Event, FreeText, RefersTo, ShortText, StrictUUID
from domain.vocabulary.residence import STABLE, HouseRuleKind, LeavingReason, LivingSituation


class ResidenceChanged(Event):
    """From then on the client lives there, having left where they lived before (R21); client_moved tells the time zone.

    `until` is the last day of a stay that is known to end, in the client's time zone. Who left and has no other place
    lives in a shelter, outdoors, or nobody knows where.
    """

    type: Literal["residence_changed"] = "residence_changed"
    situation: LivingSituation
    place: ShortText | None = None
    until: Day | None = None
    left_because: LeavingReason | None = None
    note: FreeText | None = None

    @property
    def stable(self) -> bool:
        """Whether the client can stay there as long as they choose: housing is secured."""
        return self.situation in STABLE and self.until is None


class HouseRuleNoted(Event):
    """A rule of the house that the client lives in, as agreed when they moved in or later."""

    type: Literal["house_rule_noted"] = "house_rule_noted"
    residence: Annotated[StrictUUID, RefersTo("residence_changed")]
    kind: HouseRuleKind
    detail: FreeText | None = None
