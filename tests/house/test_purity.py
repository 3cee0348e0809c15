"""What care is, and how it folds into rows, depends on nothing but what is passed in.

Every import of domain/, projections/ and analytics/ must be on the list of libraries that compute and do no more, and
none of their names may be one that reads a clock, draws at random or touches the world.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

COMPUTING = frozenset(
    (
        *(
            "__future__",
            "abc",
            "ast",
            "bisect",
            "calendar",
            "collections",
            "copy",
            "dataclasses",
            "datetime",
            "decimal",
        ),
        *("enum", "functools", "graphlib", "hashlib", "heapq", "inspect", "itertools", "json", "math"),
        *("operator", "re", "statistics", "string", "struct", "tomllib", "types", "typing", "unicodedata"),
        *("uuid", "zoneinfo"),
    )
)
DOMAIN = COMPUTING | {"domain", "eventsourcing", "pydantic", "pydantic_core"}
PROJECTIONS = DOMAIN | {"projections", "sqlalchemy"}
STATISTICS = {"lifelines", "numpy", "pandas", "scipy"}
LIBRARIES = {"domain": DOMAIN, "projections": PROJECTIONS, "analytics": PROJECTIONS | STATISTICS | {"analytics"}}

CLOCKS = {"now", "utcnow", "today"}
CLOCK_OWNERS = {"datetime", "date", "dt", "func"}
WORLDLY = {
    *("uuid1", "uuid4", "uuid6", "uuid7", "getnode"),
    *("open", "print", "input", "exec", "eval", "compile", "breakpoint", "__import__"),
    *("datetime_now_with_tzinfo", "create_engine", "create_async_engine", "sessionmaker"),
}


def impurities(source: str, libraries: frozenset[str]) -> Iterator[str]:
    """Each import and name of the source that is not pure, as `line: what`."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                for alias in names:
                    if alias.name.split(".")[0] not in libraries:
                        yield f"{node.lineno}: import {alias.name}"
            case ast.ImportFrom(module=str(module), level=0, names=names):
                if module.split(".")[0] not in libraries:
                    yield f"{node.lineno}: from {module} import"
                for alias in names:
                    if alias.name in WORLDLY:
                        yield f"{node.lineno}: {alias.name}"
            case ast.Name(id=name, ctx=ast.Load()) if name in WORLDLY:
                yield f"{node.lineno}: {name}"
            case ast.Attribute(attr=name) if name in WORLDLY and _names_a_module(node.value):
                yield f"{node.lineno}: {name}"
            case ast.Attribute(attr=name, value=owner) if name in CLOCKS and _last_name(owner) in CLOCK_OWNERS:
                yield f"{node.lineno}: {_last_name(owner)}.{name}"


def _last_name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _names_a_module(node: ast.expr) -> bool:
    return _last_name(node) in {"uuid", "builtins", "eventsourcing", "domain", "sqlalchemy"}


@pytest.mark.parametrize("package", sorted(LIBRARIES))
def test_nothing_in_the_package_reads_a_clock_draws_at_random_or_touches_the_world(package: str) -> None:
    modules = sorted((ROOT / package).rglob("*.py"))
    assert modules

    found = [
        f"{module.relative_to(ROOT)}:{impurity}"
        for module in modules
        for impurity in impurities(module.read_text(encoding="utf-8"), LIBRARIES[package])
    ]

    assert not found, "Pass in the time, the id or the data instead:\n" + "\n".join(found)


@pytest.mark.parametrize(
    "source",
    [
        "import os",
        "import time as t",
        "import random",
        "from socket import socket",
        "from pathlib import Path",
        "import asyncpg",
        "import sqlalchemy.ext.asyncio",
        "from uuid import uuid4",
        "import uuid\nuuid.uuid4()",
        "from datetime import datetime\ndatetime.now()",
        "import datetime\nf = datetime.datetime.now",
        "from datetime import date\ndate.today()",
        "open('notes')",
        "def f():\n    import secrets",
        "from eventsourcing.domain import datetime_now_with_tzinfo",
    ],
)
def test_an_impure_line_is_found(source: str) -> None:
    assert list(impurities(source, LIBRARIES["domain"]))


@pytest.mark.parametrize(
    "source",
    [
        "from datetime import UTC, datetime, timedelta",
        "def due(now):\n    return now",
        "from uuid import NAMESPACE_URL, UUID, uuid5",
        "from . import vocabulary",
        "import re\nre.compile('x')",
        "class Door:\n    def open(self): ...",
        "class Adjustment:\n    open: bool",
    ],
)
def test_a_pure_line_is_left_alone(source: str) -> None:
    assert not list(impurities(source, LIBRARIES["domain"]))
