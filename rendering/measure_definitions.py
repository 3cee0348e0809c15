"""The definitions of measures, as a page of docs/."""

from typing import Final

from analytics.counting import CURVE_DAYS
from analytics.figures import MOST_CELLS, MOST_LOOKED_AT
from analytics.measures.catalogue import MEASURES
from analytics.measures.measure import Kind, Measure

_HEAD: Final = f"""# The measures

Made by `make pages` from the declarations in `analytics/measures/`; a test compares it. `care-timeline analytics
measures` prints the figures in a terminal, and `GET /v1/analytics/measures` has the definitions as JSON.

A measure counts **cases**: episodes of care, crises, handoffs or whatever it is about. Each is judged by the rows of
the [views](analytics-views.md) as they stand at a position of the log, by the moment at which the event there was
recorded. Who stands in no view is in no measure, and what cannot be judged yet is no case yet. So a figure for an
earlier position, or under another policy, is made by the same definition, and an entry that comes late, a correction or
a retraction changes it just as counting anew would. Definitions have a version: figures of two versions are not
compared.

## Figures

They are told by month, quarter, year or all together, in groups and over all groups, and all periods together stand
with each. From what stands in a cell is made

| kind | told of the cases |
|---|---|
| share | how many there are, of how many people; how many met, and the rest; the share |
| amount | how many; the median and the quartiles |
| change | how many; the mean, and how many went up, down, or stayed the same |
| time | the share to which it has not happened yet, by days (Kaplan–Meier), with intervals of 95 %: on days \
{", ".join(map(str, CURVE_DAYS[:-1]))} and {CURVE_DAYS[-1]}, for all together on further days, and the median |

## Small cells

A cell of fewer people than the policy's `[analytics] smallest_cell` (11) is hidden, be it a numerator, the rest or all,
and with it as many others as keep it from being found by adding and subtracting (`analytics/suppression.py` says
against whom). With a count everything is hidden that is made of it: a share, a median, a mean, the further days of a
curve. Cells are hidden over one table of all months, quarters, years and groups at once, so whichever of it is asked,
the same is hidden; `first_day` and `last_day` choose periods of it and never make a sum of their own. A cell in which
nobody is at all is no secret, and has no figure.

A table with more than {MOST_CELLS:,} counts, or more than {MOST_LOOKED_AT:,} pairs of a count and a small one, begins
with quarters, years, or all periods together instead of months, and the answer says so: looking through more would take
too long.

What is hidden today may be told next month. Whoever compares figures of many positions may see when one case was added:
give figures of each day to nobody who must not learn that.
"""


def markdown() -> str:
    """The page."""
    return "\n".join([_HEAD, "## Definitions\n", *map(_section, MEASURES)])


def _section(measure: Measure) -> str:
    unit = "" if measure.kind == Kind.SHARE else f" in {measure.unit}"
    said = {
        "What a case is": measure.case,
        "Counts, or is taken": measure.numerator,
        "Cases": measure.denominator,
        "Left out": measure.exclusions,
        "By the day": measure.period,
        "Groups": f"By {measure.group}." if measure.group else "None.",
        "Better": f"{measure.better.capitalize()}." if measure.better else "Neither.",
        "Source": measure.source,
    }
    rows = "\n".join(f"- **{name}**: {words}" for name, words in said.items())
    return f"### `{measure.name}`: {measure.title}\n\nVersion {measure.version}; {measure.kind}{unit}.\n\n{rows}\n"
