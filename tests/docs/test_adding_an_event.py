"""The page on adding an event, followed word for word in a copy of the project."""

import re
from pathlib import Path

from tests.docs.copying import Copy, changes_of

PAGE = "adding-an-event.md"

GO_OVER_EVERY_EVENT = re.compile(r"tests\.strategies|tests\.golden|_TYPES|PROJECTIONS|MODULES|simulat")
"""What the tests hold that go over all events there are, and not over those of a strand."""


def test_an_event_is_few_files_and_lines_and_no_migration() -> None:
    changes = changes_of(PAGE)

    assert len(changes) <= 6
    assert sum(change.added for change in changes) <= 80
    assert not [change.path for change in changes if change.path.startswith("alembic/")]


def test_the_event_of_the_page_is_recorded_shown_and_read_for_ever(tmp_path: Path) -> None:
    copy = Copy(tmp_path)
    copy.make(changes_of(PAGE))
    copy.test(*over_every_event(copy), "tests/projections/test_consent_copied.py")

    copy.make(changes_of(PAGE, "When its shape changes later"))
    copy.test("tests/domain/test_catalogue.py")


def over_every_event(copy: Copy) -> list[str]:
    """The tests without a database that another event can change; the others say what they said in this run."""
    folders = [copy.folder / "tests" / name for name in ("domain", "projections", "samples")]
    found = [path for folder in folders for path in sorted(folder.glob("test_*.py"))]
    paths = [
        str(path.relative_to(copy.folder)) for path in found if GO_OVER_EVERY_EVENT.search(path.read_text("utf-8"))
    ]
    assert {"tests/domain/test_catalogue.py", "tests/projections/test_every_projection.py"} < set(paths)
    return paths
