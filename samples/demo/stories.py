"""The stories that the demonstration can tell: those of care, each about another client."""

from collections.abc import Callable
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from samples.demo.juan import juan
from samples.demo.mia import mia
from samples.demo.narrator import Narrator
from samples.demo.sam import sam
from samples.demo.story import Story
from samples.demo.the_parent import the_parent
from samples.demo.the_parent.telling import ParentsNarrator
from samples.demo.the_young_professional import the_young_professional


class Offer(NamedTuple):
    """A story that can be told."""

    title: str
    in_short: str
    """In one line."""
    who: str
    """Whose story it is, as the introduction says it."""
    write: Callable[[UUID, datetime], Story]
    narrator: type[Narrator] = Narrator


STORIES: Final[dict[str, Offer]] = {
    "parent": Offer(
        "The parent",
        "opioids after surgery: a crisis as the way in, a lapse, thirty days",
        "Renee, a parent",
        the_parent,
        ParentsNarrator,
    ),
    "juan": Offer("Juan", "tapered off opioids: shouting at home, a craving, a circle that holds", "Juan", juan),
    "mia": Offer("Mia", "trauma and alcohol: panic at work, seen the next day, another shift", "Mia", mia),
    "sam": Offer("Sam", "housing lost overnight: a warm handoff, three days in small steps", "Sam", sam),
    "professional": Offer(
        "The young professional",
        "close to ninety days: a breakup, no sleep, a text that a peer reads",
        "Kit, a young professional",
        the_young_professional,
    ),
}
"""By the name with which each is asked for."""
