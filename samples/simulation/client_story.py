"""One client's story, told day by day."""

from collections.abc import Iterator

from samples.simulation.appointments import appointments_of_the_day
from samples.simulation.barriers import barriers_of_the_day
from samples.simulation.circle import meetings_of_the_day
from samples.simulation.coming_in import come_back, come_in
from samples.simulation.contacts import contacts_of_the_day
from samples.simulation.crises import crises_of_the_day
from samples.simulation.entry import SimulatedEntry
from samples.simulation.handoffs import handoffs_of_the_day
from samples.simulation.leaving import leave, lose_contact, moves_of_the_day
from samples.simulation.levels import level_of_the_day
from samples.simulation.looking_ahead import days_ahead_of_the_day
from samples.simulation.milestones import milestones_of_the_day
from samples.simulation.residence import residence_of_the_day
from samples.simulation.simulated_client import SimulatedClient
from samples.simulation.urges import urges_of_the_day

_COME_BACK = 0.15
_AWAY_AFTER = 150

_WORTH_AN_END = 40
"""A story of fewer entries breaks off: its last one is better spent on care."""


def tell(story: SimulatedClient, *, stays: bool) -> Iterator[SimulatedEntry]:
    """All that is recorded of the client, in the order in which it is recorded, until the writer has no room left.

    The last of it, of a client who does not stay, is how care ended.
    """
    ends = not stays and story.writer.room >= _WORTH_AN_END
    story.writer.room -= ends
    come_in(story)
    away_from = _absence(story)
    while story.writer.room:
        story.do_what_is_due()
        if story.in_care:
            urges_of_the_day(story)
            crises_of_the_day(story)
            handoffs_of_the_day(story)
            milestones_of_the_day(story)
            contacts_of_the_day(story)
            appointments_of_the_day(story)
            meetings_of_the_day(story)
            days_ahead_of_the_day(story)
            moves_of_the_day(story)
            barriers_of_the_day(story)
            residence_of_the_day(story)
            level_of_the_day(story)
        story.day += 1
        yield from story.writer.recorded_before(story.days.begins(story.day))
        if story.day == away_from:
            lose_contact(story)
            story.day += story.chance.whole(25, 80)
            come_back(story)
    if ends:
        story.writer.room += 1
        leave(story)
    yield from story.writer.all_that_is_left()


def _absence(story: SimulatedClient) -> int | None:
    """The day on which the client stays away for a while, if ever."""
    if story.leaves - story.arrives < _AWAY_AFTER + 100 or not story.chance.happens(_COME_BACK):
        return None
    return story.arrives + _AWAY_AFTER + story.chance.whole(0, 90)
