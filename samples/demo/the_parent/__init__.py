"""The parent: opioids after surgery, a crisis as the way in, a lapse, and a circle of care that holds.

Every person, place and word in it is made up.
"""

from datetime import datetime
from uuid import UUID

from samples.demo.cast import TIME_ZONE
from samples.demo.story import Story, StoryWriter
from samples.demo.the_parent.coming_in import first_plan, intake, way_in
from samples.demo.the_parent.crisis import community_centre, lapse
from samples.demo.the_parent.handoffs import handoffs
from samples.demo.the_parent.looking_back import review
from samples.demo.the_parent.weeks_after import four_weeks, thirty_days, told_late

__all__ = ["the_parent", "told_late"]


def the_parent(client_id: UUID, now: datetime) -> Story:
    """The story of this client, over the six weeks before `now`."""
    writer = StoryWriter(client_id, TIME_ZONE, now)
    chapters = (way_in, intake, first_plan, lapse, community_centre, handoffs, review, four_weeks, thirty_days)
    return Story(client_id, writer.zone, tuple(chapter(writer) for chapter in chapters))
