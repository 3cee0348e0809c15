"""Whatever is agreed and whenever the client checks in, the signal stands as somebody would say who looks every day."""

from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from domain.events.plan import CadenceSet
from domain.vocabulary.plan import CadenceKind, Period
from projections.local_days import end_of_day, local_day, start_of_day
from tests.builders import History, check_in, moment, registered
from tests.projections.signal_reading import waiting

ZONE = ZoneInfo("America/Chicago")
START = moment("2026-03-02T06:00Z")  # the clocks go forward on the 8th
HOURS = 14 * 24
AN_HOUR = timedelta(hours=1)


class Agreed(NamedTuple):
    """How often check-ins are to come, and from how many days after it was agreed to how many."""

    daily: bool
    starts_in: int | None
    until: int | None


STORIES = st.dictionaries(
    st.integers(0, HOURS),
    st.none() | st.builds(Agreed, st.booleans(), st.none() | st.integers(-2, 3), st.none() | st.integers(3, 6)),
    max_size=12,
)
"""By the hour at which it is: a check-in, or what is agreed."""


class Span(NamedTuple):
    starts_at: datetime
    ends_at: datetime | None
    daily: bool


class Watcher:
    """Somebody who looks as each day begins, and knows only what was told by then."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.checked_in: set[date] = set()
        self.raised_at: datetime | None = None
        self.since = date.min

    def daily_at(self, at: datetime) -> bool:
        in_force = [each for each in self.spans if each.starts_at <= at and (each.ends_at is None or at < each.ends_at)]
        return bool(in_force) and in_force[-1].daily

    def told(self, said: Agreed | None, at: datetime) -> None:
        today = local_day(at, ZONE)
        if said is None:
            self.checked_in.add(today)
            self.raised_at = None
            return
        starts_at = at if said.starts_in is None else start_of_day(today + timedelta(max(said.starts_in, 0)), ZONE)
        ends_at = None if said.until is None else end_of_day(today + timedelta(said.until), ZONE)
        if ends_at is None:
            self.spans = [
                each._replace(ends_at=starts_at) if each.ends_at is None or starts_at < each.ends_at else each
                for each in self.spans
            ]
        self.spans.append(Span(starts_at, ends_at, said.daily))
        if self.raised_at and not self.stands(at):
            self.raised_at, self.since = None, today

    def looks(self, at: datetime) -> bool:
        today = local_day(at, ZONE)
        missed = all(self.missed(today - timedelta(days)) for days in (1, 2))
        if missed and not self.stands(at):
            self.raised_at = at
        return self.stands(at)

    def stands(self, at: datetime) -> bool:
        """Whether it was raised, and check-ins were expected daily all the time since."""
        return self.raised_at is not None and self.daily_between(self.raised_at, at + AN_HOUR)

    def daily_between(self, begins: datetime, ends: datetime) -> bool:
        return all(self.daily_at(begins + hour * AN_HOUR) for hour in range((ends - begins) // AN_HOUR))

    def missed(self, day: date) -> bool:
        return (
            day >= self.since
            and day not in self.checked_in
            and self.daily_between(start_of_day(day, ZONE), end_of_day(day, ZONE))
        )


@given(STORIES)
def test_r49_the_signal_stands_as_somebody_would_say_who_looks_every_day(
    story: dict[int, Agreed | None],
) -> None:
    history, watcher = History(), Watcher()
    history.add(registered(ZONE.key), at="2026-02-01T15:00Z")
    for hour in range(HOURS):
        at = START + hour * AN_HOUR
        if at == start_of_day(local_day(at, ZONE), ZONE):
            assert bool(waiting(history, at)) == watcher.looks(at), at
        if hour in story:
            said = story[hour]
            watcher.told(said, at)
            history.add(check_in() if said is None else _event(said, at), at=at)
            assert bool(waiting(history, at)) == watcher.stands(at), at


def _event(said: Agreed, at: datetime) -> CadenceSet:
    today = local_day(at, ZONE)
    return CadenceSet(
        kind=CadenceKind.CHECK_IN,
        times=1,
        per=Period.DAY if said.daily else Period.WEEK,
        starts_on=None if said.starts_in is None else today + timedelta(said.starts_in),
        until=None if said.until is None else today + timedelta(said.until),
    )
