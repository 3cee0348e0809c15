"""The pages that are made from the code say what the code says."""

from pathlib import Path

import pytest

from domain.events.catalogue import EVENT_TYPES
from rendering.pages import pages, sources_of_rows, sources_of_tests
from rendering.rows_of_care import rows, rows_in
from tests import permissions_table

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("page", ["events.md", "rows-of-care.md", "analytics-views.md", "analytics-measures.md"])
def test_the_page_is_the_one_that_is_made(page: str) -> None:
    path = ROOT / "docs" / page

    assert path.read_text("utf-8") == pages(ROOT)[path].rstrip() + "\n", "run `make pages`"


def test_every_event_has_its_place_on_the_page_of_events() -> None:
    page = (ROOT / "docs" / "events.md").read_text("utf-8")

    assert not {kind for kind in EVENT_TYPES if f"### `{kind}`" not in page}


def test_every_row_of_care_shows_somewhere_and_is_tested() -> None:
    found = rows(sources_of_rows(ROOT), sources_of_tests(ROOT))

    assert {row.id for row in found if not (row.tests and row.places)} == set()


def test_rows_are_named_alone_or_from_one_to_another() -> None:
    assert rows_in("Goals (R11, R12), and R46-R48.") == {"R11", "R12", "R46", "R47", "R48"}
    assert rows_in(None) == set()


def test_the_page_of_permissions_has_the_table_of_the_code() -> None:
    assert permissions_table.PAGE.read_text("utf-8") == permissions_table.page(), (
        "run `python -m tests.permissions_table`"
    )
