"""How scores and ratings changed from the beginning of an episode (R53): BAM, PHQ-9, GAD-7, BARC-10, craving, sleep."""

from typing import Any, Final

from sqlalchemy import FromClause, Select, func, select, true

from analytics.measures.measure import Kind, Measure, Row, about_same_client, cases, code, days, rows, today, value
from analytics.view import Sources
from analytics.views.people import EPISODES
from analytics.views.recovery import OUTCOMES
from projections.outcomes.measured import OutcomeMeasure

BASELINE_DAYS: Final = 30
"""SUPRT: a baseline interview within so many days of intake."""


def _first_or_last(outcome: Row, episode: Row, of: OutcomeMeasure, sources: Sources, *, first: bool) -> FromClause:
    baseline_end = episode.c.opened_on + days(BASELINE_DAYS)
    on = outcome.c.measured_on
    when = on.between(episode.c.opened_on, baseline_end) if first else on > baseline_end
    # Of two values of one moment, which no order of ids decides: these are other ones in an export.
    order = (outcome.c.measured_at, outcome.c.value)
    ordered = order if first else tuple(each.desc() for each in order)
    found = select(outcome.c.value).where(
        about_same_client(outcome, episode),
        outcome.c.measure == code(of),
        outcome.c.value.is_not(None),
        when,
        on <= func.coalesce(episode.c.ended_on, today(sources)),
    )
    return found.order_by(*ordered).limit(days(1)).lateral("baseline" if first else "latest")


def _change(of: OutcomeMeasure, title: str, unit: str, better: str, source: str) -> Measure:
    def changed(sources: Sources) -> Select[Any]:
        episode, outcome = rows(EPISODES, sources), rows(OUTCOMES, sources)
        baseline = _first_or_last(outcome, episode, of, sources, first=True)
        latest = _first_or_last(outcome, episode, of, sources, first=False)
        source = episode.join(baseline, true()).join(latest, true())
        difference = value(latest.c.value - baseline.c.value)
        return cases(episode, "episode", episode.c.opened_on, difference, group=episode.c.entry_route, source=source)

    return Measure(
        name=f"change_in_{of.value}",
        title=f"Change in {title}",
        version=1,
        kind=Kind.CHANGE,
        unit=unit,
        case="An episode of care in which it was measured within 30 days of intake, and again after these.",
        numerator="The last value of the episode less the first of its first 30 days.",
        denominator="Such episodes.",
        exclusions="Values with questions unanswered: these are ranges.",
        period="The day on which the episode was opened.",
        source=f"{source} The first 30 days as SUPRT's baseline; that the last value is compared is our choice.",
        cases=changed,
        group="the way by which the client came into care",
        better=better,
    )


_BAM: Final = "Brief Addiction Monitor (VA)."

CHANGES: Final = (
    _change(OutcomeMeasure.BAM_USE, "BAM: use", "points", "lower", _BAM),
    _change(OutcomeMeasure.BAM_RISK, "BAM: risk", "points", "lower", _BAM),
    _change(OutcomeMeasure.BAM_PROTECTIVE, "BAM: protective", "points", "higher", _BAM),
    _change(OutcomeMeasure.PHQ_9_TOTAL, "PHQ-9", "points", "lower", "Kroenke 2001."),
    _change(OutcomeMeasure.GAD_7_TOTAL, "GAD-7", "points", "lower", "Spitzer 2006."),
    _change(OutcomeMeasure.BARC_10_TOTAL, "BARC-10", "points", "higher", "Vilsaint 2017."),
    _change(OutcomeMeasure.CRAVING, "craving", "points of 10", "lower", "The client's own rating in check-ins."),
    _change(OutcomeMeasure.SLEEP_HOURS, "sleep", "hours", "higher", "The client's own word in check-ins."),
)
