"""The postvention reviews: each crisis, its review, and what it changed in the plan (R44, R45)."""

from pydantic import TypeAdapter

from projections.postvention.fold import fold
from projections.postvention.rows import rows
from projections.postvention.state import Crises
from projections.postvention.tables import ADJUSTMENT, REVIEW
from projections.postvention.view import view
from projections.projection import Projection

POSTVENTION = Projection(
    name="postvention",
    title="Postvention reviews",
    version=1,
    initial=Crises(),
    fold=fold,
    rows=rows,
    view=view,
    tables=(REVIEW, ADJUSTMENT),
    states=TypeAdapter(Crises),
)
