"""Follow-ups: contacts that are owed one after the other, and which contact met which."""

from datetime import datetime
from typing import NamedTuple

from projections.mark import Mark


class FollowUp(NamedTuple):
    """A contact that is owed by a time."""

    step: int
    """From 1, counted on where they are asked for anew."""
    opens_at: datetime
    """From when it can be met: when the one before was due."""
    due_at: datetime
    """By when it is owed."""
    met: Mark | None = None
    """The contact that met it."""
    released: Mark | None = None
    """After what it is not owed any more."""
    within_hours: int | None = None
    """Of those after a crisis: within how many hours of it."""

    @property
    def waits(self) -> bool:
        """Whether it is still owed."""
        return self.met is None and self.released is None


FollowUps = tuple[FollowUp, ...]


def met(follow_ups: FollowUps, said: Mark, by: datetime | None = None) -> FollowUps:
    """After a contact, made by that moment. It meets one: the first of those that wait, if its time has begun by then.

    One contact is not the first and the next one too ("again by 72 h"): what was left out stays owed, and is late.
    """
    waiting = next((place for place, each in enumerate(follow_ups) if each.waits), None)
    if waiting is None or (by and follow_ups[waiting].opens_at > by):
        return follow_ups
    return (*follow_ups[:waiting], follow_ups[waiting]._replace(met=said), *follow_ups[waiting + 1 :])


def released(follow_ups: FollowUps, said: Mark, kept: frozenset[int] = frozenset()) -> FollowUps:
    """After something that ends what waits, but for the steps that are kept."""
    if not any(each.waits and each.step not in kept for each in follow_ups):
        return follow_ups
    return tuple(each._replace(released=said) if each.waits and each.step not in kept else each for each in follow_ups)
