"""Which clients of their organization a caller sees: all, or those of their own team (ClientAccessPolicy); and none who
asked to be kept from them."""

import time
from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from cachetools import TTLCache

from projections.care_plan import CARE_PLAN
from service.access.caller import Caller
from service.access.permissions import SEES_EVERY_CLIENT
from service.care.disclosures import restrictions_in_force
from service.care.errors import UnknownClient
from service.log.organizations import Organizations
from service.log.restricted_clients import RestrictedClients
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
        """Whether a client of the organization has ever asked for a restriction."""
        return bool(await self._with_restrictions.of(organization_id))

    async def check(self, caller: Caller, client_id: UUID) -> Any | None:
        """That the caller sees the client. Raises UnknownClient, as for a client who is not there.

        Where that depends on the team or on what the client asked for, also ProjectionFailed and ClientErased: nobody
        is shown what cannot be decided. Gives the plan that it was decided by, for whatever else depends on it; None
        where none was asked, and then there is no restriction either.
        """
        own_team_only = await self.restricted(caller)
        if not own_team_only and client_id not in await self._with_restrictions.of(caller.organization_id):
            return None
        plan = await plan_now(self._fresh, caller.organization_id, client_id)
        person, now = caller.subject_id, clock.now()
        kept_away = any(person in each.person_ids for each in restrictions_in_force(plan, now))
        on_the_team = any(each.person_id == person and each.is_there(now) for each in plan.team.members)
        if kept_away or (own_team_only and not on_the_team):
            accesses = plan.emergency_accesses.accesses
            if not any(each.person_id == person and each.is_open(now) for each in accesses):
                raise UnknownClient
        return plan


async def plan_now(fresh: FreshStates, organization_id: UUID, client_id: UUID) -> Any:
    """The strands of the client's care plan as of now. Raises UnknownClient, ProjectionFailed, ClientErased."""
    found = await fresh.read(organization_id, client_id, CARE_PLAN)
    if found is None:
        raise UnknownClient
    return found.state.state
