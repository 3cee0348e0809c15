"""Examples of what is answered to analysts."""

from collections.abc import Mapping
from datetime import datetime

from pydantic import BaseModel

from analytics.counting import By
from analytics.dictionary import DICTIONARY
from analytics.figures import ALL, Cell, Figure, Figures
from analytics.measures.attendance import ATTENDANCE
from service.analytics.told_figures import MeasureDefinition, MeasureDefinitions
from service.api.routers.analytics import measure_answer, views_answer


def example_analytics(position: int, moment: datetime) -> Mapping[str, BaseModel]:
    """Examples by the operation's id, as of this position and its moment."""
    figure = Figure(Cell(ALL, None), cases=40, people=15, parts={"met": 30, "rest": 10}, share=0.75)
    return {
        "list_views": views_answer(position, DICTIONARY[:1]),
        "list_measures": MeasureDefinitions(measures=[MeasureDefinition.of(ATTENDANCE)]),
        "read_measure": measure_answer(position, moment, Figures(ATTENDANCE, By.ALL, 11, (figure,))),
    }
