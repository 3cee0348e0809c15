"""What somebody alters in the projections' rows and snapshots who can do anything to the database, and verify names.

What it cannot name stands here too (NOT_NAMED), so that the day it can, this table says so.
"""

import pytest

from projections.catalogue import PROJECTIONS
from service.access.caller import Caller
from service.bootstrap import System
from tests.builders import lapse
from tests.cli.altered import NOT_NAMED, Clinic, clinic
from tests.cli.command import Command
from tests.system import draft, follow

__all__ = ["clinic"]

TAIL_WITH_HEADS = (
    "delete from log.event where position = 6 and ORG; update log.log_head set position = 5 where ORG;"
    " update log.timeline_head set version = 1, position = 4 where client_id = BEN"
)
ALL = (
    "delete from log.event where ORG; delete from log.reference where ORG; delete from log.timeline_head where ORG;"
    " update log.log_head set position = 0, recorded_at = 'epoch' where ORG"
)


async def named(clinic: Clinic) -> str:
    """What a comparison of the projections names."""
    compared = await clinic.system.comparison.compare(clinic.organization_id)
    found = (
        f"{each.build}{'' if each.position is None else f', position {each.position}'}: {each.what}"
        for each in compared.differences
    )
    return "\n".join(found)


async def test_nothing_is_named_where_nothing_was_altered(command: Command, clinic: Clinic, system: System) -> None:
    await follow(system, clinic.organization_id)

    said = await command.done("verify", "--organization", clinic.organization_id, "--projections")

    assert said.splitlines() == [
        "Clinic: 6 events, all as they were recorded. The first 6 are those of a checkpoint.",
        "Clinic: projections of 2 clients, all as a fresh fold makes them.",
    ]


async def test_what_the_projector_has_not_followed_yet_is_no_difference(
    clinic: Clinic, system: System, counselor: Caller
) -> None:
    await follow(system, clinic.organization_id)
    await system.recorder.record(counselor, clinic.ada, [draft(lapse())])
    await system.recorder.record(counselor, clinic.ben, [draft(lapse())])

    assert await named(clinic) == NOT_NAMED


async def test_a_client_who_was_erased_is_left_out(command: Command, clinic: Clinic, system: System) -> None:
    await follow(system, clinic.organization_id)
    await system.keyring.destroy(clinic.organization_id, clinic.ben)

    said = await command.done("verify", "--organization", clinic.organization_id, "--projections")

    assert "Clinic: projections of 2 clients, all as a fresh fold makes them" in said
    assert f"; {len(PROJECTIONS)} left out, whose clients were erased" in said


BUILD = "projection_care_plan_1"
GOAL = f"{BUILD}, position 5: the rows in care_plan_goal are not those of a fresh fold"

ANOTHER_GOAL = (
    f"insert into {BUILD}.care_plan_goal select (jsonb_populate_record(g, jsonb_build_object('event_id',"
    f" gen_random_uuid()))).* from {BUILD}.care_plan_goal g where ORG"
)
PARKED = (
    f"insert into {BUILD}.parked select ID_OF_IT, ADA, 1, ADA, 'x' from log.log_head where ORG;"
    f" delete from {BUILD}.care_plan_goal where ORG"
)

OF_THE_PROJECTIONS = [
    ("row changed", f"update {BUILD}.care_plan_goal set target = 1 where ORG", GOAL),
    ("row removed", f"delete from {BUILD}.care_plan_goal where ORG", GOAL),
    (
        "row added",
        ANOTHER_GOAL,
        GOAL,
    ),
    (
        "rows of nobody",
        f"update {BUILD}.care_plan_goal set client_id = gen_random_uuid() where ORG",
        f"{BUILD}: care_plan_goal has rows of clients without a timeline: 1",
    ),
    ("cursor set back", "update following.cursor set position = 3 where ORG", f"{BUILD}, position 3: the rows in"),
    (
        "client parked",
        PARKED,
        NOT_NAMED,  # but counted as left out, and doctor tells that the projection failed
    ),
    (
        "client's key",
        "update keyring.client_key set wrapped_key = 'x' where client_id = ADA",
        f"{BUILD}, position 5: a fresh fold fails, so nothing can be compared",
    ),
    (
        "tail removed with its heads",
        TAIL_WITH_HEADS,
        f"{BUILD}, position 4: the rows in care_plan",
    ),
    (
        "all removed",
        ALL,
        f"{BUILD}: care_plan_goal has rows of clients without a timeline: 1",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "what"), [each[1:] for each in OF_THE_PROJECTIONS], ids=[each[0] for each in OF_THE_PROJECTIONS]
)
async def test_what_is_altered_in_projections_is_named(clinic: Clinic, system: System, change: str, what: str) -> None:
    await follow(system, clinic.organization_id)
    await clinic.alter(change)

    found = await named(clinic)

    assert what in found
    assert what or not found


SNAPSHOT = f"update {BUILD}.snapshot set {{}} where client_id = ADA"
OF_BEN = f"(select state from {BUILD}.snapshot where client_id = BEN limit 1)"

OF_THE_SNAPSHOTS = [
    ("replaced", SNAPSHOT.format("state = 'x'"), f"{BUILD}, position 26: the snapshot at version"),
    ("of another version", SNAPSHOT.format("version = version - 1"), f"{BUILD}, position 26: the snapshot at version"),
    ("of another client", SNAPSHOT.format(f"state = {OF_BEN}"), f"{BUILD}, position 26: the snapshot at version"),
    ("of another time", SNAPSHOT.format("until = 'epoch'"), f"{BUILD}, position 26: the snapshot at version"),
    ("removed", f"delete from {BUILD}.snapshot where ORG", NOT_NAMED),  # a cache: it is made again
]


@pytest.mark.parametrize(
    ("change", "what"), [each[1:] for each in OF_THE_SNAPSHOTS], ids=[each[0] for each in OF_THE_SNAPSHOTS]
)
async def test_a_snapshot_that_is_not_that_of_a_fresh_fold_is_named(
    clinic: Clinic, system: System, counselor: Caller, change: str, what: str
) -> None:
    for client_id in (clinic.ada, clinic.ben):
        await system.recorder.record(counselor, client_id, [draft(lapse()) for _ in range(10)])
        await system.recorder.record(counselor, client_id, [draft(lapse()) for _ in range(10)])
    await follow(system, clinic.organization_id)
    await clinic.alter(change)

    found = await named(clinic)

    assert what in found
    assert what or not found
