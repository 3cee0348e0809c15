"""Exporting a client's record of 1,000 events by the API, beside reading the same events by it; and checking that."""

import time
from collections.abc import Sequence
from itertools import chain
from uuid import UUID

import httpx

from benchmarks.ground import EVENTS_A_CALL, BenchmarkClinic, Ground
from benchmarks.harness import Limit, Result, Rounds
from benchmarks.serving import SERVE_API, server
from samples.simulation import SimulatedEntry, one_client
from service.care.importing import seal_entries
from service.proofs.client_head import open_client_head
from service.proofs.export_check import check_export

AT_MOST = 8.0
"""So many times what reading the events takes may an export of them. Each event is proved, and all that is handed out
is checked. Our choice: twice what it took when this was made, so that a defect shows."""

PAGE = 200


async def measure(
    ground: Ground, rounds: Rounds, *, events: int = 1_000, clients: int = 3, others: int = 20
) -> list[Result]:
    """Three rows, of seconds for one client; `others` are clients of as many events, who are in the log beside them."""
    async with ground.clinic() as clinic:
        stories = [list(one_client(seed, events)) for seed in range(clients + others)]
        await _record_in_turn(clinic, stories)
        await clinic.system.checkpoint_signer.make(clinic.organization_id)
        await clinic.superuser.execute("vacuum analyze")
        client_ids = [story[0].client_id for story in stories[:clients]]
        assert clinic.settings.signing_keys
        settings = {"CARE_TIMELINE_SIGNING_KEYS": clinic.settings.signing_keys.get_secret_value()}
        headers = {"Authorization": f"Bearer {(await clinic.tokens())['auditor']}"}
        async with (
            server(clinic, *SERVE_API, settings=settings) as ours,
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{ours.port}", headers=headers, timeout=60) as http,
        ):
            reading = Reading(clinic, http, client_ids, events)
            exports, reads, heads, checks = await rounds.interleaved(
                [
                    ("export", reading.export),
                    ("timeline, page by page", reading.pages),
                    ("head", reading.head),
                    ("check an export", reading.check),
                ]
            )
    of_events = f"a client of {events:,} events, in a log of {(clients + others) * events:,}"
    read = f"reading the same events by the API, in pages of {PAGE}"
    return [
        Result(f"GET of the export of {of_events}", read, "s", exports, reads, Limit(AT_MOST, at_most=True)),
        Result(f"GET of the signed head of {of_events}", read, "s", heads, reads),
        Result("verify-export of that export", "GET of it", "s", checks, exports),
    ]


async def _record_in_turn(clinic: BenchmarkClinic, stories: Sequence[Sequence[SimulatedEntry]]) -> None:
    """Event by event of each client in turn, so that in the log each stands among the others, as in life."""
    organization_id, system = clinic.organization_id, clinic.system
    told = list(chain.from_iterable(zip(*stories, strict=True)))
    versions: dict[UUID, int] = {}
    for start in range(0, len(told), EVENTS_A_CALL):
        group = told[start : start + EVENTS_A_CALL]
        sealed = await seal_entries(system.store, system.keyring, organization_id, group, versions)
        await system.store.append_bulk(organization_id, sealed)


class Reading:
    """Clients of whom all is read, in one way or another."""

    def __init__(
        self, clinic: BenchmarkClinic, http: httpx.AsyncClient, client_ids: Sequence[UUID], events: int
    ) -> None:
        self._keys = clinic.system.signing_keys.public(clinic.organization_id)
        self._http = http
        self._client_ids = client_ids
        self._events = events
        self._exported: list[bytes] = []

    async def export(self) -> float:
        """Seconds of an export."""
        began = time.perf_counter()
        self._exported = [(await self._get(f"/v1/clients/{each}/export")).content for each in self._client_ids]
        return self._each(began)

    async def head(self) -> float:
        """Seconds of a head."""
        began = time.perf_counter()
        heads = [(await self._get(f"/v1/clients/{each}/head")).text for each in self._client_ids]
        took = self._each(began)
        assert {open_client_head(each, self._keys).timelines[0].version for each in heads} == {self._events}
        return took

    async def pages(self) -> float:
        """Seconds of reading a timeline from its first page to its last."""
        began = time.perf_counter()
        for each in self._client_ids:
            found, path = 0, f"/v1/clients/{each}/events?limit={PAGE}"
            while path:
                page = await self._get(path)
                found, path = found + len(page.json()["events"]), page.links.get("next", {}).get("url", "")
            assert found == self._events
        return self._each(began)

    async def check(self) -> float:
        """Seconds of checking an export offline, in this process."""
        began = time.perf_counter()
        for each in self._exported:
            assert len(check_export(each, self._keys).events) == self._events
        return self._each(began)

    async def _get(self, path: str) -> httpx.Response:
        return (await self._http.get(path)).raise_for_status()

    def _each(self, began: float) -> float:
        return (time.perf_counter() - began) / len(self._client_ids)
