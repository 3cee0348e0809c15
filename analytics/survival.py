"""
How long until something happens, and for how many it has not happened yet: the Kaplan–Meier estimate, by lifelines.

Someone to whom it has not happened by the last day that is known of them counts as long as they are known
(right-censored): their days are the days until then. Whoever is censored on a day is still at risk on that day.

Intervals are 95 % and pointwise, from Greenwood's variance on the scale of log(−log S) ("log-log" in R, "exponential
Greenwood" in lifelines, whose only choice it is): they stay between 0 and 1. The median is the first day at which the
curve is at 0.5 or below, its interval the days at which the interval's two ends are (Brookmeyer and Crowley 1982).

**Small groups.** A curve of single steps tells the day on which a single person returned to use. So not every day is
shown: a point is, if at least `smallest` people remain after it or nobody does, and if between it and the point before
it happened to nobody or to at least `step` people, and nobody or at least `step` people left sight. A day that was not
asked for is not shown either where fewer than `smallest` had come so far. That is our choice: it carries the rule for
small cells over to curves (see suppression.py). Everything that can be had by subtracting the numbers of one point from
those of another is then nobody or enough people. For the same reason a point has the number that remain after its day
and not, as printed tables often do, the number at risk just before: beside the share it would tell to how many it
happened on that very day. The days that were asked for are chosen first, and nothing is shown between them that tells
what they hide. What is shown is estimated from all days.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from analytics.suppression import SMALLEST

_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Point:
    """
    The curve on a day. `events`: to how many it happened since the point before, this day included. `remaining`: people
    to whom it had not happened by the end of the day and who are known for longer. `survival`: the share to whom it has
    not happened by the end of the day, with its interval (None at zero, where the formula has none).
    """

    day: int
    events: int
    remaining: int
    survival: float
    lower: float | None
    upper: float | None


@dataclass(frozen=True, slots=True)
class Median:
    """
    The day by which it has happened to half. An end of its interval is None where the curve does not reach it while
    enough people remain.
    """

    days: int
    lower: int | None
    upper: int | None


@dataclass(frozen=True, slots=True)
class Curve:
    """
    `people` is None where they are too few to be shown. `points` start after day 0, where the curve is at 1. `at` has
    the days that were asked for, None where a day is not shown; those that are shown are among the points. `median` is
    None where half is not reached or where too few remain after that day.
    """

    people: int | None
    points: tuple[Point, ...]
    at: dict[int, Point | None]
    median: Median | None


def kaplan_meier(
    durations: Sequence[int],
    happened: Sequence[bool],
    days: Iterable[int] = (),
    *,
    smallest: int = SMALLEST,
    step: int | None = None,
) -> Curve:
    """
    The curve for people of whom each has `durations[i]` days, at the end of which it had `happened[i]` or else they
    were no longer known. `days` are those on which it is wanted. `smallest` and `step` (as `smallest` when not given)
    say what is shown: 1 and 1 show every day on which it happened. Raises ValueError for sequences of different
    length and for negative days.
    """
    if len(durations) != len(happened):
        raise ValueError(
            f"{len(durations)} durations, but {len(happened)} times whether it happened: give both for each."
        )
    wanted = sorted(set(days))
    if any(day < 0 for day in (*durations, *wanted)):
        raise ValueError("A number of days is negative. Count days from the start.")
    if len(durations) < max(smallest, 1):
        return Curve(people=None if durations else 0, points=(), at=dict.fromkeys(wanted), median=None)
    counted = _Counted(durations, happened)
    chosen = _chosen(counted, wanted, smallest, smallest if step is None else step)
    fitted = _fitted(durations, happened)
    points = tuple(_point(fitted, counted, day, before) for before, day in zip([-1, *chosen], chosen, strict=False))
    by_day = {point.day: point for point in points}
    return Curve(
        people=len(durations),
        points=points,
        at={day: by_day.get(day) for day in wanted},
        median=_median(fitted, counted, smallest),
    )


class _Counted:
    """To how many it had happened, and how many had left sight, by a day."""

    def __init__(self, durations: Sequence[int], happened: Sequence[bool]) -> None:
        both = list(zip(durations, happened, strict=True))
        self._all = sorted(durations)
        self._events = sorted(day for day, did in both if did)
        self._left = sorted(day for day, did in both if not did)
        self.days_of_events = sorted(set(self._events))

    def remaining(self, day: int) -> int:
        return len(self._all) - bisect.bisect_right(self._all, day)

    def tells_of_few(self, day: int, smallest: int) -> bool:
        """Whether a day that is named because it happened then is the last of few people, or leaves few."""
        on_or_after = len(self._all) - bisect.bisect_left(self._all, day)
        return on_or_after < smallest or not _enough(self.remaining(day), smallest)

    def events(self, after: int, day: int) -> int:
        return bisect.bisect_right(self._events, day) - bisect.bisect_right(self._events, after)

    def left(self, after: int, day: int) -> int:
        return bisect.bisect_right(self._left, day) - bisect.bisect_right(self._left, after)


def _chosen(counted: _Counted, wanted: Sequence[int], smallest: int, step: int) -> list[int]:
    def apart(after: int, day: int) -> bool:
        return _enough(counted.events(after, day), step) and _enough(counted.left(after, day), step)

    fixed = [-1]
    for day in wanted:
        if _enough(counted.remaining(day), smallest) and apart(fixed[-1], day):
            fixed.append(day)
    chosen: list[int] = []
    for start, end in zip(fixed, [*fixed[1:], None], strict=True):
        last = start
        for day in counted.days_of_events:
            between = day > last and (end is None or (day < end and apart(day, end)))
            if between and not counted.tells_of_few(day, smallest) and apart(last, day):
                chosen.append(day)
                last = day
        if end is not None:
            chosen.append(end)
    return chosen


def _enough(people: int, smallest: int) -> bool:
    return people == 0 or people >= smallest


def _fitted(durations: Sequence[int], happened: Sequence[bool]) -> Any:
    from lifelines import KaplanMeierFitter

    return KaplanMeierFitter(alpha=0.05).fit(list(durations), event_observed=[bool(did) for did in happened])


def _point(fitted: Any, counted: _Counted, day: int, before: int) -> Point:
    row = fitted.survival_function_.index.searchsorted(day, side="right") - 1
    survival = float(fitted.survival_function_.iloc[row, 0])
    lower, upper = (float(end) if survival else None for end in fitted.confidence_interval_.iloc[row])
    return Point(
        day=day,
        events=counted.events(before, day),
        remaining=counted.remaining(day),
        survival=survival,
        lower=lower,
        upper=upper,
    )


def _median(fitted: Any, counted: _Counted, smallest: int) -> Median | None:
    from lifelines.utils import median_survival_times

    def shown(day: float) -> int | None:
        return None if math.isinf(day) or counted.tells_of_few(int(day), smallest) else int(day)

    # lifelines adds logarithms, and then a half is often 0.5000000000000001 and the day taken for the median too late.
    survival = fitted.survival_function_.round(_DIGITS)
    days = shown(median_survival_times(survival))
    if days is None:
        return None
    # At zero lifelines has an interval from 0 to 0, where Greenwood's formula has none.
    intervals = fitted.confidence_interval_.round(_DIGITS)[survival.iloc[:, 0] > 0]
    ends = median_survival_times(intervals).iloc[0] if len(intervals) else (math.inf, math.inf)
    lower, upper = (shown(end) for end in ends)
    return Median(days=days, lower=lower, upper=upper)
