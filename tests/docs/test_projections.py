"""The pages on adding and on changing a projection, followed word for word in a copy of the project."""

import re
from pathlib import Path

from service.database.embedded import EmbeddedPostgres
from tests.docs.copying import Copy, changes_of, commands_of

ADDING, CHANGING = "adding-a-projection.md", "changing-a-projection.md"


def test_a_projection_is_one_file_one_line_in_the_catalogue_and_no_migration() -> None:
    module, catalogue = changes_of(ADDING)

    assert module.path == "projections/attendance.py"
    assert catalogue.path == "projections/catalogue.py"
    assert catalogue.added == 2, "an import, and its place in the list"


def test_the_projection_of_the_page_is_one_as_all_others_and_a_new_version_is_built_beside_it(tmp_path: Path) -> None:
    copy = Copy(tmp_path / "project", CARE_TIMELINE_DATA_DIR=str(tmp_path / "data"))
    copy.make(changes_of(ADDING))
    copy.test(
        "tests/projections/test_every_projection.py",
        "tests/api/test_versions.py::test_every_read_tells_its_version[attendance]",
        *("tests/api/test_access.py", "tests/api/test_canary.py"),
    )

    copy.command("care-timeline simulate --clients 3 --events 300")
    with EmbeddedPostgres(tmp_path / "data"):  # which the commands find running
        copy.make(changes_of(CHANGING))
        migrate, built_beside, rebuild, switched_in, remove = map(copy.command, commands_of(CHANGING))
        at_the_end = copy.command("care-timeline projections")

    assert "care-timeline rebuild attendance" in migrate
    assert attendance(built_beside) == [("1", "live"), ("2", "to be built")]
    assert "Rebuilt attendance" in rebuild
    assert attendance(switched_in) == [("1", "retired"), ("2", "live")]
    assert "Removed projection_attendance" in remove
    assert attendance(at_the_end) == [("2", "live")]


def attendance(standing: str) -> list[tuple[str, str]]:
    """Version and state of each build of attendance, as `care-timeline projections` tells them."""
    found = re.findall(r"attendance\W+(\d+)[^│┃|]*\W+(live|retired|following|to be built)", standing)
    return [(version, state) for version, state in found]
