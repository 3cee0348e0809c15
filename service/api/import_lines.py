"""History, line by line: from bytes to lines, from lines to events, and each line's result."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, NamedTuple
from uuid import uuid4

import structlog
from pydantic import ValidationError

from domain.refusals import Refused
from service.access.access_records import Access
from service.access.caller import Caller
from service.api import problems
from service.api.exception_handlers import problem_of
from service.api.field_errors import FieldError
from service.api.import_models import ImportLine, LineResult, LineStatus
from service.api.import_order import NumberedEvent, rounds
from service.api.input_errors import input_errors
from service.api.problem import Problem
from service.api.refusals import refusal_errors
from service.api.strict_json import errors_in
from service.bootstrap import System
from service.care.errors import UnknownIdentifier
from service.care.history_import import HistoryImport, ImportedEvent
from service.care.outcomes import RecordedAt
from service.runtime.tracebacks import frames

MOST_LINE_BYTES: Final = 250_000
"""What is kept of a line. An event has few texts, of 20,000 characters at most."""

LINES_AT_ONCE: Final = 500
BYTES_AT_ONCE: Final = 1_000_000
"""So much is read before it is recorded and answered."""

_NOBODYS: Final = FieldError(
    field="identifier",
    rule="identifier_known",
    message="No client has this identifier. Import the client's first event with it, or link it to them"
    " (identifier_linked), on a line above; or name the client with client_id.",
)

log = structlog.get_logger(__name__)


class Line(NamedTuple):
    """A line as it came; `raw` is None where it is longer than any line may be, and was not kept."""

    number: int
    raw: bytes | None


class LineSplitter:
    """Makes lines of pieces of bytes, and keeps no more than the beginning of one line. Empty lines are left out."""

    def __init__(self, from_line: int = 1) -> None:
        self._from_line = from_line
        self._number = 1
        self._begun = bytearray()
        self._too_long = False

    def feed(self, piece: bytes) -> list[Line]:
        """The lines that end in this piece."""
        *ended, rest = piece.split(b"\n")
        lines = [line for part in ended if (line := self._end(part))]
        self._add(rest)
        return lines

    def rest(self) -> list[Line]:
        """The last line, where nothing ended it."""
        line = self._end(b"")
        return [line] if line else []

    def _add(self, part: bytes) -> None:
        if len(self._begun) + len(part) > MOST_LINE_BYTES:
            self._too_long = True
            self._begun.clear()
        elif not self._too_long:
            self._begun += part

    def _end(self, part: bytes) -> Line | None:
        self._add(part)
        line = Line(self._number, None if self._too_long else bytes(self._begun))
        self._begun.clear()
        self._too_long = False
        self._number += 1
        return line if line.number >= self._from_line and (line.raw is None or line.raw.strip()) else None


def groups(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """The lines in groups that are dealt with at once; all but the last are full."""
    group: list[Line] = []
    size = 0
    for line in lines:
        group.append(line)
        size += _bytes(line)
        if _enough(len(group), size):
            yield group
            group, size = [], 0
    if group:
        yield group


def is_full(group: Sequence[Line]) -> bool:
    """Whether no more is read before these lines are dealt with."""
    return _enough(len(group), sum(map(_bytes, group)))


def _bytes(line: Line) -> int:
    return len(line.raw or b"")


def _enough(lines: int, size: int) -> bool:
    return lines >= LINES_AT_ONCE or size >= BYTES_AT_ONCE


@dataclass(frozen=True, slots=True)
class GroupResult:
    """What became of a group of lines; where the service could not go on, `problem` tells why and `at` before which."""

    results: Sequence[LineResult]
    problem: Problem | None = None
    at: int = 0


async def import_group(system: System, access: Access, lines: Sequence[Line]) -> GroupResult:
    """Deal with these lines, each as if it came alone after those before it; other lines may be written with it."""
    read = await system.sliced.each(lines, lambda line: _read(line, access.caller))
    numbered = list(zip([line.number for line in lines], read, strict=True))
    results = [_refused(number, found) for number, found in numbered if isinstance(found, Problem)]
    to_come = rounds(_numbered(number, found) for number, found in numbered if not isinstance(found, Problem))
    history = HistoryImport(system.recorder, system.identifiers, system.store, system.accesses, access)
    for place, together in enumerate(to_come):
        done = await _record(history, together)
        results += done.results
        if done.problem:
            at = min([done.at, *(later[0].number for later in to_come[place + 1 :])])
            return GroupResult(_in_order(results), done.problem, at)
    return GroupResult(_in_order(results))


def _numbered(number: int, line: ImportLine) -> NumberedEvent:
    identifier = line.identifier.identifier if line.identifier else None
    return NumberedEvent(number, line.draft, line.client_id, identifier)


def _in_order(results: Iterable[LineResult]) -> list[LineResult]:
    return sorted(results, key=lambda result: result.line)


def _read(line: Line, caller: Caller) -> ImportLine | Problem:
    """The event, or why the line cannot be read as one."""
    if line.raw is None:
        message = f"Give {MOST_LINE_BYTES:,} bytes at most; one line is one event."
        errors = [FieldError(field="", rule="at_most_250_kb", message=message)]
        return problems.BodyTooLarge("The line is too long.", errors=errors)
    if errors := errors_in(line.raw):
        return problems.MalformedBody("The line cannot be read as JSON with exactly one meaning.", errors=errors)
    try:
        read = ImportLine.model_validate_json(line.raw)
    except ValidationError as error:
        errors = input_errors(error)
        return problems.InvalidInput("The line does not have the right form; see `errors`.", errors=errors)
    if read.client_id == caller.organization_id:
        own = FieldError(field="client_id", rule="not_the_organization", message="Give an id of the client's own.")
        return problems.InvalidInput("The organization's id cannot be a client's; see `errors`.", errors=[own])
    return read


async def _record(history: HistoryImport, lines: Sequence[NumberedEvent]) -> GroupResult:
    outcomes = await history.record([ImportedEvent(*line[1:]) for line in lines])
    results: list[LineResult] = []
    problems_of: dict[Exception, Problem] = {}
    stopped: tuple[Problem, int] | None = None
    for (number, *_), outcome in zip(lines, outcomes, strict=True):
        if isinstance(outcome, RecordedAt):
            results.append(_stands(number, outcome))
            continue
        if outcome not in problems_of:
            problems_of[outcome] = _problem(outcome)
        problem = problems_of[outcome]
        if problem.status is not HTTPStatus.SERVICE_UNAVAILABLE:
            results.append(_refused(number, problem))
        elif stopped is None:
            stopped = problem, number
    return GroupResult(results, *stopped) if stopped else GroupResult(results)


def _problem(error: Exception) -> Problem:
    """Why a line was not recorded. A defect that one client's events meet leaves the others alone, too."""
    if isinstance(error, Refused):
        errors = refusal_errors(error.refusals, "")
        return problems.Refused(
            "The line was not recorded, since it breaks a rule of care; see `errors`.", errors=errors
        )
    if isinstance(error, UnknownIdentifier):
        return problems.Refused("The line was not recorded; see `errors`.", errors=[_NOBODYS])
    problem = problem_of(error)
    if problem is None:
        error_id = uuid4()
        log.error("unexpected", error_id=str(error_id), error=frames(error))
        problem = problems.Unexpected("The service failed; its log tells more under this id.", error_id=error_id)
    return problem


def _stands(number: int, at: RecordedAt) -> LineResult:
    status = LineStatus.ALREADY if at.repeated else LineStatus.RECORDED
    return LineResult(line=number, status=status, version=at.version, position=at.position)


def _refused(number: int, problem: Problem) -> LineResult:
    return LineResult(line=number, status=LineStatus.REFUSED, problem=problem.document)
