"""The page on adding an event, followed word for word in a copy of the project."""

from pathlib import Path

from tests.docs.copying import Copy, changes_of

PAGE = "adding-an-event.md"


def test_an_event_is_few_files_and_lines_and_no_migration() -> None:
    changes = changes_of(PAGE)

    assert len(changes) <= 6
    assert sum(change.added for change in changes) <= 80
    assert not [change.path for change in changes if change.path.startswith("alembic/")]


def test_the_event_of_the_page_is_recorded_shown_and_read_for_ever(tmp_path: Path) -> None:
    copy = Copy(tmp_path)
    copy.make(changes_of(PAGE))
    copy.test("tests/domain", "tests/projections", "tests/samples/test_simulation.py")

    copy.make(changes_of(PAGE, "When its shape changes later"))
    copy.test("tests/domain/test_catalogue.py")
