"""The page on changing a table, followed word for word in a copy of the project."""

import shlex
import sys
from pathlib import Path

from tests.docs.copying import ROOT, Copy, changes_of, commands_of

PAGE = "changing-a-table.md"


def test_the_migrations_of_the_page_are_what_make_migration_writes_and_pass_its_tests(tmp_path: Path) -> None:
    copy = Copy(tmp_path)
    column, column_migration = changes_of(PAGE, "A column")
    table, table_migration, privileges = changes_of(PAGE, "A table")
    write_column, write_table, test = map(shlex.split, commands_of(PAGE))

    for change, command, migration in ((column, write_column, column_migration), (table, write_table, table_migration)):
        copy.make([change])
        make_migration(copy, command)
        (hunk,) = migration.hunks
        assert (copy.folder / migration.path).read_text("utf-8").splitlines() == hunk.after

    copy.make([privileges])
    assert test[:2] == ["make", "test"]
    copy.test(*test[2].removeprefix("ARGS=").split())


def make_migration(copy: Copy, command: list[str]) -> None:
    """Does in the copy what make does, without installing anything."""
    make, target, message = command
    assert (make, target) == ("make", "migration")
    assert '-m service.database.new_migration "$(MESSAGE)"' in (ROOT / "Makefile").read_text("utf-8")
    copy.run(sys.executable, "-m", "service.database.new_migration", message.removeprefix("MESSAGE="))
