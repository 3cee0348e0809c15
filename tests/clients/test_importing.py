"""The Python client's import: lines in parts, a result for each, and what is sent again after it breaks off."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import pytest

from care_timeline_client import Patience, ProblemError, connect, import_history, import_history_async, importing
from care_timeline_client.rest.errors import UnexpectedStatus
from care_timeline_client.rest.models import ImportLine
from service.api import examples
from service.api.import_models import ImportStanding, LineResult, LineStatus
from service.api.problem import MEDIA_TYPE
from service.api.problems import DatabaseUnavailable, KeyNeeded, Stopping

LINES = [b'{"id": "%d"}' % number for number in range(1, 8)]
IMPATIENT = Patience(attempts=3, first_wait=0)


class Service:
    """Records each line once, and breaks off as it is told."""

    def __init__(self, *, at_once: int = 3) -> None:
        self.recorded: list[str] = []
        self.requests: list[int] = []
        self.broken: list[Callable[[list[str]], httpx.Response]] = []
        self.at_once = at_once

    def __call__(self, request: httpx.Request) -> httpx.Response:
        assert request.headers["Content-Type"] == "application/x-ndjson"
        lines = [json.loads(each)["id"] for each in request.content.splitlines()]
        self.requests.append(len(lines))
        return self.broken.pop(0)(lines) if self.broken else self.complete(lines)

    def complete(self, lines: list[str]) -> httpx.Response:
        return httpx.Response(200, text=self.told(lines) + standing("complete", len(lines) + 1))

    def told(self, lines: list[str]) -> str:
        """The results of these lines."""
        return "".join(self._result(number, each) for number, each in enumerate(lines, 1))

    def _result(self, number: int, said: str) -> str:
        status = LineStatus.ALREADY if said in self.recorded else LineStatus.RECORDED
        self.recorded += [said] if status is LineStatus.RECORDED else []
        return LineResult(line=number, status=status).model_dump_json(exclude_none=True) + "\n"


def standing(status: Any, next_line: int, **more: Any) -> str:
    said = ImportStanding(status=status, next_line=next_line, recorded=0, already=0, refused=0, **more)
    return said.model_dump_json(exclude_none=True)


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "LINES_AT_ONCE", 3)


def imported(service: Service | httpx.MockTransport, lines: Any = LINES) -> list[tuple[int, str]]:
    transport = service if isinstance(service, httpx.MockTransport) else httpx.MockTransport(service)
    connection = connect("http://care.test", "key", transport=transport)
    return [(each.line, each.status) for each in import_history(connection, lines, patience=IMPATIENT)]


def test_lines_go_in_parts_and_each_has_its_result_by_its_number() -> None:
    service, taken = Service(), []

    def lines() -> Iterator[bytes]:
        for each in LINES:
            taken.append(each)
            assert len(taken) - len(service.recorded) <= 3, "no more is held than a part"
            yield each

    assert imported(service, lines()) == [(number, "recorded") for number in range(1, 8)]
    assert service.requests == [3, 3, 1]


def test_it_takes_models_mappings_and_lines_of_a_file_and_counts_blank_ones() -> None:
    example = json.loads(examples.IMPORT.splitlines()[0])
    lines = [ImportLine.from_dict(example), {"id": "a"}, '{"id": "b"}\n', b"\r\n", b'{"id": "c"}']
    service = Service()

    assert [number for number, _ in imported(service, lines)] == [1, 2, 3, 5]
    assert service.recorded == [example["id"], "a", "b", "c"]
    with pytest.raises(ValueError, match="more than one line"):
        imported(service, ['{"id": "a"}\n{"id": "b"}'])


def test_what_breaks_off_goes_on_with_the_lines_that_have_no_result() -> None:
    service = Service()
    stopped = {"problem": DatabaseUnavailable.example()}
    service.broken = [
        lambda lines: httpx.Response(200, text=service.told(lines[:1])),
        lambda lines: httpx.Response(200, text=service.told(lines[:1]) + standing("stopped", 2, **stopped)),
    ]

    assert imported(service) == [(number, "recorded") for number in range(1, 8)]
    assert service.requests == [3, 2, 1, 3, 1]


def test_what_was_recorded_and_not_answered_is_already_there() -> None:
    service = Service()

    def lose(lines: list[str]) -> httpx.Response:
        service.told(lines)
        raise httpx.ReadError("lost")

    service.broken = [lose]

    assert imported(service, LINES[:3]) == [(number, "already") for number in (1, 2, 3)]


@pytest.mark.parametrize(
    ("answer", "raised"),
    [
        (httpx.Response(401, json=KeyNeeded.example(), headers={"Content-Type": MEDIA_TYPE}), ProblemError),
        (httpx.Response(503, json=Stopping.example(), headers={"Content-Type": MEDIA_TYPE}), ProblemError),
        (httpx.Response(502, text="a proxy's own page"), UnexpectedStatus),
        (httpx.Response(200, text=standing("stopped", 1, problem=KeyNeeded.example())), ProblemError),
        (httpx.Response(200, text=standing("stopped", 1, problem=Stopping.example())), ProblemError),
        (httpx.Response(200, text=""), httpx.RemoteProtocolError),
    ],
    ids=["no key", "busy", "a proxy", "revoked meanwhile", "stopping", "broken off"],
)
def test_what_does_not_get_better_is_raised(answer: httpx.Response, raised: type[Exception]) -> None:
    def same(_: httpx.Request) -> httpx.Response:
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    with pytest.raises(raised):
        imported(httpx.MockTransport(same))


async def test_asynchronously_lines_may_come_from_anything() -> None:
    async def lines() -> AsyncIterator[bytes]:
        for each in LINES:
            yield each

    service = Service()
    for source in (LINES, lines()):
        connection = connect("http://care.test", "key", async_transport=httpx.MockTransport(service))
        found = [each.line async for each in import_history_async(connection, source, patience=IMPATIENT)]
        assert found == list(range(1, 8))
    assert len(service.recorded) == 7
