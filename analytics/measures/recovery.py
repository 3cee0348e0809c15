"""Days of recovery, and return to use (R46)."""

from typing import Any, Final

from sqlalchemy import Select, func, select, true

from analytics.measures.measure import Kind, Measure, about_same_client, cases, days_until, rows, today
from analytics.view import Sources
from analytics.views.people import EPISODES
from analytics.views.recovery import LAPSES


def _until_return_to_use(sources: Sources) -> Select[Any]:
    episode, lapse = rows(EPISODES, sources), rows(LAPSES, sources)
    seen_until = func.coalesce(episode.c.ended_on, today(sources))
    first = (
        select(func.min(lapse.c.lapsed_on).label("lapsed_on"))
        .where(about_same_client(lapse, episode), lapse.c.lapsed_on >= episode.c.opened_on)
        .lateral("first_lapse")
    )
    judged = days_until(episode.c.opened_on, first.c.lapsed_on, seen_until)
    source = episode.join(first, true())
    return cases(episode, "episode", episode.c.opened_on, *judged, group=episode.c.entry_route, source=source)


RETURN_TO_USE: Final = Measure(
    name="days_until_return_to_use",
    title="Days from intake until a return to use",
    version=1,
    kind=Kind.TIME,
    unit="days",
    case="An episode of care.",
    numerator="The first lapse on or after the day of intake.",
    denominator="All episodes; they are seen until they ended, or until today.",
    exclusions="None.",
    period="The day on which the episode was opened.",
    source="Kaplan and Meier 1958. A lapse wipes nothing: days that came before it stay days of recovery. That days are"
    " counted from the intake is our choice.",
    cases=_until_return_to_use,
    group="the way by which the client came into care",
    better="higher",
)

OF_RECOVERY: Final = (RETURN_TO_USE,)
