"""Bare FastAPI endpoints: a pydantic model in, one INSERT through an asyncpg pool, 201 and a model out; one SELECT of
a plan that stands there ready, 200 and a model out; and one SELECT of a page of tasks, 200 and as many models out.

Run as `python -m benchmarks.bare_endpoint URL`; prints the port on which it listens.
"""

import json
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import uvicorn
from fastapi import FastAPI
from pydantic import AwareDatetime, BaseModel

TABLE = """
create table bare_event (
  id uuid primary key, client_id uuid not null, type text not null, occurred_at timestamptz not null,
  recorded_at timestamptz not null default now(), body jsonb not null
)
"""

PLAN_TABLE = "create table bare_plan (client_id uuid primary key, version int not null, plan jsonb not null)"

ACCESS_TABLE = """
create table bare_access (
  id uuid primary key, client_id uuid not null, version int not null, read_at timestamptz not null default now()
)
"""

TASKS_TABLE = """
create table bare_task (
  client_id uuid, kind text, because uuid, step int, opens_at timestamptz not null, due_at timestamptz not null,
  late boolean not null, owner_role text not null, person_id uuid, reassigned boolean not null,
  primary key (due_at, client_id, kind, because, step)
)
"""


class NewEvent(BaseModel):
    """What is posted: the same body as ours gets."""

    id: UUID
    occurred_at: AwareDatetime
    event: dict[str, Any]


class Recorded(BaseModel):
    """What is answered."""

    id: UUID
    client_id: UUID
    recorded_at: datetime


class Plan(BaseModel):
    """A client's plan, as ours answers it."""

    client_id: UUID
    version: int
    plan: dict[str, Any]


class Task(BaseModel):
    """A task, as ours answers it."""

    client_id: UUID
    kind: str
    because: UUID
    step: int
    opens_at: datetime
    due_at: datetime
    late: bool
    owner_role: str
    person_id: UUID | None
    reassigned: bool


class Tasks(BaseModel):
    """A page of tasks."""

    tasks: list[Task]


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """A pool for as long as the application runs."""
    async with asyncpg.create_pool(sys.argv[1]) as app.state.pool:
        yield


app = FastAPI(lifespan=lifespan)


@app.post("/clients/{client_id}/events", status_code=201)
async def record(client_id: UUID, new: NewEvent) -> Recorded:
    """Insert one row."""
    async with app.state.pool.acquire() as connection:
        recorded_at = await connection.fetchval(
            "insert into bare_event (id, client_id, type, occurred_at, body) values ($1, $2, $3, $4, $5)"
            " returning recorded_at",
            new.id,
            client_id,
            new.event["type"],
            new.occurred_at,
            json.dumps(new.event),
        )
    return Recorded(id=new.id, client_id=client_id, recorded_at=recorded_at)


@app.get("/clients/{client_id}/plan")
async def read(client_id: UUID) -> Plan:
    """Read one row."""
    async with app.state.pool.acquire() as connection:
        row = await connection.fetchrow("select version, plan from bare_plan where client_id = $1", client_id)
    return Plan(client_id=client_id, version=row["version"], plan=json.loads(row["plan"]))


@app.get("/clients/{client_id}/plan/recorded")
async def read_and_record(client_id: UUID) -> Plan:
    """Read one row, and insert one that says so."""
    plan = await read(client_id)
    async with app.state.pool.acquire() as connection:
        await connection.execute(
            "insert into bare_access (id, client_id, version) values ($1, $2, $3)", uuid4(), client_id, plan.version
        )
    return plan


@app.get("/worklist")
async def list_tasks(limit: int = 200) -> Tasks:
    """Read a page of rows."""
    async with app.state.pool.acquire() as connection:
        rows = await connection.fetch(
            "select client_id, kind, because, step, opens_at, due_at, late, owner_role, person_id, reassigned"
            " from bare_task order by due_at, client_id, kind, because, step limit $1",
            limit,
        )
    return Tasks(tasks=[Task(**row) for row in rows])


if __name__ == "__main__":
    with socket.create_server(("127.0.0.1", 0)) as listening:
        print(listening.getsockname()[1], flush=True)
        config = uvicorn.Config(app, loop="uvloop", http="httptools", access_log=False, log_level="warning")
        uvicorn.Server(config).run(sockets=[listening])
