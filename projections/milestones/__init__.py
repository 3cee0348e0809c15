"""The milestone tracker: recovery time and its ladder, goals reached, close calls, celebrations (R46-R48)."""

from pydantic import TypeAdapter

from projections.milestones.fold import fold
from projections.milestones.rows import rows
from projections.milestones.state import Progress
from projections.milestones.tables import CELEBRATION, REACHED, STEP, STRETCH
from projections.milestones.view import view
from projections.projection import Projection

MILESTONES = Projection(
    name="milestones",
    title="Milestones",
    version=1,
    initial=Progress(),
    fold=fold,
    rows=rows,
    view=view,
    tables=(STRETCH, STEP, REACHED, CELEBRATION),
    states=TypeAdapter(Progress),
)
