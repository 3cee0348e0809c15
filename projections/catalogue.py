"""The projections, listed. A new one is one module or package and one line here."""

from typing import Any

from projections.care_plan import CARE_PLAN
from projections.milestones import MILESTONES
from projections.outcomes import OUTCOMES
from projections.postvention import POSTVENTION
from projections.projection import Projection
from projections.signals import SIGNALS

PROJECTIONS: tuple[Projection[Any], ...] = (CARE_PLAN, MILESTONES, POSTVENTION, SIGNALS, OUTCOMES)


def catalogue() -> tuple[Projection[Any], ...]:
    """The projections, for another process: it finds this function by its name."""
    return PROJECTIONS
