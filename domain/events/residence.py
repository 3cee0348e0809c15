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
    """How the client lives from then on."""
    place: ShortText | None = None
    """Where, in words."""
    until: Day | None = None
    """The last day of a stay that is known to end, in the client's time zone."""
    left_because: LeavingReason | None = None
    """Why they left where they lived before."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""

    @property
    def stable(self) -> bool:
        """Whether the client can stay there as long as they choose: housing is secured."""
        return self.situation in STABLE and self.until is None


class HouseRuleNoted(Event):
    """A rule of the house that the client lives in, as agreed when they moved in or later."""

    type: Literal["house_rule_noted"] = "house_rule_noted"
    residence: Annotated[StrictUUID, RefersTo("residence_changed")]
    """The residence whose rule it is."""
    kind: HouseRuleKind
    """What kind of rule."""
    detail: FreeText | None = None
    """The rule in words."""
