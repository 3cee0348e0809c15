"""Replay equals history: what a replay says of the past is what was answered then."""

from itertools import pairwise
from typing import Any

from domain.policy import Policy
from projections.catalogue import PROJECTIONS
from samples.simulation import one_client
from service.access.caller import Caller, operator
from service.bootstrap import System
from service.runtime import clock
from tests.builders import moment
from tests.system import access_to, draft, follow

SOONER = Policy.model_validate({"crisis": {"contact_within_hours": [12, 36, 168, 720]}})


async def test_the_record_as_known_then_is_what_was_answered_then(system: System, counselor: Caller) -> None:
    """Of a simulated client, entry by entry, with late ones and corrections, and a policy adopted on the way."""
    access, told = access_to(counselor.organization_id), list(one_client(seed=11, events=30))
    client_id = told[0].client_id
    seen: list[tuple[Any, list[bytes]]] = []
    for place, each in enumerate(told):
        said = draft(each.event, each.occurred_at, each.id)
        await system.recorder.record(counselor, client_id, [said], new_client=not place)
        if place == len(told) // 2:
            adopted = moment("2020-01-01T00:00Z")
            await system.policy_adopter.adopt(operator(counselor.organization_id), SOONER, in_force_from=adopted)
        if place % 7 == 0:
            await follow(system, counselor.organization_id)  # some answers are made of snapshots, some of the log
        answered = [await system.projection_reader.read(access, client_id, one.name) for one in PROJECTIONS]
        seen.append((clock.now(), [each.answer.model_dump_json().encode() for each in answered]))

    for at, then in seen:
        async with system.record_replay.hindsight(access, client_id, at) as found:
            assert [each.then.model_dump_json().encode() for each in found.sides] == then


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
