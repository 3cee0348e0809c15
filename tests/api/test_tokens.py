"""Access tokens and wrong keys, through the API."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import asyncpg
import httpx
import pytest
import pytest_asyncio
import structlog

from service.access.authentication import Authentication
from service.access.brake import Brake
from service.access.tokens import Tokens, open_tokens, subject_id
from service.bootstrap import Addresses, System, connected
from service.database.embedded import DatabaseUrls
from tests.access.issuing import AUDIENCE, ISSUER, KEYS, Net, at, claims, issuer, key_set, token
from tests.api.clinic import SESSION, Clinic, events_of, http_to, problem_in, recording
from tests.databases import new_organization
from tests.system import settings_for

FILE = f"""
[[issuer]]
issuer = "{ISSUER}"
audience = "{AUDIENCE}"
keys = "KEYS"
algorithms = ["EdDSA"]
organization_id = "ORGANIZATION"
[issuer.roles]
"Counselor" = "counselor"
"Reader" = "auditor"
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def trusting(database: DatabaseUrls, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Clinic]:
    """A clinic whose issuer is trusted, as the settings say; it calls with a token of a counselor."""
    organization_id = await new_organization(database)
    folder = tmp_path_factory.mktemp("issuers")
    (folder / "keys.json").write_bytes(key_set("EdDSA").content)
    file = FILE.replace("KEYS", str(folder / "keys.json")).replace("ORGANIZATION", str(organization_id))
    (folder / "issuers.toml").write_text(file)
    settings = settings_for(database, Path("unused")).model_copy(update={"trusted_issuers": folder / "issuers.toml"})
    async with (
        connected(settings, Addresses(database.app, database.owner)) as system,
        http_to(system) as http,
    ):
        yield Clinic(http, system, organization_id, token(claims(sub="ana@clinic.example")))


async def test_what_is_recorded_with_a_token_names_its_subject_and_so_does_the_log(trusting: Clinic) -> None:
    with structlog.testing.capture_logs() as logged:
        client = await trusting.client()

    event = (await trusting.get(events_of(client))).json()["events"][0]
    subject = str(subject_id(ISSUER, "ana@clinic.example"))
    assert (event["actor_id"], event["recorded_by"]) == (subject, "counselor/ana-clinic.example")
    line = logged[-1]
    assert (line["subject_id"], line["credential_id"]) == (subject, "EdDSA")
    assert line["organization_id"] == str(trusting.organization_id)


async def test_an_events_actor_is_the_key_that_the_log_names(clinic: Clinic) -> None:
    with structlog.testing.capture_logs() as logged:
        client = await clinic.client()

    event = (await clinic.get(events_of(client))).json()["events"][0]
    assert event["actor_id"] == logged[-1]["subject_id"] == logged[-1]["credential_id"]


async def test_a_token_allows_what_its_role_and_scopes_allow(trusting: Clinic) -> None:
    client = await trusting.client()
    reader = replace(trusting, key=token(claims(sub="lee", roles=["Reader"])))
    recorder = replace(trusting, key=token(claims(sub="app", scope="user/Contact.c")))
    nobody = replace(trusting, key=token(claims(roles=["Janitor"])))

    assert (await reader.get(events_of(client))).status_code == 200
    problem_in(await reader.record(client, recording(SESSION)), "role-not-allowed")
    assert (await recorder.record(client, recording(SESSION))).status_code == 201
    assert problem_in(await recorder.get(events_of(client)), "scope-missing").missing_scope == "user/Timeline.r"
    problem_in(await nobody.get(events_of(client)), "role-missing")


async def test_a_token_of_another_organization_sees_nobody(trusting: Clinic, clinic: Clinic) -> None:
    client = await clinic.client()

    problem_in(await replace(clinic, http=trusting.http, key=trusting.key).get(events_of(client)), "unknown-client")


async def test_a_token_that_is_not_accepted_says_why(trusting: Clinic) -> None:
    expired = replace(trusting, key=token(claims(iat=at(-600), exp=at(-300))))

    answer = await expired.get("/v1/worklist")

    assert "has expired" in problem_in(answer, "key-needed").detail
    assert answer.headers["www-authenticate"] == (
        'Bearer realm="care-timeline", error="invalid_token",'
        ' resource_metadata="https://care.example.org/.well-known/oauth-protected-resource"'
    )


async def test_a_client_without_a_token_finds_out_who_makes_them(trusting: Clinic) -> None:
    refused = await trusting.http.get("/v1/worklist")
    address = refused.headers["www-authenticate"].partition('resource_metadata="')[2].removesuffix('"')

    told = await trusting.http.get(address.removeprefix(AUDIENCE))

    assert (told.status_code, told.headers["content-type"]) == (200, "application/json")
    assert (told.json()["resource"], told.json()["authorization_servers"]) == (AUDIENCE, [ISSUER])
    assert {"user/CarePlan.crus", "user/Medication.cu", "system/CheckIn.cu"} <= set(told.json()["scopes_supported"])
    assert told.json()["bearer_methods_supported"] == ["header"]
    known = {"If-None-Match": told.headers["etag"]}
    assert (await trusting.http.get(address.removeprefix(AUDIENCE), headers=known)).status_code == 304


async def test_where_no_issuer_is_trusted_there_is_nothing_to_tell(clinic: Clinic) -> None:
    problem_in(await clinic.http.get("/.well-known/oauth-protected-resource"), "unknown-path")
    assert (await clinic.http.get("/v1/worklist")).headers["www-authenticate"] == 'Bearer realm="care-timeline"'


async def test_while_the_issuers_keys_cannot_be_had_tokens_wait_and_keys_work(clinic: Clinic) -> None:
    def down(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("down")

    net = Net(down)
    async with (
        open_tokens([issuer(clinic.organization_id)], net.transport) as tokens,
        http_to(_with(clinic.system, tokens)) as http,
    ):
        here = replace(clinic, http=http)
        for _ in range(3):
            answer = await replace(here, key=token()).get("/v1/worklist")
            problem_in(answer, "issuer-unavailable")
            assert int(answer.headers["retry-after"]) > 0
        assert (await here.get("/v1/worklist")).status_code == 200
    assert net.asked == [KEYS]


async def test_a_flood_of_wrong_keys_is_answered_429_without_a_query_and_a_right_key_works_on(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    queries = 0
    acquire = asyncpg.Pool.acquire

    def counted(*said, **named):  # type: ignore[no-untyped-def]
        nonlocal queries
        queries += 1
        return acquire(*said, **named)

    async with http_to(_with(clinic.system, Tokens({}))) as http:
        here = replace(clinic, http=http)
        assert (await here.get("/v1/worklist")).status_code == 200
        monkeypatch.setattr(asyncpg.Pool, "acquire", counted)
        wrong = [
            await replace(here, key=f"ct_{number:022}{clinic.key[25:]}").get("/v1/worklist") for number in range(40)
        ]
        monkeypatch.undo()
        assert (await here.get("/v1/worklist")).status_code == 200

    assert {answer.status_code for answer in wrong} == {401, 429}
    assert queries <= 6
    problem_in(wrong[-1], "too-many-wrong-keys")
    assert 1 <= int(wrong[-1].headers["retry-after"]) <= 60


def _with(system: System, tokens: Tokens) -> System:
    """The system with an authentication of its own, which takes five wrong ones a minute."""
    return replace(system, authentication=Authentication(system.api_keys, tokens, Brake(5)))
