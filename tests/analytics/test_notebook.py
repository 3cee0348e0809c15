"""The notebook, run cell by cell over an export of a simulated clinic: its figures are those of the measures."""

import json
from pathlib import Path
from typing import Any

import pytest

from analytics.catalogue import VIEWS as ALL_VIEWS
from analytics.counting import By
from analytics.measures.catalogue import MEASURES
from service.access.access_records import by_operator
from service.analytics.exports.export import Wanted
from service.analytics.exports.formats import Format
from service.analytics.figures import figures_of
from service.bootstrap import System
from service.log.organizations import Organization

NOTEBOOK = Path(__file__).parents[2] / "docs" / "notebooks" / "two_measures.ipynb"


def run(notebook: Path) -> dict[str, Any]:
    """What the cells leave behind; Jupyter itself is not needed to run Python."""
    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    left: dict[str, Any] = {}
    for cell in cells:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), f"{notebook.name}: {cell['id']}", "exec"), left)  # noqa: S102
    return left


async def test_the_notebook_tells_what_the_measures_tell(
    system: System, clinic: Organization, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "export"
    wanted = Wanted(Format.PARQUET, [view for view in ALL_VIEWS if view.name in {"episodes", "clients", "contacts"}])
    await system.analytics_exports.write(wanted, [by_operator(clinic.organization_id, "a test")], folder)
    monkeypatch.setenv("EXPORT", str(folder))
    monkeypatch.setenv("SMALLEST", "1")

    left = run(NOTEBOOK)

    told = {}
    async with system.readings.live(clinic.organization_id) as reading:
        for measure in (each for each in MEASURES if each.name in {"retention_90", "attendance"}):
            found = await figures_of(reading, measure, By.MONTH, smallest=1)
            told[measure.name] = [each for each in found.figures if each.cell.group is None]
    whole = told["retention_90"][-1]
    assert left["retention"].fetchall() == [(whole.cases, whole.parts["met"], round(whole.share or 0, 3))]
    assert left["attendance"].fetchall() == [
        (each.cell.period.begins_on, each.cases, each.parts["met"])
        for each in told["attendance"]
        if each.cell.period.by == By.MONTH and each.parts["rest"] and each.parts["met"]
    ]
