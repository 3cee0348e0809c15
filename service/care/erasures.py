"""Erasures: which are due by the organization's policy, carrying them out, and doing so again after an old backup."""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import NamedTuple
from uuid import UUID, uuid4

import asyncpg

from domain.entry import Draft
from domain.events.merging import ClientSeparated
from domain.policy.organization import ErasurePolicy
from domain.vocabulary.record import Precision
from service.access.caller import Caller
from service.database.connection import scoped
from service.database.owner import Owner, as_owner
from service.log import erasing
from service.log.erasing import Duplicate, Erased, Erasure, ErasureAsked, ErasureRefused
from service.log.errors import answering
from service.log.keyring import Keyring
from service.log.organizations import Organizations
from service.log.store import EventStore
from service.log.timelines import seal_drafts
from service.runtime import clock

__all__ = ["Erased", "Erasure", "ErasureNotDue", "Erasures", "Standing"]

_HINDRANCES = {
    "not_requested": "it was not requested",
    "withdrawn": "the request was withdrawn",
    "not_approved": "it waits for an approval",
    "held": "a legal hold is in force",
    "duplicates": "the clients who were merged into this one are to be erased first",
    "not_a_client": "this is the organization itself",
}


class ErasureNotDue(Exception):
    """The client is not erased; the message says why, without a word of the client's."""


class Standing(NamedTuple):
    """A request to erase a client, and how it stands now."""

    asked: ErasureAsked
    due_at: datetime | None
    """From when on it is carried out; None while it was not approved."""
    kept_until: datetime
    """Until when the organization's policy keeps the record."""
    hindrance: str | None
    """Why it is not carried out now, in words; None where it is due."""

    @property
    def due_since(self) -> datetime | None:
        """Since when it is due; None where it is not.

        Since the last of what it had to wait for: the delay, the policy's retention, a hold, and duplicates of theirs.
        """
        if self.hindrance is not None or self.due_at is None:
            return None
        return max(self.due_at, self.kept_until, self.asked.freed_at or self.due_at)


class Erasures:
    """Says whose erasure is due, and erases clients, as the database's owner: the service's own role cannot.

    What the log says in clear the database itself decides upon; here is added what the policy says, which is sealed.
    """

    def __init__(
        self,
        pool: asyncpg.Pool,
        owner: str | None,
        organizations: Organizations,
        store: EventStore,
        keyring: Keyring,
        appended: Callable[[UUID], None],
    ) -> None:
        """`owner` is the owner's address; `appended` is told of an organization to whose log something was added."""
        self._pool = pool
        self._owner = owner
        self._organizations = organizations
        self._store = store
        self._keyring = keyring
        self._appended = appended

    async def standing(self, organization_id: UUID) -> list[Standing]:
        """Every request that counts, in the order in which they were recorded: whoever may read the log may ask it."""
        policy = await self._policy(organization_id, clock.now())
        with answering(writing=False):
            async with scoped(self._pool, organization_id) as connection:
                found = await erasing.asked(connection, organization_id, two_persons=policy.second_person)
        return [_standing(each, policy, clock.now()) for each in found]

    async def carry_out(self, caller: Caller, client_id: UUID) -> Erasure:
        """Erase a client for good, where that is due. Raises ErasureNotDue, OwnerNeeded."""
        organization_id = caller.organization_id
        of_client = [each for each in await self.standing(organization_id) if each.asked.client_id == client_id]
        if not of_client:
            raise ErasureNotDue("No request to erase this client waits.")
        due = next((each for each in of_client if each.hindrance is None), None)
        if due is None:
            raise ErasureNotDue(f"The client is not erased: {of_client[-1].hindrance}.")
        try:
            async with self._as_owner(organization_id) as owner:
                # The moments are the database's: a clock that is ahead here brings none of them closer.
                now = min(clock.now(), await owner.fetchval("select clock_timestamp()"))
                policy = await self._policy(organization_id, now)
                if early := _standing(due.asked, policy, now).hindrance:
                    raise ErasureNotDue(f"The client is not erased: {early}.")
                done = await erasing.erase(
                    owner, organization_id, client_id, caller.actor, due.asked, two_persons=policy.second_person
                )
        except ErasureRefused as refused:
            raise ErasureNotDue(f"The client is not erased: {_HINDRANCES[refused.hindrance]}.") from refused
        self._appended(organization_id)
        return done

    async def erased(self, organization_id: UUID) -> list[Erased]:
        """Who was erased, in order of time. Raises OwnerNeeded."""
        async with self._as_owner(organization_id) as owner:
            return await erasing.erased(owner, organization_id)

    async def again(self, caller: Caller, clients: Iterable[UUID]) -> list[Erasure]:
        """Erase clients who were erased once, in the database of which this is an older state.

        Neither policy nor holds are asked: they were, then. Whoever is erased here already is left out; who is not
        known gets no record under that id ever. Who is merged into one of them here and is not among them had been
        separated: care goes on with them, so they are separated again. Raises OwnerNeeded.
        """
        organization_id, done = caller.organization_id, []
        clients = list(dict.fromkeys(clients))
        there = {each.client_id for each in await self.erased(organization_id) if each.complete}
        for client_id in clients:
            if client_id in there:
                continue
            async with self._as_owner(organization_id) as owner:
                left = await erasing.duplicates(owner, organization_id, client_id)
            for duplicate in left:
                if duplicate.client_id not in clients:
                    await self._separate(caller, duplicate)
            async with self._as_owner(organization_id) as owner:
                done.append(await erasing.erase(owner, organization_id, client_id, caller.actor, None))
        self._appended(organization_id)
        return done

    async def _separate(self, caller: Caller, duplicate: Duplicate) -> None:
        client_id, version, merge = duplicate
        key = await self._keyring.data_key(caller.organization_id, client_id, create=False)
        separated = Draft(uuid4(), ClientSeparated(merge=merge), clock.now(), Precision.INSTANT, "care-timeline")
        sealed = seal_drafts(caller.organization_id, client_id, version, [separated], caller.actor, key)
        await self._store.append(caller.organization_id, sealed)

    async def _policy(self, organization_id: UUID, at: datetime) -> ErasurePolicy:
        return (await self._organizations.policies(organization_id)).readable_at(at).erasure

    @asynccontextmanager
    async def _as_owner(self, organization_id: UUID) -> AsyncIterator[Owner]:
        with answering(writing=True):
            async with as_owner(self._owner, organization_id) as owner:
                yield owner


def due(standing: Sequence[Standing]) -> dict[UUID, datetime]:
    """The clients whose erasure is due, each with the moment since when."""
    found: dict[UUID, datetime] = {}
    for each in standing:
        if each.due_since is not None:
            found[each.asked.client_id] = min(each.due_since, found.get(each.asked.client_id, each.due_since))
    return found


def _standing(asked: ErasureAsked, policy: ErasurePolicy, now: datetime) -> Standing:
    due_at = policy.due_at(asked.approved_at) if asked.approved_at else None
    kept_until = policy.kept_until(asked.last_recorded_at)
    hindrance = _HINDRANCES[asked.hindrance] if asked.hindrance else None
    if asked.hindrance == "not_approved" and asked.approval_id is not None:
        hindrance = "whoever requested it approved it, and another person has to: withdraw it, and request it anew"
    if hindrance is None and kept_until > now:
        hindrance = f"the record is kept until {kept_until:%Y-%m-%d}, as the policy says"
    if hindrance is None and due_at and due_at > now:
        hindrance = f"it is due from {due_at:%Y-%m-%d %H:%M} UTC on"
    return Standing(asked, due_at, kept_until, hindrance)
