"""Replaying a record: its steps, and what came since (tests/care/test_replay_of_clinics.py: that it equals history)."""

from itertools import pairwise

from samples.simulation import one_client
from service.access.caller import Caller
from service.bootstrap import System
from tests.system import access_to, draft


async def test_steps_tell_of_every_entry_once_and_of_hindsight_what_came_since(
    system: System, counselor: Caller
) -> None:
    access, told = access_to(counselor.organization_id), list(one_client(seed=12, events=20))
    client_id = told[0].client_id
    for place, each in enumerate(told):
        said = draft(each.event, each.occurred_at, each.id)
        await system.recorder.record(counselor, client_id, [said], new_client=not place)

    async with system.record_replay.steps(access, client_id) as page:
        entries = [step.entry for step in page.steps]
    assert [entry.id for entry in entries] == [each.id for each in told]

    for known, following in pairwise(entries):
        async with system.record_replay.hindsight(access, client_id, known.recorded_at) as found:
            assert found.version_then == known.version
            assert following in found.since or following.occurred_at > known.recorded_at
