"""The shared care plan: who the client is, what was agreed, what is under way and what is due (R09-R13, R32-R42)."""

from pydantic import TypeAdapter

from projections.care_plan.fold import fold
from projections.care_plan.rows import rows
from projections.care_plan.state import CarePlan
from projections.care_plan.tables import TABLES
from projections.care_plan.view import view
from projections.projection import Projection

CARE_PLAN = Projection(
    name="care_plan",
    title="Care plan",
    version=1,
    initial=CarePlan(),
    fold=fold,
    rows=rows,
    view=view,
    tables=TABLES,
    states=TypeAdapter(CarePlan),
)
