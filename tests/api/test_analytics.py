"""Views over the API: what an analyst gets, in each form, and what is recorded of it."""

import io
import sys
from dataclasses import replace
from uuid import uuid4

import httpx
import pyarrow as pa
import pytest
import pytest_asyncio
from pyarrow import parquet

from analytics.measures.catalogue import MEASURES
from domain.policy import Policy
from service.access.caller import Caller, KeyRole, operator
from service.analytics.analysts import create_analyst
from service.api.routers.analytics import ARROW, CSV, PARQUET
from service.database.connection import scoped
from service.database.embedded import DatabaseUrls
from tests.api.clinic import REGISTERED, Clinic, problem_in, recording
from tests.builders import registered, session
from tests.rendering.reading_pages import said
from tests.system import draft, follow

CLIENTS = "/v1/analytics/views/clients"
NOTHING_ASKED = Policy.model_validate({"analytics": {"k": 1}})
ATTENDANCE = "/v1/analytics/measures/attendance"


async def ask(analyst: Clinic, accept: str) -> httpx.Response:
    return await analyst.get(CLIENTS, {"Accept": accept})


@pytest_asyncio.fixture(loop_scope="session")
async def analyst(clinic: Clinic) -> Clinic:
    """An analyst of a clinic with two clients, whose policy asks nothing of exports."""
    await clinic.system.policy_adopter.adopt(operator(clinic.organization_id), NOTHING_ASKED)
    for _ in range(2):
        await clinic.client()
    await follow(clinic.system, clinic.organization_id)
    return await clinic.with_key(KeyRole.ANALYST, f"a{uuid4().hex[:12]}")


async def test_a_view_comes_in_the_form_that_is_asked_for(analyst: Clinic) -> None:
    answers = {form: await ask(analyst, form) for form in (CSV, ARROW, PARQUET)}

    for form, answer in answers.items():
        assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, form)
        assert answer.headers["analytics-position"] == "3"
        assert answer.headers["cache-control"] == "no-store"
    arrow = pa.ipc.open_stream(answers[ARROW].content).read_all()
    typed = parquet.read_table(io.BytesIO(answers[PARQUET].content))
    assert arrow.num_rows == typed.num_rows == answers[CSV].text.count("\n") - 1 == 2
    assert arrow.schema.metadata[b"position"] == typed.schema.metadata[b"position"] == b"3"
    assert arrow.schema.field("client").metadata[b"meaning"]


async def test_own_pseudonyms_are_the_same_in_every_answer_and_others_in_none(
    analyst: Clinic, database: DatabaseUrls
) -> None:
    refused = await analyst.get(CLIENTS, pseudonyms="own")
    problem_in(refused, "no-pseudonyms")
    name = (await analyst.system.api_keys.list(analyst.organization_id))[-1].name
    await create_analyst(database.owner, name, [analyst.organization_id], shifts_dates=False)

    own = [(await analyst.get(CLIENTS, pseudonyms="own")).text for _ in range(2)]
    others = [(await analyst.get(CLIENTS)).text for _ in range(2)]

    assert own[0] == own[1]
    assert len({*own, *others}) == 3


async def test_a_read_of_rows_is_recorded_and_names_nobody(analyst: Clinic) -> None:
    answer = await analyst.get(CLIENTS, headers={"Purpose-Of-Use": "HRESCH"})

    async with scoped(analyst.system.pool, analyst.organization_id) as connection:
        kept = await connection.fetchrow(
            "select what, operation, purpose, position, clients from access.access_record"
            " order by record_id desc limit 1"
        )
    assert answer.status_code == 200
    assert kept
    assert tuple(kept) == ("analytics", "GET /v1/analytics/views/{view}", "research", 3, 0)


async def test_it_is_refused_where_too_few_people_are_alike(clinic: Clinic, analyst: Clinic) -> None:
    two = Policy.model_validate({"analytics": {"k": 2}})
    await analyst.system.policy_adopter.adopt(operator(analyst.organization_id), two)
    for born in ("1950-01-01", "1984-05-01", "1981-05-01"):
        await clinic.client(recording(REGISTERED | {"birth_date": born}))
    await follow(analyst.system, analyst.organization_id)

    refused = problem_in(await analyst.get(CLIENTS), "too-few-alike")
    fewer = await analyst.get(CLIENTS, generalize=2, leave_out_small_classes="true")

    assert refused.detail
    assert "3 of 5 clients share year of birth, way into care" in refused.detail
    assert (fewer.headers["analytics-k"], fewer.headers["analytics-left-out"]) == ("2", "1")
    assert fewer.text.count("\n") - 1 == 4
    assert fewer.text.count(",1980,") == 2
    contacts = CLIENTS.replace("clients", "contacts")
    assert (await analyst.get(contacts)).status_code == 200, "of views that tell nothing outsiders know"


@pytest.mark.parametrize(
    ("path", "accept", "slug"),
    [("/v1/analytics/views/people", CSV, "unknown-view"), (CLIENTS, "text/html", "not-acceptable")],
)
async def test_what_there_is_not_is_said(analyst: Clinic, path: str, accept: str, slug: str) -> None:
    problem_in(await analyst.request("GET", path, headers={"Accept": accept}), slug)


async def test_the_best_form_that_is_accepted_is_taken(analyst: Clinic) -> None:
    answer = await ask(analyst, f"text/html, {PARQUET};q=0.5, {ARROW};q=0.9, */*;q=0.1")

    assert answer.headers["content-type"] == ARROW


async def test_figures_of_a_measure_are_told_of_enough_people_alone(analyst: Clinic, counselor: Caller) -> None:
    system, organization_id = analyst.system, analyst.organization_id
    ana = replace(counselor, organization_id=organization_id)
    for _ in range(2):
        await system.recorder.record(ana, uuid4(), [draft(registered()), draft(session())], new_client=True)
    await follow(system, organization_id)
    hidden = (await analyst.get(ATTENDANCE)).json()
    two = Policy.model_validate({"analytics": {"smallest_cell": 2}})
    await system.policy_adopter.adopt(operator(organization_id), two)
    await follow(system, organization_id)
    shown = (await analyst.get(ATTENDANCE, by="month", group="individual")).json()

    assert (hidden["by"], hidden["smallest_cell"], shown["smallest_cell"]) == ("quarter", 11, 2)
    assert {(each["cases"], each["hidden"]) for each in hidden["figures"]} == {(None, True)}
    told = [(each["period"] == "all", each["cases"], each["share"]) for each in shown["figures"]]
    assert told == [(False, 2, 1.0), (True, 2, 1.0)]
    assert shown["measure"]["denominator"] == "Sessions held or missed."
    earlier = await analyst.get(ATTENDANCE, first_day="2019-01-01", last_day="2019-12-31")
    assert earlier.json()["figures"] == []


async def test_measures_are_published_with_their_definitions(analyst: Clinic) -> None:
    problem_in(await analyst.get("/v1/analytics/measures/happiness"), "unknown-measure")
    published = (await analyst.get("/v1/analytics/measures")).json()["measures"]
    assert [each["name"] for each in published] == [each.name for each in MEASURES]


async def test_the_report_is_a_page_that_is_recorded_and_names_nobody(analyst: Clinic) -> None:
    page = await analyst.get("/v1/analytics/report", first_day="2025-10-01", last_day="2026-03-31")

    assert page.status_code == 200, page.text
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "1 October 2025 to 31 March 2026: 2 quarters." in said(page.text)
    async with scoped(analyst.system.pool, analyst.organization_id) as connection:
        kept = await connection.fetchrow(
            "select operation, position, clients from access.access_record order by record_id desc limit 1"
        )
    assert kept
    assert tuple(kept) == ("GET /v1/analytics/report", 3, 0)


async def test_days_that_are_no_whole_periods_are_a_problem_as_a_page(analyst: Clinic) -> None:
    refused = await analyst.get("/v1/analytics/report", first_day="2026-01-15", last_day="2026-03-31")

    assert refused.status_code == 422
    assert "whole_periods" in said(refused.text)
    assert "2026-01-15 to 2026-03-31 are no whole quarters" in said(refused.text)


async def test_a_service_without_the_libraries_of_figures_says_so(
    analyst: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "lifelines", None)
    problem_in(await analyst.get(ATTENDANCE), "figures-not-installed")
