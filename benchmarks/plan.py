"""GET of care plans through the whole service, its access record included, and through a bare FastAPI endpoint.

The bare endpoint reads one row, in which the same answer stands ready. The plans were read before and nothing is
recorded meanwhile, as when somebody looks at their clients once more.
"""

from collections.abc import Awaitable, Sequence
from itertools import chain, repeat
from uuid import UUID

import httpx

from benchmarks.bare_endpoint import PLAN_TABLE
from benchmarks.ground import BenchmarkClinic
from benchmarks.harness import Limit, Result, Rounds
from benchmarks.load import CONNECTIONS, drive, get

BARE = "a bare FastAPI endpoint, one SELECT by asyncpg"


async def measure(
    clinic: BenchmarkClinic, rounds: Rounds, client_ids: Sequence[UUID], *, ports: tuple[int, int], key: str, each: int
) -> Result:
    """One row. `ports` are ours and the bare endpoint's; `each` is the requests of each connection in a round."""
    port, bare_port = ports
    await _keep_ready(clinic, port, client_ids, key)
    ours = _requests([get(f"/v1/clients/{id_}/care-plan", f"Authorization: Bearer {key}") for id_ in client_ids], each)
    bare = _requests([get(f"/clients/{id_}/plan") for id_ in client_ids], each)

    def side(port: int, requests: Sequence[Sequence[bytes]]) -> Awaitable[float]:
        return drive(port, requests, status=b"200")

    reached, bare_reached = await rounds.interleaved(
        [("plan", lambda: side(port, ours)), ("plan, bare endpoint", lambda: side(bare_port, bare))]
    )
    measured = f"GET of a care plan with its access record, {len(client_ids):,} clients"
    return Result(measured, BARE, "requests/s", reached, bare_reached, Limit(0.5))


async def _keep_ready(clinic: BenchmarkClinic, port: int, client_ids: Sequence[UUID], key: str) -> None:
    """What we answer, in the bare endpoint's table."""
    await clinic.superuser.execute(PLAN_TABLE)
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers) as http:
        for client_id in client_ids:
            answer = (await http.get(f"/v1/clients/{client_id}/care-plan")).raise_for_status()
            row = client_id, answer.json()["version"], answer.text
            await clinic.superuser.execute("insert into bare_plan values ($1, $2, $3)", *row)


def _requests(of_clients: Sequence[bytes], each: int) -> list[list[bytes]]:
    """The requests of a round, by connection: each connection's clients in turn."""
    return [
        list(chain.from_iterable(repeat(of_clients[place::CONNECTIONS], each)))[:each] for place in range(CONNECTIONS)
    ]
