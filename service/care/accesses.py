"""What stands around every read about clients: whether its purpose allows it, and the record of it."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import UUID

from domain.vocabulary.purposes import PurposeOfUse
from service.access.access_records import Access, AccessRecords, Asked
from service.access.caller import Caller
from service.care.client_access import ClientAccess, plan_now, plans_now
from service.care.clients import require_client
from service.care.disclosures import (
    NoLegalGround,
    NotConsented,
    Restricted,
    check_not_restricted,
    ground_for_proceedings,
    ground_for_recipient,
)
from service.care.errors import UnknownClient
from service.log.keyring import ClientErased
from service.projector.folding import ProjectionFailed
from service.projector.fresh_states import FreshStates
from service.runtime import clock


class Accesses:
    """Asked by whatever reads about clients: before it reads, and again before it hands anything out."""

    def __init__(self, records: AccessRecords, fresh: FreshStates, clients: ClientAccess) -> None:
        self._records = records
        self._fresh = fresh
        self._clients = clients

    async def restricted(self, caller: Caller) -> bool:
        """Whether the caller sees the clients of their own team alone."""
        return await self._clients.restricted(caller)

    async def any_restrictions(self, organization_id: UUID) -> bool:
        """Whether a client of the organization has ever asked for a restriction."""
        return await self._clients.any_restrictions(organization_id)

    async def kept_away(self, caller: Caller, client_ids: Collection[UUID]) -> frozenset[UUID]:
        """Those of these clients who asked that their record be kept from the caller."""
        return await self._clients.kept_away(caller, client_ids)

    async def begin(self, access: Access, client_id: UUID, asked: Asked) -> None:
        """Whether the caller sees the client, and may read this for that purpose.

        Raises UnknownClient for whom they do not see, Restricted where the client asked that the record not be used for
        that (42 CFR 2.26), and NoLegalGround: for legal proceedings a court order or a
        consent to just this has to be in force (42 CFR 2.12(d), 2.31, 2.61 to 2.67; care.md, privacy rule 4). To
        another organization it is a disclosure, whatever for: raises NotConsented, or UnknownClient, where neither a
        consent of the client's nor an emergency allows it. What allows it is noted in the access.
        """
        require_client(access.caller, client_id)
        recipient, now = access.caller.recipient, clock.now()
        if recipient is not None:
            plans = await self._plans_for_outsiders(access.organization_id, client_id)
            access.ground = ground_for_recipient(recipient, plans, access.purpose, asked.what, now)
            return
        plans = await self._clients.check(access.caller, client_id)
        for plan in plans:
            check_not_restricted(plan, access.purpose, asked.what, now)
        if access.purpose is PurposeOfUse.LEGAL_PROCEEDINGS:
            plan = plans[0] if plans else await plan_now(self._fresh, access.organization_id, client_id)
            access.ground = ground_for_proceedings(plan, asked.what, now)

    async def begin_with_others(self, access: Access, client_ids: Collection[UUID], asked: Asked) -> None:
        """The same for others who were one person with the client, as was known then, and are not any more.

        What allows to tell of the client stays noted. Raises as `begin` does, but for people of the clinic nobody who
        was erased stands in the way: nothing of them can be opened.
        """
        for client_id in client_ids:
            with suppress(ClientErased):
                await self.begin(replace(access), client_id, asked)

    async def may_be_told(self, access: Access, client_ids: Collection[UUID], asked: Asked) -> set[UUID]:
        """Of which of these clients `begin` lets this be told; of those who were erased nothing can be, but that.

        For what tells of many at once, after `begin_with_many`. Of whom it cannot be found out, nothing may.
        """
        told = set()
        for client_id in client_ids:
            with suppress(UnknownClient, Restricted, ProjectionFailed):
                with suppress(ClientErased):
                    await self.begin(access, client_id, asked)
                told.add(client_id)
        return told

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
        under_pseudonyms: bool = False,
    ) -> None:
        """Record the access: of one client at a version, of many at a position of the log, also under pseudonyms.

        Returns once that is on disk. Raises AccessNotRecorded, and NotConsented for another organization's read that
        did not begin here; then nothing may be answered.
        """
        if access.caller.recipient is not None and access.ground is None:
            raise NotConsented
        await self._records.keep(
            access, asked, client_ids, version=version, position=position, under_pseudonyms=under_pseudonyms
        )

    async def _plans_for_outsiders(self, organization_id: UUID, client_id: UUID) -> Sequence[Any]:
        """The plans now; whoever has no consent to show must not learn of a client from what goes wrong either."""
        try:
            return await plans_now(self._fresh, organization_id, client_id)
        except (ClientErased, ProjectionFailed):
            raise UnknownClient from None
