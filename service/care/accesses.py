"""What stands around every read about clients: whether its purpose allows it, and the record of it."""

from collections.abc import Collection, Mapping
from typing import Final
from uuid import UUID

from domain.vocabulary.consents import ConsentPurpose, ConsentScope
from domain.vocabulary.purposes import PurposeOfUse
from projections.care_plan import CARE_PLAN, CarePlanAnswer
from service.access.access_records import Access, AccessRecords, Asked
from service.access.caller import Caller
from service.care.client_access import ClientAccess
from service.care.clients import require_client
from service.care.errors import UnknownClient
from service.projector.fresh_states import FreshStates
from service.runtime import clock

_WHOLE: Final = frozenset({ConsentScope.WHOLE_RECORD})
_COVERED_BY: Final[Mapping[str, frozenset[ConsentScope]]] = {
    "care_plan": _WHOLE | {ConsentScope.CARE_PLAN},
    "crisis_card": _WHOLE | {ConsentScope.CRISIS},
    "postvention": _WHOLE | {ConsentScope.CRISIS},
    "counseling_notes": frozenset({ConsentScope.COUNSELING_NOTES}),
}
"""What an order or a consent has to cover for a part of the record; whatever stands not here needs all of it.
Counseling notes are no part of the whole: they need their own (42 CFR 2.31(b))."""


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
        consent to just this has to be in force (42 CFR 2.12(d), 2.31, 2.61 to 2.67; care.md, privacy rule 4).
        """
        require_client(access.caller, client_id)
        await self._clients.check(access.caller, client_id)
        if access.purpose is PurposeOfUse.LEGAL_PROCEEDINGS:
            found = await self._fresh.read(access.organization_id, client_id, CARE_PLAN)
            if found is None:
                raise UnknownClient
            now = clock.now()
            plan = CARE_PLAN.answer(found.state, now, found.policies.readable_at(now))
            assert isinstance(plan, CarePlanAnswer)
            if not _has_ground(plan, asked.what):
                raise NoLegalGround

    def begin_with_many(self, access: Access) -> None:
        """The same for a list over clients: an order or a consent is about one client. Raises NoLegalGround."""
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

        Returns once that is on disk. Raises AccessNotRecorded; then nothing may be answered.
        """
        await self._records.keep(access, asked, client_ids, version=version, position=position)


def _has_ground(plan: CarePlanAnswer, what: str) -> bool:
    covering = _COVERED_BY.get(what, _WHOLE)
    consents = (each for each in plan.consents if each.purpose is ConsentPurpose.LEGAL_PROCEEDINGS)
    return any(each.in_force and not covering.isdisjoint(each.scope) for each in (*consents, *plan.court_orders))
