"""A clinic's record, made up from a seed: many clients' stories, woven in the order in which they were recorded."""

from collections import deque
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from heapq import heappop, heappush, heapreplace
from itertools import accumulate
from typing import NamedTuple

from samples.simulation.chance import Chance
from samples.simulation.client_story import tell
from samples.simulation.days import Days
from samples.simulation.entry import SimulatedEntry
from samples.simulation.simulated_client import SimulatedClient
from samples.simulation.team import team

STILL_IN_CARE = 0.45
"""How many of the clients are in care on the last day."""

_A_TICK = timedelta(microseconds=1)
_ALONE_FROM = date(2020, 1, 6)
_ALONE_AT_MOST = 1700


class Place(NamedTuple):
    """A client's place in the clinic's years: on which days they come and go, and how many entries they leave."""

    arrives: int
    number: int
    leaves: int
    entries: int
    stays: bool = True
    """Whether the client is still in care when the story ends."""


def simulate(
    seed: int, clients: int, events: int, start: date, end: date, time_zone: str = "America/Chicago"
) -> Iterator[SimulatedEntry]:
    """A clinic's entries from `start` to before `end`, about `events` of them, in order of recorded_at.

    The same arguments always give the same entries, ids included. What was not yet recorded when `end`
    begins is left out, so that a few entries of late documentation are missing from `events`. Memory
    grows with the clients in care at once, not with the events. Raises ValueError.
    """
    if end <= start or clients < 1:
        raise ValueError(f"a clinic needs at least one client, and {end} must come after {start}")
    days = Days(start, time_zone)
    length = (end - start).days
    places = _places(Chance(f"{seed}"), clients, events, length)
    return _recorded(_woven(f"{seed}", days, places), days.begins(length))


def one_client(seed: int, events: int, time_zone: str = "America/Chicago") -> Iterator[SimulatedEntry]:
    """The story of one client with exactly so many entries, in order of recorded_at.

    A long one lasts years and has several check-ins a day.
    """
    stay = max(1, min(_ALONE_AT_MOST, round(events / 1.1)))
    return _story(f"{seed}/alone", Days(_ALONE_FROM, time_zone), Place(0, 0, stay, events))


def _story(name: str, days: Days, place: Place) -> Iterator[SimulatedEntry]:
    chance = Chance(name)
    story = SimulatedClient(chance.id(), chance, days, team(chance), place.entries, (place.arrives, place.leaves))
    return tell(story, stays=place.stays)


def _woven(name: str, days: Days, places: list[Place]) -> Iterator[SimulatedEntry]:
    """The entries of all stories, in order of recorded_at. A story begins to be told on the day it begins."""
    waiting = deque(places)
    told: list[tuple[datetime, int, SimulatedEntry, Iterator[SimulatedEntry]]] = []
    while waiting or told:
        if waiting and (not told or days.begins(waiting[0].arrives) <= told[0][0]):
            place = waiting.popleft()
            story = _story(f"{name}/{place.number}", days, place)
            entry = next(story)
            heappush(told, (entry.recorded_at, place.number, entry, story))
            continue
        _, number, entry, story = told[0]
        yield entry
        following = next(story, None)
        if following:
            heapreplace(told, (following.recorded_at, number, following, story))
        else:
            heappop(told)


def _recorded(entries: Iterator[SimulatedEntry], closing: datetime) -> Iterator[SimulatedEntry]:
    """What was recorded before the closing, no two entries at the same moment."""
    last = datetime.min.replace(tzinfo=UTC)
    for entry in entries:
        if entry.recorded_at >= closing:
            return
        last = max(entry.recorded_at, last + _A_TICK)
        yield entry if last == entry.recorded_at else entry._replace(recorded_at=last)


def _places(chance: Chance, clients: int, events: int, length: int) -> list[Place]:
    """Who comes when and stays how long; some leave after days, others stay for years."""
    weights = [chance.skewed(1, 0.75) for _ in range(clients)]
    scale = events / sum(weights)
    bounds = [round(bound * scale) for bound in accumulate(weights)]
    places = []
    for number, (before, until) in enumerate(zip([0, *bounds], bounds, strict=False)):
        entries = until - before
        stay = max(1, min(length - 1, round(entries / chance.between(0.9, 1.6))))
        stays = chance.happens(STILL_IN_CARE)
        arrives = length - stay if stays else chance.whole(0, length - stay)
        if entries:
            places.append(Place(arrives, number, arrives + stay, entries, stays))
    return sorted(places)
