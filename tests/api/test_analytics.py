"""Views over the API: what an analyst gets, in each form, and what is recorded of it."""

import io
from uuid import uuid4

import httpx
import pyarrow as pa
import pytest
import pytest_asyncio
from pyarrow import parquet

from service.access.caller import KeyRole
from service.analytics.analysts import create_analyst
from service.api.routers.analytics import ARROW, CSV, PARQUET
from service.database.connection import scoped
from service.database.embedded import DatabaseUrls
from tests.api.clinic import Clinic, problem_in
from tests.system import follow

CLIENTS = "/v1/analytics/views/clients"


async def ask(analyst: Clinic, accept: str) -> httpx.Response:
    return await analyst.get(CLIENTS, {"Accept": accept})


@pytest_asyncio.fixture(loop_scope="session")
async def analyst(clinic: Clinic) -> Clinic:
    """An analyst of a clinic with two clients."""
    for _ in range(2):
        await clinic.client()
    await follow(clinic.system, clinic.organization_id)
    return await clinic.with_key(KeyRole.ANALYST, f"a{uuid4().hex[:12]}")


async def test_a_view_comes_in_the_form_that_is_asked_for(analyst: Clinic) -> None:
    answers = {form: await ask(analyst, form) for form in (CSV, ARROW, PARQUET)}

    for form, answer in answers.items():
        assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, form)
        assert answer.headers["analytics-position"] == "2"
        assert answer.headers["cache-control"] == "no-store"
    arrow = pa.ipc.open_stream(answers[ARROW].content).read_all()
    typed = parquet.read_table(io.BytesIO(answers[PARQUET].content))
    assert arrow.num_rows == typed.num_rows == answers[CSV].text.count("\n") - 1 == 2
    assert arrow.schema.metadata[b"position"] == typed.schema.metadata[b"position"] == b"2"
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
    assert tuple(kept) == ("analytics", "GET /v1/analytics/views/{view}", "research", 2, 0)


@pytest.mark.parametrize(
    ("path", "accept", "slug"),
    [("/v1/analytics/views/people", CSV, "unknown-view"), (CLIENTS, "text/html", "not-acceptable")],
)
async def test_what_there_is_not_is_said(analyst: Clinic, path: str, accept: str, slug: str) -> None:
    problem_in(await analyst.request("GET", path, headers={"Accept": accept}), slug)


async def test_the_best_form_that_is_accepted_is_taken(analyst: Clinic) -> None:
    answer = await ask(analyst, f"text/html, {PARQUET};q=0.5, {ARROW};q=0.9, */*;q=0.1")

    assert answer.headers["content-type"] == ARROW
