"""The milestone tracker: recovery time and its ladder, goals reached, close calls, celebrations (R46-R48)."""

from projections.milestones.fold import fold
from projections.milestones.view import view
from projections.projection import Projection

MILESTONES = Projection(name="milestones", title="Milestones", version=fold.version, fold=fold, view=view)
