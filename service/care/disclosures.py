"""What a consent or an order has to cover for a part of the record, and what allows another organization to read it
(42 CFR 2.31, 2.51, 2.61; care.md, privacy rules 3 and 4)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from domain.vocabulary.consents import ConsentPurpose, ConsentScope
from domain.vocabulary.purposes import PurposeOfUse
from projections.care_plan.consents import Consent
from projections.care_plan.disclosures import EmergencyDisclosure
from projections.care_plan.restrictions import Restriction
from projections.disclosed_plan import OPENS_SOMETHING, opened
from service.access.recipients import Basis, Ground, Recipient
from service.care.errors import UnknownClient

CARE_PLAN_PART: Final = "care_plan"
"""The part of which a scope may open some strands and leave out others (projections/disclosed_plan.py)."""

ACCESS_RECORDS: Final = "access_records"
ACCESS_REPORT: Final = "access_report"
"""What access records call the reading of themselves, and the list of them that is given to a client."""

_WHOLE: Final = frozenset({ConsentScope.WHOLE_RECORD})
_COVERED_BY: Final[Mapping[str, frozenset[ConsentScope]]] = {
    CARE_PLAN_PART: OPENS_SOMETHING,
    "crisis_card": _WHOLE | {ConsentScope.CRISIS},
    "postvention": _WHOLE | {ConsentScope.CRISIS},
    "counseling_notes": frozenset({ConsentScope.COUNSELING_NOTES}),
}
"""What an order or a consent has to cover for a part of the record; whatever stands not here needs all of it.
Counseling notes are no part of the whole: they need their own (42 CFR 2.31(b))."""

CONSENTED_FOR: Final[Mapping[PurposeOfUse, ConsentPurpose]] = {
    PurposeOfUse.TREATMENT: ConsentPurpose.TREATMENT,
    PurposeOfUse.EMERGENCY_TREATMENT: ConsentPurpose.TREATMENT,
    PurposeOfUse.CARE_MANAGEMENT: ConsentPurpose.TREATMENT,
    PurposeOfUse.PAYMENT: ConsentPurpose.PAYMENT,
    PurposeOfUse.OPERATIONS: ConsentPurpose.OPERATIONS,
    PurposeOfUse.QUALITY_IMPROVEMENT: ConsentPurpose.OPERATIONS,
    PurposeOfUse.FAMILY_REQUEST: ConsentPurpose.FAMILY_INVOLVEMENT,
    PurposeOfUse.LEGAL_PROCEEDINGS: ConsentPurpose.LEGAL_PROCEEDINGS,
}
"""The purpose that a consent must have for a purpose of use. HL7 has emergency treatment and care management as kinds
of treatment, and the improvement of quality as one of operations. For any other purpose no consent lets another
organization read here."""


class NotConsented(Exception):
    """The client consented to other disclosures to this recipient, and not to this one."""


class Restricted(Exception):
    """The client asked that the record not be used for this purpose, and the programme agreed."""


class NoLegalGround(Exception):
    """Nothing recorded allows to read this for legal proceedings."""


def ground_for_recipient(
    recipient: Recipient, plans: Sequence[Any], purpose: PurposeOfUse, what: str, at: datetime
) -> Ground:
    """What allows to tell the recipient this for the purpose: the widest consent in force, or else an emergency.

    `plans` are the states of the care plan's strands: the client's, and those of whoever care goes on with after a
    merge, whose restrictions hold here too. A consent names the recipient, has the purpose and covers what is asked;
    what the client asked not to be told, or not for this, it does not allow (42 CFR 2.26). An emergency
    disclosure that is open allows what it covers for emergency treatment alone (42 CFR 2.51), whatever was asked.
    Raises NotConsented where a consent or an emergency names them and none allows this. Raises UnknownClient where none
    does: that somebody is a client here is a disclosure as well (42 CFR 2.13(c)).
    """
    plan, restrictions = plans[0], [each for plan in plans for each in restrictions_in_force(plan, at)]
    kept_away = any(recipient.name in each.recipients for each in restrictions)
    consents = [each for each in plan.consents.consents if each.holds(at) and _names(each, recipient) and not kept_away]
    emergencies = [
        each for each in plan.disclosures.emergencies if each.is_open(at) and each.organization == recipient.name
    ]
    if not consents and not emergencies:
        raise UnknownClient
    restricted = any(purpose in each.purposes for each in restrictions)
    wanted = None if restricted else CONSENTED_FOR.get(purpose)
    found = _widest(_by_consent(each) for each in consents if each.purpose is wanted and _covers(each.scope, what))
    if found is None and purpose is PurposeOfUse.EMERGENCY_TREATMENT:
        found = _widest(_by_emergency(each) for each in emergencies if _covers(each.scope, what))
    if found is None:
        raise NotConsented
    return found


def restrictions_in_force(plan: Any, at: datetime) -> list[Restriction]:
    """What the client asked for and the programme agreed to, as far as it holds at that moment.

    `plan` is the state of the care plan's strands.
    """
    return [each for each in plan.restrictions.restrictions if each.holds(at)]


def check_not_restricted(plan: Any, purpose: PurposeOfUse, what: str, at: datetime) -> None:
    """That the client has not asked that this not be read for the purpose. Raises Restricted.

    Who read about them is told nevertheless: to look into that is in the client's own interest.
    """
    if what not in {ACCESS_RECORDS, ACCESS_REPORT} and any(
        purpose in each.purposes for each in restrictions_in_force(plan, at)
    ):
        raise Restricted


def ground_for_proceedings(plan: Any, what: str, at: datetime) -> Ground:
    """The widest court order or consent to just that by which this may be read for legal proceedings.

    `plan` is the state of the care plan's strands. Raises NoLegalGround.
    """
    found = _widest(_grounds_for_proceedings(plan, what, at))
    if found is None:
        raise NoLegalGround
    return found


def _grounds_for_proceedings(plan: Any, what: str, at: datetime) -> Iterator[Ground]:
    for consent in plan.consents.consents:
        if consent.purpose is ConsentPurpose.LEGAL_PROCEEDINGS and consent.holds(at) and _covers(consent.scope, what):
            yield _by_consent(consent)
    for order in plan.court_orders.orders:
        if order.holds(at) and _covers(order.scope, what):
            yield Ground(Basis.COURT_ORDER, order.event_id, ConsentPurpose.LEGAL_PROCEEDINGS, order.scope)


def _names(consent: Consent, recipient: Recipient) -> bool:
    return recipient.name in consent.recipients or not set(recipient.classes).isdisjoint(consent.recipient_classes)


def _covers(scope: Iterable[ConsentScope], what: str) -> bool:
    return not _COVERED_BY.get(what, _WHOLE).isdisjoint(scope)


def _by_consent(consent: Consent) -> Ground:
    return Ground(Basis.CONSENT, consent.event_id, consent.purpose, consent.scope)


def _by_emergency(emergency: EmergencyDisclosure) -> Ground:
    return Ground(Basis.MEDICAL_EMERGENCY, emergency.event_id, ConsentPurpose.TREATMENT, emergency.scope)


def _widest(grounds: Iterable[Ground]) -> Ground | None:
    """The one that opens most of the plan, of several alike the first: an answer rests on one."""
    return max(grounds, key=lambda ground: len(opened(ground.scope)), default=None)
