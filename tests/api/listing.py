"""What tests of lists share: clients to whom something happened, and the rows of a list."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from domain.events.base import Event
from service.access.caller import SCOPES_OF_ROLE, Caller, KeyRole
from service.database.embedded import DatabaseUrls
from service.runtime import clock
from tests.api.clinic import Clinic
from tests.builders import (
    registered,
)
from tests.system import draft, follow

Row = dict[str, Any]


def ago(**time: float) -> datetime:
    """So long before now."""
    return clock.now() - timedelta(**time)


async def record(clinic: Clinic, client_id: UUID, *told: tuple[Event, datetime]) -> list[UUID]:
    """Record what happened when; the ids of the entries."""
    caller = Caller(clinic.organization_id, uuid4(), "ana", KeyRole.COUNSELOR, SCOPES_OF_ROLE[KeyRole.COUNSELOR])
    new = await clinic.system.store.head(clinic.organization_id, client_id) == 0
    drafts = [draft(event, at) for event, at in told]
    await clinic.system.recorder.record(caller, client_id, drafts, new_client=new)
    return [each.id for each in drafts]


async def client_with(clinic: Clinic, *told: tuple[Event, datetime]) -> UUID:
    """A new client to whom this happened."""
    client_id = uuid4()
    await record(clinic, client_id, (registered(), ago(days=30)), *told)
    return client_id


async def pages(clinic: Clinic, path: str, **asked: Any) -> list[Row]:
    """All pages of a list."""
    found: list[Row] = []
    more: dict[str, Any] = {}
    while True:
        answer = await clinic.get(f"/v1/{path}", **asked, **more)
        assert answer.status_code == 200, answer.text
        found.append(answer.json())
        if answer.json()["next"] is None:
            return found
        more = {"after": answer.json()["next"]}


async def rows(clinic: Clinic, path: str, **asked: Any) -> list[Row]:
    """All rows of a list, once the projector has come to the end of the log."""
    await follow(clinic.system, clinic.organization_id)
    of_page = {"worklist": "tasks", "caseload": "clients", "signals": "signals"}[path]
    return [row for page in await pages(clinic, path, **asked) for row in page[of_page]]


async def erase(database: DatabaseUrls, client_id: UUID) -> None:
    """Destroy the client's key, as another process does: nothing else is told."""
    superuser = await asyncpg.connect(database.superuser)
    erased = (
        "update keyring.client_key set wrapped_key = null, wrapped_notes_key = null, destroyed_at = now()"
        " where client_id = $1"
    )
    assert await superuser.execute(erased, client_id) == "UPDATE 1"
    await superuser.close()


def moment(said: str) -> datetime:
    return datetime.fromisoformat(said)
