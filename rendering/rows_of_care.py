"""The page that says, for each row of care, which events hold it, where it shows, and which tests assert that."""

import ast
import inspect
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from domain.events.base import Event
from domain.events.catalogue import EVENT_TYPES

ROWS: Final[Mapping[str, str]] = {
    "R01": "Comprehensive intake",
    "R02": "Patterns of cravings; protective factors",
    "R03": "Drivers behind distress",
    "R04": "Co-occurring conditions, screened",
    "R05": "Substances, route, frequency, severity, last use",
    "R06": "Readiness, own reasons",
    "R07": "Strengths, values, culture",
    "R08": "Way in",
    "R09": "Consent, granted and revoked",
    "R10": "One shared plan, versioned and reviewed",
    "R11": "Measurable goals",
    "R12": "Stabilization apart from longer-term aims",
    "R13": "Interventions by strand",
    "R14": "Cadence, temporary increases",
    "R15": "Relapse-prevention plan",
    "R16": "Support network and its meetings",
    "R17": "Team",
    "R18": "Medication",
    "R19": "Harm reduction",
    "R20": "Level of care, discharge, return",
    "R21": "Sober living",
    "R22": "Sessions",
    "R23": "Techniques used",
    "R24": "Missed appointments and the barrier behind them",
    "R25": "Check-ins and outreach",
    "R26": "Predictable triggers ahead",
    "R27": "Counseling notes kept apart",
    "R28": "Barriers",
    "R29": "Referrals to their end",
    "R30": "Lapses as data",
    "R31": "Close calls",
    "R32": "Overdose danger",
    "R33": "Warm handoffs",
    "R34": "No one left to manage alone",
    "R35": "Transitions between levels of care",
    "R36": "Kinds of crisis",
    "R37": "Risk assessment",
    "R38": "What was done in a crisis",
    "R39": "Safety plan",
    "R40": "Next steps and micro-goals",
    "R41": "Crisis card",
    "R42": "Follow-ups until the crisis passes",
    "R43": "Team activated by anyone",
    "R44": "Review of each crisis",
    "R45": "Its adjustments, carried out",
    "R46": "Recovery time",
    "R47": "Other milestones",
    "R48": "Celebrations",
    "R49": "Early-warning signals",
    "R50": "Worklist",
    "R51": "Summary of a client",
    "R52": "Caseload board",
    "R53": "Outcomes over time",
    "R54": "Timeliness",
    "R55": "Corrections and retractions",
    "R56": "Late entries",
    "R57": "Erasure and legal hold",
    "R58": "Appointments",
    "R59": "Toxicology",
    "R60": "Overdoses that happened",
    "R61": "A client's death",
    "R62": "Who owns a task",
    "R63": "The policy in force",
    "R64": "The client moves",
}
"""The rows of what the service must record, decide and show."""

HEAD: Final = """# Rows of care

Made by `make pages` from the docstrings of events and projections, which name the rows that they hold, and from the
names of the tests (`test_r16_…`); a test compares it. A row without an event is derived from others.

| row | what | events | shows in | tests |
|---|---|---|---|---|"""

_NAMED = re.compile(r"\bR(\d\d)(?:\s?[-–]\s?R?(\d\d))?")
_TEST = re.compile(r"test((?:_r\d\d)+)_")


class Row(NamedTuple):
    """One row, and where it is found."""

    id: str
    what: str
    events: tuple[str, ...]
    """The events whose docstrings, or those of their fields, name it."""
    places: tuple[str, ...]
    """The modules that name it: projections, instruments, rules, lists."""
    tests: tuple[str, ...]
    """The files with tests named after it."""


def rows_in(text: str | None) -> set[str]:
    """The rows that a text names: R16, or R01-R08 for all of these."""
    found = set()
    for first, last in _NAMED.findall(text or ""):
        found |= {f"R{number:02}" for number in range(int(first), int(last or first) + 1)}
    return found


def rows(sources: Mapping[str, str], tests: Mapping[str, str]) -> list[Row]:
    """All rows. `sources` are the texts of the modules in which a row may show, `tests` those of the tests, by path."""
    of_events = {name: _rows_held(event) for name, event in EVENT_TYPES.items()}
    of_places = {path: rows_in(source) for path, source in sources.items()}
    of_tests = {path: set(_rows_tested(source)) for path, source in tests.items()}
    return [Row(id_, what, _of(of_events, id_), _of(of_places, id_), _of(of_tests, id_)) for id_, what in ROWS.items()]


def page(sources: Mapping[str, str], tests: Mapping[str, str]) -> str:
    """The page, in Markdown; of what `rows` tells."""
    lines = (
        f"| {row.id} | {row.what} | {_listed(row.events)} | {_listed(row.places)} | {_listed(row.tests)} |"
        for row in rows(sources, tests)
    )
    return "\n".join((HEAD, *lines))


def _rows_held(event: type[Event]) -> set[str]:
    """Those that the event names or, where it names none, its strand does."""
    return rows_in(inspect.getsource(event)) or rows_in(sys.modules[event.__module__].__doc__)


def _of(found: Mapping[str, set[str]], row: str) -> tuple[str, ...]:
    return tuple(sorted(name for name, named in found.items() if row in named))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _rows_tested(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (named := _TEST.match(node.name)):
            yield from (f"R{number}" for number in re.findall(r"\d\d", named[1]))
