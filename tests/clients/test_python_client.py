"""The Python client: what it sends again, what it never does, and how it tells what went wrong."""

import json
from datetime import UTC, datetime
from uuid import UUID

import httpx
import pytest

from care_timeline_client import Patience, ProblemError, answer_of, connect, create_client, record
from care_timeline_client.rest.api.reading import read_timeline
from care_timeline_client.rest.api.recording import record_events
from care_timeline_client.rest.errors import UnexpectedStatus
from care_timeline_client.rest.models import CheckInReceived, EventToRecord, TimelineAnswer
from service.api import examples
from service.api.example_answers import example_answers
from service.api.problem import MEDIA_TYPE, Problem
from service.api.problems import DatabaseUnavailable, VersionConflict
from service.api.request_models import EventToRecord as ToRecord

CLIENT = UUID(examples.CLIENT)
RECORDED = httpx.Response(201, content=example_answers()["record_events"])
TIMELINE = httpx.Response(200, content=example_answers()["read_timeline"])
BODIES = [body for said in examples.RECORDINGS.values() for body in (said if isinstance(said, list) else [said])]


class Service:
    """Answers what it is told to, in order, and remembers what it was sent."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self._answers = iter(answers)
        self.sent: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request)
        answer = next(self._answers)
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


def problem(kind: type[Problem], **headers: str) -> httpx.Response:
    content = json.dumps(kind.example())
    return httpx.Response(kind.status, headers={"Content-Type": MEDIA_TYPE, **headers}, content=content)


def check_in() -> EventToRecord:
    return EventToRecord(occurred_at=datetime(2026, 3, 2, 8, tzinfo=UTC), event=CheckInReceived(channel="app", mood=6))


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long it would have waited, each time."""
    found: list[float] = []
    monkeypatch.setattr("time.sleep", found.append)
    return found


LOST: list[httpx.Response | Exception] = [
    httpx.ConnectError("refused"),
    httpx.ReadTimeout("too slow"),
    httpx.RemoteProtocolError("closed in the middle of the body"),
    problem(DatabaseUnavailable),
    httpx.Response(502, content=b"a proxy's own page"),
]


@pytest.mark.parametrize("lost", LOST, ids=repr)
def test_a_recording_that_got_lost_is_sent_again_as_it_was(
    lost: httpx.Response | Exception, waits: list[float]
) -> None:
    service = Service(lost, lost, RECORDED)
    event = check_in()

    recorded = record(connect("http://care.test", "key", transport=httpx.MockTransport(service)), CLIENT, event)

    assert recorded.version > 0
    assert len(service.sent) == 3 == len(waits) + 1
    assert len({(each.content, each.headers["Idempotency-Key"]) for each in service.sent}) == 1
    assert json.loads(service.sent[0].content)[0]["id"] == str(event.id)


def test_an_event_keeps_its_id_for_whoever_records_it_later() -> None:
    service = Service(RECORDED, RECORDED)
    connection = connect("http://care.test", "key", transport=httpx.MockTransport(service))
    event = check_in()

    record(connection, CLIENT, event)
    record(connection, CLIENT, event)

    assert service.sent[0].content == service.sent[1].content


def test_what_might_be_done_twice_is_sent_once() -> None:
    service = Service(httpx.ReadTimeout("too slow"), RECORDED)
    connection = connect("http://care.test", "key", transport=httpx.MockTransport(service))

    with pytest.raises(httpx.ReadTimeout):
        record_events.sync(CLIENT, client=connection, body=check_in())
    assert len(service.sent) == 1


def test_it_waits_as_long_as_the_service_asks_for(waits: list[float]) -> None:
    service = Service(problem(DatabaseUnavailable, **{"Retry-After": "7"}), TIMELINE)
    connection = connect("http://care.test", "key", transport=httpx.MockTransport(service))

    assert isinstance(answer_of(read_timeline.sync(CLIENT, client=connection)), TimelineAnswer)
    assert waits == [7.0]


def test_it_gives_up_and_says_what_the_service_said(waits: list[float]) -> None:
    service = Service(*[problem(DatabaseUnavailable)] * 3)
    connection = connect(
        "http://care.test", "key", patience=Patience(attempts=3), transport=httpx.MockTransport(service)
    )

    with pytest.raises(ProblemError, match="503") as raised:
        answer_of(read_timeline.sync(CLIENT, client=connection))
    assert raised.value.kind == "database-unavailable"
    assert len(waits) == 2


def test_a_refusal_is_raised_at_once_and_tells_its_kind() -> None:
    service = Service(problem(VersionConflict))
    connection = connect("http://care.test", "key", transport=httpx.MockTransport(service))

    with pytest.raises(ProblemError) as raised:
        record(connection, CLIENT, check_in(), if_version=4)
    assert raised.value.kind == "version-conflict"
    assert service.sent[0].headers["If-Match"] == '"4"'


def test_what_the_description_does_not_know_is_raised_too() -> None:
    connection = connect("http://care.test", "key", transport=httpx.MockTransport(lambda _: httpx.Response(418)))

    with pytest.raises(UnexpectedStatus):
        read_timeline.sync(CLIENT, client=connection)


async def test_asynchronous_calls_are_sent_again_too() -> None:
    service = Service(httpx.ConnectError("refused"), TIMELINE)
    connection = connect(
        "http://care.test",
        "key",
        patience=Patience(first_wait=0),
        async_transport=httpx.MockTransport(service),
    )

    async with connection:
        timeline = answer_of(await read_timeline.asyncio(CLIENT, client=connection))

    assert len(service.sent) == 2
    assert [each.version for each in timeline.events][:2] == [1, 2]


def test_a_client_is_created_with_ids_made_before() -> None:
    service = Service(httpx.Response(201, content=example_answers()["create_client"]))
    connection = connect("http://care.test", "key", transport=httpx.MockTransport(service))
    first = check_in()

    assert create_client(connection, first).client_id == CLIENT
    assert json.loads(service.sent[0].content) == {"events": [first.to_dict()]}
    assert first.id


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body["event"]["type"])
def test_what_it_sends_is_what_the_description_shows(body: dict[str, object]) -> None:
    sent = EventToRecord.from_dict(body).to_dict()

    assert ToRecord.model_validate_json(json.dumps(sent)) == ToRecord.model_validate_json(json.dumps(body))
