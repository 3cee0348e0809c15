"""Erasing a client: who may, when, what is left, and that every process forgets (R57)."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest

from domain.events.base import Event
from domain.events.erasure import (
    ErasureApproved,
    ErasureRequested,
    ErasureWithdrawn,
    LegalHoldLifted,
    LegalHoldPlaced,
)
from domain.events.merging import ClientsMerged
from domain.policy import Policy
from domain.vocabulary.erasure import ErasureGround, HoldReason
from projections.catalogue import PROJECTIONS
from service.access.caller import SCOPES_OF_ROLE, Caller, KeyRole, operator
from service.bootstrap import Addresses, System, connected
from service.care.erasures import ErasureNotDue
from service.database.connection import scoped
from service.database.embedded import DatabaseUrls
from service.database.owner import as_owner
from service.log import erasing
from service.log.erasing import ErasureRefused
from service.log.errors import VersionConflict
from service.log.keyring import ClientErased
from service.log.timelines import seal_drafts
from service.log.verify import verify
from service.projector.what_if import Question, WhatIf
from service.runtime import clock
from tests.builders import check_in, goal_set, registered
from tests.system import access_to, draft, follow, settings_for

STAYS = {
    "log.event",
    "log.reference",
    "log.timeline_head",
    "keyring.client_key",
    "access.access_record_client",
    "parked",
}
"""Where rows about somebody who was erased may be: headers, a key that is none, and who looked."""

DESTROY = "update keyring.client_key set wrapped_key = null, wrapped_notes_key = null, destroyed_at = now()"

AT_ONCE = {"retention_years": 0, "delay_days": 0}

Superuser = Callable[[], AbstractAsyncContextManager[asyncpg.Connection]]


@dataclass
class Clinic:
    """An organization with two supervisors, and what happens to its clients."""

    system: System
    organization_id: UUID
    sue: Caller
    lee: Caller

    async def adopt(self, **erasure: object) -> None:
        policy = Policy.model_validate({"erasure": erasure})
        await self.system.policy_adopter.adopt(operator(self.organization_id), policy)

    async def tell(self, client_id: UUID, *events: Event, by: Caller | None = None) -> UUID:
        drafts = [draft(event) for event in events]
        new = await self.system.store.head(self.organization_id, client_id) == 0
        await self.system.recorder.record(by or self.sue, client_id, drafts, new_client=new)
        return drafts[-1].id

    async def client(self) -> UUID:
        client_id = uuid4()
        await self.tell(client_id, registered(), goal_set(), check_in())
        return client_id

    async def request(self, client_id: UUID) -> UUID:
        return await self.tell(client_id, ErasureRequested(ground=ErasureGround.CLIENT))

    async def approved(self, client_id: UUID) -> UUID:
        """A request that the other supervisor approved."""
        request = await self.request(client_id)
        await self.tell(client_id, ErasureApproved(request=request), by=self.lee)
        return request

    async def carry_out(self, client_id: UUID) -> erasing.Erasure:
        return await self.system.erasures.carry_out(operator(self.organization_id), client_id)

    async def refused(self, client_id: UUID) -> str:
        with pytest.raises(ErasureNotDue) as refused:
            await self.carry_out(client_id)
        return str(refused.value)


@pytest.fixture
def clinic(system: System, organization_id: UUID) -> Clinic:
    sue, lee = (
        Caller(organization_id, uuid4(), name, KeyRole.SUPERVISOR, SCOPES_OF_ROLE[KeyRole.SUPERVISOR])
        for name in ("sue", "lee")
    )
    return Clinic(system, organization_id, sue, lee)


async def test_r57_what_is_erased_says_so_and_the_log_still_verifies(clinic: Clinic, database: DatabaseUrls) -> None:
    await clinic.adopt(**AT_ONCE)
    client_id, other = await clinic.client(), await clinic.client()
    request = await clinic.approved(client_id)
    await follow(clinic.system, clinic.organization_id)
    before = await clinic.system.store.timeline(clinic.organization_id, client_id)

    done = await clinic.carry_out(client_id)

    *emptied, end = await clinic.system.store.timeline(clinic.organization_id, client_id)
    assert (done.emptied, done.removed >= 4) == (5, True)
    assert emptied == [event._replace(body=b"") for event in before], "headers, digests and leaves are as they were"
    assert (end.type, end.body, end.correlation_id, end.recorded_by) == (
        "client_erased", b"", request, "system/operator",
    )  # fmt: skip
    assert end.causation_id == before[-1].id
    with pytest.raises(ClientErased):
        await clinic.tell(client_id, check_in())
    verification = await verify(clinic.system.store, clinic.organization_id)
    assert (verification.findings, verification.erased) == ([], 5)
    await follow(clinic.system, clinic.organization_id)
    compared = await clinic.system.comparison.compare(clinic.organization_id)
    assert compared.differences == []
    assert await rows_about(database, client_id) <= STAYS
    assert "care_plan_goal" in await rows_about(database, other)
    what_if = WhatIf(clinic.system.pool, clinic.system.keyring, PROJECTIONS)
    counted = await what_if.ask(Question(clinic.organization_id, Policy(), clock.now()), [client_id, other])
    assert (counted.clients, counted.left_out, counted.erased) == (2, 0, 1)
    assert await clinic.system.erasures.standing(clinic.organization_id) == []
    (erased,) = await clinic.system.erasures.erased(clinic.organization_id)
    assert (erased.client_id, erased.erased_at) == (client_id, end.recorded_at)


async def rows_about(database: DatabaseUrls, client_id: UUID) -> set[str]:
    """The tables that have rows about a client, of every table that there is; those of builds by their bare name."""
    found = set()
    superuser = await asyncpg.connect(database.superuser)
    tables = await superuser.fetch(
        "select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " join pg_attribute a on a.attrelid = c.oid and a.attname = 'client_id' where c.relkind = 'r'"
    )
    for schema, table in tables:
        if await superuser.fetchval(f"select exists (select from {schema}.{table} where client_id = $1)", client_id):
            found.add(table if schema.startswith("projection_") else f"{schema}.{table}")
    await superuser.close()
    return found


async def test_r57_the_policy_keeps_the_record_and_lets_the_approval_wait(clinic: Clinic) -> None:
    client_id = await clinic.client()
    assert await clinic.refused(client_id) == "No request to erase this client waits."
    request = await clinic.request(client_id)
    assert "it waits for an approval" in await clinic.refused(client_id)
    await clinic.tell(client_id, ErasureApproved(request=request), by=clinic.lee)
    assert "the record is kept until" in await clinic.refused(client_id)
    await clinic.adopt(retention_years=0, delay_days=3)
    assert "it is due from" in await clinic.refused(client_id)
    await clinic.adopt(**AT_ONCE)
    await clinic.tell(client_id, ErasureWithdrawn(request=request))
    assert await clinic.refused(client_id) == "No request to erase this client waits."
    await clinic.approved(client_id)
    await clinic.carry_out(client_id)


@pytest.mark.parametrize("later", [{"delay_days": 3}, {"delay_days": 0}])
async def test_r57_a_clock_that_is_ahead_erases_nobody_before_their_time(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, later: dict[str, object]
) -> None:
    await clinic.adopt(retention_years=0, delay_days=3)
    numbers = Policy.model_validate({"erasure": {"retention_years": 0} | later})
    at = clock.now() + timedelta(days=1)
    await clinic.system.policy_adopter.adopt(operator(clinic.organization_id), numbers, in_force_from=at)
    client_id = await clinic.client()
    await clinic.approved(client_id)
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + timedelta(days=10))

    assert "it is due from" in await clinic.refused(client_id)


async def test_r57_the_database_itself_asks_for_a_second_person(clinic: Clinic, database: DatabaseUrls) -> None:
    await clinic.adopt(**AT_ONCE, second_person=False)
    client_id = await clinic.client()
    request = await clinic.request(client_id)
    await clinic.tell(client_id, ErasureApproved(request=request))
    await clinic.adopt(**AT_ONCE)
    assert "another person has to: withdraw it, and request it anew" in await clinic.refused(client_id)
    await clinic.adopt(**AT_ONCE, second_person=False)
    ((asked, *_),) = await clinic.system.erasures.standing(clinic.organization_id)

    async with as_owner(database.owner, clinic.organization_id) as owner:
        with pytest.raises(ErasureRefused, match="not_approved"):
            await erasing.erase(owner, clinic.organization_id, client_id, clinic.sue.actor, asked)
        with pytest.raises(ErasureRefused, match="not_a_client"):
            await erasing.erase(owner, clinic.organization_id, clinic.organization_id, clinic.sue.actor, asked)
        with pytest.raises(ErasureRefused, match="not_requested"):
            await erasing.erase(owner, clinic.organization_id, uuid4(), clinic.sue.actor, asked)
    assert await clinic.system.timelines.read(clinic.organization_id, client_id), "nothing was erased"
    await clinic.carry_out(client_id)


async def test_r57_nobody_is_erased_under_a_hold_on_any_record_of_theirs(clinic: Clinic) -> None:
    await clinic.adopt(**AT_ONCE)
    survivor, duplicate = await clinic.client(), await clinic.client()
    await clinic.tell(survivor, ClientsMerged(duplicate=duplicate))
    hold = await clinic.tell(survivor, LegalHoldPlaced(reason=HoldReason.LITIGATION))
    for client_id in (survivor, duplicate):
        await clinic.approved(client_id)
        assert await clinic.refused(client_id) == "The client is not erased: a legal hold is in force."

    await clinic.tell(survivor, LegalHoldLifted(hold=hold))
    of_survivor, of_duplicate = await clinic.system.erasures.standing(clinic.organization_id)
    (lifted,) = (await clinic.system.store.log(clinic.organization_id, limit=100))[-1:]
    assert (of_survivor.due_since, of_duplicate.due_since) == (None, lifted.recorded_at), "it had to wait for the hold"
    assert "merged into this one are to be erased first" in await clinic.refused(survivor)
    await follow(clinic.system, clinic.organization_id)
    await clinic.carry_out(duplicate)
    await follow(clinic.system, clinic.organization_id)
    plan = await clinic.system.projection_reader.read(access_to(clinic.organization_id), survivor, "care_plan")
    assert plan is not None
    async with scoped(clinic.system.pool, clinic.organization_id) as connection:
        goals = "select client_id from projection.care_plan_goal"
        assert [row[0] for row in await connection.fetch(goals)] == [survivor], "folded again without the other"
    assert (await clinic.system.comparison.compare(clinic.organization_id)).differences == []
    await clinic.carry_out(survivor)
    assert (await verify(clinic.system.store, clinic.organization_id)).intact


async def test_r57_a_hold_that_came_with_the_approval_is_asked_for_by_the_database_itself(
    clinic: Clinic, database: DatabaseUrls
) -> None:
    await clinic.adopt(**AT_ONCE)
    client_id = await clinic.client()
    await clinic.approved(client_id)
    ((due, *_),) = await clinic.system.erasures.standing(clinic.organization_id)
    await clinic.tell(client_id, LegalHoldPlaced(reason=HoldReason.LITIGATION))

    async with as_owner(database.owner, clinic.organization_id) as owner:
        with pytest.raises(ErasureRefused, match="held"):
            await erasing.erase(owner, clinic.organization_id, client_id, clinic.sue.actor, due)
    assert await clinic.system.timelines.read(clinic.organization_id, client_id), "nothing was erased"


async def test_r57_a_hold_on_a_record_that_is_erased_again_holds_nothing_any_more(clinic: Clinic) -> None:
    await clinic.adopt(**AT_ONCE)
    survivor, duplicate = await clinic.client(), await clinic.client()
    await clinic.tell(survivor, ClientsMerged(duplicate=duplicate))
    await clinic.tell(duplicate, LegalHoldPlaced(reason=HoldReason.LITIGATION))
    await clinic.system.erasures.again(operator(clinic.organization_id), [duplicate])
    await clinic.approved(survivor)

    await clinic.carry_out(survivor)


async def test_r57_who_had_been_separated_before_the_erasure_is_cared_for_after_it_was_done_again(
    clinic: Clinic,
) -> None:
    survivor, duplicate = await clinic.client(), await clinic.client()
    await clinic.tell(survivor, ClientsMerged(duplicate=duplicate))
    await follow(clinic.system, clinic.organization_id)

    await clinic.system.erasures.again(operator(clinic.organization_id), [survivor])

    await clinic.tell(duplicate, check_in())
    await follow(clinic.system, clinic.organization_id)
    plan = await clinic.system.projection_reader.read(access_to(clinic.organization_id), duplicate, "care_plan")
    assert plan is not None
    assert plan.answer.model_dump()["merged_into"] is None
    assert (await verify(clinic.system.store, clinic.organization_id)).findings == []
    assert (await clinic.system.comparison.compare(clinic.organization_id)).differences == []


async def test_r57_what_was_decided_before_is_not_recorded_after(clinic: Clinic) -> None:
    await clinic.adopt(**AT_ONCE)
    client_id = await clinic.client()
    await clinic.approved(client_id)
    version = await clinic.system.store.head(clinic.organization_id, client_id)
    key = await clinic.system.keyring.data_key(clinic.organization_id, client_id)
    late = seal_drafts(clinic.organization_id, client_id, version, [draft(check_in())], clinic.sue.actor, key)

    await clinic.carry_out(client_id)

    with pytest.raises(VersionConflict):
        await clinic.system.store.append(clinic.organization_id, late)


async def test_r57_every_process_forgets_who_is_erased(clinic: Clinic, database: DatabaseUrls) -> None:
    await clinic.adopt(**AT_ONCE)
    client_id = await clinic.client()
    await clinic.approved(client_id)
    async with connected(settings_for(database, Path("unused")), Addresses(database.app, database.owner)) as other:
        for system in (clinic.system, other):
            system.wakeups.listen()
            await system.projection_reader.read(access_to(clinic.organization_id), client_id, "care_plan")
        await follow(other, clinic.organization_id)
        held = [holding(system, client_id) for system in (clinic.system, other)]
        assert held == [{"keyring", "fresh"}, {"keyring", "fresh", "projector"}]

        await clinic.carry_out(client_id)

        await until(lambda: not holding(other, client_id) and not holding(clinic.system, client_id))


def holding(system: System, client_id: UUID) -> set[str]:
    """What in the memory of a process has something of a client."""
    keyring, fresh, projector = system.wakeups._forgetting
    kept = {
        "keyring": any(client_id.bytes in context for _, _, context in keyring._unwrapped),  # type: ignore[attr-defined]
        "fresh": any(client == client_id for _, client, _ in fresh._kept),  # type: ignore[attr-defined]
        "projector": any(client == client_id for _, client in projector._kept),  # type: ignore[attr-defined]
    }
    return {name for name, has in kept.items() if has}


async def until(done: Callable[[], bool]) -> None:
    for _ in range(500):
        if done():
            return
        await asyncio.sleep(0.01)
    pytest.fail("it did not come to that within 5 seconds")


Change = Callable[[str], Awaitable[None]]


@pytest.fixture
def alter(database: DatabaseUrls) -> Change:
    """Changes something past every protection."""

    async def change(statement: str) -> None:
        superuser = await asyncpg.connect(database.superuser)
        await superuser.execute("set session_replication_role = replica")
        await superuser.execute(statement)
        await superuser.close()

    return change


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("update log.event set body = '' where client_id = '{other}' and version = 2", "was not erased"),
        ("update log.event set body = 'x' where client_id = '{erased}' and version = 2", "its body is still there"),
        (
            f"{DESTROY} where client_id = '{{other}}'",
            "does not end with an erasure",
        ),
        (
            "update keyring.client_key set wrapped_key = 'x', destroyed_at = null where client_id = '{erased}'",
            "the keys are there again",
        ),
    ],
)
async def test_r57_verify_tells_what_is_erased_from_what_is_damaged(
    clinic: Clinic, alter: Change, change: str, what: str
) -> None:
    await clinic.adopt(**AT_ONCE)
    erased, other = await clinic.client(), await clinic.client()
    await clinic.approved(erased)
    await clinic.carry_out(erased)

    await alter(change.format(erased=erased, other=other))

    findings = (await verify(clinic.system.store, clinic.organization_id)).findings
    assert any(what in finding.what for finding in findings)


async def test_r57_who_comes_back_with_older_keys_is_erased_again_by_the_log_itself(
    clinic: Clinic, database: DatabaseUrls
) -> None:
    await clinic.adopt(**AT_ONCE)
    client_id = await clinic.client()
    superuser = await asyncpg.connect(database.superuser)
    keep = "select wrapped_key, wrapped_notes_key from keyring.client_key where client_id = $1"
    kept = await superuser.fetchrow(keep, client_id)
    assert kept is not None
    await clinic.approved(client_id)
    await clinic.carry_out(client_id)
    await superuser.execute(
        "update keyring.client_key set wrapped_key = $2, wrapped_notes_key = $3, destroyed_at = null"
        " where client_id = $1",
        client_id,
        *kept,
    )
    listed = [each.client_id for each in await clinic.system.erasures.erased(clinic.organization_id)]

    done = await clinic.system.erasures.again(operator(clinic.organization_id), listed)

    assert [each.client_id for each in done] == [client_id]
    assert tuple(await superuser.fetchrow(keep, client_id) or ()) == (None, None)
    await superuser.close()
    assert await clinic.system.erasures.again(operator(clinic.organization_id), listed) == []
    assert (await verify(clinic.system.store, clinic.organization_id)).intact
