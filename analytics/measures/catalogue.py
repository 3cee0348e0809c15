"""Every measure, in the order in which they are published."""

from typing import Final

from analytics.measures.attendance import OF_ATTENDANCE
from analytics.measures.changes import CHANGES
from analytics.measures.crises import AFTER_CRISES
from analytics.measures.handoffs import OF_HANDOFFS
from analytics.measures.measure import Measure
from analytics.measures.national_outcomes import NATIONAL_OUTCOMES
from analytics.measures.recovery import OF_RECOVERY
from analytics.measures.retention import RETENTION
from analytics.measures.workload import WORKLOAD

MEASURES: Final[tuple[Measure, ...]] = (
    *RETENTION,
    *AFTER_CRISES,
    *OF_HANDOFFS,
    *OF_RECOVERY,
    *OF_ATTENDANCE,
    *CHANGES,
    *NATIONAL_OUTCOMES,
    *WORKLOAD,
)
