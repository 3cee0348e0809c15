"""Which clients of their organization a caller sees: all, or those of their own team (ClientAccessPolicy); and none who
asked to be kept from them."""

import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from typing import Any, Final
from uuid import UUID

from cachetools import TTLCache

from projections.care_plan import CARE_PLAN
from service.access.caller import Caller
from service.access.permissions import SEES_EVERY_CLIENT
from service.care.disclosures import restrictions_in_force
from service.care.errors import UnknownClient
from service.log.keyring import ClientErased
from service.log.organizations import Organizations
from service.log.restricted_clients import RestrictedClients
from service.projector.folding import ProjectionFailed
from service.projector.fresh_states import FreshStates
from service.runtime import clock

BELIEVED_SECONDS: Final = 5.0
"""So long a process believes how the switch stands, so that reads need not ask for it; our choice."""


class ClientAccess:
    """Decides by the client's own timeline, freshly folded: who was assigned a moment ago sees the client.

    Somebody is on the team under the id by which they record (`person_id` is their actor id). `timer` gives seconds.
    """

    def __init__(
        self,
        organizations: Organizations,
        fresh: FreshStates,
        with_restrictions: RestrictedClients,
        *,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._organizations = organizations
        self._fresh = fresh
        self._with_restrictions = with_restrictions
        self._own_team_only: TTLCache[UUID, bool] = TTLCache(1_000, BELIEVED_SECONDS, timer=timer)

    async def restricted(self, caller: Caller) -> bool:
        """Whether the caller sees the clients of their own team alone."""
        if caller.role in SEES_EVERY_CLIENT:
            return False
        organization_id = caller.organization_id
        switched_on = self._own_team_only.get(organization_id)
        if switched_on is None:
            policies = await self._organizations.policies(organization_id)
            switched_on = policies.readable_at(clock.now()).client_access.own_team_only
            self._own_team_only[organization_id] = switched_on
        return switched_on

    async def any_restrictions(self, organization_id: UUID) -> bool:
        """Whether a client of the organization may have asked for a restriction."""
        return bool(await self._with_restrictions.of(organization_id))

    async def kept_away(self, caller: Caller, client_ids: Collection[UUID]) -> frozenset[UUID]:
        """Which of these clients asked that the record be kept from the caller; or of whom that cannot be found out."""
        found = set()
        for client_id in (await self._with_restrictions.of(caller.organization_id)).intersection(client_ids):
            try:
                plans = await self._plans(caller.organization_id, client_id)
            except (UnknownClient, ProjectionFailed, ClientErased):
                found.add(client_id)
            else:
                if _is_kept_away(caller.subject_id, plans):
                    found.add(client_id)
        return frozenset(found)

    async def check(self, caller: Caller, client_id: UUID) -> Sequence[Any]:
        """That the caller sees the client, or the one with whom care goes on where this one was merged into another.

        What either of them asked for holds for both. Raises UnknownClient, as for a client who is not there. Where it
        depends on the team or on what the client asked for, also ProjectionFailed and ClientErased: nobody is shown
        what cannot be decided. Gives the client's plan, and after it those of survivors, where they were asked, for
        whatever else depends on them; else none, and then there is no restriction either.
        """
        own_team_only = await self.restricted(caller)
        if not own_team_only and client_id not in await self._with_restrictions.of(caller.organization_id):
            return ()
        plans = await self._plans(caller.organization_id, client_id)
        if _is_kept_away(caller.subject_id, plans):
            raise UnknownClient
        if own_team_only and not any(_is_seen_by(caller.subject_id, plan) for plan in plans):
            raise UnknownClient
        return plans

    async def _plans(self, organization_id: UUID, client_id: UUID) -> Sequence[Any]:
        return await plans_now(self._fresh, organization_id, client_id)


async def plans_now(fresh: FreshStates, organization_id: UUID, client_id: UUID) -> Sequence[Any]:
    """The client's plan, and those of the clients with whom care goes on one after the other; mostly of none.

    Of one of those who was erased nothing is known any more, nor what they asked for; nor, in the copy of an export of
    this client alone, of those who are not in it. Raises UnknownClient, ProjectionFailed, ClientErased.
    """
    plans = [await plan_now(fresh, organization_id, client_id)]
    with suppress(ClientErased, UnknownClient):
        while (into := plans[-1].merges.into) is not None:
            plans.append(await plan_now(fresh, organization_id, into.survivor_id))
    return plans


async def plan_now(fresh: FreshStates, organization_id: UUID, client_id: UUID) -> Any:
    """The strands of the client's care plan as of now. Raises UnknownClient, ProjectionFailed, ClientErased."""
    found = await fresh.read(organization_id, client_id, CARE_PLAN)
    if found is None:
        raise UnknownClient
    return found.state.state


def _is_kept_away(person: UUID, plans: Sequence[Any]) -> bool:
    """Whether the client asked for that, and the person has not opened the record in an emergency."""
    now = clock.now()
    named = any(person in each.person_ids for plan in plans for each in restrictions_in_force(plan, now))
    return named and not any(_has_opened(person, plan) for plan in plans)


def _is_seen_by(person: UUID, plan: Any) -> bool:
    """Whether the person is on the team now, or has opened the record in an emergency."""
    now = clock.now()
    on_the_team = any(each.person_id == person and each.is_there(now) for each in plan.team.members)
    return on_the_team or _has_opened(person, plan)


def _has_opened(person: UUID, plan: Any) -> bool:
    now = clock.now()
    return any(each.person_id == person and each.is_open(now) for each in plan.emergency_accesses.accesses)
