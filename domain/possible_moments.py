"""When something may have occurred of which only the day is known, whose time zone nobody said."""

from datetime import datetime, timedelta

from domain.vocabulary.record import Precision

AHEAD_OF_UTC = timedelta(hours=14)
"""By so much the clocks of the easternmost time zone are ahead of UTC."""

BEHIND_UTC = timedelta(hours=12)
"""By so much the clocks of the westernmost time zone are behind UTC."""


def earliest_moment(occurred_at: datetime, precision: Precision | None) -> datetime:
    """The first moment at which it may have occurred: a day begins in the easternmost time zone."""
    return occurred_at - AHEAD_OF_UTC if precision is Precision.DAY else occurred_at


def latest_moment(occurred_at: datetime, precision: Precision) -> datetime:
    """The last moment at which it may have occurred: a day ends in the westernmost time zone."""
    return occurred_at + timedelta(days=1) + BEHIND_UTC if precision is Precision.DAY else occurred_at
