"""A copy of the project, in which the pages of the documentation are followed: their changes made, their tests run."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]

PARTS = (
    "alembic",
    "analytics",
    "alembic.ini",
    "domain",
    "projections",
    "rendering",
    "samples",
    "service",
    "tests",
    "pyproject.toml",
)


class Hunk(NamedTuple):
    """Lines of a file as they stand, and as they are to stand."""

    before: list[str]
    after: list[str]


class Change(NamedTuple):
    """What a page changes in a file, or the whole of a new one."""

    path: str
    hunks: list[Hunk]
    added: int
    """How many lines it adds."""


def changes_of(page: str, heading: str = "") -> list[Change]:
    """The changes that a page tells, before its first heading or under the given one."""
    text = (ROOT / "docs" / page).read_text("utf-8")
    sections = re.split(r"^## (.*)\n", text, flags=re.MULTILINE)
    section = dict(zip(["", *sections[1::2]], sections[::2], strict=True))[heading]
    return [_change(block) for block in re.findall(r"```diff\n(.*?)```", section, re.DOTALL)]


def commands_of(page: str) -> list[str]:
    """The commands that a page tells, in order."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / page).read_text("utf-8"), re.DOTALL)
    return [command for block in blocks for command in block.strip().splitlines()]


def _change(block: str) -> Change:
    first, *lines = block.splitlines()
    path = first.removeprefix("+++ ")
    assert path != first, f"a change names its file, not {first!r}"
    hunks = [
        Hunk(
            [line[1:] for line in hunk if not line.startswith("+")],
            [line[1:] for line in hunk if not line.startswith("-")],
        )
        for is_mark, group in groupby(lines, key=lambda line: line == "@@")
        if not is_mark
        for hunk in [list(group)]
    ]
    return Change(path, hunks, sum(line.startswith("+") for line in lines))


class Copy:
    """A copy of the project in a folder of its own."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self._settings = settings
        folder.mkdir(exist_ok=True)
        for name in PARTS:
            part = ROOT / name
            if part.is_dir():
                shutil.copytree(part, folder / name)  # with what is compiled: it stays good for files that stay
            else:
                shutil.copy(part, folder)

    def make(self, changes: list[Change]) -> None:
        """Make the changes; lines that a page takes for granted must be there, and once."""
        for change in changes:
            path = self.folder / change.path
            lines = path.read_text("utf-8").splitlines() if path.exists() else []
            for hunk in change.hunks:
                length = len(hunk.before)
                places = [at for at in range(len(lines)) if lines[at : at + length] == hunk.before] if lines else [0]
                assert len(places) == 1, f"{change.path} holds {len(places)} times:\n" + "\n".join(hunk.before)
                lines[places[0] : places[0] + length] = hunk.after
            path.write_text("\n".join(lines) + "\n", "utf-8")

    @property
    def environment(self) -> dict[str, str]:
        """In which Python finds the copy before all else, and tables are as wide as they need."""
        return {**os.environ, **self._settings, "PYTHONPATH": str(self.folder), "COLUMNS": "200"}

    def test(self, *tests: str) -> str:
        """Run these tests in the copy, with fewer examples, since the properties are those of this run; they must pass.

        Their temporary folders are the copy's own: in the usual place the runs of several processes clear away each
        other's.
        """
        basetemp = f"--basetemp={self.folder / '.pytest'}"
        options = ("-p", "no:cacheprovider", "--hypothesis-profile=few", basetemp)
        return self.run(sys.executable, "-m", "pytest", *options, *tests)

    def command(self, line: str) -> str:
        """Run a command of ours in the copy, as it stands on the page, and give what it prints."""
        name, *arguments = shlex.split(line)
        assert name == "care-timeline", line
        return self.run(sys.executable, "-c", "from service.cli.main import app; app()", *arguments)

    def run(self, *command: str) -> str:
        """Run a command in the copy and give what it prints; it must end well."""
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout
