"""Sessions that were held and missed, and what stood in the way (R24, R28)."""

from typing import Any, Final

from sqlalchemy import Select, or_

from analytics.measures.measure import Kind, Measure, cases, code, met, rows
from analytics.view import Sources
from analytics.views.contacts import CONTACTS
from domain.vocabulary.barriers import Barrier
from projections.outcomes.contacts import ContactKind


def _attended(sources: Sources) -> Select[Any]:
    contact = rows(CONTACTS, sources)
    held = contact.c.kind == code(ContactKind.SESSION_HELD)
    found = cases(contact, "contact", contact.c.contact_on, met(held), group=contact.c.session)
    return found.where(or_(held, contact.c.kind == code(ContactKind.SESSION_MISSED)))


def _barrier_known(sources: Sources) -> Select[Any]:
    contact = rows(CONTACTS, sources)
    known = met(contact.c.barrier != code(Barrier.UNKNOWN))
    found = cases(contact, "contact", contact.c.contact_on, known, group=contact.c.barrier)
    return found.where(contact.c.kind == code(ContactKind.SESSION_MISSED))


ATTENDANCE: Final = Measure(
    name="attendance",
    title="Sessions attended",
    version=1,
    kind=Kind.SHARE,
    unit="cases",
    case="A session that was held, or that the client missed.",
    numerator="The session was held.",
    denominator="Sessions held or missed.",
    exclusions="Sessions that were called off before: they count against nobody.",
    period="The client's local day of the session.",
    source="Our choice.",
    cases=_attended,
    group="the kind of session",
    better="higher",
)

BARRIERS_BEHIND_MISSES: Final = Measure(
    name="barriers_behind_misses",
    title="What stood in the way of sessions",
    version=1,
    kind=Kind.SHARE,
    unit="cases",
    case="A session that the client missed.",
    numerator="It is known what stood in the way.",
    denominator="Sessions that the client missed; the groups tell how often each barrier did.",
    exclusions="None.",
    period="The client's local day of the session.",
    source="Our choice.",
    cases=_barrier_known,
    group="the barrier",
)

OF_ATTENDANCE: Final = (ATTENDANCE, BARRIERS_BEHIND_MISSES)
