"""What was recorded never drives the terminal of whoever reads it: escapes are shown, not obeyed."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio
from pydantic import ValidationError
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from domain.events.base import Event
from domain.events.catalogue import CARE_EVENTS, decode
from domain.refusals import Refused
from service.access.caller import SCOPES_OF_ROLE, Caller, KeyRole
from service.access.permissions import PERMISSIONS, STRANDS
from service.bootstrap import System
from service.cli.console import SafeConsole
from service.database.embedded import DatabaseUrls
from tests.cli.command import Command
from tests.databases import new_organization
from tests.system import draft

CANARY = "canary\x1b]52;c;Y2FuYXJ5\x07\x1b[2J\x9b1A\r\u202e\u2066x"
"""Sets the clipboard, clears the screen, goes up a line, writes over it, and turns what follows around."""

DRIVES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""What no command may write into a pipe."""

GOLDEN = Path(__file__).parents[1] / "golden"


def sung(event_class: type[Event]) -> dict[str, Any]:
    """A body of this type with the canary in every text that can hold it, as an older release recorded it."""
    name, version = event_class.model_fields["type"].default, event_class.schema_version
    body: dict[str, Any] = json.loads((GOLDEN / f"{name}.v{version}.json").read_bytes())
    for holder, key in list(texts_in(body)):
        before, holder[key] = holder[key], CANARY
        try:
            decode(name, version, json.dumps(body).encode())
        except ValidationError:
            holder[key] = before
    return body


def texts_in(value: Any) -> Iterator[tuple[Any, Any]]:
    """Each text of a body, as what holds it and where."""
    for key, each in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(each, str) and key != "time_zone":
            yield value, key
        elif isinstance(each, dict | list):
            yield from texts_in(each)


def aimed(event_class: type[Event], body: dict[str, Any], ids: dict[str, UUID]) -> Event | None:
    """The event with its references at entries that there are; None while there are none that fit."""
    for name, mark in event_class.references().items():
        fitting = [str(id_) for kind, id_ in ids.items() if kind in mark.types or not mark.types]
        if not fitting and not event_class.model_fields[name].is_required():
            del body[name]
            continue
        if not fitting:
            return None
        body[name] = fitting if isinstance(body[name], list) else fitting[0]
    return decode(body["type"], event_class.schema_version, json.dumps(body).encode())


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def client(database: DatabaseUrls, system: System) -> tuple[UUID, UUID]:
    """An organization and its client; whoever named and recorded anything there sang."""
    organization_id, client_id = await new_organization(database), uuid4()
    prescriber, supervisor = (
        Caller(organization_id, uuid4(), CANARY, role, SCOPES_OF_ROLE[role])
        for role in (KeyRole.PRESCRIBER, KeyRole.SUPERVISOR)
    )
    ids: dict[str, UUID] = {}
    for _ in range(3):  # what answers comes after what it answers
        for event_class in CARE_EVENTS:
            body = sung(event_class)
            event = None if body["type"] in ids else aimed(event_class, body, ids)
            if event is None:
                continue
            said = replace(draft(event), source=CANARY)
            by_supervisor = f"{STRANDS[body['type']]}.c" not in PERMISSIONS[KeyRole.PRESCRIBER]
            caller = supervisor if by_supervisor else prescriber
            try:
                await system.recorder.record(caller, client_id, [said], new_client=not ids)
            except Refused as refused:
                fields = {refusal.field for _, refusal in refused.refusals} & event_class.model_fields.keys()
                minded = {
                    name: field.get_default(call_default_factory=True)
                    for name, field in event_class.model_fields.items()
                    if name in fields and not field.is_required()
                }
                said = replace(said, event=event.model_copy(update=minded))
                try:
                    await system.recorder.record(caller, client_id, [said])
                except Refused:
                    continue
            ids[body["type"]] = said.id
    missing = {event_class.model_fields["type"].default for event_class in CARE_EVENTS} - ids.keys()
    excluded = {"handoff_declined", "handoff_lost", "handoff_withdrawn", "milestone_reached"}
    of_two_clients = {"clients_merged", "merge_undone", "client_merged_into", "client_separated"}
    assert missing <= excluded | of_two_clients, "what others that are there exclude"
    await system.api_keys.create(organization_id, "ana", KeyRole.COUNSELOR)
    superuser = await asyncpg.connect(database.superuser)
    try:
        await superuser.execute(
            "update log.organization set name = $1 where organization_id = $2", CANARY, organization_id
        )
        await superuser.execute(
            "update access.api_key set name = $1 where organization_id = $2", CANARY, organization_id
        )
    finally:
        await superuser.close()
    return organization_id, client_id


@pytest.mark.parametrize(
    "words",
    [
        ("replay", "CLIENT"),
        ("replay", "CLIENT", "--steps"),
        ("summary", "CLIENT"),
        ("organizations", "list"),
        ("keys", "list"),
        ("verify",),
        ("doctor",),
        ("catch-up",),
    ],
    ids=" ".join,
)
async def test_no_command_lets_it_through(command: Command, client: tuple[UUID, UUID], words: tuple[str, ...]) -> None:
    _, client_id = client
    said = await command(*(word.replace("CLIENT", str(client_id)) for word in words))

    assert said.out
    assert not DRIVES.search(said.out + said.err)
    if words[0] not in {"doctor", "catch-up"}:
        assert r"canary\x1b]52;c;Y2FuYXJ5" in (said.out + said.err).replace("\n", "")


async def test_replay_shows_each_of_them(command: Command, client: tuple[UUID, UUID]) -> None:
    shown = await command.done("replay", client[1])

    for escape in (r"\x1b]52", r"\x1b[2J", r"\x9b1A", r"\u202e", r"\u2066"):
        assert escape in shown


RENDERABLES: list[RenderableType] = [
    CANARY,
    Text(CANARY),
    Text.assemble(("styled ", "bold"), (CANARY, "red")),
    Panel(CANARY),
    Panel(Text(CANARY)),
    Group(CANARY, Padding(Text(CANARY), 2)),
    Rule(Text(CANARY)),
]


@pytest.mark.parametrize("renderable", RENDERABLES, ids=lambda each: type(each).__name__)
def test_whatever_is_printed_is_made_visible(renderable: RenderableType) -> None:
    written = StringIO()
    SafeConsole(file=written, width=200).print(renderable)

    assert not DRIVES.search(written.getvalue())
    assert r"canary\x1b]52;c;Y2FuYXJ5" in written.getvalue()


def test_a_table_keeps_its_columns_and_words_are_no_markup() -> None:
    table = Table("What", "Who")
    table.add_row(CANARY, "[bold]Ana[/bold] :smile:")
    written = StringIO()
    SafeConsole(file=written, width=200).print(table)

    assert not DRIVES.search(written.getvalue())
    assert len({len(line) for line in written.getvalue().splitlines()}) == 1
    assert "[bold]Ana[/bold] :smile:" in written.getvalue()
