"""One client's story, told day by day."""

from collections.abc import Iterator

from samples.simulation.coming_in import come_back, come_in
from samples.simulation.contacts import contacts_of_the_day
from samples.simulation.crises import crises_of_the_day
from samples.simulation.entry import SimulatedEntry
from samples.simulation.handoffs import handoffs_of_the_day
from samples.simulation.milestones import milestones_of_the_day
from samples.simulation.simulated_client import SimulatedClient
from samples.simulation.urges import urges_of_the_day

_COME_BACK = 0.15
_AWAY_AFTER = 150


def tell(story: SimulatedClient) -> Iterator[SimulatedEntry]:
    """All that is recorded of the client, in the order in which it is recorded, until the writer has no room left."""
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
        story.day += 1
        yield from story.writer.recorded_before(story.days.begins(story.day))
        if story.day == away_from:
            story.day += story.chance.whole(25, 80)
            come_back(story)
    yield from story.writer.all_that_is_left()


def _absence(story: SimulatedClient) -> int | None:
    """The day on which the client stays away for a while, if ever."""
    if story.leaves - story.arrives < _AWAY_AFTER + 100 or not story.chance.happens(_COME_BACK):
        return None
    return story.arrives + _AWAY_AFTER + story.chance.whole(0, 90)
