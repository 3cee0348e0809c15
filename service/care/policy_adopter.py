"""Adopting a policy: an entry on the organization's own timeline."""

from datetime import datetime
from uuid import uuid4

from domain.entry import Draft, Entry
from domain.events.organization import PolicyAdopted
from domain.policy import Policy
from domain.vocabulary.record import Precision
from service.access.caller import Caller
from service.care.own_timeline import SOURCE, append_own
from service.log.keyring import Keyring
from service.log.organizations import Organizations
from service.log.store import EventStore
from service.runtime import clock


class PolicyAdopter:
    """Records that organizations adopt policies; what was recorded before stays as it was (see domain/policies.py)."""

    def __init__(self, store: EventStore, keyring: Keyring, organizations: Organizations) -> None:
        self._store = store
        self._keyring = keyring
        self._organizations = organizations

    async def adopt(
        self,
        caller: Caller,
        numbers: Policy,
        *,
        in_force_from: datetime | None = None,
        note: str | None = None,
        source: str = SOURCE,
    ) -> Entry:
        """Record the adoption, in force from that moment, or else from now on. When this returns, it is durable.

        Where the numbers do not say in which time zone the organization's days are counted, that stays as it is.
        Raises UnknownOrganization.
        """
        organization_id = caller.organization_id

        async def decide() -> Draft:
            policies, now = await self._organizations.policies(organization_id), clock.now()
            event = PolicyAdopted(
                in_force_from=in_force_from or now, numbers=_with_zone(numbers, policies.readable_at(now)), note=note
            )
            return Draft(uuid4(), event, now, Precision.INSTANT, source)

        return await append_own(self._store, self._keyring, caller, decide)


def _with_zone(numbers: Policy, now: Policy) -> Policy:
    if "time_zone" in numbers.working_days.model_fields_set:
        return numbers
    return numbers.in_time_zone(now.working_days.time_zone)
