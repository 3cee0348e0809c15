"""GET of care plans and of the worklist through the whole service, their access records included, and through bare
FastAPI endpoints.

Of a plan the bare endpoint reads one row by its key, in which the same answer stands ready. The plans were read before
and nothing is recorded meanwhile, as when somebody looks at their clients once more. Our record of a read is on disk
before it is answered, so one that also INSERTs a row stands beside it, too. Of the worklist, whose first page is read,
the bare endpoint reads as many rows from one table, where each task stands as it is answered, in the order of its key.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import httpx

from benchmarks.bare_endpoint import ACCESS_TABLE, PLAN_TABLE, TASKS_TABLE
from benchmarks.compared_reads import REQUESTS, Other, Reader, compared
from benchmarks.crowd import crowd
from benchmarks.ground import BenchmarkClinic, Ground
from benchmarks.harness import Limit, Result, Rounds
from benchmarks.load import get
from benchmarks.serving import BARE_ENDPOINT, SERVE_API, server

_KEEP_TASKS: Final = """insert into bare_task
select client_id, kind, because, step, opens_at, due_at, late, owner_role, person_id, reassigned
  from projection.worklist"""


async def measure(
    ground: Ground,
    rounds: Rounds,
    *,
    clients: int = 5_000,
    events: int = 40,
    plans: int = 200,
    requests: int = REQUESTS,
) -> list[Result]:
    """Twenty-seven rows: of `clients` the plans of so many are read, and the worklist of all; so many `requests` a
    round."""
    async with ground.clinic() as clinic:
        rounds.tell(f"{clients:,} clients with {events} events: filling the log")
        following = await crowd(clinic, clients=clients, events=events, coming=0)
        client_ids = [each.client_id for each in following[:plans]]
        key = (await clinic.tokens())["counselor"]
        for statement in (PLAN_TABLE, ACCESS_TABLE, TASKS_TABLE, _KEEP_TASKS):
            await clinic.superuser.execute(statement)
        bare_serving = server(clinic, *BARE_ENDPOINT, clinic.urls.superuser)
        async with server(clinic, *SERVE_API) as ours, bare_serving as bare:
            await _keep_plans(clinic, ours.port, client_ids, key)
            await clinic.superuser.execute("vacuum analyze")
            authorization = f"Authorization: Bearer {key}"
            of_plans = await compared(
                rounds,
                f"GET of a care plan, access record included, {plans} of {clients:,} clients with {events} events",
                Reader(ours, [get(f"/v1/clients/{id_}/care-plan", authorization) for id_ in client_ids]),
                [
                    Other(
                        "a bare FastAPI endpoint, one SELECT by asyncpg",
                        Reader(bare, [get(f"/clients/{id_}/plan") for id_ in client_ids]),
                        Limit(0.5),
                    ),
                    Other(
                        "a bare FastAPI endpoint, one SELECT and one INSERT by asyncpg",
                        Reader(bare, [get(f"/clients/{id_}/plan/recorded") for id_ in client_ids]),
                    ),
                ],
                requests=requests,
            )
            of_worklist = await compared(
                rounds,
                f"GET of the worklist, 200 tasks, access record included, {clients:,} clients",
                Reader(ours, [get("/v1/worklist", authorization)]),
                [
                    Other(
                        "a bare FastAPI endpoint, one SELECT of as many rows by asyncpg",
                        Reader(bare, [get("/worklist")]),
                        Limit(0.3),
                    )
                ],
                requests=requests // 2,
            )
            return of_plans + of_worklist


async def _keep_plans(clinic: BenchmarkClinic, port: int, client_ids: Sequence[UUID], key: str) -> None:
    """What we answer, in the bare endpoint's table."""
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers) as http:
        for client_id in client_ids:
            answer = (await http.get(f"/v1/clients/{client_id}/care-plan")).raise_for_status()
            row = client_id, answer.json()["version"], answer.text
            await clinic.superuser.execute("insert into bare_plan values ($1, $2, $3)", *row)
