"""The vocabulary and the types of events, as the API tells them to anyone."""

import importlib
import pkgutil
from enum import Enum
from typing import Any

import httpx
import jsonschema_rs
import pytest

from domain import vocabulary
from domain.events.catalogue import ALL_EVENTS
from domain.vocabulary.terms import Term
from service.access.caller import KeyRole
from service.access.permissions import PERMISSIONS
from service.api import examples
from tests.api.clinic import problem_in

SENT = [body for said in examples.RECORDINGS.values() for body in (said if isinstance(said, list) else [said])]


async def told(http: httpx.AsyncClient, path: str) -> Any:
    answer = await http.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_every_list_of_the_vocabulary_is_told(http: httpx.AsyncClient) -> None:
    modules = [
        importlib.import_module(f"{vocabulary.__name__}.{each.name}")
        for each in pkgutil.iter_modules(vocabulary.__path__)
    ]
    declared = {
        each.__name__: [str(term) for term in each]
        for module in modules
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, Term) and issubclass(each, Enum) and each is not Term
    }

    lists = (await told(http, "/v1/vocabulary"))["lists"]

    assert {each["name"]: [term["term"] for term in each["terms"]] for each in lists} == declared
    assert all(each["description"] for each in lists)
    assert all(term["display"] for each in lists for term in each["terms"])


async def test_terms_have_their_codes_in_the_standards(http: httpx.AsyncClient) -> None:
    lists = {each["name"]: each["terms"] for each in (await told(http, "/v1/vocabulary"))["lists"]}

    transport = next(term for term in lists["Barrier"] if term["term"] == "transport")
    assert transport["codes"] == [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "Z59.82"}]
    assert transport["meaning"] == "The client has no reliable way of getting to care."


async def test_every_type_of_event_is_told_with_a_schema_of_its_own(http: httpx.AsyncClient) -> None:
    listed = (await told(http, "/v1/event-types"))["event_types"]

    assert [each["type"] for each in listed] == [each.model_fields["type"].default for each in ALL_EVENTS]
    for each in listed:
        explained = await told(http, f"/v1/event-types/{each['type']}")
        schema = explained.pop("json_schema")
        assert explained == each
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        jsonschema_rs.meta.validate(schema)
        assert "type" in schema["required"]


@pytest.mark.parametrize("body", SENT, ids=lambda body: body["event"]["type"])
async def test_what_is_recorded_fits_the_schema_of_its_type(http: httpx.AsyncClient, body: dict[str, Any]) -> None:
    schema = (await told(http, f"/v1/event-types/{body['event']['type']}"))["json_schema"]

    jsonschema_rs.validate(schema, body["event"])
    assert not jsonschema_rs.is_valid(schema, {**body["event"], "unheard_of": 1})
    assert not jsonschema_rs.is_valid(schema, {name: said for name, said in body["event"].items() if name != "type"})


async def test_a_type_tells_who_may_record_it(http: httpx.AsyncClient) -> None:
    medication = await told(http, "/v1/event-types/medication_started")
    correction = await told(http, "/v1/event-types/entry_corrected")

    assert medication["permission"] == "Medication.c"
    assert medication["recorded_by"] == [role for role in KeyRole if "Medication.c" in PERMISSIONS[role]]
    assert correction["permission"] is correction["strand"] is None
    assert "auditor" not in correction["recorded_by"]
    assert "counselor" not in medication["recorded_by"]


async def test_a_type_tells_which_events_it_may_name(http: httpx.AsyncClient) -> None:
    measured = await told(http, "/v1/event-types/goal_measured")

    assert measured["references"] == [{"field": "goal", "types": ["goal_set"], "cites": False}]


async def test_an_unknown_type_is_a_problem(http: httpx.AsyncClient) -> None:
    problem_in(await http.get("/v1/event-types/nonsense"), "unknown-event-type")


@pytest.mark.parametrize("path", ["/v1/vocabulary", "/v1/event-types", "/v1/event-types/goal_measured"])
async def test_what_is_told_need_not_be_sent_again(http: httpx.AsyncClient, path: str) -> None:
    tag = (await http.get(path)).headers["etag"]

    assert (await http.get(path, headers={"If-None-Match": tag})).status_code == 304
