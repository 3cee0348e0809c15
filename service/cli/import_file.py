"""Importing a file of history straight into the database, with a progress bar."""

import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from rich.progress import Progress, TaskID
from rich.table import Table

from service.access.access_records import importing_by_operator
from service.api.import_lines import Line, LineSplitter, groups, import_group, is_full
from service.api.import_models import LineResult, LineStatus
from service.bootstrap import System
from service.cli.console import err, out, show
from service.cli.errors import CommandFailed
from service.cli.files import new_private
from service.cli.progress import progress_of_bytes
from service.log.organizations import Organization

STANDARD_INPUT: Final = "-"
_PIECE_BYTES: Final = 65_536


@dataclass(slots=True)
class Imported:
    """What became of the lines, counted."""

    next_line: int
    counted: Counter[LineStatus] = field(default_factory=Counter)
    refused: dict[str, list[int]] = field(default_factory=dict)
    """For each rule that lines break, how many, and the first of them."""

    @property
    def complete(self) -> bool:
        """Whether every line stands."""
        return not self.counted[LineStatus.REFUSED]

    def add(self, results: Sequence[LineResult]) -> None:
        """Count these, too."""
        for result in results:
            self.counted[result.status] += 1
            for rule in _rules(result):
                self.refused.setdefault(rule, [0, result.line])[0] += 1


def _rules(result: LineResult) -> set[str]:
    if result.problem is None:
        return set()
    return {error.rule for error in result.problem.errors} or {result.problem.type.rpartition("/")[2]}


async def import_file(
    system: System, organization: Organization, name: str, from_line: int, results: Path | None
) -> Imported:
    """Import the file's lines, as the operator. Raises CommandFailed: it cannot be read, or it went no further."""
    access, imported = importing_by_operator(organization.organization_id, "import"), Imported(from_line)
    written = new_private(results) if results else nullcontext()
    with _opened(name) as file, written as answers, _progress(file) as (progress, task):
        try:
            for group, size in _groups(file, from_line):
                done = await import_group(system, access, group)
                if answers:
                    answers.writelines(each.model_dump_json(exclude_none=True) + "\n" for each in done.results)
                imported.add(done.results)
                imported.next_line = done.at or group[-1].number + 1
                progress.update(task, advance=size)
                if done.problem:
                    raise CommandFailed(done.problem.document.detail)
        except BaseException:
            err.print(f"Stopped before line {imported.next_line}: go on with --from-line {imported.next_line}.")
            raise
    return imported


def show_refused(imported: Imported) -> None:
    """Tell how many lines stand and, rule by rule, how many were refused."""
    counted = imported.counted
    out.print(
        f"{counted[LineStatus.RECORDED]:,} lines were recorded, {counted[LineStatus.ALREADY]:,} had been before,"
        f" {counted[LineStatus.REFUSED]:,} were refused.",
        soft_wrap=True,
    )
    if not imported.refused:
        return
    table = Table("Rule", "Lines", "First", box=None, pad_edge=False)
    for rule, (count, first) in sorted(imported.refused.items(), key=lambda each: (-each[1][0], each[0])):
        table.add_row(rule, f"{count:,}", str(first))
    show(table)
    err.print("A line may break several rules. --results FILE tells of each line what to do instead.")


@contextmanager
def _opened(name: str) -> Iterator[IO[bytes]]:
    if name == STANDARD_INPUT:
        yield sys.stdin.buffer
        return
    try:
        descriptor = os.open(name, os.O_RDONLY)
    except OSError as error:
        raise CommandFailed(f"{name} cannot be read: {error.strerror}.") from None
    with os.fdopen(descriptor, "rb") as file:
        yield file


def _groups(file: IO[bytes], from_line: int) -> Iterator[tuple[list[Line], int]]:
    """The lines in groups, and by how many bytes the file has been read further with each."""
    splitter = LineSplitter(from_line)
    waiting: list[Line] = []
    size = 0
    while piece := file.read(_PIECE_BYTES):
        size += len(piece)
        lines, waiting = [*waiting, *splitter.feed(piece)], []
        for group in groups(lines):
            if is_full(group):
                yield group, size
                size = 0
            else:
                waiting = group
    for group in groups([*waiting, *splitter.rest()]):
        yield group, size
        size = 0


@contextmanager
def _progress(file: IO[bytes]) -> Iterator[tuple[Progress, TaskID]]:
    with progress_of_bytes() as progress:
        yield progress, progress.add_task("Importing", total=_size(file))


def _size(file: IO[bytes]) -> int | None:
    try:
        return os.fstat(file.fileno()).st_size or None
    except OSError:
        return None
