"""What follows a crisis (R42-R45, R54): contact in time, the review, and what the review asked for."""

from typing import Any, Final

from sqlalchemy import Select, and_, exists, not_, or_

from analytics.measures.measure import (
    Kind,
    Measure,
    about_same_client,
    cases,
    day_of,
    hours,
    met,
    rows,
)
from analytics.measures.tasks import met_in_time
from analytics.view import Sources
from analytics.views.contacts import CONTACTS
from analytics.views.crises import ADJUSTMENTS, CRISES
from analytics.views.people import CLIENTS
from domain.vocabulary.obligations import ObligationKind

_WITHIN: Final = {24: "24 hours", 72: "72 hours", 168: "7 days", 720: "30 days"}


def _followed_up(within: int, words: str) -> Measure:
    def followed_up(sources: Sources) -> Select[Any]:
        crisis, contact = rows(CRISES, sources), rows(CONTACTS, sources)
        end = crisis.c.occurred_at + hours(within)
        reached = exists().where(
            about_same_client(contact, crisis),
            contact.c.reached,
            contact.c.contact_at > crisis.c.occurred_at,
            contact.c.contact_at <= end,
        )
        found = cases(crisis, "crisis", day_of(crisis.c.occurred_at), met(reached), group=crisis.c.tier)
        client = rows(CLIENTS, sources)
        died = exists().where(about_same_client(client, crisis), client.c.died_at <= end)
        return found.where(end <= sources.moment, not_(died))

    return Measure(
        name=f"crisis_follow_up_{words.replace(' ', '_')}",
        title=f"Reached within {words} after a crisis",
        version=1,
        kind=Kind.SHARE,
        unit="cases",
        case="A crisis.",
        numerator=f"Within {words} after the first contact in the crisis, somebody of the team reached the client: a"
        " session, an answered call or message, a check-in that somebody heard, or a further crisis contact in person.",
        denominator=f"Crises that began at least {words} ago.",
        exclusions="Crises in which the client died within that time.",
        period="The day on which the crisis began (UTC).",
        source="24 and 72 hours: practice of 988 follow-up. 7 and 30 days: HEDIS FUA and FUI (NCQA), with the crisis in"
        " place of the visit. That it is counted by the hour, where NCQA counts 8 and 31 days with that of the visit,"
        " and what counts as reached are our choice.",
        cases=followed_up,
        group="the tier of risk",
        better="higher",
    )


REVIEWS_ON_TIME: Final = Measure(
    name="reviews_on_time",
    title="Reviews after a crisis held in time",
    version=1,
    kind=Kind.SHARE,
    unit="cases",
    case="A review that a crisis asked for.",
    numerator="The review was held by the time at which it was due.",
    denominator="Reviews that were held, or are due by now.",
    exclusions="Reviews that were released before they were due.",
    period="The day on which the review was due (UTC).",
    source="Our choice; by when a review is due stands in the organization's policy.",
    cases=met_in_time(ObligationKind.POSTVENTION_REVIEW),
    group="the role whose task it is",
    better="higher",
)


def _carried_out(sources: Sources) -> Select[Any]:
    adjustment = rows(ADJUSTMENTS, sources)
    done = met(adjustment.c.carried_out_at.is_not(None))
    found = cases(adjustment, "review", day_of(adjustment.c.asked_at), done, group=adjustment.c.kind)
    settled = or_(adjustment.c.carried_out_at.is_not(None), adjustment.c.dropped_at.is_not(None))
    return found.where(
        or_(settled, adjustment.c.due_at < sources.moment),
        not_(and_(not_(settled), adjustment.c.released_at.is_not(None))),
    )


ADJUSTMENTS_CARRIED_OUT: Final = Measure(
    name="adjustments_carried_out",
    title="Adjustments of reviews carried out",
    version=1,
    kind=Kind.SHARE,
    unit="cases",
    case="A change that a review asked for.",
    numerator="It was carried out.",
    denominator="Changes that were carried out or dropped, or are due by now.",
    exclusions="Changes that were released, at the end of care or by the client's death, before they were settled.",
    period="The day on which the review was held (UTC).",
    source="Our choice.",
    cases=_carried_out,
    group="the kind of change",
    better="higher",
)

AFTER_CRISES: Final = (
    *(_followed_up(within, words) for within, words in _WITHIN.items()),
    REVIEWS_ON_TIME,
    ADJUSTMENTS_CARRIED_OUT,
)
