"""The worked examples of the documentation, run as they stand there."""

import dataclasses
import json
import re
import uuid
from pathlib import Path
from textwrap import indent
from typing import Any
from uuid import uuid4

import asyncpg
import pydantic
import pytest
import sqlalchemy
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

import domain.entry
import domain.events.base
import domain.events.contacts
import domain.policy
import domain.refusals
import domain.vocabulary
import projections.projection
import projections.tables
from domain.vocabulary import Role, SessionKind
from projections.projection import Projection
from service.bootstrap import System
from service.care.caller import Caller
from service.care.recorder import Recorder
from service.database.connection import scoped
from service.database.embedded import DatabaseUrls
from service.database.protection import protection
from service.projector.projector import Projector
from service.projector.tables import APP_PRIVILEGES, state_table
from tests.builders import History, crisis, registered, session
from tests.system import draft

DOCS = Path(__file__).parents[2] / "docs"


def code_of(page: str) -> list[str]:
    """The page's Python blocks."""
    return re.findall(r"```python\n(.*?)```", (DOCS / page).read_text("utf-8"), re.DOTALL)


def names() -> dict[str, Any]:
    """What the examples take for granted as imported."""
    modules = (
        dataclasses, pydantic, sqlalchemy, uuid, domain.vocabulary, domain.refusals, domain.policy, domain.entry,
        domain.events.contacts, domain.events.base, projections.projection, projections.tables,
    )  # fmt: skip
    found: dict[str, Any] = {"__name__": "tests.worked_example"}
    for module in modules:
        found |= {name: value for name, value in vars(module).items() if not name.startswith("__")}
    exec(  # noqa: S102
        "from collections.abc import Iterator\nfrom datetime import datetime\n"
        "from typing import Annotated, Any, ClassVar, Literal",
        found,
    )
    return found


def test_the_event_of_the_page_is_admitted_and_refused_as_it_says() -> None:
    blocks = code_of("adding-an-event.md")
    scope = names()
    exec(blocks[0], scope)  # noqa: S102
    event_class = scope["NaloxoneProvided"]
    history = History()
    history.add(registered(), at="2026-03-01T15:00Z")
    contact = history.add(crisis(), at="2026-03-02T15:00Z")

    assert history.refused(event_class(given_to=Role.CLIENT, kits=2, crisis=contact), at="2026-03-02T16:00Z") == set()
    assert history.refused(event_class(given_to=Role.PRESCRIBER, kits=2), at="2026-03-02T16:00Z") == {"given_to_circle"}
    assert history.refused(event_class(given_to=Role.CLIENT, kits=2, crisis=uuid4()), at="2026-03-02T16:00Z") == {
        "refers_to_known_entry"
    }


def test_the_upcast_of_the_page_reads_the_old_shape() -> None:
    blocks = code_of("adding-an-event.md")
    scope = names()
    head, docstring, rest = blocks[0].partition('(R19)."""\n')
    exec(head + docstring + indent(blocks[1], "    ") + rest, scope)  # noqa: S102
    event_class = scope["NaloxoneProvided"]
    state = {"type": "naloxone_provided", "given_to": "client", "number_of_kits": 3}
    event_class.upcast_v1_v2(state)
    assert event_class.model_validate_json(json.dumps(state)).kits == 3
    assert event_class.schema_version == 2


@pytest.fixture
async def attendance(database: DatabaseUrls) -> Any:
    """The projection of the page, with its tables in the database."""
    scope = names()
    exec(code_of("adding-a-projection.md")[0], scope)  # noqa: S102
    projection: Projection[Any] = scope["ATTENDANCE"]
    tables = (state_table(projection.name), *projection.tables)
    owner = await asyncpg.connect(database.owner)
    for table in tables:
        await owner.execute(str(CreateTable(table).compile(dialect=postgresql.dialect())))  # type: ignore[no-untyped-call]
        for statement in protection(table, app=APP_PRIVILEGES):
            await owner.execute(statement)
    await owner.close()
    yield projection
    for table in tables:
        projections.tables.metadata.remove(table)


async def test_the_projection_of_the_page_is_kept_by_the_projector(
    system: System, counselor: Caller, attendance: Projection[Any]
) -> None:
    projector = Projector(system.pool, system.timelines, system.keyring, system.organizations, [attendance])
    recorder = Recorder(system.store, system.keyring, system.timelines, system.organizations, projector)
    client_id = uuid4()
    await recorder.record(counselor, client_id, [draft(registered())], new_client=True)
    await recorder.record(counselor, client_id, [draft(session(kind=SessionKind.GROUP), at="2026-03-02T15:00Z")])
    last = await recorder.record(counselor, client_id, [draft(session(kind=SessionKind.GROUP), at="2026-03-09T15:00Z")])

    async with scoped(system.pool, counselor.organization_id) as connection:
        rows = await connection.fetch("SELECT kind, held, put_by FROM projection.attendance")
    assert [tuple(row) for row in rows] == [("group", 2, last.entries[0].id)]
