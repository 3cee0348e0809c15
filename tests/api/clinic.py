"""A clinic that calls the API: an organization, a key of it, and the requests that people there make."""

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import httpx

from domain.vocabulary.consents import RecipientClass
from domain.vocabulary.purposes import PurposeOfUse
from projections.catalogue import PROJECTIONS
from service.access.caller import KeyRole
from service.access.recipients import Recipient
from service.api.app import create_app
from service.api.field_errors import FieldError
from service.api.pages import HTML
from service.api.problem import MEDIA_TYPE, ProblemDocument
from service.api.problems import CATALOGUE
from service.bootstrap import System
from tests.rendering.reading_pages import tree

Json = Any

READS = ["events", "summary", *(projection.title.lower().replace(" ", "-") for projection in PROJECTIONS)]
"""What can be read of a client: the timeline, one screen and, from the catalogue, every projection."""

REGISTERED: Json = {"type": "client_registered", "name": "Dana Example", "time_zone": "America/Chicago"}
SESSION: Json = {"type": "session_held", "kind": "individual", "channel": "in_person", "held_by": "counselor"}
CRISIS: Json = {"type": "crisis_contact_recorded", "kinds": ["panic"], "channel": "phone", "noticed_by": "peer"}
GOAL: Json = {"type": "goal_set", "category": "sleep", "description": "Sleep through the night"}
WHOLE: Json = {
    "type": "consent_granted",
    "discloser": "Harbor Lane Recovery",
    "recipients": ["Harbor Pharmacy"],
    "purpose": "treatment",
    "scope": ["whole_record"],
    "signed_on": "2026-03-01",
    "signed_by": "Dana Example",
    "signed_as": "client",
    "right_to_revoke_told": True,
    "redisclosure_told": True,
}
"""A consent to tell Harbor Pharmacy everything, for treatment."""


def recording(event: Json, at: str = "2026-03-02T15:00:00Z", **said: Json) -> Json:
    """The event as it is sent."""
    return {"occurred_at": at, "event": event, **said}


@dataclass(frozen=True)
class Clinic:
    """Calls the API with one key."""

    http: httpx.AsyncClient
    system: System
    organization_id: UUID
    key: str

    async def with_key(
        self, role: KeyRole = KeyRole.COUNSELOR, name: str = "ana", scopes: set[str] | None = None
    ) -> "Clinic":
        """The same clinic, calling with another, new key."""
        _, key = await self.system.api_keys.create(self.organization_id, name, role, scopes)
        return replace(self, key=key)

    async def outsider(
        self,
        organization: str,
        name: str,
        *classes: RecipientClass,
        scopes: Collection[str] = ("system/*.r",),
        purpose: PurposeOfUse | None = None,
    ) -> "Clinic":
        """A system of another organization, with a key of this one."""
        recipient = Recipient(organization, classes)
        _, key = await self.system.api_keys.create(
            self.organization_id, name, KeyRole.SYSTEM, scopes, purpose=purpose, recipient=recipient
        )
        return replace(self, key=key)

    async def request(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **sent: Any
    ) -> httpx.Response:
        """A request with the key."""
        headers = {"Authorization": f"Bearer {self.key}", **(headers or {})}
        return await self.http.request(method, path, headers=headers, **sent)

    async def get(self, path: str, headers: Mapping[str, str] | None = None, **params: Any) -> httpx.Response:
        """A read."""
        return await self.request("GET", path, headers=headers, params=params or None)

    async def sign(self, path: str = "/v1/log") -> int:
        """Sign a checkpoint of the log at that path, that of events or that of accesses; its size."""
        of_accesses = path.startswith("/v1/access-log")
        signer = self.system.access_checkpoint_signer if of_accesses else self.system.checkpoint_signer
        return (await signer.make(self.organization_id)).checkpoint.size

    async def record(
        self, client_id: str, *recordings: Json, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """Record one event as an object, several as a list."""
        sent = recordings[0] if len(recordings) == 1 else list(recordings)
        return await self.request("POST", events_of(client_id), json=sent, headers=headers)

    async def create(self, *recordings: Json, **said: Json) -> httpx.Response:
        """Create a client."""
        return await self.request("POST", "/v1/clients", json={"events": recordings, **said})

    async def client(self, *recordings: Json) -> str:
        """A new client's id, registered unless other events are given."""
        created = await self.create(*(recordings or [recording(REGISTERED)]))
        assert created.status_code == 201, created.text
        return str(created.json()["client_id"])

    async def versions(self, client_id: str) -> list[int]:
        """The versions of all that is recorded of the client."""
        answer = await self.get(events_of(client_id), limit=1_000)
        return [event["version"] for event in answer.json()["events"]]


def events_of(client_id: str) -> str:
    return f"/v1/clients/{client_id}/events"


def problem_in(response: httpx.Response, slug: str) -> ProblemDocument:
    """The problem, which must be of this kind, well formed and told by its headers; a page tells it in its elements."""
    document = _problem_of(response)
    assert document.type == f"/v1/problems/{slug}", response.text
    assert response.status_code == document.status == CATALOGUE[slug].status
    assert document.title == CATALOGUE[slug].title
    assert document.detail
    assert response.headers["x-request-id"]
    return document


def _problem_of(response: httpx.Response) -> ProblemDocument:
    if response.headers["content-type"] != HTML:
        assert response.headers["content-type"] == MEDIA_TYPE, response.text
        return ProblemDocument.model_validate_json(response.content)
    page = tree(response.text)
    told = {each.attrib["class"]: each for each in page.iter() if "class" in each.attrib}
    return ProblemDocument(
        type=told["type"].attrib["href"],
        title=page.findtext("head/title") or "",
        status=int(told["status"].text or 0),
        detail=told["detail"].text or "",
        errors=tuple(
            FieldError(**{each.attrib["class"]: each.text or "" for each in error})
            for error in page.iterfind(".//ul[@class='errors']/li")
        ),
    )


def errors_in(response: httpx.Response, slug: str) -> set[tuple[str, str]]:
    """The field and rule of each error of the problem, which must be of this kind."""
    errors = problem_in(response, slug).errors
    assert all(error.message for error in errors)
    return {(error.field, error.rule) for error in errors}


@asynccontextmanager
async def http_to(system: System) -> AsyncIterator[httpx.AsyncClient]:
    """HTTP to an application of its own over the system."""
    app = create_app(lambda: nullcontext(system))
    transport = httpx.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://care-timeline.test") as http,
    ):
        yield http
