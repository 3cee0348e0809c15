"""What a consent or an order has to cover for a part of the record, and which consent allows another organization to
read it (42 CFR 2.31; care.md, privacy rules 3 and 4)."""

from collections.abc import Mapping
from typing import Final

from domain.vocabulary.consents import ConsentPurpose, ConsentScope
from domain.vocabulary.purposes import PurposeOfUse
from projections.care_plan import CarePlanAnswer
from service.access.recipients import Disclosure, Recipient
from service.care.errors import UnknownClient

_WHOLE: Final = frozenset({ConsentScope.WHOLE_RECORD})
_COVERED_BY: Final[Mapping[str, frozenset[ConsentScope]]] = {
    "care_plan": _WHOLE | {ConsentScope.CARE_PLAN},
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


def covering(what: str) -> frozenset[ConsentScope]:
    """The scopes of which an order or a consent has to have one, for this to be told."""
    return _COVERED_BY.get(what, _WHOLE)


def disclosure_to(recipient: Recipient, plan: CarePlanAnswer, purpose: PurposeOfUse, what: str) -> Disclosure:
    """The consent by which this is told to the recipient for the purpose: in force, naming them, and wide enough.

    Raises NotConsented where a consent in force names them and none covers this. Raises UnknownClient where none in
    force does: that somebody is a client here is a disclosure as well (42 CFR 2.13(c)).
    """
    theirs = [
        each
        for each in plan.consents
        if each.in_force
        and (recipient.name in each.recipients or not set(recipient.classes).isdisjoint(each.recipient_classes))
    ]
    if not theirs:
        raise UnknownClient
    wanted, enough = CONSENTED_FOR.get(purpose), covering(what)
    for each in theirs:
        if wanted is not None and each.purpose is wanted and not enough.isdisjoint(each.scope):
            return Disclosure(recipient.name, each.event_id, each.purpose, each.scope)
    raise NotConsented
