"""Who stays in care (R53): in care after so many days, initiation and engagement, and time in care."""

from typing import Any, Final

from sqlalchemy import Boolean, ColumnElement, FromClause, Select, and_, case, exists, false, func, or_, select, true

from analytics.measures.measure import (
    Kind,
    Measure,
    Row,
    about_same_client,
    cases,
    code,
    day_of,
    days,
    days_until,
    met,
    rows,
    today,
)
from analytics.view import Sources
from analytics.views.contacts import CONTACTS
from analytics.views.people import CLIENTS, EPISODES
from analytics.views.treatment import MEDICATIONS
from domain.vocabulary.intake import DischargeReason
from domain.vocabulary.medications import MedicationPurpose
from projections.outcomes.contacts import ContactKind

RETENTION_DAYS: Final = (30, 90, 180, 365)
INITIATION_DAYS: Final = 14
"""HEDIS IET: the day of intake and the 13 days after it."""
ENGAGEMENT_DAYS: Final = 34
"""HEDIS IET: so many days after the first service."""
FREE_DAYS: Final = 194
"""HEDIS IET: an episode is new when nothing went before it for so many days."""

_BY_ROUTE: Final = "the way by which the client came into care"
_OPENED: Final = "The day on which the episode was opened."


def _died_before(episode: Row, end: ColumnElement[Any], sources: Sources) -> ColumnElement[bool]:
    client = rows(CLIENTS, sources)
    # Who died in care did so on the client's own day on which the episode ended.
    died_on = case((client.c.died_at == episode.c.ended_at, episode.c.ended_on), else_=day_of(client.c.died_at))
    closed_so = and_(episode.c.discharge_reason == code(DischargeReason.DIED), episode.c.ended_on < end)
    return or_(
        func.coalesce(closed_so, false(), type_=Boolean),
        exists().where(about_same_client(client, episode), died_on < end),
    )


def _retained(after: int) -> Measure:
    def retained(sources: Sources) -> Select[Any]:
        episode = rows(EPISODES, sources)
        end = episode.c.opened_on + days(after)
        stayed = met(or_(episode.c.ended_on.is_(None), episode.c.ended_on >= end))
        found = cases(episode, "episode", episode.c.opened_on, stayed, group=episode.c.entry_route)
        return found.where(end <= today(sources), ~_died_before(episode, end, sources))

    return Measure(
        name=f"retention_{after}",
        title=f"In care after {after} days",
        version=1,
        kind=Kind.SHARE,
        unit="cases",
        case="An episode of care.",
        numerator=f"The episode was open {after} days after the day on which it was opened, or ended on that day.",
        denominator=f"Episodes that were opened at least {after} days ago.",
        exclusions="Episodes of clients who died within these days.",
        period=_OPENED,
        source="Retention as NOMs asks for it (SAMHSA). That an episode counts as ended for whatever reason, completion"
        " among them, is our choice.",
        cases=retained,
        group=_BY_ROUTE,
        better="higher",
    )


def _services(sources: Sources) -> Row:
    """The days of each client's services: sessions that were held, and medications that were started."""
    contact, medication = rows(CONTACTS, sources), rows(MEDICATIONS, sources)
    held = select(
        contact.c.organization_id, contact.c.client, contact.c.contact_on.label("on_day"), true().label("session")
    ).where(contact.c.kind == code(ContactKind.SESSION_HELD))
    started = select(medication.c.organization_id, medication.c.client, day_of(medication.c.started_at), false()).where(
        medication.c.purpose.in_([code(purpose) for purpose in _TREATING])
    )
    # No common table expression: asked twice, it would be made for all clients and then searched for each.
    return held.union(started).subquery("services")


def _first_service(episode: Row, service: Row) -> FromClause:
    end = episode.c.opened_on + days(INITIATION_DAYS)
    within = and_(service.c.on_day >= episode.c.opened_on, service.c.on_day < end)
    first = select(func.min(service.c.on_day).label("on_day")).where(about_same_client(service, episode), within)
    return first.lateral("first_service")


def _new_and_seen_for(count: int, episode: Row, sources: Sources) -> ColumnElement[bool]:
    """The condition that an episode is new, and that so many days of it can be seen."""
    earlier = rows(EPISODES, sources, "earlier")
    until = func.coalesce(earlier.c.ended_on, episode.c.opened_on)
    before = exists().where(
        about_same_client(earlier, episode),
        earlier.c.opened_at < episode.c.opened_at,
        until >= episode.c.opened_on - days(FREE_DAYS),
    )
    end = episode.c.opened_on + days(count)
    return and_(end <= today(sources), ~before, ~_died_before(episode, end, sources))


def _initiated(sources: Sources) -> Select[Any]:
    episode, service = rows(EPISODES, sources), _services(sources)
    first = _first_service(episode, service)
    source = episode.join(first, true())
    began = met(first.c.on_day.is_not(None))
    found = cases(episode, "episode", episode.c.opened_on, began, group=episode.c.entry_route, source=source)
    return found.where(_new_and_seen_for(INITIATION_DAYS, episode, sources))


def _engaged(sources: Sources) -> Select[Any]:
    episode, service = rows(EPISODES, sources), _services(sources)
    first = _first_service(episode, service)
    further = (
        select(
            func.count(service.c.on_day.distinct()).label("days"),
            func.count().filter(service.c.session).label("sessions"),
        )
        .where(
            about_same_client(service, episode),
            service.c.on_day > first.c.on_day,
            service.c.on_day <= first.c.on_day + days(ENGAGEMENT_DAYS),
        )
        .lateral("further")
    )
    source = episode.join(first, true()).join(further, true())
    engaged = met(and_(further.c.days >= days(2), further.c.sessions >= days(1)))
    found = cases(episode, "episode", episode.c.opened_on, engaged, group=episode.c.entry_route, source=source)
    return found.where(_new_and_seen_for(INITIATION_DAYS + ENGAGEMENT_DAYS, episode, sources))


def _time_in_care(sources: Sources) -> Select[Any]:
    """Leaving before what was planned was done; other ends are seen no longer than until then."""
    episode = rows(EPISODES, sources)
    left = episode.c.discharge_reason.in_([code(reason) for reason in _LEAVING])
    left_on = case((left, episode.c.ended_on))
    seen_until = func.coalesce(episode.c.ended_on, today(sources))
    judged = days_until(episode.c.opened_on, left_on, seen_until)
    return cases(episode, "episode", episode.c.opened_on, *judged, group=episode.c.entry_route)


_TREATING: Final = (MedicationPurpose.OPIOID_USE_DISORDER, MedicationPurpose.ALCOHOL_USE_DISORDER)

_LEAVING: Final = (
    DischargeReason.LEFT_BY_OWN_CHOICE,
    DischargeReason.LOST_CONTACT,
    DischargeReason.ENDED_BY_PROGRAMME,
)

INITIATION: Final = Measure(
    name="initiation",
    title="Treatment begun within 14 days",
    version=1,
    kind=Kind.SHARE,
    unit="cases",
    case="A new episode of care.",
    numerator="On the day of intake or in the 13 days after it a session was held, or a medication for an opioid or"
    " alcohol use disorder was started (by its day in UTC).",
    denominator="Episodes that were opened at least 14 days ago.",
    exclusions="Episodes before which the client was in care within 194 days; clients who died within these 14 days.",
    period=_OPENED,
    source="HEDIS IET, Initiation of Substance Use Disorder Treatment (NCQA). The intake stands for the diagnosis; what"
    " counts as a service is our choice, since no claims are known here.",
    cases=_initiated,
    group=_BY_ROUTE,
    better="higher",
)

ENGAGEMENT: Final = Measure(
    name="engagement",
    title="Engaged in treatment within 34 days of its beginning",
    version=1,
    kind=Kind.SHARE,
    unit="cases",
    case="A new episode of care.",
    numerator="Treatment had begun within 14 days as for initiation, and on two further days in the 34 days after the"
    " first service such a service followed, of which one may be a medication and at least one is a session.",
    denominator="Episodes that were opened at least 48 days ago.",
    exclusions="Episodes before which the client was in care within 194 days; clients who died within these 48 days.",
    period=_OPENED,
    source="HEDIS IET, Engagement of Substance Use Disorder Treatment (NCQA). That two services of one day count once"
    " is our choice.",
    cases=_engaged,
    group=_BY_ROUTE,
    better="higher",
)

TIME_IN_CARE: Final = Measure(
    name="time_in_care",
    title="Days until care was left early",
    version=1,
    kind=Kind.TIME,
    unit="days",
    case="An episode of care.",
    numerator="The client left by their own choice, could not be reached any more, or the programme ended the care.",
    denominator="All episodes; they are seen until they ended in another way, or until today.",
    exclusions="None.",
    period=_OPENED,
    source="Kaplan and Meier 1958. Which ends count as leaving early is our choice.",
    cases=_time_in_care,
    group=_BY_ROUTE,
    better="higher",
)

RETENTION: Final = (*(_retained(after) for after in RETENTION_DAYS), INITIATION, ENGAGEMENT, TIME_IN_CARE)
