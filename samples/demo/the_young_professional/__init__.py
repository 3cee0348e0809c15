"""The young professional, close to 90 days without alcohol: a breakup, no sleep, a text that a peer reads (S1).

Every person, place and word in it is made up.
"""

from datetime import datetime
from uuid import UUID

from samples.demo.story import Story, StoryWriter
from samples.demo.the_young_professional.chapters import coming_in, the_days_after, the_morning_after, the_text

TIME_ZONE = "America/Chicago"


def the_young_professional(client_id: UUID, now: datetime) -> Story:
    """The whole story, up to the ninetieth day, which was yesterday."""
    writer = StoryWriter(client_id, TIME_ZONE, now)
    told = (coming_in(writer), the_text(writer), the_morning_after(writer), the_days_after(writer))
    return Story(client_id, writer.zone, told)
