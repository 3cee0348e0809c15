"""What was read once is not sent again.

Every GET has a tag, but the ones that tell how the service is this moment, the feed, which goes on, and the access
records and exports, which each reading of them adds to.
"""

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from service.access.roles import KeyRole
from service.api import examples
from tests.api.clinic import Clinic, events_of
from tests.api.listing import ago, client_with, record
from tests.api.routes import ROUTES, method, named
from tests.api.test_every_route import path_of
from tests.builders import check_in, plan
from tests.system import follow

UNTAGGED = {
    *("/healthz", "/readyz", "/v1/events", "/v1/access-records", "/v1/unusual-access", "/v1/analytics/views/{view}"),
    *(f"/v1/clients/{{client_id}}/{path}" for path in ("access-records", "access-report", "export")),
}
TAGGED = [route for route in ROUTES if method(route) == "GET" and route.path not in UNTAGGED]


@pytest.mark.parametrize("route", TAGGED, ids=named)
async def test_what_the_caller_has_is_not_sent_again(clinic: Clinic, route: APIRoute) -> None:
    for path, bodies in (("/v1/clients", examples.NEW_CLIENTS), (events_of(examples.CLIENT), examples.RECORDINGS)):
        for body in bodies.values():
            await clinic.request("POST", path, json=body)
    ids = {"client_id": examples.CLIENT, "event_id": examples.CRISIS, "note_id": examples.NOTE}
    if "Webhooks" in route.tags:
        clinic = await clinic.with_key(KeyRole.SUPERVISOR, "lee")
        made = await clinic.request("POST", "/v1/webhooks", json=next(iter(examples.WEBHOOKS.values())))
        ids["webhook_id"] = made.json()["webhook_id"]
    if "Proofs" in route.tags:
        ids["size"] = str(await clinic.sign(route.path))
    if "Analytics" in route.tags:
        clinic = await clinic.with_key(KeyRole.ANALYST, "ada")
    if {"Auditing", "Proofs"} & {*route.tags}:
        clinic = await clinic.with_key(KeyRole.AUDITOR, "kim")
    path = path_of(route, **{name: str(value) for name, value in ids.items()})
    read = await clinic.get(path)
    tag = read.headers["etag"]

    for known in (tag, f'"other", {tag}', "*", tag.removeprefix("W/")):
        again = await clinic.request("GET", path, headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
        assert again.headers["cache-control"] == read.headers["cache-control"]
        assert again.headers["x-request-id"]
    assert (await clinic.request("HEAD", path, headers={"If-None-Match": tag})).status_code == 304
    assert (await clinic.request("GET", path, headers={"If-None-Match": '"other"'})).content == read.content or (
        "as_of" in read.text
    )


@pytest.mark.parametrize("path", ["worklist", "caseload", "signals"])
async def test_a_list_is_sent_again_when_it_says_something_else(clinic: Clinic, path: str) -> None:
    client = await client_with(clinic)
    await follow(clinic.system, clinic.organization_id)
    known = {"If-None-Match": (await clinic.get(f"/v1/{path}")).headers["etag"]}
    unchanged = await clinic.request("GET", f"/v1/{path}", headers=known)
    await record(clinic, client, (plan(), ago(days=19)), (check_in(craving=10), ago(hours=1)))
    await follow(clinic.system, clinic.organization_id)

    changed = await clinic.request("GET", f"/v1/{path}", headers=known)

    assert (unchanged.status_code, changed.status_code) == (304, 200)


async def test_the_description_is_sent_once(http: httpx.AsyncClient, app: FastAPI) -> None:
    read = await http.get("/openapi.json")

    again = await http.get("/openapi.json", headers={"If-None-Match": read.headers["etag"]})

    assert read.json() == app.openapi()
    assert (again.status_code, again.content) == (304, b"")
