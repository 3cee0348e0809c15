"""The projector: in step with the log whatever the order, and never in the way of recording."""

import asyncio
from dataclasses import replace
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from domain.entry import Draft, Entry
from domain.events.base import Event
from domain.events.contacts import CheckInReceived, SessionMissed
from domain.events.record import EntryCorrected, EntryRetracted
from domain.policy import Policy
from domain.refusals import Refused
from domain.vocabulary import Barrier, Channel, CorrectionReason, SessionKind
from projections.catalogue import PROJECTIONS
from projections.projection import Projection
from service.bootstrap import System
from service.care.caller import Caller
from service.care.reader import Reader
from service.care.recorder import Recorder
from service.projector.catch_up import catch_up, lag
from service.projector.folding import FoldFailed
from service.projector.projector import Projector
from tests.builders import History, check_in, registered
from tests.projector.comparing import assert_equal_to_fresh_folds
from tests.strategies import histories
from tests.system import draft


@settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(history=histories(min_steps=4), most_since=st.integers(1, 8))
async def test_any_interleaving_gives_the_same_rows_as_a_fresh_fold(
    system: System, counselor: Caller, history: History, most_since: int
) -> None:
    """Late entries, corrections and retractions, one by one, however far back they may be folded from (R55, R56)."""
    client_id = uuid4()
    ids = {entry.id: uuid4() for entry in history.entries}
    with patch("service.projector.advance.MOST_SINCE", most_since):
        for entry in history.entries:
            try:
                await system.recorder.record(counselor, client_id, [_again(entry, ids)], new_client=entry.version == 1)
            except Refused:
                continue  # a reference to an entry that this clinic's clock has not reached
    assert await assert_equal_to_fresh_folds(system, counselor.organization_id) >= 1


def _again(entry: Entry, ids: dict[UUID, UUID]) -> Draft:
    """The entry as a draft with a new id; references follow, a correction's replacement's too."""
    event = _moved(entry.event, ids)
    if isinstance(event, EntryCorrected) and event.replacement:
        event = event.model_copy(update={"replacement": _moved(event.replacement, ids)})
    return Draft(ids[entry.id], event, entry.occurred_at, entry.precision, "tests")


def _moved(event: Event, ids: dict[UUID, UUID]) -> Event:
    def moved(value: Any) -> Any:
        return tuple(ids[each] for each in value) if isinstance(value, tuple) else ids.get(value)

    return event.model_copy(update={field: moved(getattr(event, field)) for field in event.references()})


async def test_many_at_once_stay_in_step(system: System, counselor: Caller) -> None:
    clients = [uuid4() for _ in range(8)]
    for client_id in clients:
        await system.recorder.record(counselor, client_id, [draft(registered())], new_client=True)
    await asyncio.gather(
        *(
            system.recorder.record(counselor, client_id, [draft(check_in(), at=f"2026-03-{day:02}T15:00Z")])
            for day in range(1, 21)
            for client_id in clients
        )
    )
    assert await assert_equal_to_fresh_folds(system, counselor.organization_id) == 8


class Broken:
    """A projection whose fold raises at missed sessions until it is mended; its error quotes the client."""

    def __init__(self, projection: Projection[Any]) -> None:
        self.mended = False
        self._sound = projection
        self.projection = replace(projection, fold=self)

    def apply(self, state: Any, entry: Entry, policy: Policy) -> Any:
        if isinstance(entry.event, SessionMissed) and not self.mended:
            raise KeyError("the words of a client")
        return self._sound.apply(state, entry, policy)


MISSED = SessionMissed(kind=SessionKind.GROUP, channel=Channel.IN_PERSON, barrier=Barrier.TRANSPORT)


@pytest.fixture
def broken() -> Broken:
    return Broken(PROJECTIONS[0])


@pytest.fixture
def system_with_broken(system: System, broken: Broken) -> System:
    """The system with one projection that has a defect."""
    projections = (broken.projection, *PROJECTIONS[1:])
    projector = Projector(system.pool, system.timelines, system.keyring, system.organizations, projections)
    return replace(
        system,
        projector=projector,
        recorder=Recorder(system.store, system.keyring, system.timelines, system.organizations, projector),
        reader=Reader(system.pool, system.store, system.keyring, system.timelines, system.organizations, projections),
    )


async def test_a_projection_that_raises_does_not_refuse_the_event(
    system_with_broken: System, broken: Broken, counselor: Caller
) -> None:
    """Promise 2: recording never fails because something derived failed; it is visible, and catch-up repairs it."""
    system, client_id, organization_id = system_with_broken, uuid4(), counselor.organization_id
    await system.recorder.record(counselor, client_id, [draft(registered())], new_client=True)

    missed = await system.recorder.record(counselor, client_id, [draft(MISSED)])

    assert missed.version == 2
    assert (await lag(system.pool, organization_id, broken.projection.name)).failed == 1
    assert (await lag(system.pool, organization_id, PROJECTIONS[1].name)).failed == 0
    with pytest.raises(FoldFailed) as failed:
        await system.reader.projection(organization_id, client_id, broken.projection.name)
    assert failed.value.entry_id == missed.entries[0].id
    assert "KeyError" in str(failed.value)
    assert "words" not in str(failed.value)
    assert (await system.reader.projection(organization_id, client_id, PROJECTIONS[1].name)).version == 2

    later = await system.recorder.record(counselor, client_id, [draft(check_in())])
    assert later.version == 3

    broken.mended = True
    assert (await system.reader.projection(organization_id, client_id, broken.projection.name)).version == 3
    assert sum([done async for done in catch_up(system.pool, system.projector, organization_id)]) == 1
    assert (await lag(system.pool, organization_id, broken.projection.name)).failed == 0
    assert await assert_equal_to_fresh_folds(system, organization_id) == 1


async def test_retracting_the_entry_at_which_a_projection_failed_leaves_it_to_catch_up(
    system_with_broken: System, broken: Broken, counselor: Caller
) -> None:
    system, client_id = system_with_broken, uuid4()
    await system.recorder.record(counselor, client_id, [draft(registered())], new_client=True)
    missed = await system.recorder.record(counselor, client_id, [draft(MISSED)])
    retraction = EntryRetracted(entry=missed.entries[0].id, reason=CorrectionReason.DID_NOT_OCCUR)
    await system.recorder.record(counselor, client_id, [draft(retraction)])
    answered = await system.reader.projection(counselor.organization_id, client_id, broken.projection.name)
    assert answered.version == 3


async def test_a_read_sees_what_was_acknowledged_though_the_projector_was_lost(
    system: System, counselor: Caller
) -> None:
    """Promise 3, when the process died between the append and the projection."""
    client_id, organization_id = uuid4(), counselor.organization_id
    await system.recorder.record(counselor, client_id, [draft(registered())], new_client=True)
    lost = Recorder(system.store, system.keyring, system.timelines, system.organizations, _NoProjector())
    await lost.record(counselor, client_id, [draft(CheckInReceived(channel=Channel.TEXT, craving=8))])

    assert (await lag(system.pool, organization_id, PROJECTIONS[0].name)).behind == 1
    answered = await system.reader.projection(organization_id, client_id, PROJECTIONS[0].name)
    assert answered.version == 2

    await system.recorder.record(counselor, client_id, [draft(check_in())])
    assert await assert_equal_to_fresh_folds(system, organization_id) == 1


class _NoProjector(Projector):
    """What is left of the projector when the process dies."""

    def __init__(self) -> None:
        pass

    async def project(self, organization_id: UUID, client_id: UUID, entries: object) -> None:
        """Do nothing."""
