"""The API's description: complete, true, and shown without asking another host."""

import json
import re
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import pytest

from service.access.caller import KeyRole
from service.api import examples
from service.proofs.tiles import tile_path
from service.subscriptions.webhook_messages import WebhookMessage
from tests.api.clinic import Clinic, events_of
from tests.api.routes import ROUTES

Described = dict[str, Any]


@pytest.fixture(scope="module")
async def described(http: httpx.AsyncClient) -> Described:
    answer: Described = (await http.get("/openapi.json")).json()
    return answer


def operations(described: Described) -> list[Described]:
    return [operation for path in described["paths"].values() for operation in path.values()]


ABOUT_CLIENTS = (
    "/v1/analytics",
    "/v1/access-records",
    "/v1/unusual-access",
    "/v1/clients",
    "/v1/import",
    "/v1/worklist",
    "/v1/caseload",
    "/v1/signals",
    "/v1/webhooks",
    "/v1/events",
    "/v1/log",
    "/v1/access-log",
)

SNAPSHOT = Path(__file__).parents[2] / "docs" / "openapi.json"


def test_the_description_is_the_one_that_is_committed(described: Described) -> None:
    """A change of the API is seen in the diff of docs/openapi.json, which `make openapi` writes anew."""
    assert described == json.loads(SNAPSHOT.read_text(encoding="utf-8"))


def test_every_operation_says_all_that_is_to_be_said(described: Described) -> None:
    found = operations(described)

    assert len(found) == len({each["operationId"] for each in found}) == len(ROUTES)
    for each in found:
        assert each["summary"]
        assert each["description"]
        assert "500" in each["responses"]
        assert all(answer["description"] for answer in each["responses"].values())
        for parameter in each.get("parameters", ()):
            assert parameter["description"]
            assert parameter["in"] != "path" or parameter["schema"]["examples"]


def test_every_field_says_what_it_means(described: Described) -> None:
    fields = {
        f"{name}.{field}": said
        for name, schema in described["components"]["schemas"].items()
        for field, said in schema.get("properties", {}).items()
    }

    assert [field for field, said in fields.items() if not said.get("description")] == []


def test_every_operation_about_clients_tells_what_may_go_wrong(described: Described) -> None:
    for path, each in described["paths"].items():
        for operation in each.values():
            if path.startswith(ABOUT_CLIENTS):
                assert {"401", "403", "422", "500", "503"} <= set(operation["responses"])
                assert operation["security"]
            else:
                assert "security" not in operation


def test_everything_referred_to_is_there(described: Described) -> None:
    referred_to = set(re.findall(r"#/components/schemas/([^\"]+)", json.dumps(described)))

    assert referred_to == set(described["components"]["schemas"])


def test_every_answer_has_an_example_that_fits_its_schema(described: Described) -> None:
    for each in operations(described):
        for status, answer in each["responses"].items():
            for media_type, content in answer.get("content", {}).items():
                shown = [content["example"]] if status < "3" else [e["value"] for e in content["examples"].values()]
                assert shown, (each["operationId"], status, media_type)
                for example in shown:
                    fits(described, content["schema"], example)


def test_every_request_has_examples_that_fit_their_schema(described: Described) -> None:
    for each in operations(described):
        for content in each.get("requestBody", {}).get("content", {}).values():
            assert content["examples"]
            for example in content["examples"].values():
                fits(described, content["schema"], example["value"])


def test_what_receivers_of_webhooks_get_is_described_with_examples_that_fit(described: Described) -> None:
    assert described["webhooks"].keys() == {"event_recorded", "webhook_test"}
    for call in (each["post"] for each in described["webhooks"].values()):
        assert call["description"]
        assert {each["name"] for each in call["parameters"]} == {"webhook-id", "webhook-timestamp", "webhook-signature"}
        assert all(each["description"] and each["required"] for each in call["parameters"])
        assert {"204", "410", "429", "503", "default"} <= set(call["responses"])
        assert call["requestBody"]["required"]
        (content,) = call["requestBody"]["content"].items()
        assert content[0] == "application/cloudevents+json"
        for example in content[1]["examples"].values():
            fits(described, content[1]["schema"], example["value"])
            message = WebhookMessage.model_validate_json(json.dumps(example["value"]))
            assert json.loads(message.model_dump_json()) == example["value"], "as it is sent"


_VALIDATORS: dict[str, Any] = {}
"""By their schemas: most answers share that of problems, and each takes a while to be made."""


def fits(described: Described, schema: Described, example: object) -> None:
    said = json.dumps(schema)
    if said not in _VALIDATORS:
        _VALIDATORS[said] = jsonschema_rs.validator_for({**schema, "components": described["components"]})
    _VALIDATORS[said].validate(example)


async def test_the_example_requests_are_recorded_when_they_are_sent(clinic: Clinic) -> None:
    for body in examples.NEW_CLIENTS.values():
        assert (await clinic.request("POST", "/v1/clients", json=body)).status_code == 201
    for body in examples.RECORDINGS.values():
        assert (await clinic.request("POST", events_of(examples.CLIENT), json=body)).status_code == 201


async def test_answers_fit_their_schemas(clinic: Clinic, described: Described) -> None:
    for body in (*examples.NEW_CLIENTS.values(),):
        await clinic.request("POST", "/v1/clients", json=body)
    for body in examples.RECORDINGS.values():
        await clinic.request("POST", events_of(examples.CLIENT), json=body)
    supervisor = await clinic.with_key(KeyRole.SUPERVISOR, "lee")
    made = [await supervisor.request("POST", "/v1/webhooks", json=body) for body in examples.WEBHOOKS.values()]
    sizes = {log: await clinic.sign(log) for log in ("/v1/log", "/v1/access-log")}
    for path, each in described["paths"].items():
        size = sizes["/v1/access-log" if path.startswith("/v1/access-log") else "/v1/log"]
        filled = path.format(
            client_id=examples.CLIENT,
            event_id=examples.CRISIS,
            note_id=examples.NOTE,
            slug="refused",
            event_type="goal_measured",
            view="clients",
            measure="attendance",
            webhook_id=made[0].json()["webhook_id"],
            size=size,
            level=0,
            tile=tile_path(0, size),
        )
        if "get" in each:
            asks_supervisor = "Auditing" in each["get"]["tags"] or path.startswith(
                ("/v1/webhooks", "/v1/analytics", *sizes)
            )
            caller = supervisor if asks_supervisor else clinic
            answer = await caller.get(filled)
            assert answer.status_code == 200, answer.text
            media_type = answer.headers["content-type"].partition(";")[0]
            content = answer.json() if media_type == "application/json" else answer.text
            fits(described, each["get"]["responses"]["200"]["content"][media_type]["schema"], content)


def test_the_description_explains_postvention_and_the_words(described: Described) -> None:
    text = described["info"]["description"]

    for word in ("Postvention", "If-Match", "Idempotency-Key", "as_of", "known_at", "Bearer"):
        assert word in text


async def test_the_page_runs_files_of_ours_alone(http: httpx.AsyncClient) -> None:
    page = await http.get("/docs")
    rules = dict(rule.strip().split(" ", 1) for rule in page.headers["content-security-policy"].split(";"))

    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["connect-src"] == "'self'"
    assert not re.search(r"<style|\bstyle=|\bon\w+=|<script(?![^>]*\bsrc=)|<script[^>]*>[^<]", page.text)


async def test_the_page_asks_no_other_host(http: httpx.AsyncClient) -> None:
    page = await http.get("/docs")
    start = await http.get("/docs/start.js")

    asked = re.findall(r"""(?:src|href|url)\s*[=:]\s*["']([^"']+)["']""", page.text + start.text)
    assert "/openapi.json" in asked
    for address in asked:
        assert address.startswith("/"), address
        assert (await http.get(address)).status_code == 200, address
