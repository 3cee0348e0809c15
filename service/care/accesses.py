"""What stands around every read about clients: whether its purpose allows it, and the record of it."""

from collections.abc import Collection
from uuid import UUID

from domain.vocabulary.consents import ConsentPurpose
from domain.vocabulary.purposes import PurposeOfUse
from projections.care_plan import CARE_PLAN, CarePlanAnswer
from service.access.access_records import Access, AccessRecords, Asked
from service.access.caller import Caller
from service.care.client_access import ClientAccess
from service.care.clients import require_client
from service.care.disclosures import NotConsented, covering, disclosure_to
from service.care.errors import UnknownClient
from service.log.keyring import ClientErased
from service.projector.folding import ProjectionFailed
from service.projector.fresh_states import FreshStates
from service.runtime import clock


class NoLegalGround(Exception):
    """Nothing recorded allows to read this for legal proceedings."""


class Accesses:
    """Asked by whatever reads about clients: before it reads, and again before it hands anything out."""

    def __init__(self, records: AccessRecords, fresh: FreshStates, clients: ClientAccess) -> None:
        self._records = records
        self._fresh = fresh
        self._clients = clients

    async def restricted(self, caller: Caller) -> bool:
        """Whether the caller sees the clients of their own team alone."""
        return await self._clients.restricted(caller)

    async def begin(self, access: Access, client_id: UUID, asked: Asked) -> None:
        """Whether the caller sees the client, and may read this for that purpose.

        Raises UnknownClient for whom they do not see, and NoLegalGround: for legal proceedings a court order or a
        consent to just this has to be in force (42 CFR 2.12(d), 2.31, 2.61 to 2.67; care.md, privacy rule 4). To
        another organization it is a disclosure, whatever for: raises NotConsented, or UnknownClient, where no consent
        of the client's allows it, and else notes in the access which one does.
        """
        require_client(access.caller, client_id)
        await self._clients.check(access.caller, client_id)
        recipient = access.caller.recipient
        if recipient is not None:
            plan = await self._plan_for_outsiders(access.organization_id, client_id)
            access.disclosure = disclosure_to(recipient, plan, access.purpose, asked.what)
        elif access.purpose is PurposeOfUse.LEGAL_PROCEEDINGS:
            plan = await self._plan(access.organization_id, client_id)
            if not _has_ground(plan, asked.what):
                raise NoLegalGround

    def begin_with_many(self, access: Access) -> None:
        """The same for a list over clients: an order or a consent is about one client.

        Raises NoLegalGround, NotConsented.
        """
        if access.caller.recipient is not None:
            raise NotConsented
        if access.purpose is PurposeOfUse.LEGAL_PROCEEDINGS:
            raise NoLegalGround

    async def keep(
        self,
        access: Access,
        asked: Asked,
        client_ids: Collection[UUID],
        *,
        version: int | None = None,
        position: int | None = None,
    ) -> None:
        """Record the access: of one client at a version, of many at a position of the log.

        Returns once that is on disk. Raises AccessNotRecorded, and NotConsented for another organization's read that
        did not begin here; then nothing may be answered.
        """
        if access.caller.recipient is not None and access.disclosure is None:
            raise NotConsented
        await self._records.keep(access, asked, client_ids, version=version, position=position)

    async def _plan(self, organization_id: UUID, client_id: UUID) -> CarePlanAnswer:
        """The plan as it is now, with what was consented to and ordered. Raises UnknownClient."""
        found = await self._fresh.read(organization_id, client_id, CARE_PLAN)
        if found is None:
            raise UnknownClient
        now = clock.now()
        plan = CARE_PLAN.answer(found.state, now, found.policies.readable_at(now))
        assert isinstance(plan, CarePlanAnswer)
        return plan

    async def _plan_for_outsiders(self, organization_id: UUID, client_id: UUID) -> CarePlanAnswer:
        """The same; whoever has no consent to show must not learn of a client from what goes wrong either."""
        try:
            return await self._plan(organization_id, client_id)
        except (ClientErased, ProjectionFailed):
            raise UnknownClient from None


def _has_ground(plan: CarePlanAnswer, what: str) -> bool:
    enough = covering(what)
    consents = (each for each in plan.consents if each.purpose is ConsentPurpose.LEGAL_PROCEEDINGS)
    return any(each.in_force and not enough.isdisjoint(each.scope) for each in (*consents, *plan.court_orders))
