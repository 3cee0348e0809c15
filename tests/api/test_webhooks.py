"""Webhooks through the API: who may make them, what they may lead to, and that what is recorded comes there."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from service.access.caller import KeyRole
from service.access.permissions import FOR_RECIPIENTS, PERMISSIONS, SEES_EVERY_CLIENT
from service.api.examples import WEBHOOKS
from service.bootstrap import Addresses, connected
from service.database.embedded import DatabaseUrls
from service.serving.projecting import projecting
from tests.api.clinic import GOAL, REGISTERED, Clinic, errors_in, http_to, problem_in, recording
from tests.api.test_access_to_merged import look_anew
from tests.api.test_links import linked
from tests.api.test_own_team_only import person
from tests.api.test_restrictions import asked
from tests.databases import new_organization
from tests.subscriptions.receiving import Receiver, receiving
from tests.system import settings_for

BODY = next(iter(WEBHOOKS.values()))


@pytest_asyncio.fixture(loop_scope="session")
async def supervisor(clinic: Clinic) -> Clinic:
    return await clinic.with_key(KeyRole.SUPERVISOR, "lee")


async def made(clinic: Clinic, **said: Any) -> Any:
    answer = await clinic.request("POST", "/v1/webhooks", json={**BODY, **said})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_webhook_is_made_read_changed_paused_resumed_and_deleted(supervisor: Clinic) -> None:
    webhook = await made(supervisor, types=["session_held"])
    path = f"/v1/webhooks/{webhook['webhook_id']}"
    secret = webhook.pop("secret")
    assert secret.startswith("whsec_")
    assert (webhook["state"], webhook["created_by"]) == ("active", "supervisor/lee")

    assert (await supervisor.get(path)).json() == webhook
    assert (await supervisor.get("/v1/webhooks")).json() == {"webhooks": [webhook]}
    changed = await supervisor.request("PUT", path, json={"url": "https://other.example.org/hooks"})
    assert changed.json() == {**webhook, "url": "https://other.example.org/hooks", "types": None, "description": ""}
    assert (await supervisor.request("POST", f"{path}/pause")).json()["state"] == "paused"
    assert (await supervisor.request("POST", f"{path}/resume")).json()["state"] == "active"
    rotated = (await supervisor.request("POST", f"{path}/secret", json={})).json()
    assert rotated["secret"] != secret
    assert rotated["former_secret_until"]
    assert (await supervisor.get(f"{path}/deliveries")).json() == {"deliveries": [], "next": None}

    assert (await supervisor.request("DELETE", path)).status_code == 204
    problem_in(await supervisor.get(path), "unknown-webhook")
    problem_in(await supervisor.get(f"{path}/deliveries"), "unknown-webhook")


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("http://scheduling.example.org/hook", "https"),
        ("https://127.0.0.1/hook", "public_address"),
        ("https://[::ffff:10.0.0.1]:8443/hook", "public_address"),
        ("https://169.254.169.254/latest/meta-data", "public_address"),
        ("https://user:word@scheduling.example.org/hook", "plain_url"),
        ("https://scheduling.example.org/hook#part", "plain_url"),
        ("https://scheduling.example.org:99999/hook", "url"),
        ("https:///hook", "url"),
        ("ftp://scheduling.example.org/hook", "string_pattern_mismatch"),
        ("https://scheduling.example.org/two words", "string_pattern_mismatch"),
    ],
)
async def test_a_url_to_which_nothing_may_be_sent_is_refused(supervisor: Clinic, url: str, rule: str) -> None:
    answer = await supervisor.request("POST", "/v1/webhooks", json={"url": url})

    assert errors_in(answer, "invalid-input") == {("url", rule)}
    assert url not in answer.text


async def test_a_webhook_is_the_organizations_and_says_whose_key_made_it_and_that_it_was_revoked(
    clinic: Clinic, database: DatabaseUrls
) -> None:
    maker, other = [await clinic.with_key(KeyRole.SUPERVISOR, name) for name in ("lee", "sam")]
    webhook = await made(maker)
    path = f"/v1/webhooks/{webhook['webhook_id']}"
    before = await other.get(path)

    keys = await clinic.system.api_keys.list(clinic.organization_id)
    (key,) = [each for each in keys if each.name == "lee"]
    await clinic.system.api_keys.revoke(clinic.organization_id, key.key_id)

    after = (await other.get(path)).json()
    assert before.json()["key_revoked_at"] is None
    assert webhook["created_by_id"] == str(key.subject_id)
    assert after["key_revoked_at"]
    assert (after["created_by"], after["state"]) == ("supervisor/lee", "active")
    assert (await other.get("/v1/webhooks")).json()["webhooks"] == [after]


def test_only_who_sees_every_client_makes_webhooks() -> None:
    may = {role for role, permissions in PERMISSIONS.items() if "Webhook.c" in permissions}

    assert may <= SEES_EVERY_CLIENT
    assert not FOR_RECIPIENTS & {"Webhook.c", "Webhook.r"}


async def test_a_type_that_nobody_knows_is_refused(supervisor: Clinic) -> None:
    answer = await supervisor.request("POST", "/v1/webhooks", json={**BODY, "types": ["Dana"]})

    assert errors_in(answer, "invalid-input") == {("types[0]", "known_event_type")}


@pytest.mark.parametrize("role", [role for role in KeyRole if role not in {KeyRole.SUPERVISOR, KeyRole.SYSTEM}])
async def test_only_supervisors_and_systems_see_and_make_webhooks(clinic: Clinic, role: KeyRole) -> None:
    caller = await clinic.with_key(role, "ben")

    problem_in(await caller.request("POST", "/v1/webhooks", json=BODY), "role-not-allowed")
    problem_in(await caller.get("/v1/webhooks"), "role-not-allowed")


async def test_another_organizations_webhook_looks_as_if_it_did_not_exist(
    supervisor: Clinic, other_clinic: Clinic
) -> None:
    path = f"/v1/webhooks/{(await made(supervisor))['webhook_id']}"
    other = await other_clinic.with_key(KeyRole.SUPERVISOR, "sam")

    for method, part, sent in (
        ("GET", "", None), ("PUT", "", BODY), ("DELETE", "", None), ("POST", "/secret", {}), ("POST", "/test", None),
        ("POST", "/pause", None), ("POST", "/resume", None), ("GET", "/deliveries", None),
        ("POST", "/redelivery", {"position": 0}), ("POST", f"/deliveries/{uuid4()}/redelivery", None),
    ):  # fmt: skip
        problem_in(await other.request(method, path + part, json=sent), "unknown-webhook")
    assert (await other.get("/v1/webhooks")).json() == {"webhooks": []}


async def test_there_are_so_many_webhooks_and_no_more(supervisor: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.subscriptions.webhooks.MOST_WEBHOOKS", 1)
    await made(supervisor)

    problem_in(await supervisor.request("POST", "/v1/webhooks", json=BODY), "too-many-webhooks")


@pytest_asyncio.fixture(loop_scope="session")
async def told(database: DatabaseUrls, tmp_path: Path) -> AsyncIterator[tuple[Clinic, Receiver]]:
    """A clinic of a running service that may send to this machine, and a receiver here."""
    local = {"webhooks_over_http": True, "webhooks_to_private_addresses": True}
    settings = settings_for(database, tmp_path).model_copy(update=local)
    async with (
        connected(settings, Addresses(database.app, database.owner)) as system,
        projecting(system),
        http_to(system) as http,
        receiving() as receiver,
    ):
        organization_id = await new_organization(database)
        _, key = await system.api_keys.create(organization_id, "lee", KeyRole.SUPERVISOR)
        yield Clinic(http, system, organization_id, key), receiver


async def test_what_is_recorded_comes_to_the_receiver_and_again_when_asked(told: tuple[Clinic, Receiver]) -> None:
    clinic, receiver = told
    webhook = await made(clinic, url=receiver.url)
    path = f"/v1/webhooks/{webhook['webhook_id']}"
    tested = (await clinic.request("POST", f"{path}/test")).json()
    assert (tested["status"], tested["error"]) == (204, None)

    client = await clinic.client(recording(REGISTERED))
    event = (await clinic.record(client, recording(GOAL))).json()["events"][0]["id"]
    async with asyncio.timeout(5):
        await receiver.came(3)

    message = next(each for each in receiver.received if each.headers["webhook-id"] == event)
    assert message.verified(webhook["secret"])["data"]["client_id"] == client
    assert "Sleep" not in message.body
    assert "Dana" not in "".join(each.body for each in receiver.received)
    assert (await clinic.request("POST", f"{path}/deliveries/{event}/redelivery")).json() == {"events": 1}
    assert (await clinic.request("POST", f"{path}/redelivery", json={"position": 0})).json() == {"events": 2}
    problem_in(await clinic.request("POST", f"{path}/deliveries/{uuid4()}/redelivery"), "unknown-delivery")
    async with asyncio.timeout(5):
        await receiver.came(5)
        while (await clinic.get(f"{path}/deliveries", state="waiting")).json()["deliveries"]:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    page = await clinic.get(f"{path}/deliveries?limit=1&state=delivered")
    first, links = page.json(), linked(page.headers["link"])
    assert links["next"] == f"{path}/deliveries?limit=1&state=delivered&before={first['next']}"
    rest = (await clinic.get(links["next"])).json()
    assert [each["state"] for each in first["deliveries"] + rest["deliveries"]] == ["delivered"] * 2
    assert first["deliveries"][0]["event_id"] == event
    assert rest["next"] is None

    kim, kim_id = await person(clinic, KeyRole.SUPERVISOR, "kim")
    await asked(clinic, client, person_ids=[str(kim_id)])
    look_anew(clinic)
    for supervisor, kinds in ((clinic, {"goal_set", "client_registered"}), (kim, {"not_told"})):
        deliveries = (await supervisor.get(f"{path}/deliveries", state="delivered")).json()["deliveries"]
        assert {each["type"] for each in deliveries} - {"restriction_requested"} == kinds, "as in the feed"
