"""The report as one page that stands alone: no script, and nothing that another host would be asked for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from analytics.figures import Figures, Period
from analytics.report_periods import last_day
from rendering.analytics_report.exhibits import Drawn, exhibited
from rendering.analytics_report.families import FAMILIES, Family
from rendering.analytics_report.wording import span_words
from rendering.html import page


@dataclass(frozen=True, slots=True)
class ReportOf:
    """What a report is of."""

    organization: str
    periods: tuple[Period, ...]
    """One or more, one after another."""
    position: int
    """Of the last event of the log that it reflects."""
    moment: datetime
    """By which cases are judged: when that event was recorded, or when the organization is looked at."""
    zone: ZoneInfo
    smallest: int
    """Figures of fewer people are not shown."""
    erased: int
    """How many clients were erased: nothing of them is in any figure."""
    failed: int = 0
    """For how many clients a projection failed: figures may lack them."""


def analytics_report(of: ReportOf, told: Mapping[str, Figures]) -> str:
    """The report in HTML, given the figures of every measure by its name, by the report's periods.

    What is hidden in the figures stands nowhere in it. Equal figures make the same page byte for byte.
    """
    at = of.moment.astimezone(of.zone)
    return page(
        "analytics_report.html",
        of=of,
        span=span_words(of.periods),
        by=_by(of),
        over=last_day(of.periods[-1]) < at.date(),
        moment=f"{at.day} {at:%B %Y at %H:%M:%S} ({of.zone.key})",
        families=[_family(family, told, of) for family in FAMILIES],
        defined=list(_defined(told)),
    )


def _by(of: ReportOf) -> str:
    kind = of.periods[0].by
    return f"one {kind}" if len(of.periods) == 1 else f"{len(of.periods)} {kind}s"


def _family(family: Family, told: Mapping[str, Figures], of: ReportOf) -> tuple[Family, list[Drawn]]:
    named = enumerate(family.exhibits, 1)
    return family, [exhibited(f"{family.name}-{place}", each, told, of.periods) for place, each in named]


def _defined(told: Mapping[str, Figures]) -> Iterator[tuple[Any, tuple[tuple[str, str], ...]]]:
    """Each measure with its definition."""
    for family in FAMILIES:
        for exhibit in family.measures:
            measure = told[exhibit.name].measure
            yield (
                measure,
                (
                    ("A case", measure.case),
                    ("Numerator", measure.numerator),
                    ("Denominator", measure.denominator),
                    ("Exclusions", measure.exclusions),
                    ("Period", measure.period),
                    ("Groups", f"By {measure.group}." if measure.group else "None."),
                    ("Source", measure.source),
                ),
            )
