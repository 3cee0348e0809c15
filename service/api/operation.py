"""Operations: an endpoint, and all that the API's description says about it.

Endpoints read their requests themselves, strictly and with the key first; FastAPI routes them and describes
them. What is said here about parameters comes from the same models that read them.
"""

from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Final

from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from service.access.caller import Scope
from service.api.problem import MEDIA_TYPE, Problem, ProblemDocument
from service.api.problems import (
    BodyTooLarge,
    DatabaseUnavailable,
    InvalidInput,
    KeyNeeded,
    MalformedBody,
    MalformedHeader,
    ScopeMissing,
    Unexpected,
    UnsupportedMediaType,
)
from service.api.queries import NoQuery
from service.api.schemas import reference, schema_of

Endpoint = Callable[[Request], Coroutine[Any, Any, Response]]
Described = dict[str, Any]

SECURITY: Final = "apiKey"

PATH_PARAMETERS: Final = {
    "client_id": ("The client's id.", {"type": "string", "format": "uuid"}),
    "event_id": ("The event's id.", {"type": "string", "format": "uuid"}),
    "slug": ("The last part of a problem's `type`.", {"type": "string", "pattern": "^[a-z-]+$"}),
}


@dataclass(frozen=True, kw_only=True)
class HeaderRead:
    """A header that an operation reads, and the pattern that it has to match."""

    description: str
    pattern: str


@dataclass(frozen=True, kw_only=True)
class Documented:
    """An answer that is no problem: its model and its headers."""

    description: str
    model: type[BaseModel] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Body:
    """A request's body: its schema, and examples by their titles."""

    schema: Described
    examples: Mapping[str, Any]


class _Route(APIRoute):
    """A route to an endpoint that takes the request and gives the response: FastAPI has nothing to read for it."""

    def get_route_handler(self) -> Endpoint:
        handler: Endpoint = self.endpoint
        return handler


@dataclass(frozen=True, kw_only=True)
class Operation:
    """What is to be done for a method and a path, and all that callers have to know about it.

    Unless they are given, the endpoint's name is the operation's id, and its docstring the description.
    """

    method: str
    path: str
    endpoint: Endpoint
    summary: str
    tag: str
    answers: Mapping[int, Documented]
    problems: tuple[type[Problem], ...] = ()
    scope: Scope | None = None
    query: type[BaseModel] = NoQuery
    headers: Mapping[str, HeaderRead] = field(default_factory=dict)
    body: Body | None = None
    operation_id: str | None = None
    description: str | None = None

    def route(self) -> APIRoute:
        """The route to the endpoint, described."""
        answers: dict[int | str, Described] = {status: _answer(answer) for status, answer in self.answers.items()}
        return _Route(
            self.path,
            self.endpoint,
            methods=[self.method],
            operation_id=self.operation_id or getattr(self.endpoint, "__name__", None),
            summary=self.summary,
            description=self.description,
            tags=[self.tag],
            status_code=next(iter(self.answers)),
            responses={**answers, **_problems(self._possible_problems())},
            openapi_extra=dict(self._extra()),
        )

    def _parameters(self) -> list[Described]:
        return [*_path_parameters(self.path), *_query_parameters(self.query), *_headers(self.headers)]

    def _possible_problems(self) -> set[type[Problem]]:
        possible: set[type[Problem]] = {Unexpected, *self.problems}
        if self.scope:
            possible |= {KeyNeeded, ScopeMissing, DatabaseUnavailable, InvalidInput}
        if self.body:
            possible |= {MalformedBody, MalformedHeader, BodyTooLarge, UnsupportedMediaType, InvalidInput}
        return possible

    def _extra(self) -> Iterator[tuple[str, Any]]:
        if parameters := self._parameters():
            yield "parameters", parameters
        if self.scope:
            yield "security", [{SECURITY: [self.scope.value]}]
        if self.body:
            yield "requestBody", _request_body(self.body)


def _path_parameters(path: str) -> Iterable[Described]:
    for name, (description, schema) in PATH_PARAMETERS.items():
        if f"{{{name}}}" in path:
            yield {"name": name, "in": "path", "required": True, "description": description, "schema": schema}


def _query_parameters(form: type[BaseModel]) -> Iterable[Described]:
    described = schema_of(form)
    for name, schema in described.get("properties", {}).items():
        description = schema.pop("description")
        yield {
            "name": name,
            "in": "query",
            "required": False,
            "description": description,
            "schema": _without_null(schema),
        }


def _without_null(schema: Described) -> Described:
    """A parameter that may be left out is never null: there is no way to write that in a query."""
    present = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    return present[0] if present else schema


def _headers(headers: Mapping[str, HeaderRead]) -> Iterable[Described]:
    for name, header in headers.items():
        schema = {"type": "string", "pattern": header.pattern}
        yield {"name": name, "in": "header", "required": False, "description": header.description, "schema": schema}


def _request_body(body: Body) -> Described:
    examples = {title: {"value": value} for title, value in body.examples.items()}
    return {"required": True, "content": {"application/json": {"schema": body.schema, "examples": examples}}}


def _answer(answer: Documented) -> Described:
    described: Described = {"description": answer.description}
    if answer.headers:
        described["headers"] = {name: _header(text) for name, text in answer.headers.items()}
    if answer.model:
        described["content"] = {"application/json": {"schema": reference(answer.model)}}
    return described


def _header(description: str) -> Described:
    return {"description": description, "schema": {"type": "string"}}


def _problems(problems: Iterable[type[Problem]]) -> Mapping[int | str, Described]:
    by_status = sorted(problems, key=lambda problem: (problem.status, problem.slug))
    return {
        status.value: _same_status(list(group))
        for status, group in groupby(by_status, key=lambda problem: problem.status)
    }


def _same_status(problems: list[type[Problem]]) -> Described:
    described: Described = {
        "description": "; ".join(f"[{problem.title}]({problem.address()})" for problem in problems),
        "content": {
            MEDIA_TYPE: {
                "schema": reference(ProblemDocument),
                "examples": {problem.slug: {"value": problem.example()} for problem in problems},
            }
        },
    }
    headers = {name: text for problem in problems for name, text in problem.documented_headers.items()}
    if headers:
        described["headers"] = {name: _header(text) for name, text in headers.items()}
    return described
