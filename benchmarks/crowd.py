"""A crowd of clients with histories that stand in the log and in the projections' tables, and in nobody's memory."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from benchmarks.ground import EVENTS_A_CALL, BenchmarkClinic, build
from domain.vocabulary.record import Precision
from samples.simulation import SimulatedEntry, one_client
from service.care.importing import seal_entries

LATE_BY = timedelta(days=20)
"""How far back a late entry lies: a fortnight or so of entries stand after it."""


class Coming(NamedTuple):
    """What is to be recorded next of one client: the entries, in order, and the version that the client has by then."""

    client_id: UUID
    entries: Sequence[SimulatedEntry]
    version: int


async def crowd(clinic: BenchmarkClinic, *, clients: int, events: int, coming: int, seed: int = 0) -> list[Coming]:
    """Fills the log with clients of so many events each, builds their projections, and gives what comes next."""
    following: list[Coming] = []

    def histories() -> Iterator[SimulatedEntry]:
        for number in range(clients):
            story = list(one_client(seed + number, events + coming))
            following.append(Coming(story[0].client_id, story[events:], events))
            yield from story[:events]

    filled = await fill(clinic, histories(), {})
    if filled > EVENTS_A_CALL:  # a few, as in a test, are followed sooner than processes that rebuild have started
        await clinic.superuser.execute("vacuum analyze")
        await build(clinic)
    return following


async def fill(clinic: BenchmarkClinic, entries: Iterable[SimulatedEntry], versions: dict[UUID, int]) -> int:
    """Appends the entries in bulk, each as the next of its client; the projections do not know of them yet.

    `versions` has how far each client has come, and is brought up to date. Gives how many entries there were.
    """
    organization_id, system = clinic.organization_id, clinic.system
    remaining, written = iter(entries), 0
    while group := list(islice(remaining, EVENTS_A_CALL)):
        sealed = await seal_entries(system.store, system.keyring, organization_id, group, versions)
        await system.store.append_bulk(organization_id, sealed)
        written += len(group)
    return written


def in_turn(following: Sequence[Coming]) -> Iterator[SimulatedEntry]:
    """The next entry of every client, then the one after of every client …"""
    for entries in zip(*(each.entries for each in following), strict=True):
        yield from entries


def documented(entries: Iterable[SimulatedEntry], late_every: int = 0) -> Iterator[SimulatedEntry]:
    """The entries as if each was documented when it occurred, but for every so many-th, which lies back by LATE_BY."""
    for count, entry in enumerate(entries, start=1):
        late = bool(late_every) and count % late_every == 0
        at = entry.recorded_at - LATE_BY if late else entry.recorded_at
        yield entry._replace(occurred_at=at, precision=Precision.INSTANT)
